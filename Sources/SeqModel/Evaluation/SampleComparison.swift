// SampleComparison: compares generated pairs with the pairs of the data.

import Kernels

/// The figures of generated pairs and of the pairs of the data, side by side.
public struct SampleComparison: Sendable {
    /// Figures of the generated pairs.
    public private(set) var generated: PairSetFigures
    /// Figures of the data's pairs.
    public private(set) var real: PairSetFigures
    /// The orientation in which the facing letters of the data's pairs have more mutual information.
    public let orientation: Orientation
    /// Number of pairs of the data among which the nearest was searched.
    public let nearestAmong: Int

    /// Pairs of strands that the identity is estimated from; pairs whose nearest pair is searched, and candidates for
    /// it.
    private static let identityDraws = 20_000, nearestSample = 200, mostCandidates = 20_000
    /// A bound on the work of the search: cells of the tables of edit distances, or words of 64 of them.
    private static let mostCells = 2_000_000_000
    /// A bound on the work of the alignments of a set, in cells of their tables.
    private static let mostAlignedCells = 30_000_000

    /// Compares two sets of at least one pair each, in codes of one alphabet; `classifier`, where given, scores them.
    ///
    /// The result depends on `seed` but not on `threads`.
    public init(generated: Pairs, real: Pairs, classifier: PairClassifier?, seed: UInt64, threads: Int) {
        precondition(generated.count > 0 && real.count > 0)
        self.generated = PairSetFigures(generated)
        self.real = PairSetFigures(real)
        let known = real.keys
        let new = (0..<generated.count).count { !known.contains(generated.key($0)) }
        self.generated.new = Double(new) / Double(generated.count)
        self.generated.identity = SampleComparison.identity(generated, seed)
        self.real.identity = SampleComparison.identity(real, seed)
        var references: [Orientation: ContingencyTable] = [:]
        for orientation in Orientation.allCases {
            let reference = SampleFacing.reference(real, orientation)
            references[orientation] = reference
            self.generated.facing[orientation] = SampleFacing(generated, reference: reference)
            self.real.facing[orientation] = SampleFacing(real, reference: reference)
        }
        func bits(_ orientation: Orientation) -> Double {
            references[orientation]?.weightedInformation(pairs: real.count) ?? 0
        }
        orientation = bits(.parallel) > bits(.antiparallel) ? .parallel : .antiparallel
        var order = Array(0..<real.count)
        var random = RandomSource(seed: seed, .comparedOrder)
        random.shuffle(&order)
        let cells = max(generated.longest, real.longest)
        let cost = cells <= UInt64.bitWidth ? cells : cells * cells
        let affordable = SampleComparison.mostCells / (2 * SampleComparison.nearestSample * cost)
        nearestAmong = min(real.count, SampleComparison.mostCandidates, max(1, affordable))
        compareDistributions(generated, real, order)
        findNearest(generated, real, order, threads)
        let workspaces = (0..<threads).map { _ in Workspace() }
        func logits(_ pairs: Pairs) -> [Float] { classifier?.logits(of: pairs, workspaces: workspaces) ?? [] }
        let (madeLogits, realLogits) = (logits(generated), logits(real))
        self.generated.scores = madeLogits.map { Double(PairClassifier.score($0)) }.sorted()
        self.real.scores = realLogits.map { Double(PairClassifier.score($0)) }.sorted()
        guard let table = references[orientation] else { return }
        let most = SampleComparison.mostAligned(cells: (generated.longest + 1) * (real.longest + 1))
        func features(_ pairs: Pairs, _ chosen: ArraySlice<Int>, _ logits: [Float]) -> PairFeatures {
            PairFeatures(pairs, chosen: Array(chosen), table: table, logits: logits, threads: threads)
        }
        var orderMade = Array(0..<generated.count)
        random.shuffle(&orderMade)
        compareVariety(
            features(generated, orderMade.prefix(most), madeLogits), features(real, order.prefix(2 * most), realLogits),
            threads)
    }

    /// Pairs of a set, and of each half of the data, that are aligned, where a table of an alignment has so many cells.
    private static func mostAligned(cells: Int) -> Int { max(50, min(5_000, mostAlignedCells / cells)) }

    /// Structures; precision and recall against one half of the data, and those of the other half.
    private mutating func compareVariety(_ made: PairFeatures, _ known: PairFeatures, _ threads: Int) {
        (generated.structures, real.structures) = (made.structures, known.structures)
        let half = min(made.count, known.count / 2)
        let scale = known.scale
        func manifold(_ features: PairFeatures, _ range: Range<Int>) -> PointManifold {
            PointManifold(features.points(range, scale), threads: threads)
        }
        let reference = manifold(known, 0..<half)
        generated.overlap = ManifoldOverlap(generated: manifold(made, 0..<half), real: reference, threads: threads)
        real.overlap = ManifoldOverlap(
            generated: manifold(known, half..<2 * half), real: reference, threads: threads)
    }

    /// Distances of 4-mers and lengths: from generated pairs to one half of the data, and from the other half to it.
    private mutating func compareDistributions(_ generated: Pairs, _ real: Pairs, _ order: [Int]) {
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

    /// Mean fraction of equal letters of two strands A, over the positions of the shorter one.
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

    /// Edit distances from a sample of both sets to the nearest of the first `nearestAmong` pairs in `order`.
    private mutating func findNearest(_ generated: Pairs, _ real: Pairs, _ order: [Int], _ threads: Int) {
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
