// PartnerNet: the generator's network: strand A, noise and a label to the logits of strand B.

import Kernels

/// Sizes of the generator's network and where its weights lie.
///
/// Channels in: A in the near frame with a flag for columns outside it (K + 1), B's columns (1), noise of each column
/// (8), two breakpoints (2), A in the far frame (K), and A changing from the near to the far frame at the first
/// breakpoint (K). What is the same in all columns goes in beside them, through a layer of its own: the label (1) and the
/// noise of the pair (16). Three convolutions, the last two residual, then one for the logits.
struct PartnerNet: Sendable {
    static let columnNoise = 8, pairNoise = 16
    /// Channels of the convolutions of a net that is to learn. Of 64 instead of 32, a pass takes three times as long and the
    /// pairs are no better.
    static let usualChannels = 32
    /// Logits are held to this size, so that no column is ever certain.
    static let logitBound: Float = 6

    let layout: PairLayout
    /// Channels of the convolutions, a multiple of 8.
    let channels: Int
    let first: ConvolutionShape, second: ConvolutionShape, third: ConvolutionShape, head: ConvolutionShape
    /// The label and the pair's noise to the first convolution's bias.
    let context: ConvolutionShape

    init(_ layout: PairLayout, channels: Int = usualChannels) {
        (self.layout, self.channels) = (layout, channels)
        let inputs = ConvolutionShape.padded(PartnerNet.inputChannels(layout.letters))
        first = ConvolutionShape(width: 9, inputs: inputs, outputs: channels, offset: 0)
        second = ConvolutionShape(width: 5, inputs: channels, outputs: channels, offset: first.end)
        third = ConvolutionShape(width: 5, inputs: channels, outputs: channels, offset: second.end)
        head = ConvolutionShape(
            width: 1, inputs: channels, outputs: ConvolutionShape.padded(layout.letters), offset: third.end)
        context = ConvolutionShape(
            width: 1, inputs: ConvolutionShape.padded(PartnerNet.contextChannels), outputs: channels,
            offset: head.end)
    }

    static func inputChannels(_ letters: Int) -> Int { 3 * letters + 4 + columnNoise }
    static var contextChannels: Int { 1 + pairNoise }

    /// Number of weights.
    var count: Int { context.end }
    /// All layers, with the share of Kaiming's deviation (He et al. 2015, eq. 10) that each begins with.
    var layers: [(shape: ConvolutionShape, gain: Float)] {
        [(first, 1), (second, 1), (third, 1), (head, 0.5), (context, 1 / Float(first.width))]
    }

    /// Weights to begin with: normal, biases zero.
    func initialWeights(_ random: inout RandomSource) -> FloatBuffer {
        let weights = FloatBuffer(count: count)
        for (layer, gain) in layers {
            // The context counts as channels of the first layer, seen in one column.
            let isFirst = layer == first || layer == context
            let channels =
                isFirst ? PartnerNet.inputChannels(layout.letters) + PartnerNet.contextChannels : layer.inputs
            let deviation = gain * (2 / Float(layer.width * channels)).squareRoot()
            for k in layer.offset..<layer.bias { weights[k] = deviation * random.normal() }
        }
        return weights
    }

    /// What the network sees and computes for one pair, and the gradients on the way back.
    struct Tape: Sendable {
        let input: FeatureMap, base: FeatureMap
        /// One column each: the context, what it comes to, and the gradient by that.
        fileprivate let context: FeatureMap, bias: FeatureMap, biasGradient: FeatureMap
        let secondStep: FeatureMap, afterSecond: FeatureMap, thirdStep: FeatureMap, afterThird: FeatureMap
        /// Logits as the last layer gives them, not yet bounded.
        let logits: FeatureMap
        /// Gradient of the loss by `logits`, to be filled before `backward`.
        let logitGradient: FeatureMap
        fileprivate let gradient: FeatureMap, step: FeatureMap

        init(_ net: PartnerNet) {
            let length = net.layout.length
            func hidden() -> FeatureMap { FeatureMap(length: length, channels: net.channels) }
            input = FeatureMap(length: length, channels: net.first.inputs)
            logits = FeatureMap(length: length, channels: net.head.outputs)
            logitGradient = FeatureMap(length: length, channels: net.head.outputs)
            (base, secondStep, afterSecond, thirdStep, afterThird) = (hidden(), hidden(), hidden(), hidden(), hidden())
            (gradient, step) = (hidden(), hidden())
            context = FeatureMap(length: 1, channels: net.context.inputs)
            bias = FeatureMap(length: 1, channels: net.channels)
            biasGradient = FeatureMap(length: 1, channels: net.channels)
        }
    }

