// MarkovMixture+Learning: the cross-entropy of strands by a mixture of Markov chains, and its gradient.

import Kernels

extension MarkovMixture: StrandModel {
    static let rate: Float = 2e-2
    static let sizeKey = "generator.chain-order"

    var size: Int { order }

    func memory(strands: Int) -> Memory { Memory(self, strands: strands) }

    func transpose(_ weights: FloatBuffer, into transposed: FloatBuffer, _ kernels: LayerKernels) {
        if let out = lengths?.out { kernels.transpose(out, weights: weights, into: transposed) }
    }

    func drawer(_ weights: FloatBuffer, strands: Int) -> any StrandDrawer { Drawer(self, weights) }

    func crossEntropy(
        _ memory: Memory, _ strands: [TrainingStrand], weights: FloatBuffer, _ kernels: LayerKernels
    ) -> Double {
        memory.prepare(self, weights)
        return strands.reduce(0) { $0 + memory.read($1, self, weights) }
            + ofLengths(memory, strands, weights, kernels)
    }

    func learn(
        _ memory: Memory, _ strands: [TrainingStrand], _ state: NetState, part: Int, _ kernels: LayerKernels
    ) {
        let (weights, sums) = (state.weights, state.gradients.parts)
        memory.prepare(self, weights)
        for strand in strands {
            _ = memory.read(strand, self, weights)
            memory.learn(strand, self, sums: sums, first: part * count)
        }
        memory.addGradient(self, to: sums, first: part * count)
        _ = ofLengths(memory, strands, weights, kernels)
        if let lengths, let tape = memory.lengths {
            lengths.backward(
                tape, strands, transposed: state.transposed, sums: sums, part: part, stride: count, kernels)
        }
    }

    /// The cross-entropy of the lengths; 0 without conditions.
    private func ofLengths(
        _ memory: Memory, _ strands: [TrainingStrand], _ weights: FloatBuffer, _ kernels: LayerKernels
    ) -> Double {
        guard let lengths, let tape = memory.lengths else { return 0 }
        return lengths.loss(tape, strands, weights: weights, kernels)
    }

    /// The memory of one thread in training.
    final class Memory {
        /// The least probability of a letter that is told from 0, and the letters whose product is.
        private static let least: Float = 1e-9, lettersOfProduct = 4

        fileprivate let lengths: LengthNet.Tape?
        /// The exponentials of the logits.
        private var chains: [Components] = [], starts: [Float] = [], ends: [Float] = []
        private var chainGradient: [Components], startGradient: [Float], endGradient: [Float]
        /// Of the last strand that was read: by column the row of its context and the reciprocal of the sum of its
        /// letters' weights, and the components' shares before and after.
        private var contexts: [Int], reciprocals: [Components]
        private var before = Components(), after = Components()
        /// The weights of the letters of a column by its places.
        private var ofPlaces: [Float]

        fileprivate init(_ mixture: MarkovMixture, strands: Int) {
            lengths = mixture.lengths.map { LengthNet.Tape($0, strands: strands) }
            chainGradient = Array(repeating: Components(), count: mixture.contextCount * mixture.letters)
            startGradient = Array(repeating: 0, count: MarkovMixture.places * mixture.letters)
            endGradient = startGradient
            contexts = Array(repeating: 0, count: mixture.length)
            reciprocals = Array(repeating: Components(), count: mixture.length)
            ofPlaces = Array(repeating: 0, count: mixture.letters)
        }

        /// Sets the weights that strands are read with.
        fileprivate func prepare(_ mixture: MarkovMixture, _ weights: FloatBuffer) {
            chains = mixture.chainFactors(weights)
            starts = mixture.placeFactors(weights, mixture.startRows)
            ends = mixture.placeFactors(weights, mixture.endRows)
        }

        /// Sets the weights of letters by the places of a column, and returns their rows.
        private func setPlaces(_ column: Int, of length: Int) -> (start: Int, end: Int) {
            let (place, letters) = (MarkovMixture.places(column, of: length), ofPlaces.count)
            for k in 0..<letters { ofPlaces[k] = starts[place.start * letters + k] * ends[place.end * letters + k] }
            return place
        }

        /// The cross-entropy of the letters of a strand in nats. Stores what `learn` needs.
        fileprivate func read(_ strand: TrainingStrand, _ mixture: MarkovMixture, _ weights: FloatBuffer) -> Double {
            let letters = mixture.letters
            before = mixture.shares(
                label: strand.label, strand.inputs, length: strand.letters.count, weights)
            before /= Components(repeating: before.sum())
            var (product, logarithms) = (Components(repeating: 1), Components())
            var context = Context(mixture)
            for (column, letter) in strand.letters.enumerated() {
                _ = setPlaces(column, of: strand.letters.count)
                let row = context.row * letters
                var total = Components()
                for k in 0..<letters { total += chains[row + k] * ofPlaces[k] }
                let reciprocal = 1 / total.replacing(with: 1e-30, where: total .< 1e-30)
                (contexts[column], reciprocals[column]) = (row, reciprocal)
                let p = chains[row + Int(letter)] * ofPlaces[Int(letter)] * reciprocal
                product *= p.replacing(with: Memory.least, where: p .< Memory.least)
                if column % Memory.lettersOfProduct == Memory.lettersOfProduct - 1 {
                    for c in 0..<MarkovMixture.components { logarithms[c] += logarithm(product[c]) }
                    product = Components(repeating: 1)
                }
                context.append(Int(letter))
            }
            for c in 0..<MarkovMixture.components { logarithms[c] += logarithm(product[c]) }
            let top = logarithms.max()
            let joint = before * MarkovMixture.exponentials(logarithms)
            let whole = max(joint.sum(), .leastNormalMagnitude)
            after = joint / Components(repeating: whole)
            return -Double(top) - Double(logarithm(whole))
        }

        /// Adds the gradient of what the last `read` returned: of the priors to `sums`, whose weights begin at `first`.
        fileprivate func learn(
            _ strand: TrainingStrand, _ mixture: MarkovMixture, sums: FloatBuffer, first: Int
        ) {
            let (letters, difference) = (mixture.letters, before - after)
            mixture.eachTerm(label: strand.label, strand.inputs, length: strand.letters.count) { row, x in
                for c in 0..<MarkovMixture.components { sums[first + row + c] += x * difference[c] }
            }
            for (column, letter) in strand.letters.enumerated() {
                let place = setPlaces(column, of: strand.letters.count)
                let (row, shares) = (contexts[column], after * reciprocals[column])
                for k in 0..<letters {
                    var gradient = shares * chains[row + k] * ofPlaces[k]
                    if k == Int(letter) { gradient -= after }
                    chainGradient[row + k] += gradient
                    let sum = gradient.sum()
                    startGradient[place.start * letters + k] += sum
                    endGradient[place.end * letters + k] += sum
                }
            }
        }

        /// Adds the gradient of the chains and places to `sums`, and sets it to zero.
        fileprivate func addGradient(_ mixture: MarkovMixture, to sums: FloatBuffer, first: Int) {
            for (k, gradient) in chainGradient.enumerated() {
                let at = first + mixture.chains + k * MarkovMixture.components
                for c in 0..<MarkovMixture.components { sums[at + c] += gradient[c] }
                chainGradient[k] = Components()
            }
            for k in startGradient.indices {
                sums[first + mixture.startRows + k] += startGradient[k]
                sums[first + mixture.endRows + k] += endGradient[k]
                (startGradient[k], endGradient[k]) = (0, 0)
            }
        }
    }
}
