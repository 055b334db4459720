// ModelTarget: a model's file, as it stands or with checksums made right: refused, or a model that works.

import Kernels
import SeqIO

@testable import SeqModel

enum ModelTarget {
    private static let mostWeights = 1 << 20

    /// A file as it stands; or, where it begins with a brace, a header up to a line's end and a pattern of weights.
    static func run(_ input: [UInt8]) {
        let bytes = input.first == UInt8(ascii: "{") ? file(input) : input
        let seed = input.last ?? 0
        do throws(ModelError) {
            let archive = try WeightArchive(decoding: bytes)
            if seed % 4 == 0 {
                // Other writers may order and space a header otherwise; what is written is read as it was.
                require(try WeightArchive(decoding: archive.encoded()) == archive, "an archive that changes")
            }
            if archive.metadata["kind"] == "checkpoint" {
                let written = try TrainingCheckpoint(decoding: bytes).encoded()
                require(try TrainingCheckpoint(decoding: written).encoded() == written, "a checkpoint that changes")
            } else {
                try check(try ModelFile(archive), seed: seed)
            }
        } catch { require(!error.description.isEmpty, "an error that says nothing") }
    }

    /// The file that a header and a pattern of weights come to: its sizes and checksums are right.
    private static func file(_ input: [UInt8]) -> [UInt8] {
        let text = input.prefix { $0 != 10 }
        var choices = Choices(Array(input.dropFirst(text.count + 1)))
        let data = weights(count: dataSize(text) / 4, kind: choices.byte(), pattern: choices.bytes)
        var header = Array(text)
        replace("\"crc32.data\":\"", by: crc32(data[...]), in: &header)
        replace("\"crc32.header\":\"", by: 0, in: &header)
        let sum = crc32(header[...])
        replace("\"crc32.header\":\"", by: sum, in: &header)
        return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + data
    }

    /// Writes eight hexadecimal digits behind the first `key`.
    private static func replace(_ key: String, by sum: UInt32, in header: inout [UInt8]) {
        guard let range = header.firstRange(of: Array(key.utf8)), header.count - range.upperBound >= 8 else { return }
        let digits = Array(String(sum, radix: 16).utf8)
        header.replaceSubrange(
            range.upperBound..<range.upperBound + 8, with: repeatElement(48, count: 8 - digits.count) + digits)
    }

    /// The largest end that the header's tensors have.
    private static func dataSize(_ header: ArraySlice<UInt8>) -> Int {
        var largest = 0
        var rest = header
        while let range = rest.firstRange(of: Array("data_offsets\":[".utf8)) {
            rest = rest[range.upperBound...]
            let end = rest.prefix { $0 != 93 }.split(separator: 44).last ?? []
            largest = max(largest, Int(String(decoding: end, as: UTF8.self)) ?? 0)
        }
        return max(0, min(largest, 4 * mostWeights))
    }

    /// `count` floats by the pattern: small, up to 127, up to the largest that is taken, or any bits; bit 2: none below
    /// 0.
    private static func weights(count: Int, kind: UInt8, pattern: [UInt8]) -> [UInt8] {
        let pattern = pattern.isEmpty ? [1] : pattern
        guard kind & 3 < 3 else { return (0..<4 * count).map { pattern[$0 % pattern.count] } }
        let scale: Float = [1.0 / 64, 1, 100_000.0 / 128][Int(kind & 3)]
        var data: [UInt8] = []
        data.reserveCapacity(4 * count)
        for k in 0..<count {
            let number = Float(Int8(bitPattern: pattern[k % pattern.count])) * scale
            let bits = (kind & 4 == 0 ? number : abs(number)).bitPattern
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                data.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
        }
        return data
    }

    /// A model that was taken: written and read it is the same, it scores, draws and describes itself.
    private static func check(_ model: ModelFile, seed: UInt8) throws(ModelError) {
        let written = model.encoded()
        let again: ModelFile
        do throws(ModelError) { again = try ModelFile(decoding: written) } catch {
            return require(false, "a model that was read and written is refused: \(error)")
        }
        require(again.encoded() == written, "a model that changes when it is read and written")
        require(model.description().allSatisfy { $0.count == 2 }, "a row that is no pair")
        _ = model.energies()
        let scores = scores(model.classifier, seed: seed)
        require(scores == self.scores(again.classifier, seed: seed), "other scores after writing and reading")
        if let generator = model.generator { draw(generator, model.classifier, seed: seed) }
    }

    private static func scores(_ classifier: PairClassifier, seed: UInt8) -> [Float] {
        var pairs = Pairs(alphabet: classifier.alphabet)
        var random = RandomSource(seed: UInt64(seed), stream: 0)
        let longest = seed % 8 == 1 ? classifier.longestStrand : 20
        for length in [1, 2 + Int(seed % 16), longest].map({ min($0, classifier.longestStrand) }) {
            for length in [length, min(length, 9)] {
                for _ in 0..<length { pairs.strands.append(UInt8(random.index(below: pairs.strands.members.count))) }
                pairs.strands.endStrand()
            }
        }
        var logits: [Float] = []
        classifier.logits(pairs, 0..<pairs.count, workspace: Workspace(), into: &logits)
        for logit in logits {
            require(logit.isFinite, "a logit of \(logit)")
            require((0...1).contains(PairClassifier.score(logit)), "a score of \(PairClassifier.score(logit))")
        }
        return logits
    }

    private static func draw(_ generator: TrainedGenerator, _ classifier: PairClassifier, seed: UInt8) {
        let worker = TrainedGenerator.Worker(generator)
        let point = generator.conditions.map { Float($0.usual) }
        for label in 0...1 where generator.knows(label: label) {
            let acceptance = generator.acceptance(
                at: point, label: label, judgedBy: classifier.at(point), threads: 1)
            var sources = (0..<2).map { RandomSource(seed: UInt64(seed), stream: UInt64($0)) }
            let drawn = generator.draw(
                label: label, at: point, given: [nil, nil], lengths: 1...DuplexShape.maximumLength, &sources, worker)
            require(drawn.count == 2, "\(drawn.count) pairs of two")
            var pairs = drawn.compactMap { $0 }
            var own = Array(sources[..<pairs.count])
            for keepingA in [true, false] {
                pairs += generator.redraw(
                    Array(pairs.prefix(own.count)), keepingA: keepingA, label: label, at: point,
                    lengths: 1...DuplexShape.maximumLength, &own, worker
                ).compactMap { $0 }
            }
            for pair in pairs {
                for strand in [pair.a, pair.b] {
                    require((1...DuplexShape.maximumLength).contains(strand.count), "\(strand.count) letters drawn")
                    require(strand.allSatisfy { Int($0) < classifier.alphabet.count }, "a letter of another alphabet")
                }
                for logit: Float in [-1e30, 0, 1e30] {
                    let share = acceptance.probability(label: label, logit: logit, a: pair.a[...], b: pair.b[...])
                    require((0...1).contains(share), "a probability of \(share)")
                }
            }
        }
    }
}
