// LayerKernels: the loops of the generator's and the critic's layers, with checked arguments.

import KernelLoops
import KernelShapes

/// The loops of layers over feature maps, for one processor level. Gradients are added to existing values.
public struct LayerKernels: Sendable {
    /// The processor level of the loops.
    public let processor: Processor

    /// The loops for `processor`, by default the best that this machine can run.
    public init(processor: Processor = .best) {
        precondition(processor.isUsable)
        self.processor = processor
    }

    /// output = convolution of input, followed by LeakyReLU with slope 0.2 where `isLeaky`; only in `columns`, by
    /// default all. The single column of `bias`, where given, is added to the bias of the layer.
    public func convolve(
        _ layer: ConvolutionShape, _ input: FeatureMap, weights: FloatBuffer, adding bias: FeatureMap? = nil,
        into output: FeatureMap, isLeaky: Bool = true, columns: Range<Int>? = nil
    ) {
        check(layer, input, output, weights)
        if let bias { precondition(bias.length == 1 && bias.channels == layer.outputs) }
        let columns = columns ?? 0..<input.length
        let from = input.first(of: columns), to = output.first(of: columns)
        processor.loops.convolve(
            layer, length: columns.count, input: from, weights: weights.base, bias: bias?.first, output: to,
            isLeaky: isLeaky)
    }

    /// gradient *= the slope of LeakyReLU, given its output, in `columns`, by default all.
    public func leakyReLUGradient(_ output: FeatureMap, gradient: FeatureMap, columns: Range<Int>? = nil) {
        precondition(output.length == gradient.length && output.channels == gradient.channels)
        let columns = columns ?? 0..<output.length
        processor.loops.leakyReLUGradient(
            count: columns.count * output.channels, output: output.first(of: columns),
            gradient: gradient.first(of: columns))
    }

    /// Adds the gradient of a convolution's weights and bias, from `columns`, by default all, to part `part` of `sums`;
    /// parts have `stride` floats and the layout of the weights.
    public func weightGradient(
        _ layer: ConvolutionShape, _ input: FeatureMap, outputGradient: FeatureMap, columns: Range<Int>? = nil,
        sums: FloatBuffer, part: Int, stride: Int
    ) {
        check(layer, input, outputGradient, sums)
        precondition(part >= 0 && layer.end <= stride && (part + 1) * stride <= sums.count)
        let to = sums.base + part * stride
        let columns = columns ?? 0..<input.length
        processor.loops.convolutionWeightGradient(
            layer, length: columns.count, input: input.first(of: columns),
            outputGradient: outputGradient.first(of: columns), sums: to)
    }

    /// Adds the gradient of a convolution's input in `columns`, by default all. `transposed` is the result of
    /// `transpose`.
    public func inputGradient(
        _ layer: ConvolutionShape, outputGradient: FeatureMap, columns: Range<Int>? = nil, transposed: FloatBuffer,
        into inputGradient: FeatureMap
    ) {
        check(layer, inputGradient, outputGradient, transposed)
        let columns = columns ?? 0..<inputGradient.length
        processor.loops.convolutionInputGradient(
            layer, length: columns.count, outputGradient: outputGradient.first(of: columns),
            transposed: transposed.base, inputGradient: inputGradient.first(of: columns))
    }

    /// Writes a convolution's weights in the form that `inputGradient` needs, at the same offset of `transposed`.
    public func transpose(_ layer: ConvolutionShape, weights: FloatBuffer, into transposed: FloatBuffer) {
        precondition(layer.end <= weights.count && layer.end <= transposed.count)
        Loops.transposeConvolution(layer, weights: weights.base, transposed: transposed.base)
    }

    /// Sets the single column of `sum` to the sum of all columns of `values`.
    public func sumColumns(of values: FeatureMap, into sum: FeatureMap) {
        precondition(sum.length == 1 && values.channels == sum.channels)
        sum.clear()
        for column in 0..<values.length {
            processor.loops.addElements(count: sum.channels, sum.first, values.column(column), into: sum.first)
        }
    }

    /// sum = a + b, element by element, in `columns`, by default all.
    public func add(
        _ a: FeatureMap, _ b: FeatureMap, into sum: FeatureMap, columns: Range<Int>? = nil
    ) {
        for map in [a, b] { precondition(map.length == sum.length && map.channels == sum.channels) }
        let columns = columns ?? 0..<sum.length
        processor.loops.addElements(
            count: columns.count * sum.channels, a.first(of: columns), b.first(of: columns),
            into: sum.first(of: columns))
    }

