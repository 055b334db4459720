// GeneratorData: the pairs that a paired generator learns from, and what its nets are to be for them.

import Kernels

/// The pairs that a paired generator learns from, with a letter drawn for each ambiguous one.
struct GeneratorData: Sendable {
    let pairs: Pairs
    /// For labels 0 and 1 the pairs that have it.
    let chosen: [[Int]]
    /// Where the letters of a pair lie in the columns.
    let layout: PairLayout
    /// Strand A's network.
    let strandNet: StrandNet
    /// Goes on behind the letters drawn.
    let random: RandomSource

    /// The pairs for a generator that `classifier` teaches; a target above its threshold is label 1.
    init(_ classifier: PairClassifier, _ labelled: LabelledPairs, seed: UInt64) {
        var random = RandomSource(seed: seed, .generatorData)
        let resolved = labelled.resolved(&random, alphabet: classifier.alphabet)
        pairs = resolved.pairs
        var chosen: [[Int]] = [[], []]
        for p in 0..<resolved.count { chosen[resolved.targets[p] > classifier.threshold ? 1 : 0].append(p) }
        self.chosen = chosen
        var layout = PairLayout(
            letters: classifier.alphabet.count, length: pairs.longest, orientation: classifier.orientation)
        layout.align(to: pairs, chosen: chosen[1])
        self.layout = layout
        let longestA = chosen.joined().reduce(1) { max($0, resolved.pairs.a($1).count) }
        strandNet = StrandNet(letters: layout.letters, length: longestA)
        self.random = random
    }

    /// Labels that occur.
    var labels: [Int] { [0, 1].filter { !chosen[$0].isEmpty } }

    /// What strands A and the lengths of pairs are drawn from, once `weights` of strand A's network are learned.
    func composition(_ weights: FloatBuffer) -> StrandComposition {
        StrandComposition(
            net: strandNet, weights: weights, lengths: StrandComposition.lengths(pairs, chosen: chosen))
    }
}
