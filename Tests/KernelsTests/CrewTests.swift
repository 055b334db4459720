// CrewTests: every piece is done once, by the time that run returns, awake or asleep, nested or beside others.

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

@Suite(.timed) struct CrewTests {
    private final class Count: Sendable {
        let value = Atomic<Int>(0)
    }

    /// Runs `pieces`, and checks that each was done once, on the workers that there are.
    private func check(pieces: Int, threads: Int, _ each: @Sendable (Int) -> Void = { _ in }) {
        let counts = (0..<pieces).map { _ in Count() }
        let strangers = Atomic<Int>(0)
        Parallel.run(pieces: pieces, threads: threads) { piece, worker in
            each(piece)
            counts[piece].value.add(1, ordering: .relaxed)
            if !(0..<threads).contains(worker) { strangers.add(1, ordering: .relaxed) }
        }
        #expect(counts.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
        #expect(strangers.load(ordering: .relaxed) == 0)
    }

    @Test(arguments: [1, 2, 3, 8, 33])
    func everyPieceIsDoneOnceByTheTimeThatRunReturns(threads: Int) {
        for round in 0..<400 { check(pieces: 1 + round % 17, threads: threads) }
    }

    @Test func threadsThatFellAsleepAreWoken() async throws {
        for round in 0..<8 {
            check(pieces: 8, threads: 4) { _ in usleep(UInt32(200 * round)) }
            // Longer than any looks before it sleeps, as a rule; where it is not, this round tries less and is as
            // right.
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

    /// What a thread writes before it rings, the one that waited sees; a bell that was rung first keeps nobody waiting.
    @Test(arguments: [0, 300]) func aBellIsHeardOnceEachTime(patience: Int) {
        let there = Bell(), back = Bell()
        let ball = Count()
        DispatchQueue(label: "partner").async {
            for turn in 0..<2_000 {
                there.wait(patience: patience)
                if ball.value.load(ordering: .relaxed) == 2 * turn + 1 { ball.value.add(1, ordering: .relaxed) }
                back.ring()
            }
        }
        for turn in 0..<2_000 {
            ball.value.store(2 * turn + 1, ordering: .relaxed)
            there.ring()
            // As a rule the partner sleeps by then; it need not.
            if turn % 500 == 0 { usleep(2_000) }
            back.wait(patience: patience)
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