    /// y = exp(bound tanh(x / bound)), element by element, in the first `columns` columns.
    public func boundedExponentials(_ x: FeatureMap, bound: Float, into y: FeatureMap, columns: Int) {
        precondition(x.channels == y.channels && (0...min(x.length, y.length)).contains(columns))
        processor.loops.boundedExponentials(count: columns * x.channels, bound: bound, x.first, into: y.first)
    }

    /// y[c, k] = exp(x[c, k] - max x[c, 0 ..< letters]) for k below `letters`, else 0, in `columns`: the numerators of
    /// a softmax for each column.
    public func exponentials(_ x: FeatureMap, letters: Int, into y: FeatureMap, columns: Range<Int>) {
        precondition(x.channels == y.channels && (1...x.channels).contains(letters))
        precondition(columns.lowerBound >= 0 && columns.upperBound <= min(x.length, y.length))
        guard !columns.isEmpty else { return }
        processor.loops.rowExponentials(
            rows: columns.count, channels: x.channels, letters: letters, x.column(columns.lowerBound),
            into: y.column(columns.lowerBound))
    }

    private func check(
        _ layer: ConvolutionShape, _ input: FeatureMap, _ output: FeatureMap, _ weights: FloatBuffer
    ) {
        precondition(input.channels == layer.inputs && output.channels == layer.outputs)
        precondition(input.length == output.length && layer.end <= weights.count)
    }
}

extension LayerKernels {
    /// Writes eight features of the outer product of facing columns: features[column, first + q] = sum over k, l of
    /// weights[offset + (k, l, q)] a[column + shift, k] b[column, l]. `shift` is -4 to 4; k and l are below `letters`.
    public func outerFeatures(
        letters: Int, a: FeatureMap, shift: Int, b: FeatureMap, weights: FloatBuffer, offset: Int,
        into features: FeatureMap, first: Int
    ) {
        check(letters, a, shift, b, features, first, weights, offset)
        processor.loops.outerFeatures(
            length: a.length, letters: letters, a: a.first, aChannels: a.channels, shift: shift, b: b.first,
            bChannels: b.channels, weights: weights.base + offset, features: features.first + first,
            stride: features.channels)
    }

    /// Adds the gradients of `outerFeatures`: that of its weights to `sums`, from `at` on, and that of b, where given.
    public func outerFeaturesGradient(
        letters: Int, a: FeatureMap, shift: Int, b: FeatureMap, weights: FloatBuffer, offset: Int,
        featureGradient: FeatureMap, first: Int, sums: (buffer: FloatBuffer, at: Int)?, bGradient: FeatureMap?
    ) {
        check(letters, a, shift, b, featureGradient, first, weights, offset)
        if let sums { precondition(sums.at >= 0 && sums.at + letters * letters * 8 <= sums.buffer.count) }
        if let bGradient { precondition(bGradient.length == b.length && bGradient.channels == b.channels) }
        let to = sums.map { $0.buffer.base + $0.at }
        processor.loops.outerFeaturesGradient(
            length: a.length, letters: letters, a: a.first, aChannels: a.channels, shift: shift, b: b.first,
            bChannels: b.channels, weights: weights.base + offset,
            featureGradient: featureGradient.first + first, stride: featureGradient.channels, sums: to,
            bGradient: bGradient?.first)
    }

    private func check(
        _ letters: Int, _ a: FeatureMap, _ shift: Int, _ b: FeatureMap, _ features: FeatureMap, _ first: Int,
        _ weights: FloatBuffer, _ offset: Int
    ) {
        precondition(letters <= a.channels && letters <= b.channels && abs(shift) <= ConvolutionShape.halo)
        precondition(a.length == b.length && a.length == features.length && first >= 0)
        precondition(first + 8 <= features.channels && offset >= 0 && offset + letters * letters * 8 <= weights.count)
    }

    /// Updates an exponential moving average: mean = keeping mean + (1 - keeping) values, element by element.
    public func average(_ values: FloatBuffer, keeping: Float, into mean: FloatBuffer) {
        precondition(values.count == mean.count)
        for k in 0..<mean.count { mean.base[k] += (1 - keeping) * (values.base[k] - mean.base[k]) }
    }
}
