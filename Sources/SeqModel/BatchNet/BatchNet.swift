// BatchNet: a net of layers over whole batches of images: its plan, and how its weights lie.

import Kernels

/// A layer of a net over batches of maps (samples, height, width, channels).
enum BatchLayer: Sendable, Equatable {
    /// A window's numbers times weights (window, outputs), plus a bias.
    case convolution(height: Int, width: Int, outputs: Int, stride: Int = 1, isPadded: Bool = false)
    /// All numbers of a sample times weights, plus a bias: maps of these sizes.
    case dense(height: Int = 1, width: Int = 1, outputs: Int)
    /// Batch normalisation (Ioffe & Szegedy 2015); `momentum` is what is kept of the running means at each step.
    case norm(momentum: Float, epsilon: Float)
    /// LeakyReLU with this slope, in place; 0: ReLU.
    case leaky(Float)
    /// The hyperbolic tangent, in place.
    case tanh
    /// The square of each number: with a dense layer before it, a product of every two of its inputs.
    case square
    /// Dropout at this rate, in place.
    case dropout(Float)
    /// Each number repeated `factor` times in both directions; then cut, or filled up with zeros, to these sizes.
    case resize(factor: Int, height: Int, width: Int)

    var isInPlace: Bool {
        switch self {
        case .leaky, .tanh, .dropout: true
        default: false
        }
    }
}

/// A net: what its layers are, the maps between them, and where its weights lie.
///
/// The buffer of weights has the trained ones first (0 ..< trained), then the running means and variances.
struct BatchNet: Sendable {
    /// The sizes of a map.
    struct Size: Sendable, Equatable {
        var height: Int, width: Int, channels: Int
        var margin = BatchMap.Margin()
        var count: Int { height * width * channels }
    }

    /// A layer in its place.
    struct Stage: Sendable {
        let layer: BatchLayer
        /// The maps it reads and writes.
        let input: Int, output: Int
        /// Where its weights or factors begin, where its biases or shifts, and its running means and variances.
        var weights = 0, bias = 0, means = 0, variances = 0
        /// Inputs and outputs of its weights.
        var inputs = 0, outputs = 0
        var window: Window?
    }

    let layers: [BatchLayer]
    private(set) var sizes: [Size]
    private(set) var stages: [Stage] = []
    /// Trained weights, and all numbers.
    private(set) var trained = 0
    private(set) var count = 0

    /// A net on images of `height` x `width` x `channels`.
    init(height: Int, width: Int, channels: Int, _ layers: [BatchLayer]) {
        self.layers = layers
        sizes = [Size(height: height, width: width, channels: channels)]
        for layer in layers { add(layer) }
        var at = trained
        for k in stages.indices {
            guard case .norm = stages[k].layer else { continue }
            (stages[k].means, stages[k].variances) = (at, at + stages[k].outputs)
            at += 2 * stages[k].outputs
        }
        count = at
    }

    /// What the net gives.
    var output: Size { sizes[sizes.count - 1] }

    private mutating func add(_ layer: BatchLayer) {
        let from = sizes.count - 1
        let size = sizes[from]
        var next = size
        next.margin = .init()
        var stage = Stage(layer: layer, input: from, output: layer.isInPlace ? from : from + 1)
        switch layer {
        case .leaky, .tanh, .dropout, .square: break
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
        case .norm: (stage.inputs, stage.outputs) = (1, size.channels)
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

    /// Fresh weights: uniform with Glorot's deviation, zero biases; factors 1, means 0, variances 1.
    func initialWeights(_ random: inout RandomSource) -> FloatBuffer {
        let weights = FloatBuffer(count: count)
        for stage in stages where stage.outputs > 0 {
            if case .norm = stage.layer {
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

    /// The tensors of the net as `prefix` names them, in the order of its layers.
    func tensors(_ prefix: String) -> [TensorSpec] {
        var tensors: [TensorSpec] = []
        var number = 0
        func add(_ name: String, _ shape: [Int], _ offset: Int) {
            tensors.append(TensorSpec("\(prefix)\(number).\(name)", shape, at: offset))
        }
        for stage in stages where stage.outputs > 0 {
            number += 1
            if case .norm = stage.layer {
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

    /// The same net without its normalisations, where a dense layer or whole windows follow these: they are part of the
    /// next weights. For scoring only.
    func folded(_ weights: FloatBuffer) -> (net: BatchNet, weights: FloatBuffer) {
        var kept: [BatchLayer] = []
        var scales: [(factor: [Float], shift: [Float])?] = []
        var pending: (factor: [Float], shift: [Float])?
        for (k, stage) in stages.enumerated() {
            if case .norm(_, let epsilon) = stage.layer, k + 1 < stages.count, stages[k + 1].takesScales {
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
            if case .norm = stage.layer { return false }
            return true
        }
        precondition(!net.layers.contains { if case .norm = $0 { true } else { false } } && sources.count == kept.count)
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
    /// Whether a factor and a shift for each channel before it can be taken into its weights.
    fileprivate var takesScales: Bool {
        switch layer {
        case .dense: true
        case .convolution(_, _, _, _, let isPadded): !isPadded
        default: false
        }
    }
}