    /// Columns of a layer's input that tell of the first `columns` of its output.
    private func seen(by layer: ConvolutionShape, _ columns: Int) -> Int {
        min(layout.length, columns + layer.width / 2)
    }

    /// Lays strand `a`, the label and fresh noise before the network, in the columns that tell of the first `length`.
    func load(_ tape: Tape, a: ArraySlice<UInt8>, b length: Int, label: Int, _ random: inout RandomSource) {
        let k = layout.letters
        let x = tape.input
        x.clear()
        let steps = k + 1 + 1 + PartnerNet.columnNoise
        let (far, mixed) = (steps + 2, steps + 2 + k)
        let breaks = (Float(length) * random.uniform(), Float(length) * random.uniform())
        // As a convolution of the first layer's width would see it whose taps are alike: it learns no more slowly than that.
        let taps = Float(first.width)
        tape.context[0, 0] = taps * Float(label)
        for c in 1...PartnerNet.pairNoise { tape.context[0, c] = taps * random.normal() }
        let near = layout.start(.near, a: a.count, b: length)
        let away = layout.start(.far, a: a.count, b: length)
        for column in 0..<seen(by: first, seen(by: second, seen(by: third, length))) {
            let isPast = Float(column) >= breaks.0
            let here = column + near
            if here >= 0, here < a.count {
                let letter = Int(a[a.startIndex + here])
                x[column, letter] = 1
                if !isPast { x[column, mixed + letter] = 1 }
            } else {
                x[column, k] = 1
            }
            let there = column + away
            if there >= 0, there < a.count {
                let letter = Int(a[a.startIndex + there])
                x[column, far + letter] = 1
                if isPast { x[column, mixed + letter] = 1 }
            }
            x[column, k + 1] = column < length ? 1 : 0
            for c in 0..<PartnerNet.columnNoise { x[column, k + 2 + c] = random.normal() }
            x[column, steps] = isPast ? 1 : 0
            x[column, steps + 1] = Float(column) >= breaks.1 ? 1 : 0
        }
    }

    /// The logits of the first `length` columns, those of strand B.
    ///
    /// What they depend on is computed and no more: the columns behind keep what they held, which no gradient reaches.
    func forward(_ tape: Tape, length: Int, weights: FloatBuffer, _ kernels: LayerKernels) {
        let bySecond = seen(by: third, length)
        let byFirst = seen(by: second, bySecond)
        kernels.convolve(context, tape.context, weights: weights, into: tape.bias, isLeaky: false)
        kernels.convolve(
            first, tape.input, weights: weights, adding: tape.bias, into: tape.base, columns: 0..<byFirst)
        kernels.convolve(second, tape.base, weights: weights, into: tape.secondStep, columns: 0..<bySecond)
        kernels.add(tape.base, tape.secondStep, into: tape.afterSecond)
        kernels.convolve(third, tape.afterSecond, weights: weights, into: tape.thirdStep, columns: 0..<length)
        kernels.add(tape.afterSecond, tape.thirdStep, into: tape.afterThird)
        kernels.convolve(
            head, tape.afterThird, weights: weights, into: tape.logits, isLeaky: false, columns: 0..<length)
    }

    /// Adds the gradient of the weights to part `part` of `sums`. The tape is that of `forward`.
    func backward(_ tape: Tape, transposed: FloatBuffer, sums: FloatBuffer, part: Int, _ kernels: LayerKernels) {
        func learn(_ layer: ConvolutionShape, _ input: FeatureMap, _ gradient: FeatureMap) {
            kernels.weightGradient(layer, input, outputGradient: gradient, sums: sums, part: part, stride: count)
        }
        tape.gradient.clear()
        learn(head, tape.afterThird, tape.logitGradient)
        kernels.inputGradient(
            head, outputGradient: tape.logitGradient, transposed: transposed, into: tape.gradient)
        let residuals = [(third, tape.afterSecond, tape.thirdStep), (second, tape.base, tape.secondStep)]
        for (layer, input, output) in residuals {
            tape.step.copy(tape.gradient)
            kernels.leakyReLUGradient(output, gradient: tape.step)
            learn(layer, input, tape.step)
            kernels.inputGradient(layer, outputGradient: tape.step, transposed: transposed, into: tape.gradient)
        }
        kernels.leakyReLUGradient(tape.base, gradient: tape.gradient)
        learn(first, tape.input, tape.gradient)
        kernels.sumColumns(of: tape.gradient, into: tape.biasGradient)
        learn(context, tape.context, tape.biasGradient)
    }

    /// Writes the weights as `backward` needs them.
    func transpose(_ weights: FloatBuffer, into transposed: FloatBuffer, _ kernels: LayerKernels) {
        for (layer, _) in layers { kernels.transpose(layer, weights: weights, into: transposed) }
    }
}
