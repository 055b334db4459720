// MarkovMixture: a mixture of Markov chains that gives strand A: shapes, weights and drawing.

import Kernels

/// A mixture of Markov chains: the probability of strand A given its length, a label and conditions.
///
/// Each component is a chain: a letter depends on the `order` letters before it. So strands of different composition
/// have components of their own, and k-mers of `order + 1` letters are as frequent as in the data. The weight of a
/// component depends on the label, the conditions and the length: for each label, its logarithm is quadratic in the
/// others. Letters are also more or less frequent by their distances from the ends, in all components alike.
///
/// It is drawn in a small part of the time of a `StrandNet`, which knows what lies farther apart.
struct MarkovMixture: Sendable {
    /// The components, one in each lane.
    typealias Components = SIMD16<Float>
    /// Number of components.
    static let components = Components.scalarCount
    /// Rows for the distance from an end; the last is for all larger ones.
    static let places = StrandNet.places
    /// The most contexts of full length of a new chain.
    private static let mostContexts = 100

    let letters: Int, length: Int, conditionCount: Int
    /// Letters that the next one depends on.
    let order: Int
    let tensors: [TensorSpec], count: Int
    let lengths: LengthNet?
    /// The offset of (2, terms, components): by label, the prior's logarithm as a function of conditions and length.
    let priors: Int
    /// (contexts, K, components): the logit of a letter in its context.
    let chains: Int
    /// (places, K): what the distance from either end adds to it.
    let startRows: Int, endRows: Int

    /// A mixture of chains of the order `order`; nil: as many letters as make at most 100 contexts.
    init(letters: Int, length: Int, order: Int? = nil, conditions: Int = 0) {
        (self.letters, self.length, conditionCount) = (letters, length, conditions)
        var usual = (order: 0, contexts: letters)
        while letters > 1, usual.contexts <= MarkovMixture.mostContexts {
            usual = (usual.order + 1, usual.contexts * letters)
        }
        self.order = order ?? usual.order
        let components = MarkovMixture.components
        var table = TensorTable()
        priors = table.add("generator.chains.priors", [2, QuadraticTerms.count(conditions + 1), components])
        let contexts = MarkovMixture.contexts(letters: letters, order: self.order)
        chains = table.add("generator.chains.letters", [contexts, letters, components])
        startRows = table.add("generator.chains.from_start", [MarkovMixture.places, letters])
        endRows = table.add("generator.chains.from_end", [MarkovMixture.places, letters])
        let net = LengthNet(longest: length, conditions: conditions, offset: table.align())
        lengths = conditions > 0 ? net : nil
        tensors = table.tensors + (conditions > 0 ? net.tensors : [])
        count = conditions > 0 ? net.end : table.end
    }

    /// Contexts of 0 to `order` letters.
    static func contexts(letters: Int, order: Int) -> Int {
        (0..<order).reduce(1) { sum, _ in sum * letters + 1 }
    }

    /// Contexts of all lengths.
    var contextCount: Int { MarkovMixture.contexts(letters: letters, order: order) }

    /// Initial weights: components differ by the frequencies of their letters.
    func initialWeights(_ random: inout RandomSource) -> FloatBuffer {
        let weights = FloatBuffer(count: count)
        for letter in 0..<letters {
            for component in 0..<MarkovMixture.components {
                let frequency = 0.5 * random.normal()
                for context in 0..<contextCount {
                    weights[chains + (context * letters + letter) * MarkovMixture.components + component] =
                        frequency + 0.05 * random.normal()
                }
            }
        }
        lengths?.initialise(weights, &random)
        return weights
    }

    /// The letters before the next one: the place of a context among those of its length, and the first of these.
    struct Context {
        private var code = 0, first = 0, known = 0
        private let letters: Int, order: Int, whole: Int

        init(_ mixture: MarkovMixture) {
            (letters, order) = (mixture.letters, mixture.order)
            whole = (0..<order).reduce(1) { product, _ in product * mixture.letters }
        }

        /// Its row in the table of all contexts, shorter ones first.
        var row: Int { first + code }

        /// Appends a letter.
        mutating func append(_ letter: Int) {
            guard order > 0 else { return }
            code = (code * letters + letter) % whole
            guard known < order else { return }
            known += 1
            first = first * letters + 1
        }
    }

    /// The rows of the distances from both ends of a column.
    static func places(_ column: Int, of length: Int) -> (start: Int, end: Int) {
        (min(column, places - 1), min(length - 1 - column, places - 1))
    }

    /// Calls `body` with each term that the prior of a strand sees, and the offset of its row.
    func eachTerm(label: Int, _ inputs: ArraySlice<Float>, length: Int, _ body: (_ row: Int, _ x: Float) -> Void) {
        let terms = QuadraticTerms.of(inputs + [Float(length) / 32 - 1])
        for (k, x) in terms.enumerated() { body(priors + (label * terms.count + k) * MarkovMixture.components, x) }
    }

