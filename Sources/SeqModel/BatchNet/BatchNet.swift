// BatchNet: a feed-forward net over batches of images: its layers, and the layout of its weights.

import Kernels

/// A layer of a net over batches of feature maps of shape (samples, height, width, channels).
enum BatchLayer: Sendable, Equatable {
    /// A convolution with bias: windows of `height` x `width` at steps of `stride` both ways; where `isPadded`, the map
    /// is padded with zeros so that stride 1 keeps its size.
    case convolution(height: Int, width: Int, outputs: Int, stride: Int = 1, isPadded: Bool = false)
    /// A dense layer with bias from all numbers of a sample to a map of these sizes with `outputs` channels.
    case dense(height: Int = 1, width: Int = 1, outputs: Int)
    /// Batch normalisation (Ioffe and Szegedy 2015); `momentum` is the weight of the old running mean at each step.
    case batchNorm(momentum: Float, epsilon: Float)
    /// LeakyReLU with this slope for negative numbers, in place; 0 for ReLU.
    case leakyReLU(Float)
    /// The hyperbolic tangent, in place.
    case tanh
    /// The square of each number; after a dense layer, a sum of products of any two of its inputs.
    case square
    /// Dropout at this rate (0 to 1), in place.
    case dropout(Float)
    /// Nearest-neighbour upsampling by `factor` both ways, then cropped or padded with zeros to these sizes.
    case resize(factor: Int, height: Int, width: Int)

    /// Whether the layer overwrites its input.
    var isInPlace: Bool {
        switch self {
        case .leakyReLU, .tanh, .dropout: true
        default: false
        }
    }
}

/// A feed-forward net: its layers, the sizes of the maps between them, and the layout of its weights.
///
/// The buffer of weights holds the trained ones first (0 ..< trained), then the running means and variances.
struct BatchNet: Sendable {
    /// The size of a map of one sample.
    struct Size: Sendable, Equatable {
        var height: Int, width: Int, channels: Int
        var margin = BatchMap.Margin()
        var count: Int { height * width * channels }
    }

    /// A layer with the maps and weights it uses.
    struct Stage: Sendable {
        let layer: BatchLayer
        /// Indices of the maps that it reads and writes.
        let input: Int, output: Int
        /// Offsets of its weights (or scales), its biases (or shifts), and its running means and variances.
        var weights = 0, bias = 0, means = 0, variances = 0
        /// The shape of its weights: inputs per output, and outputs.
        var inputs = 0, outputs = 0
        var window: Window?
    }

    let layers: [BatchLayer]
    /// The sizes of all maps: the input, and the output of each layer that is not in place.
    private(set) var sizes: [Size]
    private(set) var stages: [Stage] = []
    /// Count of the trained weights, and of all numbers of the buffer.
    private(set) var trained = 0
    private(set) var count = 0

    /// A net on images of `height` x `width` x `channels`.
    init(height: Int, width: Int, channels: Int, _ layers: [BatchLayer]) {
        self.layers = layers
        sizes = [Size(height: height, width: width, channels: channels)]
        for layer in layers { add(layer) }
        var at = trained
        for k in stages.indices {
            guard case .batchNorm = stages[k].layer else { continue }
            (stages[k].means, stages[k].variances) = (at, at + stages[k].outputs)
            at += 2 * stages[k].outputs
        }
        count = at
    }

    /// The size of the output.
    var output: Size { sizes[sizes.count - 1] }

    private mutating func add(_ layer: BatchLayer) {
        let from = sizes.count - 1
        let size = sizes[from]
        var next = size
        next.margin = .init()
        var stage = Stage(layer: layer, input: from, output: layer.isInPlace ? from : from + 1)
        switch layer {
        case .leakyReLU, .tanh, .dropout, .square: break
        case .convolution(let height, let width, let outputs, let stride, let isPadded):
            let window = Window(
                height: height, width: width, stride: stride, isPadded: isPadded, rows: size.height,
                columns: size.width)
            stage.window = window
            sizes[from].margin = window.margin
            (stage.inputs, stage.outputs) = (height * width * size.channels, outputs)
            next = Size(height: window.outHeight, width: window.outWidth, channels: outputs)
        case .dense(let height, let width, let outputs):
            (stage.inputs, stage.outputs) = (size.count, height * width * outputs)
            next = Size(height: height, width: width, channels: outputs)
        case .batchNorm: (stage.inputs, stage.outputs) = (1, size.channels)
        case .resize(_, let height, let width): (next.height, next.width) = (height, width)
        }
        if stage.outputs > 0 {
            stage.weights = trained
            stage.bias = trained + stage.inputs * stage.outputs
            trained = stage.bias + stage.outputs
        }
        stages.append(stage)
        if !layer.isInPlace { sizes.append(next) }
    }

