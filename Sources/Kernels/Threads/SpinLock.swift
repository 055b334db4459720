// SpinLock: a lock for what takes less than a microsecond.

import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A value that threads use in turn, each for a moment.
///
/// Whoever comes while another has it looks again and lets others run meanwhile. The standard library's Mutex puts it to
/// sleep and hands the lock over in the kernel (FUTEX_LOCK_PI), which takes a hundred times as long as the moment; and the
/// thread sanitizer does not see its locks, but does see this gate.
public final class SpinLock<Value>: Sendable {
    private let isTaken = Atomic<Bool>(false)
    /// Behind the gate nobody waits for it.
    private let value: Mutex<Value>

    /// A lock that owns `value`.
    public init(_ value: sending Value) { self.value = Mutex(value) }

    /// Works with the value; no two threads do at once.
    public func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        while isTaken.exchange(true, ordering: .acquiring) {
            repeat { sched_yield() } while isTaken.load(ordering: .relaxed)
        }
        defer { isTaken.store(false, ordering: .releasing) }
        return value.withLock { body(&$0) }
    }
}