    /// The components' weights before any letter is known, relative to the largest.
    func shares(label: Int, _ inputs: ArraySlice<Float>, length: Int, _ weights: FloatBuffer) -> Components {
        var sum = Components()
        eachTerm(label: label, inputs, length: length) { row, x in
            for c in 0..<MarkovMixture.components { sum[c] += x * weights[row + c] }
        }
        return MarkovMixture.exponentials(sum)
    }

    /// exp(x - maximum) of each lane.
    static func exponentials(_ x: Components) -> Components {
        let top = x.max()
        var result = Components()
        for c in 0..<components { result[c] = exponential(x[c] - top) }
        return result
    }

    /// The exponentials of the logits of letters, in each context relative to the largest of a component.
    func chainFactors(_ weights: FloatBuffer) -> [Components] {
        var result = [Components](repeating: Components(), count: contextCount * letters)
        for context in 0..<contextCount {
            for component in 0..<MarkovMixture.components {
                func logit(_ letter: Int) -> Float {
                    weights[chains + (context * letters + letter) * MarkovMixture.components + component]
                }
                let top = (0..<letters).reduce(-Float.infinity) { max($0, logit($1)) }
                for letter in 0..<letters {
                    result[context * letters + letter][component] = exponential(logit(letter) - top)
                }
            }
        }
        return result
    }

    /// The exponentials of the logits of letters by their distance from an end, relative to the largest.
    func placeFactors(_ weights: FloatBuffer, _ offset: Int) -> [Float] {
        (0..<MarkovMixture.places).flatMap { place in
            let logits = weights[offset + place * letters..<offset + (place + 1) * letters]
            let top = logits.max() ?? 0
            return logits.map { exponential($0 - top) }
        }
    }

    /// Draws strands one after the other.
    final class Drawer: StrandDrawer {
        private let mixture: MarkovMixture, weights: FloatBuffer
        /// (components, contexts, K), and (places, K) from either end.
        private let chains: [Float], starts: [Float], ends: [Float]
        let lengths: LengthNet.Tape?
        /// By length, the components' shares at the last labels and conditions.
        private var shares = RecentInputs<[Components?]>()

        init(_ mixture: MarkovMixture, _ weights: FloatBuffer) {
            (self.mixture, self.weights) = (mixture, weights)
            let factors = mixture.chainFactors(weights)
            chains = (0..<MarkovMixture.components).flatMap { c in factors.map { $0[c] } }
            starts = mixture.placeFactors(weights, mixture.startRows)
            ends = mixture.placeFactors(weights, mixture.endRows)
            lengths = mixture.lengths.map { LengthNet.Tape($0, strands: 1) }
        }

        func draw(
            label: Int, inputs: PairConditions, lengths: [Int], _ sources: inout [RandomSource],
            _ kernels: LayerKernels, canGrow: (ArraySlice<UInt8>, Int) -> Bool
        ) -> [[UInt8]?] {
            precondition(sources.count == lengths.count && inputs.width == mixture.conditionCount)
            return lengths.indices.map { k in
                draw(lengths[k], shares(label, inputs[k], lengths[k]), &sources[k], canGrow)
            }
        }

        private func shares(_ label: Int, _ inputs: ArraySlice<Float>, _ length: Int) -> Components {
            var found = shares.value(label: label, inputs) { _ in
                [Components?](repeating: nil, count: mixture.length + 1)
            }
            if let shares = found[length] { return shares }
            let own = mixture.shares(label: label, inputs, length: length, weights)
            found[length] = own
            shares.replaceLast(found)
            return own
        }

        /// A strand of `length` letters, of a component drawn by `shares`.
        private func draw(
            _ length: Int, _ shares: Components, _ source: inout RandomSource,
            _ canGrow: (ArraySlice<UInt8>, Int) -> Bool
        ) -> [UInt8]? {
            var (component, rest) = (0, source.uniform() * shares.sum())
            while component < MarkovMixture.components - 1 {
                rest -= shares[component]
                if rest < 0 { break }
                component += 1
            }
            let (letters, first) = (mixture.letters, component * mixture.contextCount * mixture.letters)
            let (chains, starts, ends) = (chains, starts, ends)
            var (strand, context) = ([UInt8](), Context(mixture))
            strand.reserveCapacity(length)
            for column in 0..<length {
                let place = MarkovMixture.places(column, of: length)
                let (chain, start, end) = (first + context.row * letters, place.start * letters, place.end * letters)
                func weight(_ k: Int) -> Float { chains[chain + k] * starts[start + k] * ends[end + k] }
                var total: Float = 0
                for k in 0..<letters { total += weight(k) }
                let at = source.uniform() * total
                // Counting has no branches: those of a search would be mispredicted.
                var (sum, letter): (Float, Int) = (0, 0)
                for k in 0..<letters - 1 {
                    sum += weight(k)
                    letter += at < sum ? 0 : 1
                }
                strand.append(UInt8(letter))
                guard canGrow(strand[...], length) else { return nil }
                context.append(letter)
            }
            return strand
        }
    }
}
