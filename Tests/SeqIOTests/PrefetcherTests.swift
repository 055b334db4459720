// Tests of what is made ahead: in order, and on a thread of its own.

import Foundation
import SeqIO
import Synchronization
import Testing

@Suite struct PrefetcherTests {
    private struct Piece: Sendable {
        var number = 0
        var isLast = false
    }

    private final class Stage: Sendable {
        let ahead: Mutex<Prefetcher<Piece>>
        init(_ ahead: sending Prefetcher<Piece>) { self.ahead = Mutex(ahead) }

        /// The next piece of the stage.
        func take() -> Piece {
            var taken = Piece()
            ahead.withLock { ahead in
                ahead.use { piece in
                    taken = piece
                    return !piece.isLast
                }
            }
            return taken
        }
    }

    /// Stages that wait for the one before, many more than there are cores: one that waits must not keep another from its
    /// thread. Where they shared as many threads as the process has cores, the system saw to it after seconds only: six here,
    /// and one in every third training on a single core. It takes milliseconds; the bound is no measure of speed.
    @Test func stagesThatWaitForEachOtherAllHaveAThread() {
        let (stages, pieces) = (100 + ProcessInfo.processInfo.activeProcessorCount, 50)
        let start = ContinuousClock.now
        let count = Atomic<Int>(0)
        var last = Stage(
            Prefetcher(empty: { Piece() }) { piece in
                piece.number = count.wrappingAdd(1, ordering: .relaxed).oldValue
                piece.isLast = piece.number == pieces - 1
                return piece.isLast
            })
        for _ in 1..<stages {
            let before = last
            last = Stage(
                Prefetcher(empty: { Piece() }) { piece in
                    piece = before.take()
                    piece.number += 1
                    return piece.isLast
                })
        }
        for number in 0..<pieces {
            let piece = last.take()
            #expect(piece.number == number + stages - 1)
            #expect(piece.isLast == (number == pieces - 1))
        }
        #expect(ContinuousClock.now - start < .seconds(3))
    }
}
