// PipelineTests: whatever thread takes how long for which batch, the output is that of the input's order.

import Foundation
import Kernels
import SeqIO
import SeqModel
import TestSupport
import Testing

@testable import seqgan

@Suite(.timed) struct PipelineTests {
    private struct Scratch: Sendable { var random: RandomSource }

    /// Copies the lines of some hundred batches through the pipeline, each of which takes its own time; line `failing`
    /// fails.
    private func copy(threads: Int, failing: Int? = nil) throws -> (input: [UInt8], output: [UInt8], failure: Failure?)
    {
        let sandbox = try Sandbox()
        let strand = String(repeating: "ACGT", count: 8)
        let lines = (0..<100_000).map { "\(strand)\t\(strand)\t\($0)\n" }
        let input = Array(lines.joined().utf8)
        try sandbox.write(input, "in.tsv")
        let output = sandbox.folder.appending(path: "out.tsv")
        let reader = PairReader(
            paths: [sandbox.folder.appending(path: "in.tsv").path()], columns: PairColumns(),
            letters: Alphabet.dna.letterKinds, unpacking: Pipeline.unpacking(threads: threads))
        let mark = failing.map { Array("\t\($0)".utf8) }
        var failure: Failure?
        var slots: UInt64 = 0
        do {
            let counts = try Pipeline.run(
                reader, to: try ByteSink(path: output.path()), threads: threads,
                progress: ProgressBar(total: nil, noun: "pairs", isQuiet: true),
                makeScratch: {
                    slots += 1
                    return Scratch(random: RandomSource(seed: 5, stream: slots))
                },
                compute: { slot in
                    // One in eight holds those behind it up for longer than the ring is long, as a rule: the order must
                    // be right however long each takes.
                    let isLong = slot.scratch.random.index(below: 8) == 0
                    usleep(isLong ? 50_000 : useconds_t(slot.scratch.random.index(below: 1_000)))
                    for entry in slot.batch.entries {
                        let line = slot.batch.bytes[entry.text]
                        if let mark, line.suffix(mark.count).elementsEqual(mark) {
                            slot.failure = Failure(message: "as asked", code: ExitCodes.badData)
                            return
                        }
                        slot.output += line
                        slot.output.append(10)
                        slot.counts.pairs += 1
                    }
                })
            #expect(counts.pairs == lines.count)
        } catch let error as Failure { failure = error }
        return (input, Array((try? Data(contentsOf: output)) ?? Data()), failure)
    }

    @Test(arguments: [1, 2, 3, 5, 8]) func batchesComeOutInOrder(threads: Int) throws {
        let (input, output, failure) = try copy(threads: threads)
        #expect(failure == nil)
        #expect(output == input)
    }

    @Test(arguments: [1, 2, 5]) func theFirstFailureEndsTheRun(threads: Int) throws {
        let (_, output, failure) = try copy(threads: threads, failing: 31_416)
        #expect(failure?.message == "as asked")
        // A file is left as it was, here not there.
        #expect(output.isEmpty)
    }
}
