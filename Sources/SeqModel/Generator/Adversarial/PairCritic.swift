// PairCritic: the network that separates pairs of the data from generated pairs.

import Kernels

/// The shapes of the critic, and the offsets of its weights.
///
/// The features of a column are eight linear functions of the outer product of B's column with A's, for three shifts of
/// A in both frames (all six share the weights), then A and B themselves. Two convolutions follow, the sum s over the
/// columns, and a layer t on s, so that D need not be monotonic in s. With h = (s, t) and the label y, the output is D
/// = w h + b + (2 y - 1) e h, a projection discriminator (Miyato & Koyama 2018). No normalisation.
struct PairCritic: Sendable {
    /// Shifts of strand A relative to B, in columns.
    static let shifts = [-1, 0, 1]
    /// Channels of the convolutions (the dimension of s), and the dimension of t.
    static let hidden = 48, joint = 32

    let layout: PairLayout
    let first: ConvolutionShape, second: ConvolutionShape
    /// The layer from s to t.
    let third: ConvolutionShape

    init(_ layout: PairLayout) {
        self.layout = layout
        let k = layout.letters
        let inputs = ConvolutionShape.padded(PairCritic.pairFeatures + 2 * (k + 1))
        first = ConvolutionShape(width: 5, inputs: inputs, outputs: PairCritic.hidden, offset: k * k * 8)
        second = ConvolutionShape(
            width: 5, inputs: PairCritic.hidden, outputs: PairCritic.hidden, offset: first.end)
        third = ConvolutionShape(
            width: 1, inputs: PairCritic.hidden, outputs: PairCritic.joint, offset: second.end)
    }

    private static let pairFeatures = 2 * shifts.count * 8
    /// Offsets of w, e and b.
    private var head: Int { third.end }
    private var projection: Int { head + PairCritic.summary }
    private var bias: Int { projection + PairCritic.summary }
    /// The dimension of h.
    private static let summary = hidden + joint
    /// Number of weights.
    var count: Int { bias + 8 }

    /// Initial weights: uniform from -1 / sqrt(fan-in) to 1 / sqrt(fan-in).
    func initialWeights(_ random: inout RandomSource) -> FloatBuffer {
        let weights = FloatBuffer(count: count)
        func fill(_ range: Range<Int>, fanIn: Int) {
            let bound = 1 / Float(fanIn).squareRoot()
            for k in range { weights[k] = bound * (2 * random.uniform() - 1) }
        }
        fill(0..<first.offset, fanIn: layout.letters * layout.letters)
        let channels = PairCritic.pairFeatures + 2 * (layout.letters + 1)
        fill(first.offset..<first.end, fanIn: first.width * channels)
        fill(second.offset..<second.end, fanIn: second.width * second.inputs)
        fill(third.offset..<third.end, fanIn: third.inputs)
        fill(head..<bias + 1, fanIn: PairCritic.summary)
        return weights
    }

    /// Inputs, activations and gradients of the critic for one pair.
    struct Tape: Sendable {
        /// A in the near frame and a flag for columns outside of it, A in the far frame, B and a flag for columns
        /// outside of it.
        let near: FeatureMap, far: FeatureMap, b: FeatureMap
        fileprivate let features: FeatureMap, middle: FeatureMap, last: FeatureMap
        /// s and t, one column each, and the gradients with respect to them.
        fileprivate let sums: FeatureMap, joint: FeatureMap, sumGradient: FeatureMap, jointGradient: FeatureMap
        /// The gradient with respect to B's letters, set by `backward` if `needsB`.
        let bGradient: FeatureMap
        fileprivate let lastGradient: FeatureMap, middleGradient: FeatureMap, featureGradient: FeatureMap

        init(_ critic: PairCritic) {
            let (length, k) = (critic.layout.length, critic.layout.letters)
            func map(_ channels: Int) -> FeatureMap { FeatureMap(length: length, channels: channels) }
            (near, far, b, bGradient) = (map(k + 1), map(k), map(k + 1), map(k + 1))
            (features, featureGradient) = (map(critic.first.inputs), map(critic.first.inputs))
            (middle, middleGradient) = (map(PairCritic.hidden), map(PairCritic.hidden))
            (last, lastGradient) = (map(PairCritic.hidden), map(PairCritic.hidden))
            func single(_ channels: Int) -> FeatureMap { FeatureMap(length: 1, channels: channels) }
            (sums, sumGradient) = (single(PairCritic.hidden), single(PairCritic.hidden))
            (joint, jointGradient) = (single(PairCritic.joint), single(PairCritic.joint))
        }

        /// Element `c` of h.
        fileprivate func summary(_ c: Int) -> Float {
            c < PairCritic.hidden ? sums[0, c] : joint[0, c - PairCritic.hidden]
        }

        fileprivate func setSummaryGradient(_ c: Int, _ value: Float) {
            if c < PairCritic.hidden {
                sumGradient[0, c] = value
            } else {
                jointGradient[0, c - PairCritic.hidden] = value
            }
        }
    }

