// GeneratorData: the training data of a pair generator, and the sizes of its nets that follow from them.

import Kernels

/// The training data of a pair generator. Ambiguous letters are replaced by random ones that they stand for.
struct GeneratorData: Sendable {
    let pairs: Pairs
    /// The conditions, their values for each pair, and the numbers that the networks see for these.
    let conditions: [Condition], points: PairConditions, inputs: PairConditions
    /// The indices of the pairs with label 0 and with label 1.
    let chosen: [[Int]]
    /// The alignment of a pair's letters with columns.
    let layout: PairLayout
    /// The recurrent network for strand A.
    let strandNet: StrandNet
    /// The mixture of Markov chains for strand A.
    let markovMixture: MarkovMixture
    /// The encoder-decoder for strand B.
    let encoderDecoder: EncoderDecoder
    /// The pair hidden Markov models for strand B.
    let pairHMM: PairHMM
    /// The random source after the replacement of ambiguous letters.
    let random: RandomSource

    /// Prepares `labelled`, which have the classifier's conditions; targets above its threshold are label 1.
    init(_ classifier: PairClassifier, _ labelled: LabelledPairs, seed: UInt64) {
        var random = RandomSource(seed: seed, .generatorData)
        let resolved = labelled.resolved(&random, alphabet: classifier.alphabet)
        pairs = resolved.pairs
        (conditions, points) = (classifier.conditions, resolved.conditions)
        inputs = points.standardised(conditions)
        var chosen: [[Int]] = [[], []]
        let threshold = classifier.threshold
        for p in 0..<resolved.count { chosen[resolved.targets[p] > threshold ? 1 : 0].append(p) }
        self.chosen = chosen
        var layout = PairLayout(
            letters: classifier.alphabet.count, length: pairs.longest, orientation: classifier.orientation)
        layout.align(to: pairs, chosen: chosen[1])
        self.layout = layout
        let longestA = chosen.joined().reduce(1) { max($0, resolved.pairs.a($1).count) }
        strandNet = StrandNet(letters: layout.letters, length: longestA, conditions: conditions.count)
        markovMixture = MarkovMixture(letters: layout.letters, length: longestA, conditions: conditions.count)
        let lengthsB = chosen.joined().map { resolved.pairs.b($0).count }
        let rangeB = (lengthsB.min() ?? 1)...(lengthsB.max() ?? 1)
        encoderDecoder = EncoderDecoder(
            letters: layout.letters, longestA: longestA, lengthsB: rangeB, conditions: conditions.count)
        pairHMM = PairHMM(
            letters: layout.letters, longestA: longestA, lengthsB: rangeB,
            isAntiparallel: classifier.orientation == .antiparallel, conditions: conditions.count)
        self.random = random
    }

    /// The labels that occur.
    var labels: [Int] { [0, 1].filter { !chosen[$0].isEmpty } }

    /// The model of strand A of a generator: one that is drawn as fast as its strand B.
    func strandModel(_ method: PairGenerator.Method) -> any StrandModel {
        method == .aligned ? markovMixture : strandNet
    }

    /// The distribution of lengths and strands A, with the trained `weights` of the model of strand A.
    func composition(_ net: any StrandModel, _ weights: FloatBuffer) -> StrandComposition {
        StrandComposition(
            net: net, weights: weights, lengths: StrandComposition.lengths(pairs, chosen: chosen))
    }
}
