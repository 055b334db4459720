// Tests of the plain GANs: the same bytes for any number of threads and after resuming, and models that can be read
// again.

import Kernels
import SeqModel
import TestSupport
import Testing

@Suite(.timed) struct ImageGeneratorTests {
    static let alphabet = Alphabet.dna

    static func trainer(
        _ kind: ImageGeneratorKind, threads: Int = 1, start: ConvolutionalClassifier? = nil
    ) -> ImageGeneratorTrainer {
        var plan = ImageGeneratorPlan()
        plan.batch = 8
        plan.threads = threads
        let pairs = Example.labelled(80, seed: 2).interacting(above: 0.5, alphabet: alphabet, seed: 1)
        return ImageGeneratorTrainer(
            kind, pairs, alphabet: alphabet, length: pairs.longest, orientation: .antiparallel, start: start,
            plan: plan)
    }

    static func file(_ generator: ImageGenerator) -> ModelFile {
        ModelFile(classifier: ModelFileTests.convolutional().classifier, generator: .images(generator), record: [:])
    }

    @Test(arguments: ImageGeneratorKind.allCases)
    func theSameBytesForAnyNumberOfThreadsAndAfterResuming(kind: ImageGeneratorKind) throws {
        var files: [[UInt8]] = []
        for threads in [1, 3] {
            let trainer = Self.trainer(kind, threads: threads)
            for _ in 0..<4 { trainer.runStep() }
            files.append(Self.file(trainer.generator).encoded())
        }
        let first = Self.trainer(kind)
        for _ in 0..<2 { first.runStep() }
        let model = Self.file(first.generator)
        let state = try TrainingCheckpoint(decoding: first.checkpoint(digest: "d", model: model).encoded())
        let second = Self.trainer(kind, threads: 2)
        #expect(second.resume(state))
        for _ in 0..<2 { second.runStep() }
        files.append(Self.file(second.generator).encoded())
        #expect(files[0] == files[1] && files[0] == files[2])
        #expect(model.encoded() != files[0])
        #expect(!Self.trainer(kind == .dense ? .dcgan : .dense).resume(state))
        #expect(try ModelFile(decoding: files[0]).encoded() == files[0])
    }

    @Test(arguments: ImageGeneratorKind.allCases)
    func damagedModelsAreRefused(kind: ImageGeneratorKind) throws {
        let bytes = Self.file(Self.trainer(kind).generator).encoded()
        for length in stride(from: 0, to: bytes.count, by: bytes.count / 50) {
            #expect(throws: ModelError.self) { try ModelFile(decoding: Array(bytes[..<length])) }
        }
        var archive = try WeightArchive(decoding: bytes)
        for (key, value) in [
            ("generator", "other"), ("generator.length", "20"), ("generator.orientation", "up"),
            ("generator.shortest-a", "13"), ("generator.longest-b", "13"),
        ] {
            let kept = archive.metadata[key]
            archive.metadata[key] = value
            #expect(throws: ModelError.self, "\(key)") { try ModelFile(decoding: archive.encoded()) }
            archive.metadata[key] = kept
        }
        archive.tensors.removeLast()
        #expect(throws: ModelError.self) { try ModelFile(decoding: archive.encoded()) }
    }

    @Test func pairsHaveTheLengthsOfTheDataAndFollowTheStream() {
        let generator = Self.trainer(.dcgan).generator
        let (one, other) = (ImageGenerator.Worker(generator), ImageGenerator.Worker(generator))
        var seen = Set<[UInt8]>()
        for k in UInt64(0)..<20 {
            var random = RandomSource(seed: 3, stream: k)
            #expect(generator.draw(allowed: 1...512, &random, one))
            var again = RandomSource(seed: 3, stream: k)
            #expect(generator.draw(allowed: 8...12, &again, other))
            #expect(one.a == other.a && one.b == other.b)
            #expect((8...12).contains(one.a.count) && (8...12).contains(one.b.count))
            #expect((0...1).contains(one.oneHot))
            seen.insert(one.a)
        }
        #expect(seen.count > 10)
        var random = RandomSource(seed: 3, stream: 1)
        #expect(!generator.draw(allowed: 20...30, &random, one))
    }

    @Test func theDiscriminatorMayBeginAsAClassifier() throws {
        guard case .convolutional(let net) = ModelFileTests.convolutional().classifier else {
            Issue.record("a convolutional model")
            return
        }
        let (fresh, started) = (Self.trainer(.dcgan), Self.trainer(.dcgan, start: net))
        for trainer in [fresh, started] { trainer.runStep() }
        // What the discriminator says decides how the generator moves; both generators begin alike.
        #expect(Self.file(fresh.generator).encoded() != Self.file(started.generator).encoded())
        let loss = started.takeFigures()
        #expect(loss.discriminatorLoss.isFinite && loss.generatorLoss.isFinite)
    }
}
