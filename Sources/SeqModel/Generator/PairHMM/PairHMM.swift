// PairHMM: a mixture of pair hidden Markov models that gives strand B along an alignment with A: shapes and weights.

import Kernels

/// A mixture of pair hidden Markov models (Durbin et al. 1998, chapter 4): the probability of strand B given strand A,
/// a label and conditions.
///
/// Each component goes along both strands at once: letters of B and of A before the first pair, then pairs of letters
/// in helices and in loops and letters of one strand alone, then letters behind the last pair. Its transitions and
/// emissions depend on the label and the conditions: logits are quadratic in these. The weight of a component also
/// depends on A's length and letters. Strands B of all lengths together have the probability 1.
///
/// It knows relations along an alignment: letters that face each other, with bulges, loops and free ends. It draws in a
/// small part of the time of an `EncoderDecoder`, which knows others.
struct PairHMM: Sendable {
    /// Blocks of 8 components of a new mixture.
    static let usualBlocks = 2
    /// How logits depend on the numbers of the conditions. Early models are linear.
    enum Terms: String, CaseIterable {
        case linear, quadratic

        /// The number of terms of so many numbers, without the constant.
        func count(_ numbers: Int) -> Int { self == .linear ? numbers : QuadraticTerms.count(numbers) - 1 }

        /// The terms of `numbers`, without the constant.
        func of(_ numbers: ArraySlice<Float>) -> ArraySlice<Float> {
            self == .linear ? numbers : QuadraticTerms.of(numbers).dropFirst()
        }
    }

    let shape: PairHMMShape
    /// The longest strand A, in letters.
    let longestA: Int
    /// The range of the lengths of strand B.
    let lengthsB: ClosedRange<Int>
    /// Whether B faces the reverse of A.
    let isAntiparallel: Bool
    let terms: Terms
    /// All tensors, in the order of their offsets, and the number of weights.
    let tensors: [TensorSpec]
    let count: Int
    /// The offset of (K + 1, components): what A's share of each letter, and its length, add to the prior.
    private let strandRows: Int

    init(
        letters: Int, longestA: Int, lengthsB: ClosedRange<Int>, isAntiparallel: Bool, blocks: Int = usualBlocks,
        conditions: Int = 0, terms: Terms = .quadratic
    ) {
        shape = PairHMMShape(letters: letters, blocks: blocks, conditions: terms.count(conditions))
        (self.longestA, self.lengthsB, self.isAntiparallel) = (longestA, lengthsB, isAntiparallel)
        self.terms = terms
        var table = TensorTable()
        let sizes = [blocks, shape.vectors, PairHMMShape.lanes]
        _ = table.add("generator.hmm.labels", [2] + sizes)
        if conditions > 0 { _ = table.add("generator.hmm.conditions", [shape.conditions] + sizes) }
        strandRows = table.add("generator.hmm.strand", [letters + 1, blocks * PairHMMShape.lanes])
        (tensors, count) = (table.tensors, table.end)
    }

    /// Number of components.
    var components: Int { shape.blocks * PairHMMShape.lanes }

    /// Strand A in the order in which B faces it.
    func facing(_ a: ArraySlice<UInt8>) -> [UInt8] { isAntiparallel ? a.reversed() : Array(a) }

    /// The lengths that B may have, by number of letters.
    func ends(_ isAllowed: (Int) -> Bool) -> [Bool] {
        (0...lengthsB.upperBound).map { lengthsB.contains($0) && isAllowed($0) }
    }

    /// Calls `body` for each component with the numbers of A that its prior sees, each with the offset of its weight:
    /// the share of each letter, less that of equally frequent letters, and the length.
    func eachFeature(of a: ArraySlice<UInt8>, _ body: (_ component: Int, _ weight: Int, _ x: Float) -> Void) {
        for k in 0...shape.letters {
            let found = a.reduce(0) { $0 + ($1 == k ? 1 : 0) }
            let share = Float(found) / Float(a.count) - 1 / Float(shape.letters)
            let x = k < shape.letters ? share : Float(a.count) / 32 - 1
            for component in 0..<components { body(component, strandRows + k * components + component, x) }
        }
    }

    /// The offset in the counts and tables of a component's prior.
    private func priorOffset(_ component: Int) -> Int {
        let (block, lane) = component.quotientAndRemainder(dividingBy: PairHMMShape.lanes)
        return (block * shape.vectors + shape.prior) * PairHMMShape.lanes + lane
    }

