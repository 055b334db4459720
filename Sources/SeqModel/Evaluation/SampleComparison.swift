// SampleComparison: generated pairs beside the pairs of the data that they should be like.

import Kernels

/// What can be said of some pairs beside the data's. Figures that cannot be had are NaN.
public struct PairSetFigures: Sendable {
    /// Number of pairs.
    public fileprivate(set) var count = 0
    /// Share of different pairs.
    public fileprivate(set) var unique = Double.nan
    /// Share of pairs that are not in the data; of the data itself NaN.
    public fileprivate(set) var new = Double.nan
    /// Mean share of equal letters, place by place, of two strands A drawn at random: their diversity turned round.
    public fileprivate(set) var identity = Double.nan
    /// Entropies of the columns of both strands.
    public fileprivate(set) var entropy: ColumnEntropy
    /// Jensen-Shannon distance of the 4-mers to those of as many pairs of the data; of the data itself, that of two
    /// halves without a common pair: no generator can be asked for less.
    public fileprivate(set) var kmerDistance = Double.nan
    /// Total variation distance (0 to 1) of the lengths of A and B together, of the same pairs as the 4-mers.
    public fileprivate(set) var lengthDistance = Double.nan
    /// Edit distances of both strands together to the nearest pair of the data, for a sample: mean and least. Of the
    /// data itself, to the nearest other pair.
    public fileprivate(set) var nearestMean = Double.nan, nearestLeast = Double.nan
    /// Letters that face each other, for each orientation.
    public fileprivate(set) var facing: [Orientation: SampleFacing] = [:]
    /// 4-mers of the pairs that the distance was taken of.
    public fileprivate(set) var kmers: KmerProfile
    /// The classifier's scores, ascending; empty without a classifier.
    public fileprivate(set) var scores: [Double] = []

    init(_ pairs: Pairs) {
        count = pairs.count
        entropy = ColumnEntropy(pairs)
        kmers = KmerProfile(pairs, chosen: [])
        unique = pairs.distinctFraction
    }

    /// The mean score; NaN without scores.
    public var meanScore: Double { scores.reduce(0, +) / Double(scores.count) }

    /// The score that a share `part` of the pairs does not exceed, between two scores in proportion; NaN without scores.
    public func quantile(_ part: Double) -> Double {
        guard !scores.isEmpty else { return .nan }
        let place = part * Double(scores.count - 1)
        let low = Int(place)
        return scores[low] + (place - Double(low)) * (scores[min(low + 1, scores.count - 1)] - scores[low])
    }

    /// Share of pairs with a score above `threshold`; NaN without scores.
    public func accepted(above threshold: Double) -> Double {
        Double(scores.count { $0 > threshold }) / Double(scores.count)
    }
}

/// Generated pairs beside the pairs of the data.
public struct SampleComparison: Sendable {
    /// What the generated pairs are like.
    public private(set) var generated: PairSetFigures
    /// What the data's pairs are like.
    public private(set) var real: PairSetFigures
    /// The orientation in which the letters of the data's pairs tell more of each other.
    public let orientation: Orientation
    /// Pairs of the data among which the nearest was sought.
    public let nearestAmong: Int

    private static let identityDraws = 20_000, nearestSample = 200, mostCandidates = 20_000
    private static let mostCells = 2_000_000_000

    /// Compares both; `classifier` scores them where there is one. Both must hold a pair.
    ///
    /// The draws depend on `seed` alone, not on `threads`.
    public init(
        generated: Pairs, real: Pairs, classifier: PairClassifier?, seed: UInt64, threads: Int
    ) {
        precondition(generated.count > 0 && real.count > 0)
        self.generated = PairSetFigures(generated)
        self.real = PairSetFigures(real)
        let known = real.keys
        let new = (0..<generated.count).count { !known.contains(generated.key($0)) }
        self.generated.new = Double(new) / Double(generated.count)
        self.generated.identity = SampleComparison.identity(generated, seed)
        self.real.identity = SampleComparison.identity(real, seed)
        var references: [Orientation: FacingTable] = [:]
        for orientation in Orientation.allCases {
            let reference = SampleFacing.reference(real, orientation)
            references[orientation] = reference
            self.generated.facing[orientation] = SampleFacing(generated, reference: reference)
            self.real.facing[orientation] = SampleFacing(real, reference: reference)
        }
        func bits(_ orientation: Orientation) -> Double { references[orientation]?.weight(pairs: real.count) ?? 0 }
        orientation = bits(.parallel) > bits(.antiparallel) ? .parallel : .antiparallel
        var order = Array(0..<real.count)
        var random = RandomSource(seed: seed, .comparedOrder)
        random.shuffle(&order)
        let cells = max(generated.longest, real.longest)
        let cost = cells <= UInt64.bitWidth ? cells : cells * cells
        let affordable = SampleComparison.mostCells / (2 * SampleComparison.nearestSample * cost)
        nearestAmong = min(real.count, SampleComparison.mostCandidates, max(1, affordable))
        compareSpreads(generated, real, order)
        seekNearest(generated, real, order, threads)
        guard let classifier else { return }
        let workspaces = (0..<threads).map { _ in Workspace() }
        func scores(_ pairs: Pairs) -> [Double] {
            classifier.logits(of: pairs, workspaces: workspaces).map { Double(PairClassifier.score($0)) }.sorted()
        }
        self.generated.scores = scores(generated)
        self.real.scores = scores(real)
    }

