// LetterSampler: logits to letters by the Gumbel trick, and the straight-through gradient back.

import Kernels

/// Draws the letters of strand B from bounded logits, with the noise of Gumbel (Jang et al. 2017; Maddison et al. 2017).
struct LetterSampler {
    let layout: PairLayout
    /// The softmax of the noisy logits, (length, K): what the gradient goes back through. To `pick`, running sums of
    /// exponentials.
    private let probabilities: FeatureMap
    private var noisy: [Float]

    init(_ layout: PairLayout) {
        self.layout = layout
        probabilities = FeatureMap(length: layout.length, channels: layout.letters)
        noisy = [Float](repeating: 0, count: layout.letters)
    }

    /// The logit that counts for the one that the network gave: bound * tanh(l / bound).
    static func bounded(_ logit: Float) -> Float {
        PartnerNet.logitBound * hyperbolicTangent(logit / PartnerNet.logitBound)
    }

    /// The slope of `bounded`, told from its result.
    static func slope(_ bounded: Float) -> Float {
        let t = bounded / PartnerNet.logitBound
        return 1 - t * t
    }

    /// Makes ready to `pick` from these logits, without noise and without a way back: the same letters as often.
    mutating func settle(_ logits: FeatureMap, length: Int, _ kernels: LayerKernels) {
        kernels.boundedExponentials(logits, bound: PartnerNet.logitBound, into: probabilities, columns: length)
        for column in 0..<length {
            var sum: Float = 0
            for letter in 0..<layout.letters {
                sum += probabilities[column, letter]
                probabilities[column, letter] = sum
            }
        }
    }

    /// A strand of `length` letters by the logits last settled on, in the order in which B is written.
    func pick(length: Int, _ random: inout RandomSource) -> [UInt8] {
        var strand = [UInt8](repeating: 0, count: length)
        for column in 0..<length {
            let at = random.uniform() * probabilities[column, layout.letters - 1]
            // Counted, not searched: which letter it is, no processor foresees.
            var letter = 0
            for before in 0..<layout.letters - 1 { letter += at >= probabilities[column, before] ? 1 : 0 }
            strand[layout.facing(column, b: length)] = UInt8(letter)
        }
        return strand
    }

    /// Draws `length` letters into `strand`, in the order in which B is written, and keeps what `backward` needs.
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

    /// Adds to `logitGradient` what the gradient by the one-hot letters means to the logits: p (g - sum p g), times the
    /// slope of the bound.
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
