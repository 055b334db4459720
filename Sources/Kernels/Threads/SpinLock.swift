// SpinLock: a lock for critical sections of less than a microsecond.

import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A value that threads use in turn, each for a very short time.
///
/// A thread that finds it locked yields and tries again. The Mutex of the standard library would put it to sleep and
/// pass the lock on in the kernel (FUTEX_LOCK_PI), which takes a hundred times as long as the critical section. Also,
/// the thread sanitizer does not recognise the locks of Mutex, but does recognise this one.
public final class SpinLock<Value>: Sendable {
    private let isTaken = Atomic<Bool>(false)
    /// Never contended, as the flag admits one thread at a time.
    private let value: Mutex<Value>

    /// A lock that owns `value`.
    public init(_ value: sending Value) { self.value = Mutex(value) }

    /// Calls `body` with the value. Only one thread at a time has access.
    public func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        while isTaken.exchange(true, ordering: .acquiring) {
            repeat { sched_yield() } while isTaken.load(ordering: .relaxed)
        }
        defer { isTaken.store(false, ordering: .releasing) }
        return value.withLock { body(&$0) }
    }
}
