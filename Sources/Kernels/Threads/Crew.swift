// Crew: threads that stay from one piece of work to the next, and the bell that tells them of it.

import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What one thread waits at until another rings.
///
/// It listens for a moment before it sleeps: to wake a thread takes tens of microseconds, and a step of training ends and
/// the next begins in less.
final class Bell: Sendable {
    private static let silent = 0, rung = 1, asleep = 2
    private let state = Atomic<Int>(Bell.silent)
    private let woken = DispatchSemaphore(value: 0)

    /// Rings: whoever waits goes on, or who comes next does not wait. What this thread wrote before, it sees.
    func ring() {
        if state.exchange(Bell.rung, ordering: .acquiringAndReleasing) == Bell.asleep { woken.signal() }
    }

    /// Waits for the bell. Between two looks, up to `patience`, this thread's core is anybody's.
    func wait(patience: Int) {
        var looks = 0
        while looks < patience, state.load(ordering: .relaxed) != Bell.rung {
            sched_yield()
            looks += 1
        }
        if state.compareExchange(expected: Bell.silent, desired: Bell.asleep, ordering: .relaxed).exchanged {
            woken.wait()
        }
        _ = state.exchange(Bell.silent, ordering: .acquiring)
    }
}

/// Threads beside the caller's, which wait for its next work a moment awake.
final class Crew: Sendable {
    /// That of the process. Its threads begin when they are first asked for, and end with it.
    static let shared = Crew()

    private final class Member: Sendable {
        let bell = Bell()
        /// Whether there is work that nobody has begun, and that work.
        let isCalled = Atomic<Bool>(false)
        let work = Mutex<(@Sendable (Int) -> Void)?>(nil)
    }

    private let isAtWork = Atomic<Bool>(false)
    private let members = Mutex<[Member]>([])
    /// Workers whose work is not done yet.
    private let pending = Atomic<Int>(0)
    private let done = Bell()
    private let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Looks before a thread sleeps: some 100 microseconds.
    private static let patience = 300

    /// Calls `body` for every worker, the first on this thread, and returns true when all are done. False, with nothing done,
    /// where the crew is at work already.
    ///
    /// There are no more threads than cores; what is left of the workers' work by then, this one does.
    func run(workers: Int, _ body: @Sendable (_ worker: Int) -> Void) -> Bool {
        if isAtWork.exchange(true, ordering: .acquiring) { return false }
        defer { isAtWork.store(false, ordering: .releasing) }
        let threads = min(workers, cores)
        pending.store(workers, ordering: .relaxed)
        withoutActuallyEscaping(body) { body in
            members.withLock { members in
                while members.count < threads - 1 { members.append(newMember(members.count + 1)) }
                for member in members[..<(threads - 1)] {
                    member.work.withLock { $0 = body }
                    member.isCalled.store(true, ordering: .releasing)
                    member.bell.ring()
                }
            }
            body(0)
            // A member that has not come by now need not.
            let missed = members.withLock { members in
                (1..<workers).filter { worker in
                    guard worker < threads else { return true }
                    let isMissed = members[worker - 1].isCalled.exchange(false, ordering: .acquiring)
                    if isMissed { members[worker - 1].work.withLock { $0 = nil } }
                    return isMissed
                }
            }
            missed.forEach(body)
            let own = 1 + missed.count
            if pending.subtract(own, ordering: .acquiringAndReleasing).newValue > 0 {
                done.wait(patience: Crew.patience)
            }
        }
        return true
    }

    private func newMember(_ worker: Int) -> Member {
        let member = Member()
        DispatchQueue(label: "crew").async { [self] in
            while true {
                member.bell.wait(patience: Crew.patience)
                guard member.isCalled.exchange(false, ordering: .acquiring) else { continue }
                Crew.doWork(of: member, worker)
                if pending.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { done.ring() }
            }
        }
        return member
    }

    /// Apart, so that nothing of the work is held when it is done.
    @inline(never)
    private static func doWork(of member: Member, _ worker: Int) {
        let body = member.work.withLock { work in
            defer { work = nil }
            return work
        }
        body?(worker)
    }
}
