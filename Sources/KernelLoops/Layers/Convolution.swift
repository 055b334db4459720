// Convolution: the convolution along the columns of a pair, forward and backward pass, and elementwise layers.

import KernelShapes

private typealias Vector = SIMD8<Float>

@inline(__always) private func load(_ p: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(p).loadUnaligned(as: Vector.self)
}

@inline(__always) private func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: Vector.self)
}

/// The slope of LeakyReLU for negative numbers.
var negativeSlope: Float { @inline(__always) get { 0.2 } }

extension Loops {
    /// `length` columns of output (outputs channels) = convolution of input (inputs channels), through LeakyReLU where
    /// `isLeaky`. Both pointers are to the first; input has `ConvolutionShape.halo` more columns on either side. `bias`
    /// (outputs), where given, is added to the bias of the layer.
    public static func convolve(
        _ layer: ConvolutionShape, length: Int, input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
        bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, isLeaky: Bool
    ) {
        for c in stride(from: 0, to: layer.outputs, by: 8) {
            var start = load(weights + layer.bias + c)
            if let bias { start += load(bias + c) }
            for column in 0..<length { store(start, output + column * layer.outputs + c) }
        }
        matrixProduct(
            rows: length, columns: layer.outputs, depth: layer.width * layer.inputs,
            input - layer.before * layer.inputs, weights + layer.offset, output,
            ProductStrides(aRow: layer.inputs, aDepth: 1, b: layer.outputs, c: layer.outputs))
        guard isLeaky else { return }
        for column in 0..<length {
            let output = output + column * layer.outputs
            for c in stride(from: 0, to: layer.outputs, by: 8) {
                let x = load(output + c)
                store(x.replacing(with: x * Vector(repeating: negativeSlope), where: x .< Vector()), output + c)
            }
        }
    }

    /// gradient *= the slope of LeakyReLU, given its output. `count` is a multiple of 8.
    public static func leakyReLUGradient(
        count: Int, output: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>
    ) {
        for k in stride(from: 0, to: count, by: 8) {
            let g = load(gradient + k)
            store(
                g.replacing(with: g * Vector(repeating: negativeSlope), where: load(output + k) .< Vector()),
                gradient + k)
        }
    }

    /// Adds the gradient of a convolution's weights and bias to `sums`, which has the layout of the weights.
    public static func convolutionWeightGradient(
        _ layer: ConvolutionShape, length: Int, input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
        sums: UnsafeMutablePointer<Float>
    ) {
        matrixProduct(
            rows: layer.width * layer.inputs, columns: layer.outputs, depth: length,
            input - layer.before * layer.inputs, outputGradient, sums + layer.offset,
            ProductStrides(aRow: 1, aDepth: layer.inputs, b: layer.outputs, c: layer.outputs))
        let bias = sums + layer.bias
        for c in stride(from: 0, to: layer.outputs, by: 8) {
            var sum = load(bias + c)
            for column in 0..<length { sum += load(outputGradient + column * layer.outputs + c) }
            store(sum, bias + c)
        }
    }

    /// Adds the gradient of a convolution's input to `inputGradient` (length, inputs). `outputGradient` has zero
    /// columns on either side; `transposed` is the result of `transposeConvolution`.
    public static func convolutionInputGradient(
        _ layer: ConvolutionShape, length: Int, outputGradient: UnsafePointer<Float>, transposed: UnsafePointer<Float>,
        inputGradient: UnsafeMutablePointer<Float>
    ) {
        matrixProduct(
            rows: length, columns: layer.inputs, depth: layer.width * layer.outputs,
            outputGradient - (layer.width - 1 - layer.before) * layer.outputs, transposed + layer.offset, inputGradient,
            ProductStrides(aRow: layer.outputs, aDepth: 1, b: layer.inputs, c: layer.inputs))
    }

    /// transposed (width, outputs, inputs) = weights (width, inputs, outputs), in reverse order along the width.
    public static func transposeConvolution(
        _ layer: ConvolutionShape, weights: UnsafePointer<Float>, transposed: UnsafeMutablePointer<Float>
    ) {
        for w in 0..<layer.width {
            let from = weights + layer.offset + w * layer.inputs * layer.outputs
            let to = transposed + layer.offset + (layer.width - 1 - w) * layer.inputs * layer.outputs
            for i in 0..<layer.inputs {
                for o in 0..<layer.outputs { to[o * layer.inputs + i] = from[i * layer.outputs + o] }
            }
        }
    }

    /// sum = a + b, element by element; `sum` may be `a`. `count` is a multiple of 8.
    public static func addElements(
        count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into sum: UnsafeMutablePointer<Float>
    ) {
        for k in stride(from: 0, to: count, by: 8) { store(load(a + k) + load(b + k), sum + k) }
    }

    /// y = exp(bound tanh(x / bound)), element by element. `count` is a multiple of 8.
    public static func boundedExponentials(
        count: Int, bound: Float, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
    ) {
        let (one, two, slope) = (Vector(repeating: 1), Vector(repeating: 2), Vector(repeating: 2 / bound))
        for k in stride(from: 0, to: count, by: 8) {
            let tanh = one - two / (Vector.exponential(slope * load(x + k)) + one)
            store(Vector.exponential(Vector(repeating: bound) * tanh), y + k)
        }
    }

    /// y[r, k] = exp(x[r, k] - max x[r, 0 ..< letters]) for k below `letters`, else 0: the numerators of a softmax for
    /// each row.
    public static func rowExponentials(
        rows: Int, channels: Int, letters: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
    ) {
        for row in 0..<rows {
            let (x, y) = (x + row * channels, y + row * channels)
            var top = x[0]
            for k in 1..<letters { top = max(top, x[k]) }
            for k in stride(from: 0, to: channels, by: 8) {
                store(Vector.exponential(load(x + k) - Vector(repeating: top)), y + k)
            }
            for k in letters..<channels { y[k] = 0 }
        }
    }

    /// sum[k] = the sum of table[row + k] over the four `rows`, k below `count`, a multiple of 8.
    public static func sumRows(
        count: Int, _ rows: SIMD4<Int>, of table: UnsafePointer<Float>, into sum: UnsafeMutablePointer<Float>
    ) {
        let (a, b, c, d) = (table + rows[0], table + rows[1], table + rows[2], table + rows[3])
        for k in stride(from: 0, to: count, by: 8) {
            store(load(a + k) + load(b + k) + load(c + k) + load(d + k), sum + k)
        }
    }
}
