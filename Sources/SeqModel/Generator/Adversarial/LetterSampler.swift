// LetterSampler: draws letters from logits, with the straight-through Gumbel-softmax gradient.

import Kernels

/// Draws the letters of strand B from bounded logits.
///
/// In training, `draw` uses the Gumbel-max trick, and `backward` the gradient of the softmax at temperature 1
/// (straight-through Gumbel-softmax: Jang et al. 2017; Maddison et al. 2017). Otherwise `prepareSampling` and `pick`
/// draw from the same distribution by the inverse of the cumulative sum, which is faster.
struct LetterSampler {
    let layout: PairLayout
    /// (length, K). After `draw`, the softmax of the logits with noise, for `backward`; after `prepareSampling`,
    /// cumulative sums of exponentials, for `pick`.
    private let probabilities: FeatureMap
    private var noisy: [Float]

    init(_ layout: PairLayout) {
        self.layout = layout
        probabilities = FeatureMap(length: layout.length, channels: layout.letters)
        noisy = [Float](repeating: 0, count: layout.letters)
    }

    /// The bounded logit: bound * tanh(logit / bound).
    static func bounded(_ logit: Float) -> Float {
        PartnerNet.logitBound * hyperbolicTangent(logit / PartnerNet.logitBound)
    }

    /// The derivative of `bounded` as a function of its result.
    static func slope(_ bounded: Float) -> Float {
        let t = bounded / PartnerNet.logitBound
        return 1 - t * t
    }

    /// Prepares `pick` for the first `length` columns of `logits`.
    mutating func prepareSampling(_ logits: FeatureMap, length: Int, _ kernels: LayerKernels) {
        kernels.boundedExponentials(logits, bound: PartnerNet.logitBound, into: probabilities, columns: length)
        for column in 0..<length {
            var sum: Float = 0
            for letter in 0..<layout.letters {
                sum += probabilities[column, letter]
                probabilities[column, letter] = sum
            }
        }
    }

    /// Draws a strand of `length` letters from the prepared logits, in the order in which B is written.
    func pick(length: Int, _ random: inout RandomSource) -> [UInt8] {
        var strand = [UInt8](repeating: 0, count: length)
        for column in 0..<length {
            let at = random.uniform() * probabilities[column, layout.letters - 1]
            // Counting has no branches: those of a search would be mispredicted.
            var letter = 0
            for before in 0..<layout.letters - 1 { letter += at >= probabilities[column, before] ? 1 : 0 }
            strand[layout.facing(column, b: length)] = UInt8(letter)
        }
        return strand
    }

    /// Draws `length` letters into `strand`, in the order in which B is written, and stores what `backward` needs.
    mutating func draw(
        _ logits: FeatureMap, length: Int, _ random: inout RandomSource, into strand: inout [UInt8]
    ) {
        let k = layout.letters
        strand.removeAll(keepingCapacity: true)
        for _ in 0..<length { strand.append(0) }
        for column in 0..<length {
            var best = 0
            for letter in 0..<k {
                let u = Swift.max(random.uniform(), 0x1p-25)
                let gumbel = -logarithm(-logarithm(u))
                noisy[letter] = LetterSampler.bounded(logits[column, letter]) + gumbel
                if noisy[letter] > noisy[best] { best = letter }
            }
            strand[layout.facing(column, b: length)] = UInt8(best)
            let top = noisy[best]
            var total: Float = 0
            for letter in 0..<k {
                noisy[letter] = exponential(noisy[letter] - top)
                total += noisy[letter]
            }
            for letter in 0..<k { probabilities[column, letter] = noisy[letter] / total }
        }
    }

    /// Adds the gradient with respect to the logits, given that with respect to the one-hot letters (g): p (g - sum p
    /// g) times the derivative of the bound.
    func backward(_ letterGradient: FeatureMap, logits: FeatureMap, length: Int, into logitGradient: FeatureMap) {
        let k = layout.letters
        for column in 0..<length {
            var mean: Float = 0
            for letter in 0..<k { mean += probabilities[column, letter] * letterGradient[column, letter] }
            for letter in 0..<k {
                let p = probabilities[column, letter]
                let slope = LetterSampler.slope(LetterSampler.bounded(logits[column, letter]))
                logitGradient[column, letter] += p * (letterGradient[column, letter] - mean) * slope
            }
        }
    }
}
