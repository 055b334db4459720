// DamageTests: a model of each kind, damaged at every byte in its header and at many in its weights: always refused.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct DamageTests {
    /// Models of all kinds of classifiers and generators, small.
    static func file(_ kind: Int) -> [UInt8] {
        var model = kind % 2 == 0 ? ModelFileTests.model() : ModelFileTests.convolutional()
        guard kind >= 2 else { return model.encoded() }
        guard kind < 7 else { return PairHMMTrainingTests.model(PairGeneratorFileTests.conditions).encoded() }
        guard kind < 6 else { return ConditionedClassifierTests.model().encoded() }
        guard kind < 4 else {
            return (kind == 4 ? PairGeneratorFileTests.model() : PairGeneratorFileTests.autoregressive()).encoded()
        }
        let pairs = Example.labelled(20, seed: 1).pairs
        let trainer = ImageGeneratorTrainer(
            kind == 2 ? .dense : .dcgan, pairs, alphabet: .dna, length: pairs.longest, orientation: .antiparallel,
            start: nil, plan: ImageGeneratorPlan())
        model.generator = .images(trainer.generator)
        return model.encoded()
    }

    /// Where to damage: the header and what follows it, and places spread over the rest.
    private static func places(_ bytes: [UInt8], count: Int) -> [Int] {
        let header = 8 + ModelBytes.headerLength(bytes)
        let rest = stride(from: header, to: bytes.count, by: max(1, (bytes.count - header) / count) | 1)
        // A checksum over megabytes takes its time.
        return Array(stride(from: 0, to: header, by: max(1, bytes.count / 400_000))) + Array(rest)
    }

    @Test(arguments: 0..<8) func aFlippedBitAnywhereIsRefused(kind: Int) throws {
        let bytes = Self.file(kind)
        #expect(throws: Never.self) { try ModelFile(decoding: bytes) }
        for at in Self.places(bytes, count: 200) {
            var damaged = bytes
            damaged[at] ^= 1 << UInt8(at % 8)
            #expect(throws: ModelError.self, "byte \(at) of \(bytes.count)") { try ModelFile(decoding: damaged) }
        }
    }

    @Test(arguments: 0..<8) func anyCutIsRefused(kind: Int) throws {
        let bytes = Self.file(kind)
        for at in Self.places(bytes, count: 200) {
            #expect(throws: ModelError.self, "\(at) of \(bytes.count)") { try ModelFile(decoding: Array(bytes[..<at])) }
        }
    }

    @Test(arguments: 0..<8) func weightsThatAreNoNumbersOrTooLargeAreRefusedThoughTheChecksumsAgree(kind: Int) throws {
        let archive = try WeightArchive(decoding: Self.file(kind))
        for tensor in archive.tensors.indices {
            for value in [Float.nan, .infinity, -.infinity, 1e30] {
                var damaged = archive
                let last = damaged.tensors[tensor].values.count - 1
                damaged.tensors[tensor].values[last] = value
                #expect(throws: ModelError.self, "\(archive.tensors[tensor].name)") {
                    try ModelFile(decoding: damaged.encoded())
                }
            }
        }
    }

    @Test(arguments: [1, 3]) func convolutionsThatCouldOverflowAreRefused(kind: Int) throws {
        var archive = try WeightArchive(decoding: Self.file(kind))
        for t in archive.tensors.indices where !archive.tensors[t].name.hasSuffix("variance") {
            for k in archive.tensors[t].values.indices { archive.tensors[t].values[k] = k % 2 == 0 ? 99_999 : -99_999 }
        }
        do {
            _ = try ModelFile(decoding: archive.encoded())
            Issue.record("they were read")
        } catch {
            #expect(error.description.contains("the net's largest possible number"), "\(error)")
        }
    }
}
