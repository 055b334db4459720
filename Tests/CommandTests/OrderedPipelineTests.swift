// OrderedPipelineTests: the order of the output, and which failure is told, whatever the threads do.

import Synchronization
import Testing

@testable import seqgan

struct OrderedPipelineTests {
    private struct Broken: Error, Equatable { let at: Int }

    /// Numbers 0 to `count` - 1 in batches of three; each is written as its square. `failRead` and the others say at
    /// which number that stage fails. Returns what was written before the end, and the failure.
    private func squares(
        count: Int, threads: Int, failRead: Int? = nil, failCompute: Set<Int> = [], failWrite: Int? = nil,
        calls: ((_ batches: Int, _ outputs: Int) -> Void)? = nil
    ) -> (written: [Int], failure: Broken?) {
        var next = 0
        var written: [Int] = []
        var (batches, outputs) = (0, 0)
        func read(_ batch: inout [Int]) throws -> Bool {
            batch.removeAll(keepingCapacity: true)
            while batch.count < 3 {
                if next == failRead { throw Broken(at: next) }
                if next == count { return false }
                batch.append(next)
                next += 1
            }
            return true
        }
        func write(_ output: inout [Int]) throws {
            for square in output {
                if square == failWrite.map({ $0 * $0 }) { throw Broken(at: failWrite ?? 0) }
                written.append(square)
            }
        }
        do {
            try OrderedPipeline(threads: threads).run(
                makeBatch: {
                    batches += 1
                    return [Int]()
                },
                makeOutput: {
                    outputs += 1
                    return [Int]()
                },
                makeWorker: { 0 }, read: read,
                compute: { _, batch, output in
                    output.removeAll(keepingCapacity: true)
                    for number in batch {
                        // Unequal work, so that batches overtake each other.
                        for _ in 0..<((number &* 2_654_435_761) & 0xFFF) { pause() }
                        if failCompute.contains(number) { throw Broken(at: number) }
                        output.append(number * number)
                    }
                }, write: write)
        } catch {
            return (written, error as? Broken)
        }
        calls?(batches, outputs)
        return (written, nil)
    }

    @Test(arguments: [1, 2, 3, 7, 32], [0, 1, 2, 3, 4, 500, 3001])
    func theOutputIsInTheOrderOfTheInput(threads: Int, count: Int) {
        let (written, failure) = squares(count: count, threads: threads) { batches, outputs in
            #expect(batches == 2 * threads + 2)
            #expect(outputs == 2 * threads + 2)
        }
        #expect(written == (0..<count).map { $0 * $0 })
        #expect(failure == nil)
    }

    @Test(arguments: [1, 2, 3, 7], [0, 1, 2, 3, 299, 300, 301])
    func whatWasReadBeforeAFailureIsWritten(threads: Int, at: Int) {
        let (written, failure) = squares(count: 1000, threads: threads, failRead: at)
        #expect(written == (0..<at).map { $0 * $0 })
        #expect(failure == Broken(at: at))
    }

    @Test(arguments: [1, 2, 3, 7])
    func theFirstFailureInTheOrderOfTheInputIsTold(threads: Int) {
        for at in [0, 4, 250] {
            let failures: Set<Int> = [at, at + 1, at + 3, at + 10, 900]
            let (written, failure) = squares(count: 1000, threads: threads, failRead: at + 20, failCompute: failures)
            #expect(written == (0..<at).map { $0 * $0 })
            #expect(failure == Broken(at: at))
        }
    }

    @Test(arguments: [1, 2, 3, 7])
    func aFailureToWriteEndsTheRun(threads: Int) {
        let (written, failure) = squares(
            count: 100_000_000, threads: threads, failCompute: [2000], failWrite: 250)
        #expect(written == (0..<250).map { $0 * $0 })
        #expect(failure == Broken(at: 250))
    }

    @Test func workersKeepWhatIsTheirs() throws {
        let made = Atomic<Int>(0)
        var next = 0
        var seen: Set<Int> = []
        try OrderedPipeline(threads: 3).run(
            makeBatch: { 0 }, makeOutput: { 0 },
            makeWorker: { made.wrappingAdd(1, ordering: .relaxed).newValue },
            read: { batch in
                batch = next
                next += 1
                return next < 100
            },
            compute: { worker, _, output in output = worker },
            write: { seen.insert($0) })
        #expect(!seen.isEmpty)
        #expect(seen.count <= made.load(ordering: .relaxed))
        #expect(made.load(ordering: .relaxed) <= 3)
    }
}

/// Work that the optimizer leaves.
@inline(never) private func pause() {}
