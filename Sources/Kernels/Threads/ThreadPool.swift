// ThreadPool: threads that are kept between jobs, and the event on which they wait.

import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An auto-reset event: one thread waits until another signals.
///
/// The waiting thread spins for a while before it sleeps. Waking a thread takes tens of microseconds, which is longer
/// than the time between two steps of training.
final class Event: Sendable {
    private static let idle = 0, signalled = 1, asleep = 2
    private let state = Atomic<Int>(Event.idle)
    private let wakeUp = DispatchSemaphore(value: 0)

    /// Releases the waiting thread, or the next one that waits. It sees everything that this thread wrote before.
    func signal() {
        if state.exchange(Event.signalled, ordering: .acquiringAndReleasing) == Event.asleep { wakeUp.signal() }
    }

    /// Waits for a signal and resets the event. Checks up to `spinCount` times, yielding the core each time, before it
    /// sleeps.
    func wait(spinCount: Int) {
        var spins = 0
        while spins < spinCount, state.load(ordering: .relaxed) != Event.signalled {
            sched_yield()
            spins += 1
        }
        if state.compareExchange(expected: Event.idle, desired: Event.asleep, ordering: .relaxed).exchanged {
            wakeUp.wait()
        }
        _ = state.exchange(Event.idle, ordering: .acquiring)
    }
}

/// Threads that run a job together with the calling thread, and spin for a while between jobs.
final class ThreadPool: Sendable {
    /// The pool of the process. Its threads start when they are first needed, and live as long as the process.
    static let shared = ThreadPool()

    /// A thread of the pool.
    private final class Member: Sendable {
        let wakeUp = Event()
        /// Whether there is a job that the thread has not begun, and that job.
        let hasJob = Atomic<Bool>(false)
        let job = Mutex<(@Sendable (Int) -> Void)?>(nil)
    }

    private let isBusy = Atomic<Bool>(false)
    private let members = Mutex<[Member]>([])
    /// Workers that have not finished the current job.
    private let pending = Atomic<Int>(0)
    private let done = Event()
    private let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Checks before a thread sleeps: about 100 microseconds.
    private static let spinCount = 300

    /// Calls `body` once for each worker, number 0 on this thread, and returns true when all calls have returned.
    /// Returns false, without any call, if the pool is busy.
    ///
    /// There are at most as many threads as cores. This thread also makes the calls of workers that have no thread,
    /// and of those whose thread has not begun when its own call has returned.
    func run(workers: Int, _ body: @Sendable (_ worker: Int) -> Void) -> Bool {
        if isBusy.exchange(true, ordering: .acquiring) { return false }
        defer { isBusy.store(false, ordering: .releasing) }
        let threads = min(workers, cores)
        pending.store(workers, ordering: .relaxed)
        withoutActuallyEscaping(body) { body in
            members.withLock { members in
                while members.count < threads - 1 { members.append(newMember(members.count + 1)) }
                for member in members[..<(threads - 1)] {
                    member.job.withLock { $0 = body }
                    member.hasJob.store(true, ordering: .releasing)
                    member.wakeUp.signal()
                }
            }
            body(0)
            // Takes back the jobs of threads that have not begun.
            let missed = members.withLock { members in
                (1..<workers).filter { worker in
                    guard worker < threads else { return true }
                    let isMissed = members[worker - 1].hasJob.exchange(false, ordering: .acquiring)
                    if isMissed { members[worker - 1].job.withLock { $0 = nil } }
                    return isMissed
                }
            }
            missed.forEach(body)
            let own = 1 + missed.count
            if pending.subtract(own, ordering: .acquiringAndReleasing).newValue > 0 {
                done.wait(spinCount: ThreadPool.spinCount)
            }
        }
        return true
    }

    private func newMember(_ worker: Int) -> Member {
        let member = Member()
        DispatchQueue(label: "thread pool").async { [self] in
            while true {
                member.wakeUp.wait(spinCount: ThreadPool.spinCount)
                guard member.hasJob.exchange(false, ordering: .acquiring) else { continue }
                ThreadPool.runJob(of: member, worker)
                if pending.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { done.signal() }
            }
        }
        return member
    }

    /// A function of its own, so that no reference to the job is held when it has finished.
    @inline(never)
    private static func runJob(of member: Member, _ worker: Int) {
        let body = member.job.withLock { job in
            defer { job = nil }
            return job
        }
        body?(worker)
    }
}
