// Tests of the convolutional classifier's training: it learns, it is the same for any number of threads, it resumes.

import Kernels
import SeqModel
import TestSupport
import Testing

@Suite(.timed) struct ConvolutionalTests {
    static func trainer(
        _ layout: PairImageLayout, _ data: LabelledPairs, threads: Int = 1, epochs: Int = 3,
        size: ConvolutionalConfiguration.Size = .compact
    ) -> ConvolutionalTrainer {
        var configuration = ConvolutionalConfiguration(alphabet: .dna, size: size, length: 12)
        configuration.layout = layout
        configuration.isSymmetric = true
        var plan = TrainingPlan()
        plan.batch = 32
        plan.learningRate = 0.002
        plan.decay = 1e-2
        plan.epochs = epochs
        plan.threads = threads
        return ConvolutionalTrainer(configuration, plan: plan, training: data, validation: data)
    }

    @Test(arguments: PairImageLayout.allCases, ConvolutionalConfiguration.Size.allCases)
    func overfitsSixtyFourPairs(layout: PairImageLayout, size: ConvolutionalConfiguration.Size) throws {
        let trainer = Self.trainer(layout, Example.labelled(64, seed: 4), epochs: 40, size: size)
        var last = Double.infinity
        for _ in 0..<40 { last = try #require(trainer.runEpoch { false }).trainingLoss }
        #expect(last < 0.05)
    }

    @Test(arguments: ConvolutionalConfiguration.Size.allCases)
    func theSameBytesForAnyNumberOfThreadsAndAfterResuming(size: ConvolutionalConfiguration.Size) throws {
        let data = Example.labelled(150, seed: 5)
        var files: [[UInt8]] = []
        for threads in [1, 2, 5] {
            let trainer = Self.trainer(.channels, data, threads: threads, size: size)
            for _ in 0..<3 { _ = try #require(trainer.runEpoch { false }) }
            files.append(ModelFile(classifier: trainer.classifier, record: [:]).encoded())
        }
        let first = Self.trainer(.channels, data, threads: 3, size: size)
        _ = first.runEpoch { false }
        let state = try TrainingCheckpoint(decoding: first.checkpoint(digest: "d").encoded())
        let second = Self.trainer(.channels, data, size: size)
        #expect(second.resume(state) != nil)
        for _ in 0..<2 { _ = second.runEpoch { false } }
        files.append(ModelFile(classifier: second.classifier, record: [:]).encoded())
        #expect(files.allSatisfy { $0 == files[0] })
        #expect(Self.trainer(.channels, data, size: size == .full ? .compact : .full).resume(state) == nil)
    }

    @Test func aScoreDoesNotDependOnWhatIsScoredBesideIt() {
        let data = Example.labelled(150, seed: 5)
        let trainer = Self.trainer(.stacked, data)
        for _ in 0..<2 { _ = trainer.runEpoch { false } }
        let workspace = Workspace()
        var (all, one): ([Float], [Float]) = ([], [])
        trainer.classifier.logits(data.pairs, 0..<150, workspace: workspace, into: &all)
        for p in 0..<150 {
            trainer.classifier.logits(data.pairs, p..<p + 1, workspace: workspace, into: &one)
            #expect(one[0] == all[p])
        }
        #expect(Set(all).count > 100)
    }
}
