// Tests of the paired generator in a model file: nets of any size are read as they were written, others are refused.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct PairGeneratorFileTests {
    /// A model with a generator that has learned nothing.
    static func model(channels: Int = 16, units: Int = 8) -> ModelFile {
        var model = ModelFileTests.model()
        var random = RandomSource(seed: 20)
        let layout = PairLayout(letters: 4, length: 9, orientation: .antiparallel)
        let net = PartnerNet(layout, channels: channels)
        let strands = StrandNet(letters: 4, length: 9, units: units)
        let composition = StrandComposition(
            net: strands, weights: strands.initialWeights(&random),
            lengths: [[], [.init(a: 9, b: 8, share: 0.5), .init(a: 4, b: 9, share: 1)]])
        model.generator = .paired(
            PairGenerator(.adversarial(net, net.initialWeights(&random)), composition: composition))
        return model
    }

    private static func drawn(_ model: ModelFile) throws -> [DrawnPair?] {
        let generator = try #require(model.generator)
        var sources = (0..<20).map { RandomSource(seed: 21, stream: $0) }
        return generator.draw(
            label: 1, given: [[UInt8]?](repeating: nil, count: 20), lengths: 1...9, &sources, .init(generator))
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
}
