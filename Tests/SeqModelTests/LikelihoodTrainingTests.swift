// Tests of training by maximum likelihood: the same for any number of threads and after any interruption.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct LikelihoodTrainingTests {
    private static let data = Example.labelled(400, seed: 31, lengths: 5...7)

    /// A classifier that tells the pairs apart.
    private static let classifier: PairClassifier = {
        var configuration = DuplexConfiguration(alphabet: .dna)
        (configuration.heads, configuration.hidden) = (4, 8)
        var plan = TrainingPlan()
        (plan.epochs, plan.batch) = (12, 32)
        let trainer = ClassifierTrainer(.duplex(configuration), plan: plan, training: data, validation: data)
        for _ in 0..<plan.epochs { _ = trainer.runEpoch() }
        return trainer.classifier
    }()

    private static func plan(steps: Int, threads: Int = 2) -> PairGeneratorPlan {
        var plan = PairGeneratorPlan(.autoregressive, pairs: data.count)
        (plan.steps, plan.batch, plan.threads) = (steps, 24, threads)
        return plan
    }

    @Test func theSameWeightsForAnyNumberOfThreads() {
        // More threads than parts of a batch have pairs, and a batch that is no multiple of the parts.
        let runs = [1, 2, 3, 7].map { threads in
            var plan = Self.plan(steps: 8, threads: threads)
            plan.batch = 19
            let data = GeneratorData(Self.classifier, Self.data, plan: plan)
            let trainer = LikelihoodTrainer(data, data.encoderDecoder, plan: plan)
            for _ in 0..<8 { trainer.runStep() }
            return (trainer.buffers.map { $0[0..<$0.count] }, trainer.takeLoss(), trainer.validation().loss)
        }
        for run in runs.dropFirst() {
            #expect(run.0 == runs[0].0 && run.1 == runs[0].1 && run.2 == runs[0].2)
        }
    }

    /// Every state of an uninterrupted training, its events, and its result.
    private struct Course {
        var states: [TrainingCheckpoint] = []
        var losses: [String] = []
        var model: [UInt8] = []
        var step = 0
    }

    private static func checkpoint(_ state: PairGeneratorTrainer.State) -> TrainingCheckpoint {
        var model = ModelFile(classifier: classifier, record: [:])
        model.generator = state.generator.map { .paired($0) }
        return TrainingCheckpoint(digest: "d", numbers: state.numbers, buffers: state.buffers, model: model)
    }

    private static func run(from start: TrainingCheckpoint? = nil, steps: Int = 500, threads: Int = 2) throws -> Course
    {
        var course = Course()
        let trainer = PairGeneratorTrainer(classifier, data, plan: plan(steps: steps, threads: threads))
        let outcome = try trainer.run(
            from: start,
            report: { event in
                if case .evaluated(let step, .likelihood(let training, let validation), _) = event {
                    course.losses.append("\(step) \(training) \(validation)")
                }
            }, save: { course.states.append(checkpoint($0)) })
        var model = ModelFile(classifier: classifier, record: [:])
        model.generator = .paired(outcome.generator)
        (course.model, course.step) = (model.encoded(), outcome.step)
        return course
    }

    private static let whole = Result { try run() }

    @Test func aTrainingGoesOnFromAStateOfEitherPhaseToTheSameBytes() throws {
        let whole = try Self.whole.get()
        let ofStrands = whole.states.filter { $0.numbers["step"] == nil }
        let ofPairs = whole.states.filter { $0.numbers["step"] != nil }
        #expect(ofStrands.count > 2 && ofPairs.compactMap { $0.numbers["step"] } == [250, 500])
        for (threads, state) in [ofStrands[1], ofStrands[ofStrands.count - 1], ofPairs[0], ofPairs[1]].enumerated() {
            // As it is read from a file.
            let read = try TrainingCheckpoint(decoding: state.encoded())
            let rest = try Self.run(from: read, threads: threads + 1)
            #expect(rest.model == whole.model && rest.step == whole.step, "\(state.numbers)")
            #expect(whole.losses.suffix(rest.losses.count) == rest.losses[...])
            #expect(rest.states.last?.encoded() == whole.states.last?.encoded() || rest.states.isEmpty)
        }
    }

    private static func isRefused(_ state: TrainingCheckpoint, steps: Int = 500) -> Bool {
        do {
            _ = try run(from: state, steps: steps)
            return false
        } catch GeneratorFailure.foreignCheckpoint { return true } catch { return false }
    }

    @Test func aStateThatIsNoneOfThisTrainingIsRefused() throws {
        let state = try #require(try Self.whole.get().states.first { $0.numbers["step"] == 250 })
        #expect(!Self.isRefused(state))
        for change in [
            ["step": 0], ["step": 501], ["step": 1 << 40], ["best-step": 0], ["best-step": 251], ["worse": 11],
            ["worse": 1 << 40],
        ] {
            var forged = state
            forged.numbers.merge(change) { _, new in new }
            #expect(Self.isRefused(forged), "\(change)")
        }
        for missing in ["best-step", "worse"] {
            var forged = state
            forged.numbers[missing] = nil
            #expect(Self.isRefused(forged), "without \(missing)")
        }
        for buffer in state.buffers.indices {
            for change in 0..<3 {
                var forged = state
                switch change {
                case 0: forged.buffers.remove(at: buffer)
                case 1: forged.buffers[buffer].append(0)
                default: forged.buffers.insert([0], at: buffer)
                }
                #expect(Self.isRefused(forged), "\(change) of buffer \(buffer)")
            }
        }
        // Without its generator, and with one of another kind.
        var forged = state
        forged.model = nil
        #expect(Self.isRefused(forged))
        forged.model = PairGeneratorFileTests.model()
        #expect(Self.isRefused(forged))
        forged.model = PairGeneratorFileTests.autoregressive()
        #expect(Self.isRefused(forged))
    }

    @Test func aStateOfAnAdversarialTrainingIsRefusedAndTheOtherWayRound() throws {
        var plan = PairGeneratorPlan(.adversarial, pairs: 400)
        (plan.steps, plan.batch, plan.threads) = (250, 8, 2)
        let whole = try Self.whole.get()
        let strands = try #require(whole.states.last { $0.numbers["step"] == nil })
        var adversarial: TrainingCheckpoint?
        // In so few steps it may have learned nothing.
        _ = try? PairGeneratorTrainer(Self.classifier, Self.data, plan: plan).run(
            from: strands, save: { adversarial = Self.checkpoint($0) })
        #expect(Self.isRefused(try #require(adversarial)))
        let other = try #require(whole.states.last)
        #expect(throws: GeneratorFailure.self) {
            try PairGeneratorTrainer(Self.classifier, Self.data, plan: plan).run(from: other)
        }
    }

    @Test func aTrainingThatIsStoppedEndsWithTheLastGoodGeneratorOrNone() throws {
        var steps = 0
        let early = try PairGeneratorTrainer(Self.classifier, Self.data, plan: Self.plan(steps: 500)).run(
            from: Self.whole.get().states.last { $0.numbers["step"] == nil },
            shouldStop: { steps >= 251 }, afterStep: { phase, step in if phase == .pairs { steps = step } })
        #expect(steps == 251 && early.step == 250)
        do {
            _ = try PairGeneratorTrainer(Self.classifier, Self.data, plan: Self.plan(steps: 500)).run(shouldStop: {
                true
            })
            Issue.record("it has a generator of no steps")
        } catch GeneratorFailure.noTime {}
    }
}