    /// The part of the logarithm of a component's weight, before anything of B is known, that does not depend on A.
    func prior(_ tape: PairHMMTape, _ component: Int) -> Float { tape.tables[priorOffset(component)] }

    /// The logarithm of each component's weight before anything of B is known, by the tables of `tape`.
    private func priors(_ tape: PairHMMTape, a: ArraySlice<UInt8>, weights: FloatBuffer) -> [Float] {
        var sums = (0..<components).map { prior(tape, $0) }
        eachFeature(of: a) { component, at, x in sums[component] += x * weights[at] }
        return sums
    }

    /// Initial weights. Components stay in their states for different numbers of letters, so that they come to differ.
    func initialWeights(_ random: inout RandomSource) -> FloatBuffer {
        let weights = FloatBuffer(count: count)
        let usual: [PairHMMShape.Transition: Float] = [
            .matchMatch: 3, .matchDeletion: -1, .matchInsertion: -1, .loopMatch: 1, .loopLoop: 1, .loopDeletion: -1,
            .loopInsertion: -1, .deletionMatch: 1, .deletionInsertion: -2, .insertionMatch: 1,
        ]
        for block in 0..<shape.blocks {
            for vector in 0..<shape.vectors {
                let mean = PairHMMShape.Transition(rawValue: vector).flatMap { usual[$0] } ?? 0
                let deviation: Float = vector < shape.prior ? 0.7 : vector == shape.prior ? 0 : 0.05
                for lane in 0..<PairHMMShape.lanes {
                    let value = mean + deviation * random.normal()
                    for label in 0...1 {
                        weights[label * shape.row + (block * shape.vectors + vector) * PairHMMShape.lanes + lane] =
                            value
                    }
                }
            }
        }
        return weights
    }

    /// The cross-entropy of strand B in nats. Where there are `sums`, adds its gradient to their part `part`.
    func loss(
        _ tape: PairHMMTape, _ pair: TrainingPair, weights: FloatBuffer, _ kernels: LayerKernels,
        sums: FloatBuffer? = nil, part: Int = 0
    ) -> Double {
        kernels.pairHMMTables(tape, label: pair.label, inputs: terms.of(pair.inputs), parameters: weights)
        let a = facing(pair.a), size = pair.b.count
        kernels.pairHMMBackward(tape, tape.given, a: a, b: Array(pair.b), ends: (0...size).map { $0 == size })
        kernels.pairHMMBackward(tape, tape.any, a: a, b: nil, ends: ends { _ in true })
        let priors = priors(tape, a: pair.a, weights: weights)
        let given = Posterior(priors, tape.given), any = Posterior(priors, tape.any)
        if let sums {
            tape.counts.clear(0..<tape.counts.count)
            kernels.pairHMMCounts(tape, tape.given, factors: given.shares)
            kernels.pairHMMCounts(tape, tape.any, factors: any.shares.map { -$0 })
            let differences = zip(given.shares, any.shares).map { $0 - $1 }
            for (component, difference) in differences.enumerated() {
                tape.counts[priorOffset(component)] = difference
            }
            eachFeature(of: pair.a) { component, at, x in sums[part * count + at] -= x * differences[component] }
            kernels.pairHMMGradient(tape, label: pair.label, sums: sums, part: part, stride: count)
        }
        return Double(size) * logarithm(Double(shape.letters)) - given.logarithm + any.logarithm
    }

    /// The components' shares of the whole weight, and its natural logarithm.
    struct Posterior {
        let shares: [Float], logarithm: Double

        /// From the logarithms of the components' weights before B is known, and the cells.
        init(_ priors: [Float], _ cells: PairHMMTape.Cells) {
            let logarithms = priors.enumerated().map { Double($1) + cells.logarithm(component: $0) }
            let top = logarithms.max() ?? 0
            let weights = logarithms.map { exponential($0 - top) }
            let total = weights.reduce(0, +)
            shares = weights.map { Float($0 / total) }
            logarithm = top + SeqModel.logarithm(total)
        }
    }
}

extension PairHMMTape.Cells {
    /// The natural logarithm of the whole weight of strands A that begin in row `row`.
    func logarithm(from row: Int = 0, component: Int) -> Double {
        // A component that cannot make the strand has next to no share.
        let weight = Double(max(whole(from: row, component: component), .leastNormalMagnitude))
        return SeqModel.logarithm(weight) - logarithms[component / PairHMMShape.lanes]
    }
}
