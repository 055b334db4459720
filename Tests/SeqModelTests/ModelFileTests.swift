// Tests of the model file: what is saved is loaded, and what was changed is refused.

import Kernels
import SeqModel
import TestSupport
import Testing

@Suite(.timed) struct ModelFileTests {
    /// A small model after a few steps, with positions so that every section is there.
    static func model() -> ModelFile {
        var configuration = DuplexConfiguration(alphabet: .dna)
        configuration.heads = 4
        configuration.hidden = 8
        configuration.isSymmetric = false
        configuration.rowPositions = 2
        configuration.columnPositions = 2
        let data = Example.labelled(20, seed: 1)
        let trainer = ClassifierTrainer(configuration, plan: TrainingPlan(), training: data, validation: data)
        _ = trainer.runEpoch()
        return ModelFile(classifier: trainer.classifier, record: ["command": "a \"quoted\"\tname", "seed": "11"])
    }

    /// A small convolutional model after a few steps.
    static func convolutional() -> ModelFile {
        var configuration = ConvolutionalConfiguration(alphabet: .dna, size: .compact, length: 12)
        configuration.layout = .stacked
        let data = Example.labelled(20, seed: 1)
        let trainer = ConvolutionalTrainer(configuration, plan: TrainingPlan(), training: data, validation: data)
        _ = trainer.runEpoch { false }
        return ModelFile(classifier: trainer.classifier, record: ["command": "a \"quoted\"\tname", "seed": "11"])
    }

    static let models = [model, convolutional]

    @Test(arguments: models.indices) func savedLoadedAndSavedAgainIsTheSame(kind: Int) throws {
        let bytes = Self.models[kind]().encoded()
        let loaded = try ModelFile(decoding: bytes)
        #expect(loaded.encoded() == bytes)
        #expect(loaded.record["command"] == "a \"quoted\"\tname")
    }

    @Test(arguments: models.indices) func everyTruncationIsRefused(kind: Int) {
        let bytes = Self.models[kind]().encoded()
        let step = kind == 0 ? 7 : 997
        let lengths =
            Array(0..<min(bytes.count, 4096)) + stride(from: 4096, to: bytes.count, by: step) + [bytes.count - 1]
        for length in lengths {
            #expect(throws: ModelError.self, "\(length)") { try ModelFile(decoding: Array(bytes[..<length])) }
        }
        #expect(throws: ModelError.self) { try ModelFile(decoding: bytes + [0]) }
    }

    @Test func flippedBitsOfAConvolutionalModelAreRefused() {
        let bytes = Self.convolutional().encoded()
        for at in Array(0..<1500) + stride(from: 1500, to: bytes.count, by: 1999) {
            var damaged = bytes
            damaged[at] ^= 1 << UInt8(at % 8)
            #expect(throws: ModelError.self, "byte \(at)") { try ModelFile(decoding: damaged) }
        }
    }

    @Test func aNetOfAnotherSizeThanItsTensorsIsRefused() throws {
        var archive = try WeightArchive(decoding: Self.convolutional().encoded())
        for (key, value) in [
            ("length", "13"), ("size", "full"), ("layout", "rows"), ("kind", "duplex"), ("longest", "513"),
            ("alphabet", "protein"), ("threshold", "2"),
        ] {
            let kept = archive.metadata[key]
            archive.metadata[key] = value
            #expect(throws: ModelError.self, "\(key)") { try ModelFile(decoding: archive.encoded()) }
            archive.metadata[key] = kept
        }
        let at = try #require(archive.tensors.firstIndex { $0.name.hasSuffix("variance") })
        archive.tensors[at].values[0] = -1
        #expect(throws: ModelError.self) { try ModelFile(decoding: archive.encoded()) }
    }

    @Test func ofTheFirstVersionANetIsReadAndADuplexIsNot() throws {
        var net = try WeightArchive(decoding: Self.convolutional().encoded())
        net.version = 1
        #expect(try ModelFile(decoding: net.encoded()).version == 1)
        var duplex = try WeightArchive(decoding: Self.model().encoded())
        #expect(throws: Never.self) { try ModelFile(decoding: duplex.encoded()) }
        duplex.version = 1
        let error = #expect(throws: ModelError.self) { try ModelFile(decoding: duplex.encoded()) }
        #expect(error == .olderVersion(found: 1, oldest: 2))
        #expect(error?.description.contains("train it again") == true)
    }

    @Test(arguments: ["layer", "generator.layer"]) func aNetWhoseNumbersCouldLeaveTheFloatsIsRefused(
        prefix: String
    ) throws {
        let isGenerator = prefix.hasPrefix("generator")
        let model =
            isGenerator ? ImageGeneratorTests.file(ImageGeneratorTests.trainer(.dcgan).generator) : Self.convolutional()
        var archive = try WeightArchive(decoding: model.encoded())
        #expect(throws: Never.self) { try ModelFile(decoding: archive.encoded()) }
        // Each weight is allowed; their products layer after layer are not.
        for at in archive.tensors.indices where archive.tensors[at].name.hasPrefix(prefix) {
            let value: Float = archive.tensors[at].name.hasSuffix("variance") ? 0 : 100_000
            archive.tensors[at].values = archive.tensors[at].values.map { _ in value }
        }
        let error = #expect(throws: ModelError.self) { try ModelFile(decoding: archive.encoded()) }
        #expect(error?.description.contains("largest possible number") == true, "\(error as Any)")
    }

    @Test func everyFlippedBitIsRefused() {
        let archive = WeightArchive(
            metadata: ["kind": "duplex"],
            tensors: [
                .init(name: "a", shape: [2, 2], values: [1, 2, 3, 4]), .init(name: "b", shape: [1], values: [5]),
            ])
        let bytes = archive.encoded()
        #expect(throws: Never.self) { try WeightArchive(decoding: bytes) }
        for at in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[at] ^= 1 << UInt8(bit)
                #expect(throws: ModelError.self, "byte \(at), bit \(bit)") { try WeightArchive(decoding: damaged) }
            }
        }
    }

    @Test func notFiniteWeightsAreRefused() {
        let archive = WeightArchive(metadata: [:], tensors: [.init(name: "a", shape: [1], values: [.nan])])
        #expect(throws: ModelError.self) { try WeightArchive(decoding: archive.encoded()) }
    }

    @Test func aHeaderThatClaimsMoreThanThereIsIsRefused() {
        var bytes = [UInt8](repeating: 0xff, count: 8) + Array("{\"a\":{}}".utf8)
        #expect(throws: ModelError.self) { try WeightArchive(decoding: bytes) }
        bytes[7] = 0x10
        #expect(throws: ModelError.self) { try WeightArchive(decoding: bytes) }
    }

    @Test(arguments: [(Float(100_000), true), (100_001, false), (-3e38, false)])
    func weightsThatCouldOverflowAreRefused(weight: Float, isRead: Bool) throws {
        var archive = try WeightArchive(decoding: Self.model().encoded())
        for t in archive.tensors.indices {
            for k in archive.tensors[t].values.indices { archive.tensors[t].values[k] = k % 3 == 0 ? -weight : weight }
        }
        guard isRead else {
            #expect(throws: ModelError.self) { try ModelFile(decoding: archive.encoded()) }
            return
        }
        let model = try ModelFile(decoding: archive.encoded())
        let pairs = Example.labelled(64, seed: 3)
        let logits = model.classifier.logits(of: pairs.pairs, workspaces: [Workspace()])
        #expect(logits.allSatisfy { $0.isFinite })
        #expect(model.energies().count > 16)
    }
}
