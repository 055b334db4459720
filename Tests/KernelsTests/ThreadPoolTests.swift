// ThreadPoolTests: each piece is done once when run returns: with threads awake or asleep, in nested and concurrent
// runs.

import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import Kernels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite(.timed) struct ThreadPoolTests {
    private final class Count: Sendable {
        let value = Atomic<Int>(0)
    }

    /// Runs `pieces`, and checks that each is done once, by a worker with a valid number.
    private func check(pieces: Int, threads: Int, _ each: @Sendable (Int) -> Void = { _ in }) {
        let counts = (0..<pieces).map { _ in Count() }
        let outOfRange = Atomic<Int>(0)
        Parallel.run(pieces: pieces, threads: threads) { piece, worker in
            each(piece)
            counts[piece].value.add(1, ordering: .relaxed)
            if !(0..<threads).contains(worker) { outOfRange.add(1, ordering: .relaxed) }
        }
        #expect(counts.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
        #expect(outOfRange.load(ordering: .relaxed) == 0)
    }

    @Test(arguments: [1, 2, 3, 8, 33])
    func everyPieceIsDoneOnceByTheTimeThatRunReturns(threads: Int) {
        for round in 0..<400 { check(pieces: 1 + round % 17, threads: threads) }
    }

    @Test func threadsThatFellAsleepAreWoken() async throws {
        for round in 0..<8 {
            check(pieces: 8, threads: 4) { _ in usleep(UInt32(200 * round)) }
            // Usually longer than a thread spins before it sleeps. If not, this round tests less, and passes.
            usleep(20_000)
        }
    }

    @Test func piecesMayHavePiecesOfTheirOwn() {
        check(pieces: 6, threads: 3) { _ in check(pieces: 5, threads: 3) { _ in check(pieces: 2, threads: 2) } }
    }

    @Test func severalThreadsMayRunPiecesAtOnce() {
        DispatchQueue.concurrentPerform(iterations: 6) { _ in
            for _ in 0..<100 { check(pieces: 4, threads: 3) }
        }
    }

    /// The waiting thread sees what was written before the signal; a wait after a signal returns at once.
    @Test(arguments: [0, 300]) func aSignalReleasesOneWait(spinCount: Int) {
        let there = Event(), back = Event()
        let ball = Count()
        DispatchQueue(label: "partner").async {
            for turn in 0..<2_000 {
                there.wait(spinCount: spinCount)
                if ball.value.load(ordering: .relaxed) == 2 * turn + 1 { ball.value.add(1, ordering: .relaxed) }
                back.signal()
            }
        }
        for turn in 0..<2_000 {
            ball.value.store(2 * turn + 1, ordering: .relaxed)
            there.signal()
            // Usually the partner sleeps by then; it need not.
            if turn % 500 == 0 { usleep(2_000) }
            back.wait(spinCount: spinCount)
            guard ball.value.load(ordering: .relaxed) == 2 * turn + 2 else {
                Issue.record("turn \(turn) was missed")
                return
            }
        }
    }

    @Test(arguments: [1, 2, 4]) func differentWorkComesBackInItsOrder(threads: Int) {
        let (number, text, numbers) = Parallel.all(
            threads: threads, { 7 }, { "seven" }, { (0..<1_000).reduce(0, +) })
        #expect(number == 7 && text == "seven" && numbers == 499_500)
    }
}
