// Tests of the training of pair hidden Markov models, and of generators with them in model files.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct PairHMMTrainingTests {
    /// A model with a generator of this kind that has learned nothing. Early ones have no levels, and are linear.
    static func model(_ conditions: [Condition] = [], hasLevels: Bool = true) -> ModelFile {
        let inputs = conditions.count + (hasLevels ? 1 : 0)
        let (net, weights) = PairHMMTests.net(
            letters: 4, longestA: 9, lengthsB: 4...9, conditions: inputs, terms: hasLevels ? .quadratic : .linear)
        let strands = MarkovMixture(letters: 4, length: 9, order: 2, conditions: inputs)
        let levels = ScoreLevels(
            (0...1).map { label in
                let terms = QuadraticTerms.count(conditions.count)
                return BinShares(
                    bins: ScoreLevels.count,
                    weights: (0..<terms * ScoreLevels.count).map { Float(($0 + label) % 5) })
            })
        return PairGeneratorFileTests.model(conditions, strands: strands, levels: hasLevels ? levels : nil) { _ in
            .aligned(net, weights)
        }
    }

    @Test(arguments: [[], PairGeneratorFileTests.conditions], [true, false]) func aGeneratorIsReadAsItWasWritten(
        conditions: [Condition], hasLevels: Bool
    ) throws {
        let model = Self.model(conditions, hasLevels: hasLevels)
        // As it is read, B faces A as the classifier's strands do.
        #expect(model.classifier.orientation == .antiparallel)
        _ = try PairGeneratorFileTests.readAsWritten(model, .aligned, conditions)
    }

    @Test func anEarlyGeneratorIsLinearInTheConditions() throws {
        var archive = try WeightArchive(
            decoding: Self.model(PairGeneratorFileTests.conditions, hasLevels: false).encoded())
        archive.metadata["generator.terms"] = nil
        let read = try ModelFile(decoding: archive.encoded())
        guard case .aligned(let net, _) = read.generator?.paired?.partner else {
            Issue.record("another generator")
            return
        }
        #expect(net.terms == .linear && net.shape.conditions == PairGeneratorFileTests.conditions.count)
    }

    @Test func sizesThatAreNotThoseOfTheTensorsAreRefused() throws {
        let archive = try WeightArchive(decoding: Self.model().encoded())
        for (key, values) in [
            ("generator.blocks", ["1", "3", "0", "17", "x"]), ("generator.shortest-b", ["10", "0", "-1", "x"]),
            ("generator.longest-b", ["3", "513", "x"]),
            ("generator.chain-order", ["1", "3", "-1", "7", "13", "9223372036854775807", "x"]),
            ("generator.score-levels", ["3", "5", "0", "-1", "x"]), ("generator.terms", ["linear", "cubic", ""]),
        ] {
            for value in values {
                var forged = archive
                forged.metadata[key] = value
                #expect(throws: ModelError.self, "\(key) \(value)") { try ModelFile(decoding: forged.encoded()) }
            }
            var forged = archive
            forged.metadata[key] = nil
            #expect(throws: ModelError.self, "\(key)") { try ModelFile(decoding: forged.encoded()) }
        }
    }

    static let classifier: PairClassifier = {
        var configuration = DuplexConfiguration(alphabet: .dna)
        (configuration.heads, configuration.hidden) = (4, 8)
        var plan = TrainingPlan()
        (plan.epochs, plan.batch) = (12, 32)
        let data = Example.labelled(400, seed: 31, lengths: 5...7)
        let trainer = ClassifierTrainer(.duplex(configuration), plan: plan, training: data, validation: data)
        for _ in 0..<plan.epochs { _ = trainer.runEpoch() }
        return trainer.classifier
    }()

    private static func plan(steps: Int, threads: Int = 2) -> PairGeneratorPlan {
        var plan = PairGeneratorPlan(.aligned, pairs: 400)
        (plan.steps, plan.batch, plan.threads) = (steps, 24, threads)
        return plan
    }

    @Test func theSameWeightsForAnyNumberOfThreads() {
        let data = GeneratorData(
            Self.classifier, Example.labelled(400, seed: 31, lengths: 5...7), plan: Self.plan(steps: 8))
        let runs = [1, 2, 3, 7].map { threads in
            var plan = Self.plan(steps: 8, threads: threads)
            plan.batch = 19
            let trainer = LikelihoodTrainer(data, data.pairHMM, plan: plan)
            for _ in 0..<8 { trainer.runStep() }
            return (trainer.buffers.map { $0[0..<$0.count] }, trainer.takeLoss(), trainer.validation().loss)
        }
        for run in runs.dropFirst() {
            #expect(run.0 == runs[0].0 && run.1 == runs[0].1 && run.2 == runs[0].2)
        }
    }

    @Test func itLearnsWhichLettersFaceEachOther() throws {
        let pairs = Example.labelled(2_000, seed: 32, lengths: 8...12)
        let data = GeneratorData(Self.classifier, pairs, plan: Self.plan(steps: 1_000))
        let trainer = LikelihoodTrainer(data, data.pairHMM, plan: Self.plan(steps: 1_000))
        for _ in 0..<1_000 { trainer.runStep() }
        let tape = PairHMM.DrawingTape()
        var (exact, lengths) = (0, Set<Int>())
        for k in 0..<200 {
            var source = RandomSource(seed: 69, stream: UInt64(k))
            let a = (0..<8 + k % 5).map { _ in UInt8(source.index(below: 4)) }
            let b = trainer.net.draw(
                tape, a: a[...], label: 1, inputs: [ScoreLevels.number(k % ScoreLevels.count)],
                isAllowed: trainer.net.lengthsB.map { _ in true },
                weights: trainer.averaged, &source, LayerKernels())
            exact += b == a.reversed().map { 3 - $0 } ? 1 : 0
            lengths.insert(b.count)
        }
        #expect(exact > 185 && lengths == Set(8...12), "\(exact) \(lengths)")
    }

    @Test func aTrainingGoesOnFromItsStateToTheSameBytes() throws {
        let labelled = Example.labelled(400, seed: 31, lengths: 5...7)
        func run(from start: TrainingCheckpoint?) throws -> (states: [TrainingCheckpoint], model: [UInt8]) {
            var states: [TrainingCheckpoint] = []
            func file(_ generator: PairGenerator?) -> ModelFile {
                var model = ModelFile(classifier: Self.classifier, record: [:])
                model.generator = generator.map { .paired($0) }
                return model
            }
            let outcome = try PairGeneratorTrainer(Self.classifier, labelled, plan: Self.plan(steps: 500)).run(
                from: start,
                save: {
                    states.append(
                        TrainingCheckpoint(
                            digest: "d", numbers: $0.numbers, buffers: $0.buffers, model: file($0.generator)))
                })
            return (states, file(outcome.generator).encoded())
        }
        let whole = try run(from: nil)
        let middle = try #require(whole.states.first { $0.numbers["step"] == 250 })
        let read = try TrainingCheckpoint(decoding: middle.encoded())
        #expect(try run(from: read).model == whole.model)
        // A state of another kind of network is none of this training.
        var forged = middle
        forged.model = PairGeneratorFileTests.autoregressive()
        #expect(throws: GeneratorFailure.self) { try run(from: forged) }
    }
}
