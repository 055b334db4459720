// Tests of what is counted in generated and real pairs: facing letters, k-mers, entropies, distances, alignments.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct SampleComparisonTests {
    /// Pairs of a random strand and what `partner` makes of it.
    static func pairs(
        _ count: Int, seed: UInt64 = 1, length: Int = 20, partner: ([UInt8], inout RandomSource) -> [UInt8]
    ) -> Pairs {
        var random = RandomSource(seed: seed)
        var pairs = Pairs(alphabet: .dna)
        for _ in 0..<count {
            let a = (0..<length).map { _ in UInt8(random.index(below: 4)) }
            pairs.append(a[...], partner(a, &random)[...])
        }
        return pairs
    }

    static func complement(_ strand: [UInt8]) -> [UInt8] { strand.reversed().map { 3 - $0 } }

    @Test(arguments: [-3, 0, 2])
    func theBestOffsetAndBothBitsOfAComplementAreFound(shift: Int) {
        // B begins with letters that face nothing, or lacks some.
        let pairs = Self.pairs(300) { a, random in
            let b = Self.complement(a)
            let free = (0..<abs(shift)).map { _ in UInt8(random.index(below: 4)) }
            return shift >= 0 ? b + free : Array(b.dropLast(-shift))
        }
        let table = ContingencyTable.best(pairs, chosen: Array(0..<300), .antiparallel)
        #expect(table.offset == shift)
        #expect(abs(table.mutualInformation - 2) < 0.01)
        #expect(table.partners == [3, 2, 1, 0])
        #expect(table.agreement(with: table.partners) == 1)
        #expect(table.conditionalFrequency(of: 3, given: 0) == 1)
        #expect(table.pointwiseMutualInformation(0, 3) > 1.9 && table.pointwiseMutualInformation(0, 0) < -5)
        let other = ContingencyTable.best(pairs, chosen: Array(0..<300), .parallel)
        // One letter of A can face itself: much information, but of few letters.
        #expect(other.weightedInformation(pairs: 300) < 0.25)
    }

    @Test func parallelPairsAndAmbiguousLettersAreLaidAsWritten() {
        var pairs = Pairs(alphabet: .dna)
        pairs.append([0, 1, 14, 2], [0, 1, 2, 14])
        let blank = ContingencyTable(letters: 4, orientation: .parallel, offset: 0)
        let table = ContingencyTable(pairs, chosen: [0], alignedAs: blank)
        #expect(table.total == 2)
        #expect(table.counts[0] == 1 && table.counts[5] == 1)
    }

    @Test func aRelationAndItsLackShowColumnByColumn() {
        let real = Self.pairs(400) { a, _ in Self.complement(a) }
        let half = Self.pairs(400, seed: 2) { a, random in
            // The far half of A faces letters at random.
            Self.complement(a).enumerated().map { $0 < 10 ? UInt8(random.index(below: 4)) : $1 }
        }
        let comparison = SampleComparison(generated: half, real: real, classifier: nil, seed: 1, threads: 1)
        #expect(comparison.orientation == .antiparallel)
        let made = comparison.generated.facing[.antiparallel]
        #expect(comparison.real.facing[.antiparallel]?.columns == [Double](repeating: 1, count: 20))
        #expect(comparison.real.facing[.parallel]?.table.offset == 0)
        #expect((comparison.real.facing[.parallel]?.table.mutualInformation ?? 1) < 0.01)
        #expect(made?.columns.prefix(10).allSatisfy { $0 == 1 } == true)
        #expect(made?.columns.suffix(10).allSatisfy { $0 > 0.15 && $0 < 0.35 } == true)
        #expect(abs((made?.agreement ?? 0) - 0.625) < 0.02)
        #expect(comparison.generated.scores.isEmpty && comparison.generated.meanScore.isNaN)
    }

    @Test func copiesAndOnePairForEverAreSeen() {
        let real = Self.pairs(300) { a, _ in Self.complement(a) }
        var copies = Pairs(alphabet: .dna)
        for p in 0..<100 { copies.append(real.a(p % 2), real.b(p % 2)) }
        let made = SampleComparison(generated: copies, real: real, classifier: nil, seed: 1, threads: 2).generated
        #expect(made.count == 100 && made.unique == 0.02 && made.new == 0)
        #expect(made.nearestMean == 0 && made.nearestLeast == 0)
        #expect(made.entropy.least == 0 && made.identity > 0.5)
        let known = SampleComparison(generated: copies, real: real, classifier: nil, seed: 1, threads: 1).real
        #expect(known.new.isNaN && known.unique == 1 && known.nearestLeast > 5)
        #expect(abs(known.identity - 0.25) < 0.01 && known.entropy.least > 1.95)
        #expect(known.kmerDistance < made.kmerDistance)
    }

    @Test func onePairBesideOneIsCompared() {
        let one = Self.pairs(1) { a, _ in Self.complement(a) }
        let comparison = SampleComparison(generated: one, real: one, classifier: nil, seed: 1, threads: 1)
        #expect(comparison.generated.nearestLeast == 0 && comparison.real.nearestLeast.isNaN)
        #expect(comparison.generated.kmerDistance.isNaN && comparison.generated.identity.isNaN)
        #expect(comparison.generated.facing[.antiparallel]?.agreement == 1)
    }

    @Test func lengthsAreComparedTogether() {
        let real = Self.pairs(100, length: 10) { a, _ in a }
        var long = Self.pairs(25, length: 10) { a, _ in a }
        for _ in 0..<25 { long.append([0, 1, 2], [0, 1, 2]) }
        let comparison = SampleComparison(generated: long, real: real, classifier: nil, seed: 1, threads: 1)
        #expect(comparison.generated.lengthDistance == 0.5 && comparison.real.lengthDistance == 0)
    }

    @Test func theKmerDistanceIsThatOfTheDefinition() {
        var one = Pairs(alphabet: .dna)
        one.append([0, 0, 0, 0, 0], [1, 1, 1])
        var two = Pairs(alphabet: .dna)
        two.append([0, 0, 0, 0], [3, 3, 3, 3])
        let (p, q) = (KmerProfile(one, chosen: [0]), KmerProfile(two, chosen: [0]))
        #expect(p.total == 2 && q.total == 2 && p.counts[0] == 2 && q.counts[255] == 1)
        // p = (1, 0), q = (1/2, 1/2), m = (3/4, 1/4): half of log 4/3 + half of (log 2/3) / 2 + (log 2) / 2, in bits.
        #expect(abs(p.distance(to: q) - 0.557_923_0) < 1e-6)
        #expect(p.distance(to: p) == 0)
        #expect(p.distance(to: KmerProfile(one, chosen: [])).isNaN)
    }

    @Test(arguments: [1, 7, 63, 64, 65, 100])
    func editDistancesAgreeWithTheRecurrence(length: Int) {
        var random = RandomSource(seed: UInt64(length))
        for round in 0..<30 {
            let x = (0..<length).map { _ in UInt8(random.index(below: 4)) }
            var y = x
            for _ in 0..<round % 9 {
                switch random.index(below: 3) {
                case 0: y.insert(UInt8(random.index(below: 4)), at: random.index(below: y.count + 1))
                case 1 where y.count > 1: y.remove(at: random.index(below: y.count))
                default: y[random.index(below: y.count)] = UInt8(random.index(below: 4))
                }
            }
            var rows = [Array(0...y.count)]
            for i in x.indices {
                var row = [i + 1]
                for j in y.indices {
                    row.append(min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (x[i] == y[j] ? 0 : 1)))
                }
                rows.append(row)
            }
            #expect(EditDistance(x[...]).distance(to: y[...]) == rows[x.count][y.count])
            #expect(EditDistance(y[...]).distance(to: x[...]) == rows[x.count][y.count])
        }
        #expect(EditDistance([]).distance(to: [1, 2]) == 2)
    }

    @Test func aDuplexIsLaidWithItsGapAndEnds() {
        let real = Self.pairs(300) { a, _ in Self.complement(a) }
        let table = ContingencyTable.best(real, chosen: Array(0..<300), .antiparallel)
        let a: [UInt8] = [0, 1, 2, 3, 0, 0, 1, 3, 2, 2, 1, 0]
        // B lacks what faces A's letter 6, and has two letters more at its beginning.
        let b = [2, 2] + Self.complement(Array(a[..<6] + a[7...]))
        let columns = DuplexAlignment(a[...], b[...], table).columns
        #expect(columns.count == 14)
        #expect(columns.filter(\.isPair).count == 11)
        #expect(columns.compactMap(\.a) == Array(0..<12))
        #expect(columns.compactMap(\.b) == (0..<13).reversed())
        #expect(columns[6] == DuplexAlignment.Column(a: 6, b: nil, isPair: false))
        #expect(columns.suffix(2).allSatisfy { $0.a == nil })
    }

    @Test func curvesRunFromEndToEndAndTheirAreasAreTheMetrics() {
        var random = RandomSource(seed: 3)
        let labels = (0..<5_000).map { _ in random.index(below: 3) == 0 }
        let scores = labels.map { label in
            let x = Double(random.uniform())
            return label ? 1 - x * x : x * x
        }
        let curves = ScoreCurves(scores: scores, labels: labels)
        let metrics = ClassificationMetrics(scores: scores, targets: labels.map { $0 ? 1 : 0 }, threshold: 0.5)
        #expect(curves.roc.first?.x == 0 && curves.roc.first?.y == 0)
        #expect(curves.roc.last?.x == 1 && curves.roc.last?.y == 1 && curves.precisionRecall.last?.x == 1)
        #expect(curves.roc.count < 600)
        func area(_ curve: [(x: Double, y: Double)]) -> Double {
            zip(curve, curve.dropFirst()).reduce(0) { $0 + ($1.1.x - $1.0.x) * ($1.1.y + $1.0.y) / 2 }
        }
        #expect(abs(area(curves.roc) - metrics.areaUnderROC) < 0.002)
        #expect(abs(area(curves.precisionRecall) - metrics.averagePrecision) < 0.02)
        for histogram in curves.histograms { #expect(abs(histogram.reduce(0, +) - 1) < 1e-9) }
        #expect(ScoreCurves(scores: [0.5], labels: [true]).roc.isEmpty)
    }
}
