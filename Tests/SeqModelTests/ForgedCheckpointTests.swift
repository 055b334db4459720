// ForgedCheckpointTests: states of a training whose sums are right and whose numbers cannot be: refused, never a trap.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct ForgedCheckpointTests {
    /// Numbers that no training writes.
    private static let forged: [[String: Int]] = [
        ["epoch": 0], ["epoch": 0, "best-epoch": 0], ["best-epoch": 0], ["epoch": 1, "best-epoch": 2],
        ["best-epoch": 1 << 39],
    ]

    private func expectRefused(_ trainer: any ClassifierLearning, _ other: any ClassifierLearning) {
        _ = trainer.runEpoch(shouldStop: { false }, afterStep: { _, _ in })
        let state = trainer.checkpoint(digest: "d")
        #expect(other.resume(state) != nil)
        for change in Self.forged {
            var forged = state
            forged.numbers.merge(change) { _, new in new }
            #expect(other.resume(forged) == nil, "\(change)")
        }
        for missing in ["epoch", "step", "best-epoch"] {
            var forged = state
            forged.numbers[missing] = nil
            #expect(other.resume(forged) == nil, "without \(missing)")
        }
    }

    @Test func ofADuplex() {
        let data = Example.labelled(24, seed: 4, lengths: 10...10)
        var plan = TrainingPlan()
        plan.epochs = 2
        let trainers = (0..<2).map { _ in
            ClassifierTrainer(DuplexConfiguration(alphabet: .dna), plan: plan, training: data, validation: data)
        }
        expectRefused(trainers[0], trainers[1])
    }

    @Test func ofANet() {
        let data = Example.labelled(24, seed: 4, lengths: 10...10)
        var plan = TrainingPlan()
        plan.epochs = 2
        let trainers = (0..<2).map { _ in
            ConvolutionalTrainer(
                ConvolutionalConfiguration(alphabet: .dna, size: .compact, length: 10), plan: plan, training: data,
                validation: data)
        }
        expectRefused(trainers[0], trainers[1])
    }

    @Test(arguments: ["-1", "1099511627777", "9223372036854775807", "9223372036854775808", "+1", "01", " 1", "x", ""])
    func numbersThatNoTrainingComesToAreRefusedWithTheFile(number: String) throws {
        let archive = WeightArchive(
            metadata: ["kind": "checkpoint", "digest": "d", "number.epoch": number], tensors: [])
        #expect(throws: ModelError.self) { try TrainingCheckpoint(decoding: archive.encoded()) }
        let sound = WeightArchive(metadata: ["kind": "checkpoint", "digest": "d", "number.epoch": "7"], tensors: [])
        #expect(try TrainingCheckpoint(decoding: sound.encoded()).numbers["epoch"] == 7)
    }
}