    /// 4-mers and lengths: of generated pairs to one half of the data's, and of the other half to it.
    private mutating func compareSpreads(_ generated: Pairs, _ real: Pairs, _ order: [Int]) {
        let half = min(generated.count, real.count / 2)
        let (one, other) = (order[..<half], order[half..<2 * half])
        let reference = KmerProfile(real, chosen: one)
        self.generated.kmers = KmerProfile(generated, chosen: 0..<half)
        self.real.kmers = reference
        self.generated.kmerDistance = self.generated.kmers.distance(to: reference)
        self.real.kmerDistance = KmerProfile(real, chosen: other).distance(to: reference)
        guard half > 0 else { return }
        func lengths(_ pairs: Pairs, _ chosen: some Sequence<Int>) -> [SIMD2<Int>: Int] {
            chosen.reduce(into: [:]) {
                $0[SIMD2(pairs.a($1).count, pairs.b($1).count), default: 0] += 1
            }
        }
        let expected = lengths(real, one)
        func variation(_ counts: [SIMD2<Int>: Int]) -> Double {
            let excess = counts.reduce(0) { $0 + max(0, $1.value - expected[$1.key, default: 0]) }
            return Double(excess) / Double(half)
        }
        self.generated.lengthDistance = variation(lengths(generated, 0..<half))
        self.real.lengthDistance = variation(lengths(real, other))
    }

    /// Mean share of equal letters of two strands A, over the shorter's places.
    private static func identity(_ pairs: Pairs, _ seed: UInt64) -> Double {
        guard pairs.count > 1 else { return .nan }
        var random = RandomSource(seed: seed, .comparedStrands)
        var sum = 0.0
        for _ in 0..<identityDraws {
            let p = random.index(below: pairs.count)
            let q = (p + 1 + random.index(below: pairs.count - 1)) % pairs.count
            let (s, t) = (pairs.a(p), pairs.a(q))
            sum += Double(zip(s, t).count { $0 == $1 }) / Double(min(s.count, t.count))
        }
        return sum / Double(identityDraws)
    }

    private mutating func seekNearest(_ generated: Pairs, _ real: Pairs, _ order: [Int], _ threads: Int) {
        let candidates = order.prefix(nearestAmong)
        let made = Array((0..<generated.count).prefix(SampleComparison.nearestSample))
        let known = Array(order.prefix(SampleComparison.nearestSample))
        let distances = FloatBuffer(count: made.count + known.count)
        Parallel.run(pieces: distances.count, threads: threads) { piece, _ in
            let isMade = piece < made.count
            let (pairs, p) = isMade ? (generated, made[piece]) : (real, known[piece - made.count])
            let (a, b) = (EditDistance(pairs.a(p)), EditDistance(pairs.b(p)))
            var least = Int.max
            for q in candidates where isMade || q != p {
                let distance = a.distance(to: real.a(q)) + b.distance(to: real.b(q))
                least = min(least, distance)
            }
            distances[piece] = least == Int.max ? .nan : Float(least)
        }
        func figures(_ range: Range<Int>) -> (Double, Double) {
            let found = distances[range].map(Double.init).filter { !$0.isNaN }
            return (found.reduce(0, +) / Double(found.count), found.min() ?? .nan)
        }
        (self.generated.nearestMean, self.generated.nearestLeast) = figures(0..<made.count)
        (self.real.nearestMean, self.real.nearestLeast) = figures(made.count..<distances.count)
    }
}
