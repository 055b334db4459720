// Tests of what is made ahead: in order, and on a thread of its own.

import Dispatch
import Foundation
import SeqIO
import Synchronization
import TestSupport
import Testing

@Suite(.timed) struct PrefetcherTests {
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

    /// Stages that wait for the one before, many more than there are cores: one that waits must not keep another from
    /// its thread. Where they shared as many threads as the process has cores, they did go on, but only after seconds,
    /// when the system gave them more: so each is asked on what it runs.
    @Test func stagesThatWaitForEachOtherAllHaveAThread() {
        let (stages, pieces) = (100 + ProcessInfo.processInfo.activeProcessorCount, 50)
        let shared = Atomic<Int>(0)
        #expect(DispatchQueue.global().sync { currentQueue() }.hasPrefix("com.apple.root"))
        @Sendable func noteQueue() {
            if currentQueue().hasPrefix("com.apple.root") { shared.wrappingAdd(1, ordering: .relaxed) }
        }
        let count = Atomic<Int>(0)
        var last = Stage(
            Prefetcher(empty: { Piece() }) { piece in
                noteQueue()
                piece.number = count.wrappingAdd(1, ordering: .relaxed).oldValue
                piece.isLast = piece.number == pieces - 1
                return piece.isLast
            })
        for _ in 1..<stages {
            let before = last
            last = Stage(
                Prefetcher(empty: { Piece() }) { piece in
                    noteQueue()
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
        #expect(shared.load(ordering: .relaxed) == 0)
    }
}

/// The name of the queue that the calling code runs on; those that share their threads have one that begins
/// com.apple.root.
private func currentQueue() -> String {
    // SAFETY: the function of <dispatch/queue.h> of that name, which takes a queue or null and returns a string of the
    // queue's.
    typealias Label = @convention(c) (OpaquePointer?) -> UnsafePointer<CChar>?
    guard let symbol = dlsym(UnsafeMutableRawPointer(bitPattern: 0), "dispatch_queue_get_label") else { return "" }
    return unsafeBitCast(symbol, to: Label.self)(nil).map { String(cString: $0) } ?? ""
}