    /// Initial weights: uniform as by Glorot and Bengio (2010), biases and means 0, scales and variances 1.
    func initialWeights(_ random: inout RandomSource) -> FloatBuffer {
        let weights = FloatBuffer(count: count)
        for stage in stages where stage.outputs > 0 {
            if case .batchNorm = stage.layer {
                for k in 0..<stage.outputs {
                    weights[stage.weights + k] = 1
                    weights[stage.variances + k] = 1
                }
            } else {
                let area = stage.window.map { $0.height * $0.width } ?? 1
                let limit = (6 / Float(stage.inputs + stage.outputs * area)).squareRoot()
                for k in stage.weights..<stage.bias { weights[k] = limit * (2 * random.uniform() - 1) }
            }
        }
        return weights
    }

    /// The tensors of the net in the order of its layers, named by `prefix`, the number of the layer and their role.
    func tensors(_ prefix: String) -> [TensorSpec] {
        var tensors: [TensorSpec] = []
        var number = 0
        func add(_ name: String, _ shape: [Int], _ offset: Int) {
            tensors.append(TensorSpec("\(prefix)\(number).\(name)", shape, at: offset))
        }
        for stage in stages where stage.outputs > 0 {
            number += 1
            if case .batchNorm = stage.layer {
                add("scale", [stage.outputs], stage.weights)
                add("shift", [stage.outputs], stage.bias)
                add("mean", [stage.outputs], stage.means)
                add("variance", [stage.outputs], stage.variances)
            } else if let window = stage.window {
                let channels = stage.inputs / (window.height * window.width)
                add("weight", [window.height, window.width, channels, stage.outputs], stage.weights)
                add("bias", [stage.outputs], stage.bias)
            } else {
                add("weight", [stage.inputs, stage.outputs], stage.weights)
                add("bias", [stage.outputs], stage.bias)
            }
        }
        return tensors
    }

    /// The same net for scoring only, with its batch normalisations folded into the weights of the next layer.
    ///
    /// Each of them must be followed by a dense layer or a convolution without padding.
    func folded(_ weights: FloatBuffer) -> (net: BatchNet, weights: FloatBuffer) {
        var kept: [BatchLayer] = []
        var scales: [(factor: [Float], shift: [Float])?] = []
        var pending: (factor: [Float], shift: [Float])?
        for (k, stage) in stages.enumerated() {
            if case .batchNorm(_, let epsilon) = stage.layer, k + 1 < stages.count, stages[k + 1].takesScales {
                let factor = (0..<stage.outputs).map {
                    weights[stage.weights + $0] / (weights[stage.variances + $0] + epsilon).squareRoot()
                }
                let shift = (0..<stage.outputs).map {
                    weights[stage.bias + $0] - weights[stage.means + $0] * factor[$0]
                }
                pending = (factor, shift)
                continue
            }
            kept.append(stage.layer)
            scales.append(pending)
            pending = nil
        }
        let net = BatchNet(height: sizes[0].height, width: sizes[0].width, channels: sizes[0].channels, kept)
        let result = FloatBuffer(count: net.count)
        let sources = stages.filter { stage in
            if case .batchNorm = stage.layer { return false }
            return true
        }
        precondition(
            !net.layers.contains { if case .batchNorm = $0 { true } else { false } } && sources.count == kept.count)
        for (index, (stage, source)) in zip(net.stages, sources).enumerated() where stage.outputs > 0 {
            for o in 0..<stage.outputs {
                var bias = weights[source.bias + o]
                for r in 0..<stage.inputs {
                    var weight = weights[source.weights + r * stage.outputs + o]
                    if let (factor, shift) = scales[index] {
                        bias += weight * shift[r % shift.count]
                        weight *= factor[r % factor.count]
                    }
                    result[stage.weights + r * stage.outputs + o] = weight
                }
                result[stage.bias + o] = bias
            }
        }
        return (net, result)
    }
}

extension BatchNet.Stage {
    /// Whether a scale and a shift of its input channels can be folded into its weights; zero padding would be shifted
    /// too.
    fileprivate var takesScales: Bool {
        switch layer {
        case .dense: true
        case .convolution(_, _, _, _, let isPadded): !isPadded
        default: false
        }
    }
}