    /// Sets the input to a pair, with normal noise of standard deviation `noise` added to the channels of every letter.
    func load(
        _ tape: Tape, a: ArraySlice<UInt8>, b: ArraySlice<UInt8>, noise: Float, _ random: inout RandomSource
    ) {
        let k = layout.letters
        tape.near.clear()
        tape.far.clear()
        tape.b.clear()
        let near = layout.start(.near, a: a.count, b: b.count)
        let far = layout.start(.far, a: a.count, b: b.count)
        for column in 0..<layout.length {
            if column + near < 0 || column + near >= a.count { tape.near[column, k] = 1 }
            if column >= b.count { tape.b[column, k] = 1 }
        }
        for (index, code) in a.enumerated() {
            for letter in 0..<k {
                let value = (Int(code) == letter ? 1 : 0) + (noise > 0 ? noise * random.normal() : 0)
                for (map, start) in [(tape.near, near), (tape.far, far)] {
                    let column = index - start
                    if column >= 0, column < layout.length { map[column, letter] = value }
                }
            }
        }
        for (index, code) in b.enumerated() {
            let column = layout.facing(index, b: b.count)
            for letter in 0..<k {
                tape.b[column, letter] = (Int(code) == letter ? 1 : 0) + (noise > 0 ? noise * random.normal() : 0)
            }
        }
    }

    /// Computes s and t.
    func forward(_ tape: Tape, weights: FloatBuffer, _ kernels: LayerKernels) {
        let k = layout.letters
        var at = 0
        for map in [tape.near, tape.far] {
            for shift in PairCritic.shifts {
                kernels.outerFeatures(
                    letters: k, a: map, shift: shift, b: tape.b, weights: weights, offset: 0, into: tape.features,
                    first: at)
                at += 8
            }
        }
        for column in 0..<layout.length {
            for c in 0...k {
                tape.features[column, at + c] = tape.near[column, c]
                tape.features[column, at + k + 1 + c] = tape.b[column, c]
            }
        }
        kernels.convolve(first, tape.features, weights: weights, into: tape.middle)
        kernels.convolve(second, tape.middle, weights: weights, into: tape.last)
        for c in 0..<PairCritic.hidden {
            var sum: Float = 0
            for column in 0..<layout.length { sum += tape.last[column, c] }
            tape.sums[0, c] = sum
        }
        kernels.convolve(third, tape.sums, weights: weights, into: tape.joint)
    }

    /// D for the input of the last `forward`, with a label (0 or 1).
    func value(_ tape: Tape, weights: FloatBuffer, label: Int) -> Float {
        let sign: Float = label == 1 ? 1 : -1
        var sum = weights[bias]
        for c in 0..<PairCritic.summary {
            sum += tape.summary(c) * (weights[head + c] + sign * weights[projection + c])
        }
        return sum
    }

    /// Adds the gradient of the weights to part `part` of `sums`, if given, and sets `tape.bGradient`, if `needsB`.
    ///
    /// `slope` is the derivative of the loss with respect to w h + b, `labelSlope` that with respect to e h.
    func backward(
        _ tape: Tape, slope: Float, labelSlope: Float, weights: FloatBuffer, transposed: FloatBuffer,
        sums: (buffer: FloatBuffer, part: Int)?, needsB: Bool, _ kernels: LayerKernels
    ) {
        let k = layout.letters
        let start = (sums?.part ?? 0) * count
        for c in 0..<PairCritic.summary {
            let g = slope * weights[head + c] + labelSlope * weights[projection + c]
            tape.setSummaryGradient(c, g)
            if let buffer = sums?.buffer {
                buffer[start + head + c] += slope * tape.summary(c)
                buffer[start + projection + c] += labelSlope * tape.summary(c)
            }
        }
        if let buffer = sums?.buffer { buffer[start + bias] += slope }
        kernels.leakyReLUGradient(tape.joint, gradient: tape.jointGradient)
        if let sums {
            kernels.weightGradient(
                third, tape.sums, outputGradient: tape.jointGradient, sums: sums.buffer, part: sums.part, stride: count)
        }
        kernels.inputGradient(
            third, outputGradient: tape.jointGradient, transposed: transposed, into: tape.sumGradient)
        for c in 0..<PairCritic.hidden {
            let g = tape.sumGradient[0, c]
            for column in 0..<layout.length { tape.lastGradient[column, c] = g }
        }
        kernels.leakyReLUGradient(tape.last, gradient: tape.lastGradient)
        tape.middleGradient.clear()
        kernels.inputGradient(
            second, outputGradient: tape.lastGradient, transposed: transposed, into: tape.middleGradient)
        kernels.leakyReLUGradient(tape.middle, gradient: tape.middleGradient)
        tape.featureGradient.clear()
        kernels.inputGradient(
            first, outputGradient: tape.middleGradient, transposed: transposed, into: tape.featureGradient)
        if let sums {
            kernels.weightGradient(
                second, tape.middle, outputGradient: tape.lastGradient, sums: sums.buffer, part: sums.part,
                stride: count)
            kernels.weightGradient(
                first, tape.features, outputGradient: tape.middleGradient, sums: sums.buffer, part: sums.part,
                stride: count)
        }
        if needsB { tape.bGradient.clear() }
        var at = 0
        for map in [tape.near, tape.far] {
            for shift in PairCritic.shifts {
                kernels.outerFeaturesGradient(
                    letters: k, a: map, shift: shift, b: tape.b, weights: weights, offset: 0,
                    featureGradient: tape.featureGradient, first: at, sums: sums.map { ($0.buffer, start) },
                    bGradient: needsB ? tape.bGradient : nil)
                at += 8
            }
        }
        guard needsB else { return }
        for column in 0..<layout.length {
            for c in 0..<k { tape.bGradient[column, c] += tape.featureGradient[column, at + k + 1 + c] }
        }
    }

    /// Writes the weights in the transposed layout of `backward`.
    func transpose(_ weights: FloatBuffer, into transposed: FloatBuffer, _ kernels: LayerKernels) {
        for layer in [first, second, third] { kernels.transpose(layer, weights: weights, into: transposed) }
    }
}
