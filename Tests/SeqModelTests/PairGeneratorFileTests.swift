// Tests of the paired generator in a model file: nets of any size are read as they were written, others are refused.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct PairGeneratorFileTests {
    /// A model with a generator that has learned nothing.
    static func model(channels: Int = 16, units: Int = 8, _ conditions: [Condition] = []) -> ModelFile {
        var model = conditions.isEmpty ? ModelFileTests.model() : conditioned(conditions)
        var random = RandomSource(seed: 20)
        let layout = PairLayout(letters: 4, length: 9, orientation: .antiparallel)
        let net = PartnerNet(layout, channels: channels)
        let strands = StrandNet(letters: 4, length: 9, units: units, conditions: conditions.count)
        let composition = StrandComposition(
            net: strands, weights: strands.initialWeights(&random),
            lengths: [[], [.init(a: 9, b: 8, share: 0.5), .init(a: 4, b: 9, share: 1)]])
        model.generator = .paired(
            PairGenerator(
                .adversarial(net, net.initialWeights(&random)), composition: composition, conditions: conditions))
        return model
    }

    /// A model with an autoregressive generator that has learned nothing.
    static func autoregressive(_ conditions: [Condition] = []) -> ModelFile {
        let net = EncoderDecoder(letters: 4, longestA: 9, lengthsB: 4...9, conditions: conditions.count)
        return model(conditions) { .autoregressive(net, net.initialWeights(&$0)) }
    }

    /// A model with a generator of strands B of 4 to 9 letters; `strands` is the model of strand A, if not a recurrent
    /// network.
    static func model(
        _ conditions: [Condition], strands: (any StrandModel)? = nil, levels: ScoreLevels? = nil,
        partner: (inout RandomSource) -> PairGenerator.Partner
    ) -> ModelFile {
        var model = conditions.isEmpty ? ModelFileTests.model() : conditioned(conditions)
        var random = RandomSource(seed: 22)
        let strands = strands ?? StrandNet(letters: 4, length: 9, units: 8, conditions: conditions.count)
        let composition = StrandComposition(
            net: strands, weights: strands.initialWeights(&random),
            lengths: [[.init(a: 3, b: 4, share: 1)], [.init(a: 9, b: 8, share: 0.5), .init(a: 4, b: 9, share: 1)]],
            levels: levels)
        model.generator = .paired(
            PairGenerator(partner(&random), composition: composition, conditions: conditions))
        return model
    }

    /// Two conditions, of different scales.
    static let conditions: [Condition] = {
        var conditions = ["temperature", "sodium"].compactMap { Condition($0) }
        (conditions[0].mean, conditions[0].deviation) = (3.1, 0.12)
        (conditions[0].trained, conditions[0].usual) = (10...80, 37)
        (conditions[1].mean, conditions[1].deviation) = (-2, 1.5)
        (conditions[1].trained, conditions[1].usual) = (0.01...1, 0.05)
        return conditions
    }()

    /// A model with conditions whose classifier has learned nothing.
    static func conditioned(_ conditions: [Condition]) -> ModelFile {
        var configuration = DuplexConfiguration(alphabet: .dna)
        (configuration.heads, configuration.hidden, configuration.conditions) = (4, 8, conditions)
        var data = LabelledPairs(alphabet: .dna, conditions: conditions.count)
        for pair in Example.strands(20) {
            data.append(pair.a, pair.b, target: Float(pair.label), at: conditions.map { Float($0.usual) })
        }
        let trainer = ClassifierTrainer(.duplex(configuration), plan: TrainingPlan(), training: data, validation: data)
        return ModelFile(classifier: trainer.classifier, record: [:])
    }

    private static func drawn(_ model: ModelFile) throws -> [DrawnPair?] {
        let generator = try #require(model.generator)
        var sources = (0..<20).map { RandomSource(seed: 21, stream: $0) }
        return generator.draw(
            label: 1, at: generator.conditions.map { Float($0.usual) },
            given: [[UInt8]?](repeating: nil, count: 20), lengths: 1...9, &sources, .init(generator))
    }

    @Test(arguments: [(16, 8), (32, 32), (64, 64), (8, 256)]) func aGeneratorOfAnySizeIsReadAsItWasWritten(
        channels: Int, units: Int
    ) throws {
        let model = Self.model(channels: channels, units: units)
        let loaded = try ModelFile(decoding: model.encoded())
        #expect(loaded.encoded() == model.encoded())
        let pairs = try Self.drawn(loaded)
        #expect(pairs == (try Self.drawn(model)))
        #expect(Set(pairs.map { $0?.a.count }) == [9, 4])
    }

    @Test func ofAFileThatTellsNoSizesTheyAre64() throws {
        var archive = try WeightArchive(decoding: Self.model(channels: 64, units: 64).encoded())
        for key in ["generator.channels", "generator.strand-units"] { archive.metadata[key] = nil }
        let loaded = try ModelFile(decoding: archive.encoded())
        #expect(try Self.drawn(loaded) == Self.drawn(Self.model(channels: 64, units: 64)))
    }

    @Test(arguments: ["generator.channels", "generator.strand-units"]) func sizesThatAreNotThoseOfTheTensorsAreRefused(
        key: String
    ) throws {
        var archive = try WeightArchive(decoding: Self.model().encoded())
        for value in ["24", "12", "0", "-8", "264", "x", "9223372036854775800"] {
            archive.metadata[key] = value
            #expect(throws: ModelError.self, "\(value)") { try ModelFile(decoding: archive.encoded()) }
        }
        archive.metadata[key] = nil
        #expect(throws: ModelError.self) { try ModelFile(decoding: archive.encoded()) }
    }

    @Test(arguments: [[], conditions]) func anAutoregressiveGeneratorIsReadAsItWasWritten(
        conditions: [Condition]
    ) throws {
        let generator = try Self.readAsWritten(Self.autoregressive(conditions), .autoregressive, conditions)
        guard case .autoregressive = generator.partner else {
            Issue.record("another kind")
            return
        }
    }

    /// The generator of `model`, which `PairGeneratorFileTests.model` has made, as it is read from its file.
    static func readAsWritten(
        _ model: ModelFile, _ method: PairGenerator.Method, _ conditions: [Condition]
    ) throws -> PairGenerator {
        let loaded = try ModelFile(decoding: model.encoded())
        #expect(loaded.encoded() == model.encoded())
        let pairs = try drawn(loaded)
        #expect(pairs == (try drawn(model)))
        // Of the lengths of B that occur with the label, any may follow any length of A.
        #expect(Set(pairs.map { $0?.a.count }) == [9, 4] && Set(pairs.map { $0?.b.count }) == [8, 9])
        let generator = try #require(loaded.generator?.paired)
        #expect(generator.method == method && generator.longestGiven == 9 && generator.longestStrand == 9)
        #expect(generator.knows(label: 0) && generator.knows(label: 1))
        #expect(generator.conditions == conditions)
        let rows = loaded.description()
        #expect(rows.contains(["format version", conditions.isEmpty ? "2" : "3"]))
        #expect(rows.contains(["generator", method.rawValue]))
        #expect(rows.contains(["generator longest strand", "9"]) && rows.contains(["generator labels", "0 and 1"]))
        let tensors: [TensorSpec] =
            switch generator.partner {
            case .autoregressive(let net, _): net.tensors
            case .aligned(let net, _): net.tensors
            case .adversarial: []
            }
        #expect(!tensors.isEmpty)
        for tensor in tensors + generator.composition.net.tensors {
            #expect(rows.contains(["tensor \(tensor.name)", tensor.shape.map(String.init).joined(separator: " x ")]))
        }
        return generator
    }

    @Test func theLengthsOfAnAutoregressiveGeneratorAreThoseOfItsTensors() throws {
        let archive = try WeightArchive(decoding: Self.autoregressive().encoded())
        for (key, values) in [
            ("generator.shortest-b", ["5", "0", "10", "-4", "x", "", "04", "9223372036854775808"]),
            ("generator.longest-b", ["3", "8", "12", "512", "513", "-9", "x", "9.0"]),
            ("generator.strand-length", ["0", "8", "513", "x"]), ("generator.strand-units", ["16", "0", "7"]),
            ("generator", ["paired", "dense", "dcgan", "adversarial", "Autoregressive", ""]),
        ] {
            for value in values + [nil] where !(key == "generator" && value == nil) {
                var forged = archive
                forged.metadata[key] = value
                #expect(throws: ModelError.self, "\(key) \(value ?? "missing")") {
                    try ModelFile(decoding: forged.encoded())
                }
            }
        }
        var other = try WeightArchive(decoding: Self.model().encoded())
        other.metadata["generator"] = "autoregressive"
        #expect(throws: ModelError.self) { try ModelFile(decoding: other.encoded()) }
    }

    /// The networks have as many conditions as the classifier, and other generators take none.
    @Test func aGeneratorOfOtherConditionsThanTheClassifiersIsRefused() throws {
        let none = try WeightArchive(decoding: Self.autoregressive().encoded())
        let two = try WeightArchive(decoding: Self.autoregressive(Self.conditions).encoded())
        let one = try WeightArchive(decoding: Self.autoregressive([Self.conditions[0]]).encoded())
        let paired = try WeightArchive(decoding: Self.model().encoded())
        for (classifier, generator) in [(two, none), (two, one), (one, two), (none, two), (two, paired)] {
            var forged = classifier
            forged.tensors.removeAll { $0.name.hasPrefix("generator.") }
            forged.tensors += generator.tensors.filter { $0.name.hasPrefix("generator.") }
            forged.metadata = classifier.metadata.filter { !$0.key.hasPrefix("generator") }
            for (key, value) in generator.metadata where key.hasPrefix("generator") { forged.metadata[key] = value }
            #expect(throws: ModelError.self) { try ModelFile(decoding: forged.encoded()) }
        }
        #expect(throws: Never.self) { try ModelFile(decoding: two.encoded()) }
        // Even where its networks have them.
        let adversarial = Self.model(Self.conditions).encoded()
        #expect(throws: ModelError.self) { try ModelFile(decoding: adversarial) }
    }

    @Test(arguments: [[], conditions]) func tensorsOfAnotherShapeNameOrNumberAreRefused(
        conditions: [Condition]
    ) throws {
        let archive = try WeightArchive(decoding: Self.autoregressive(conditions).encoded())
        let own = archive.tensors.indices.filter { archive.tensors[$0].name.hasPrefix("generator.") }
        #expect(own.count > 30)
        for t in own {
            let tensor = archive.tensors[t]
            let shapes = [[tensor.values.count, 1], [1] + tensor.shape, tensor.shape.reversed()]
            for shape in shapes where shape != tensor.shape {
                var forged = archive
                forged.tensors[t] = .init(name: tensor.name, shape: shape, values: tensor.values)
                #expect(throws: ModelError.self, "\(tensor.name) \(shape)") {
                    try ModelFile(decoding: forged.encoded())
                }
            }
            for change in 0..<3 {
                var forged = archive
                switch change {
                // Early files have no ratios of words.
                case 0 where tensor.name.hasSuffix(".words"): continue
                case 0: forged.tensors.remove(at: t)
                case 1: forged.tensors[t].name += "s"
                default: forged.tensors.insert(.init(name: "generator.more", shape: [1], values: [0]), at: t + 1)
                }
                #expect(throws: ModelError.self, "\(tensor.name) \(change)") {
                    try ModelFile(decoding: forged.encoded())
                }
            }
        }
        // Another number of blocks.
        let block = own.filter { archive.tensors[$0].name.hasPrefix("generator.decoder.0.") }
        #expect(block.count > 10)
        var forged = archive
        forged.tensors.removeSubrange(block[0]...block[block.count - 1])
        #expect(throws: ModelError.self) { try ModelFile(decoding: forged.encoded()) }
    }
}
