// PartnerNet: the network for strand B: from strand A, a label and noise to logits.

import Kernels

/// The shapes of the network for strand B, and the offsets of its weights.
///
/// Input channels of a column: strand A in the near frame and a flag for columns outside of it (K + 1), a flag for
/// columns of B (1), noise of the column (8), flags for columns from two random breakpoints on (2), A in the far frame
/// (K), A in the near frame before the first breakpoint and in the far frame from it on (K). A separate layer adds the
/// context, which is the same in all columns: the label (1) and noise of the pair (16). Three convolutions follow, the
/// last two residual, then one that gives the logits.
struct PartnerNet: Sendable {
    /// Numbers of noise of a column and of the pair.
    static let columnNoise = 8, pairNoise = 16
    /// Channels of the convolutions of a new net. With 64, a pass takes three times as long and samples are no better.
    static let usualChannels = 32
    /// The bound of the logits' absolute value, so that every letter keeps some probability.
    static let logitBound: Float = 6

    let layout: PairLayout
    /// Channels of the convolutions, a multiple of 8.
    let channels: Int
    let first: ConvolutionShape, second: ConvolutionShape, third: ConvolutionShape, head: ConvolutionShape
    /// The layer from the label and the pair's noise to an additional bias of the first convolution.
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

    /// Input channels of the first convolution, without padding.
    static func inputChannels(_ letters: Int) -> Int { 3 * letters + 4 + columnNoise }
    static var contextChannels: Int { 1 + pairNoise }

    /// Number of weights.
    var count: Int { context.end }
    /// All layers. `gain` is the standard deviation of the initial weights relative to that of He et al. 2015, eq. 10.
    var layers: [(shape: ConvolutionShape, gain: Float)] {
        [(first, 1), (second, 1), (third, 1), (head, 0.5), (context, 1 / Float(first.width))]
    }

    /// Initial weights: normally distributed; biases are zero.
    func initialWeights(_ random: inout RandomSource) -> FloatBuffer {
        let weights = FloatBuffer(count: count)
        for (layer, gain) in layers {
            // The context is treated as channels of the first layer that are present in one column.
            let isFirst = layer == first || layer == context
            let channels =
                isFirst ? PartnerNet.inputChannels(layout.letters) + PartnerNet.contextChannels : layer.inputs
            let deviation = gain * (2 / Float(layer.width * channels)).squareRoot()
            for k in layer.offset..<layer.bias { weights[k] = deviation * random.normal() }
        }
        return weights
    }

    /// Inputs, activations and gradients of the network for one pair.
    struct Tape: Sendable {
        let input: FeatureMap
        /// The output of the first convolution.
        let base: FeatureMap
        /// One column each: the context, the bias that it gives, and the gradient with respect to that bias.
        fileprivate let context: FeatureMap, bias: FeatureMap, biasGradient: FeatureMap
        let secondStep: FeatureMap, afterSecond: FeatureMap, thirdStep: FeatureMap, afterThird: FeatureMap
        /// The output of the last layer: logits that are not bounded yet.
        let logits: FeatureMap
        /// The gradient of the loss with respect to `logits`; the caller sets it before `backward`.
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

    /// The number of input columns that the first `columns` columns of a layer's output depend on.
    private func receptiveField(of layer: ConvolutionShape, _ columns: Int) -> Int {
        min(layout.length, columns + layer.width / 2)
    }

    /// Sets the input: strand `a`, the label and new noise. Only the columns that the first `length` logits depend on
    /// are set.
    func load(_ tape: Tape, a: ArraySlice<UInt8>, b length: Int, label: Int, _ random: inout RandomSource) {
        let k = layout.letters
        let x = tape.input
        x.clear()
        let steps = k + 1 + 1 + PartnerNet.columnNoise
        let (far, mixed) = (steps + 2, steps + 2 + k)
        let breaks = (Float(length) * random.uniform(), Float(length) * random.uniform())
        // Scaled as if the context were an input of all taps of the first convolution, so that it learns equally fast.
        let taps = Float(first.width)
        tape.context[0, 0] = taps * Float(label)
        for c in 1...PartnerNet.pairNoise { tape.context[0, c] = taps * random.normal() }
        let near = layout.start(.near, a: a.count, b: length)
        let away = layout.start(.far, a: a.count, b: length)
        for column in 0..<receptiveField(of: first, receptiveField(of: second, receptiveField(of: third, length))) {
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

    /// Computes the logits of the first `length` columns, those of strand B.
    ///
    /// Only the activations that they depend on are computed. Further columns keep old values; their gradient is zero.
    func forward(_ tape: Tape, length: Int, weights: FloatBuffer, _ kernels: LayerKernels) {
        let secondColumns = receptiveField(of: third, length)
        let firstColumns = receptiveField(of: second, secondColumns)
        kernels.convolve(context, tape.context, weights: weights, into: tape.bias, isLeaky: false)
        kernels.convolve(
            first, tape.input, weights: weights, adding: tape.bias, into: tape.base, columns: 0..<firstColumns)
        kernels.convolve(second, tape.base, weights: weights, into: tape.secondStep, columns: 0..<secondColumns)
        kernels.add(tape.base, tape.secondStep, into: tape.afterSecond)
        kernels.convolve(third, tape.afterSecond, weights: weights, into: tape.thirdStep, columns: 0..<length)
        kernels.add(tape.afterSecond, tape.thirdStep, into: tape.afterThird)
        kernels.convolve(
            head, tape.afterThird, weights: weights, into: tape.logits, isLeaky: false, columns: 0..<length)
    }

    /// Adds the gradient of the weights to part `part` of `sums`, for the tape of the last `forward`.
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

    /// Writes the weights in the transposed layout of `backward`.
    func transpose(_ weights: FloatBuffer, into transposed: FloatBuffer, _ kernels: LayerKernels) {
        for (layer, _) in layers { kernels.transpose(layer, weights: weights, into: transposed) }
    }
}
