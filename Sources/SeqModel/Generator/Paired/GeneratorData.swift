// GeneratorData: the training data of a pair generator, and the sizes of its nets that follow from them.

import Kernels

/// The training data of a pair generator. Ambiguous letters are replaced by random ones that they stand for.
struct GeneratorData: Sendable {
    let pairs: Pairs
    /// The conditions, and their values for each pair.
    let conditions: [Condition], points: PairConditions
    /// The numbers that the networks see for the conditions and, where there are levels, for the level of each pair.
    let inputs: PairConditions
    /// The levels of the score; nil where the networks do not see them.
    let levels: ScoreLevels?
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
    init(_ classifier: PairClassifier, _ labelled: LabelledPairs, plan: PairGeneratorPlan) {
        var random = RandomSource(seed: plan.seed, .generatorData)
        let resolved = labelled.resolved(&random, alphabet: classifier.alphabet)
        pairs = resolved.pairs
        (conditions, points) = (classifier.conditions, resolved.conditions)
        var chosen: [[Int]] = [[], []]
        let threshold = classifier.threshold
        for p in 0..<resolved.count { chosen[resolved.targets[p] > threshold ? 1 : 0].append(p) }
        self.chosen = chosen
        let ofConditions = points.standardised(conditions)
        if plan.method == .aligned {
            let logits = classifier.logits(
                of: pairs, at: points, workspaces: (0..<plan.threads).map { _ in Workspace() })
            let found = ScoreLevels.found(logits, chosen: chosen, inputs: ofConditions, &random)
            (levels, inputs) = (found.levels, ofConditions.with(levels: found.ofPairs))
        } else {
            (levels, inputs) = (nil, ofConditions)
        }
        var layout = PairLayout(
            letters: classifier.alphabet.count, length: pairs.longest, orientation: classifier.orientation)
        layout.align(to: pairs, chosen: chosen[1])
        self.layout = layout
        let longestA = chosen.joined().reduce(1) { max($0, resolved.pairs.a($1).count) }
        strandNet = StrandNet(letters: layout.letters, length: longestA, conditions: conditions.count)
        markovMixture = MarkovMixture(letters: layout.letters, length: longestA, conditions: inputs.width)
        let lengthsB = chosen.joined().map { resolved.pairs.b($0).count }
        let rangeB = (lengthsB.min() ?? 1)...(lengthsB.max() ?? 1)
        encoderDecoder = EncoderDecoder(
            letters: layout.letters, longestA: longestA, lengthsB: rangeB, conditions: conditions.count)
        pairHMM = PairHMM(
            letters: layout.letters, longestA: longestA, lengthsB: rangeB,
            isAntiparallel: classifier.orientation == .antiparallel, conditions: inputs.width)
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
            net: net, weights: weights, lengths: StrandComposition.lengths(pairs, chosen: chosen), levels: levels)
    }
}
