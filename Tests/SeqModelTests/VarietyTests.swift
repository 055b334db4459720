// Tests of precision and recall, structures and conditional entropies, on sets whose answer is known.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct VarietyTests {
    private typealias Samples = SampleComparisonTests

    /// Complements with three letters changed at random, of strands of 16 to 24 letters.
    private static func noisy(_ count: Int, seed: UInt64) -> Pairs {
        var random = RandomSource(seed: seed)
        var pairs = Pairs(alphabet: .dna)
        for _ in 0..<count {
            let a = (0..<16 + random.index(below: 9)).map { _ in UInt8(random.index(below: 4)) }
            var b = Samples.complement(a)
            for _ in 0..<3 { b[random.index(below: b.count)] = UInt8(random.index(below: 4)) }
            pairs.append(a[...], b[...])
        }
        return pairs
    }

    private static func compare(_ generated: Pairs, _ real: Pairs, threads: Int = 2) -> SampleComparison {
        SampleComparison(generated: generated, real: real, classifier: nil, seed: 1, threads: threads)
    }

    @Test func pairsOfTheSameKindReachWhatHalvesOfTheDataReach() {
        let real = Self.noisy(1_200, seed: 1)
        let same = Self.compare(Self.noisy(600, seed: 2), real)
        #expect(same.real.precision > 0.88 && same.real.recall > 0.88)
        #expect(abs(same.generated.precision - same.real.precision) < 0.04)
        #expect(abs(same.generated.recall - same.real.recall) < 0.04)
        let one = Self.compare(Self.noisy(600, seed: 2), real, threads: 1)
        #expect(one.generated.precision == same.generated.precision && one.generated.recall == same.generated.recall)
    }

    @Test func aGeneratorOfFewPairsIsPreciseAndRecallsNothing() {
        let real = Self.noisy(1_200, seed: 1)
        var few = Pairs(alphabet: .dna)
        // Pairs from amid the data: of twenty letters, in which hardly any is unpaired.
        let usual = Self.noisy(400, seed: 3)
        let chosen = (0..<usual.count).filter { usual.a($0).count == 20 }.prefix(6)
        for k in 0..<600 { few.append(pair: chosen[k % chosen.count], of: usual) }
        let made = Self.compare(few, real).generated
        #expect(made.recall < 0.01 && made.precision > 0.6)
    }

    @Test func strandsPairedByChanceAreNotPrecise() {
        let real = Self.noisy(1_200, seed: 1)
        let other = Self.noisy(600, seed: 2)
        var strangers = Pairs(alphabet: .dna)
        for p in 0..<other.count { strangers.append(other.a(p), other.b((p + 1) % other.count)) }
        let made = Self.compare(strangers, real).generated
        // The strands alone are as they should be.
        #expect(made.lengthDistance < 0.9 && made.kmerDistance < 0.3)
        #expect(made.precision < 0.1)
    }

    /// Half of the data is of one kind, and all generated pairs are: of strands with few G and C; with a letter
    /// unpaired in the middle; or short.
    @Test(arguments: ["letters", "bulge", "length"]) func halfOfTheKindsIsHalfOfTheRecall(kind: String) {
        func pairs(_ count: Int, seed: UInt64, isOne: (Int) -> Bool) -> Pairs {
            var random = RandomSource(seed: seed)
            var pairs = Pairs(alphabet: .dna)
            for p in 0..<count {
                let isOne = isOne(p)
                let length = kind == "length" && isOne ? 12 : 20
                let isRich = kind == "letters" && isOne
                var a = (0..<length).map { _ in
                    let isStrong = random.index(below: 10) < (isRich ? 8 : kind == "letters" ? 2 : 5)
                    return isStrong ? UInt8(1 + random.index(below: 2)) : UInt8(3 * random.index(below: 2))
                }
                let b = Samples.complement(a)
                if kind == "bulge", isOne { a[8..<8] = [0, 0] }
                pairs.append(a[...], b[...])
            }
            return pairs
        }
        let real = pairs(1_200, seed: 1) { $0 % 2 == 0 }
        let made = Self.compare(pairs(600, seed: 2) { _ in true }, real).generated
        #expect(made.precision > 0.85, "\(made.precision)")
        #expect((0.4...0.56).contains(made.recall), "\(made.recall)")
    }

    @Test func precisionIsThatOfTheDefinition() {
        var random = RandomSource(seed: 5)
        let (count, dimensions) = (57, 19)
        let x = (0..<count).map { _ in (0..<dimensions).map { _ in random.normal() } }
        let y = (0..<count).map { _ in (0..<dimensions).map { _ in random.normal() * 0.8 } }
        func squared(_ p: [Float], _ q: [Float]) -> Double {
            zip(p, q).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        }
        func share(of inner: [[Float]], within outer: [[Float]]) -> Double {
            var radii = outer.indices.map { p in
                outer.indices.filter { $0 != p }.map { squared(outer[p], outer[$0]) }.sorted()[4]
            }
            let decile = radii.sorted()[(count - 1) * 9 / 10]
            radii = radii.map { min($0, decile) }
            return Double(inner.count { q in outer.indices.contains { squared(q, outer[$0]) <= radii[$0] } })
                / Double(count)
        }
        func manifold(_ points: [[Float]]) -> PointManifold {
            PointManifold(PointSet(count: count, dimensions: dimensions) { points[$0][$1] }, threads: 2)
        }
        let overlap = ManifoldOverlap(generated: manifold(y), real: manifold(x), threads: 2)
        #expect(overlap.precision == share(of: y, within: x) && overlap.recall == share(of: x, within: y))
        #expect(overlap.precision > overlap.recall)
    }

    @Test func fewerThanSixPairsHaveNoPrecision() {
        let real = Self.noisy(10, seed: 1)
        let made = Self.compare(Self.noisy(20, seed: 2), real)
        #expect(made.generated.precision.isNaN && made.real.recall.isNaN)
        #expect(made.generated.structures.pairs == 20 && made.real.structures.pairs == 10)
    }

    @Test func structuresAreCountedFromTheColumns() {
        let exact = Samples.pairs(300) { a, _ in Samples.complement(a) }
        var aligner = DuplexAligner(ContingencyTable.best(exact, chosen: Array(0..<300), .antiparallel))
        let a: [UInt8] = [0, 1, 2, 3, 0, 0, 1, 3, 2, 0, 3, 2, 2, 1, 0, 3, 3, 1, 2, 2, 0, 1, 1, 3, 0, 2]
        let b = Samples.complement(a)
        func structure(_ a: [UInt8], _ b: [UInt8]) -> [Int] {
            let structure = DuplexStructure(aligner.align(a[...], b[...]))
            return [structure.pairedLetters, structure.bulgedLetters, structure.loopLetters, structure.endLetters]
        }
        #expect(structure(a, b) == [26, 0, 0, 0])
        #expect(DuplexStructure(aligner.align(a[...], b[...])).isExact)
        // A gap of four letters is one bulge, whether in A or in B.
        #expect(structure(a, Array(b[..<12] + b[16...])) == [22, 4, 0, 0])
        #expect(structure(Array(a[..<12] + a[16...]), b) == [22, 4, 0, 0])
        // A mismatch is an interior loop of a letter each.
        #expect(structure(a, Array(b[..<8] + [b[8] ^ 1] + b[9...])) == [25, 0, 2, 0])
        #expect(structure(Array(a.dropFirst(3)), b) == [23, 0, 0, 3])
        #expect(DuplexStructure(aligner.align(a[3...], b[...])).hasOverhang)
        // Nothing pairs: no structure.
        let none = DuplexStructure(aligner.align([0, 0, 0], [0, 0, 0]))
        #expect(none.pairedLetters == 0 && none.endLetters == 6 && !none.hasOverhang && !none.isExact)
    }

    /// Within the four letters that B lacks, one equals a letter beside them: two gaps with a pair between would have
    /// as many pairs.
    @Test(arguments: [[1, 3, 2, 1], [2, 0, 1, 3], [0, 0, 2, 3]] as [[UInt8]])
    func aGapIsNotParted(by missing: [UInt8]) {
        let exact = Samples.pairs(300) { a, _ in Samples.complement(a) }
        let table = ContingencyTable.best(exact, chosen: Array(0..<300), .antiparallel)
        let (left, right): ([UInt8], [UInt8]) = ([0, 1, 2, 3, 0, 0, 1, 3, 2, 0], [3, 3, 1, 2, 2, 0, 1, 1, 3, 0])
        let (a, b) = (left + missing + right, Samples.complement(left + right))
        let alone = DuplexAlignment(a[...], b[...], table).columns.enumerated().filter { $1.b == nil }.map(\.offset)
        #expect(alone.count == 4 && (alone.last ?? 0) - (alone.first ?? 0) == 3, "\(alone)")
    }

    @Test func sharesOfStructuresAreThoseThatWereMade() {
        // Every fourth pair lacks two letters of B, every tenth has three more at its end.
        var real = Pairs(alphabet: .dna)
        let exact = Samples.pairs(400) { a, _ in Samples.complement(a) }
        for p in 0..<exact.count {
            var b = Array(exact.b(p))
            if p % 4 == 0 { b.removeSubrange(9..<11) }
            if p % 10 == 0 { b += [UInt8(p / 10 % 4), 0, UInt8(p / 40 % 4)] }
            real.append(exact.a(p), b[...])
        }
        let known = Self.compare(exact, real)
        #expect(known.real.structures.bulge > 0.22 && known.real.structures.bulge < 0.27)
        #expect(abs(known.real.structures.overhang - 0.1) < 0.01)
        #expect(known.real.structures.interiorLoop < 0.02)
        #expect(known.generated.structures.exactPartner == 1 && known.generated.structures.pairedLetters == 20)
        #expect(known.generated.structures.pairedCounts == [Int](repeating: 0, count: 20) + [400])
    }

    @Test func theConditionalEntropyIsThatOfThePartners() {
        func bits(_ partner: ([UInt8], inout RandomSource) -> [UInt8]) -> Double {
            let pairs = Samples.pairs(500, partner: partner)
            let blank = ContingencyTable(letters: 4, orientation: .antiparallel, offset: 0)
            return ContingencyTable(pairs, chosen: 0..<500, alignedAs: blank).conditionalEntropy
        }
        #expect(bits { a, _ in Samples.complement(a) } == 0)
        // One of two letters, as a purine faces a pyrimidine.
        let two = bits { a, random in a.reversed().map { ($0 % 2) ^ 1 + 2 * UInt8(random.index(below: 2)) } }
        #expect(abs(two - 1) < 0.002)
        let any = bits { a, random in a.map { _ in UInt8(random.index(below: 4)) } }
        #expect(any > 1.998 && any <= 2)
        let empty = ContingencyTable(letters: 4, orientation: .antiparallel, offset: 0)
        #expect(empty.conditionalEntropy.isNaN)
    }
}
