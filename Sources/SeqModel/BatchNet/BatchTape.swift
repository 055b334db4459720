// BatchTape: the forward and backward pass of a net on a batch.

import Kernels

/// The feature maps of a net for batches up to a size and, for training, their gradients.
///
/// One caller may use it at a time; its kernels distribute the work over threads.
final class BatchTape: Sendable {
    /// In training, normalisation uses the statistics of the batch, and dropout is active.
    enum Mode {
        /// With the running means and variances, and without dropout.
        case scoring
        /// `seed` is that of dropout. `updates` is the number of earlier updates of the running means: at first they
        /// are plain averages over the updates.
        case learning(seed: UInt64, updates: Int)
    }

    let net: BatchNet
    /// The largest batch.
    let samples: Int
    private let maps: [BatchMap], gradients: [BatchMap]
    private let operands: [Operands]
    private let kernels: BatchKernels
    private let memory = ProductMemory()

    /// What a stage needs besides its maps.
    private struct Operands: Sendable {
        /// Places of the windows of a convolution, and of the numbers of a window.
        var rows: Places?, columns: Places?
        /// Places of the rows and columns of the weights.
        var weightRows: Places?, weightColumns: Places?
        /// Means and inverse standard deviations of the channels, and three vectors for their coefficients.
        var mean: FloatBuffer?, inverse: FloatBuffer?
        var factors: [FloatBuffer] = []
        /// For upsampling, for each position in a block of repeated numbers: places in the input and in the output, and
        /// their number per sample.
        var copies: [(input: Places, output: Places, each: Int)] = []
    }

    /// Allocates maps for up to `samples` samples, with gradients where `learns`.
    init(_ net: BatchNet, samples: Int, learns: Bool, _ kernels: BatchKernels) {
        self.net = net
        self.samples = samples
        self.kernels = kernels
        let maps = net.sizes.map { size in
            BatchMap(
                samples: samples, height: size.height, width: size.width, channels: size.channels,
                margin: size.margin)
        }
        self.maps = maps
        gradients = learns ? maps.map(BatchMap.init(like:)) : []
        operands = net.stages.map { stage in
            var operands = Operands()
            if let window = stage.window {
                (operands.rows, operands.columns) = window.places(on: maps[stage.input])
            }
            if case .batchNorm = stage.layer {
                operands.mean = FloatBuffer(count: stage.outputs)
                operands.inverse = FloatBuffer(count: stage.outputs)
                operands.factors = (0..<3).map { _ in FloatBuffer(count: stage.outputs) }
            } else if stage.outputs > 0 {
                operands.weightRows = Places((0..<stage.inputs).map { stage.weights + $0 * stage.outputs })
                operands.weightColumns = Places(count: stage.outputs, step: 1)
            }
            if case .resize(let factor, _, _) = stage.layer {
                operands.copies = BatchTape.copies(maps[stage.input], maps[stage.output], factor: factor)
            }
            return operands
        }
    }

    /// The input of the net, to be written before `forward`.
    var input: BatchMap { maps[0] }
    /// The output of the net, after `forward`.
    var output: BatchMap { maps[maps.count - 1] }
    /// The gradient of the loss with respect to the output, to be written before `backward`.
    var outputGradient: BatchMap { gradients[gradients.count - 1] }
    /// The gradient of the loss with respect to the input, after `backward` with `needsInput`.
    var inputGradient: BatchMap { gradients[0] }

    /// The places that upsampling copies from and to.
    private static func copies(_ input: BatchMap, _ output: BatchMap, factor: Int)
        -> [(input: Places, output: Places, each: Int)]
    {
        var copies: [(Places, Places, Int)] = []
        for dy in 0..<factor {
            for dx in 0..<factor {
                let (rows, columns) = (
                    (0..<input.height).filter { $0 * factor + dy < output.height },
                    (0..<input.width).filter { $0 * factor + dx < output.width }
                )
                guard !rows.isEmpty, !columns.isEmpty else { continue }
                func places(_ map: BatchMap, _ step: Int, _ dy: Int, _ dx: Int) -> Places {
                    Places(
                        (0..<map.samples).flatMap { n in
                            rows.flatMap { y in columns.map { map.place(n, y * step + dy, $0 * step + dx, 0) } }
                        })
                }
                copies.append((places(input, 1, 0, 0), places(output, factor, dy, dx), rows.count * columns.count))
            }
        }
        return copies
    }

    /// The forward pass for the first `count` samples. In training, it also updates the running means in `weights`.
    func forward(_ weights: FloatBuffer, count: Int, _ mode: Mode) {
        precondition(count > 0 && count <= samples && weights.count == net.count)
        for (k, stage) in net.stages.enumerated() {
            let (from, to) = (MapRows(maps[stage.input], count), MapRows(maps[stage.output], count))
            switch stage.layer {
            case .convolution, .dense:
                kernels.multiply(
                    inputMatrix(k, count), weightMatrix(k, weights), into: outputMatrix(k, maps, count),
                    start: .bias(weights, stage.bias), memory)
            case .batchNorm(let momentum, let epsilon):
                normalise(k, weights, from, to, rows: count * maps[stage.input].area, momentum, epsilon, mode)
            case .leakyReLU(let slope): kernels.leakyReLU(to, slope: slope)
            case .tanh: kernels.tanh(to)
            case .square: kernels.square(from, into: to)
            case .dropout(let rate):
                if case .learning(let seed, _) = mode { kernels.dropout(to, rate: rate, seed: seed &+ UInt64(k)) }
            case .resize:
                maps[stage.output].clear(count)
                for (input, output, each) in operands[k].copies {
                    kernels.add(
                        MapRows(maps[stage.input], rows: input, count: count * each),
                        to: MapRows(maps[stage.output], rows: output, count: count * each))
                }
            }
        }
    }

    /// The backward pass from `outputGradient`, after a `forward` in training with the same weights, count and seed.
    ///
    /// Overwrites the trained part of `sums`, where given, with the gradient of the weights. `inputGradient` is
    /// computed only where `needsInput`.
    func backward(_ weights: FloatBuffer, count: Int, seed: UInt64, sums: FloatBuffer?, needsInput: Bool) {
        for (k, stage) in net.stages.enumerated().reversed() {
            let isWanted = stage.input > 0 || needsInput
            let gradient = MapRows(gradients[stage.output], count)
            if !stage.layer.isInPlace, isWanted { gradients[stage.input].clear(count) }
            let (from, target) = (MapRows(maps[stage.input], count), MapRows(gradients[stage.input], count))
            switch stage.layer {
            case .convolution, .dense:
                if let sums { findWeightGradient(k, count, gradient, sums) }
                if isWanted { findInputGradient(k, weights, count) }
            case .batchNorm:
                let rows = Double(count * maps[stage.input].area)
                findNormalisationGradient(k, weights, from, gradient, target, sums, isWanted, rows: rows)
            case .leakyReLU(let slope): kernels.leakyReLUGradient(from, gradient: target, slope: slope)
            case .tanh: kernels.tanhGradient(from, gradient: target)
            case .square:
                if isWanted { kernels.squareGradient(from, gradient: gradient, into: target) }
            case .dropout(let rate): kernels.dropout(target, rate: rate, seed: seed &+ UInt64(k))
            case .resize:
                guard isWanted else { break }
                for (input, output, each) in operands[k].copies {
                    kernels.add(
                        MapRows(gradients[stage.output], rows: output, count: count * each),
                        to: MapRows(gradients[stage.input], rows: input, count: count * each))
                }
            }
        }
    }
}

extension BatchTape {
    /// The input of a stage as a matrix: a row for each window or sample.
    private func inputMatrix(_ k: Int, _ count: Int) -> PlacedMatrix {
        let map = maps[net.stages[k].input]
        guard let window = net.stages[k].window, let rows = operands[k].rows, let columns = operands[k].columns else {
            return PlacedMatrix(map.values, rows: map.firsts, columns: map.cells, rowCount: count)
        }
        let area = window.outHeight * window.outWidth
        return PlacedMatrix(map.values, rows: rows, columns: columns, rowCount: count * area)
    }

    /// The output of a stage in `maps` as a matrix: a row for each window or sample, a column for each output.
    private func outputMatrix(_ k: Int, _ maps: [BatchMap], _ count: Int) -> PlacedMatrix {
        let map = maps[net.stages[k].output]
        guard net.stages[k].window != nil else {
            return PlacedMatrix(map.values, rows: map.firsts, columns: map.cells, rowCount: count)
        }
        return PlacedMatrix(
            map.values, rows: map.rows, columns: map.cells, rowCount: count * map.area, columnCount: map.channels)
    }

    /// The weights of a stage as a matrix (inputs, outputs).
    private func weightMatrix(_ k: Int, _ weights: FloatBuffer) -> PlacedMatrix {
        guard let rows = operands[k].weightRows, let columns = operands[k].weightColumns else {
            preconditionFailure("a layer with weights has their places")
        }
        return PlacedMatrix(weights, rows: rows, columns: columns)
    }

    /// The gradient of the weights and the bias of a convolution or a dense layer.
    private func findWeightGradient(_ k: Int, _ count: Int, _ gradient: MapRows, _ sums: FloatBuffer) {
        let stage = net.stages[k]
        kernels.multiply(
            inputMatrix(k, count).transposed, outputMatrix(k, gradients, count), into: weightMatrix(k, sums), memory)
        let map = gradients[stage.output]
        // The rows of a dense layer's output are its channels only if the map is a single pixel.
        let rows = stage.window == nil && map.area > 1 ? MapRows(map.flat, count) : gradient
        let bias = kernels.channelSums(rows, times: rows)
        for o in 0..<stage.outputs { sums[stage.bias + o] = Float(bias[o]) }
    }

    /// The gradient of the input of a convolution or a dense layer.
    private func findInputGradient(_ k: Int, _ weights: FloatBuffer, _ count: Int) {
        let stage = net.stages[k]
        let (from, back) = (outputMatrix(k, gradients, count), weightMatrix(k, weights).transposed)
        let to = gradients[stage.input]
        guard let window = stage.window, let rows = operands[k].rows, let columns = operands[k].columns else {
            let target = PlacedMatrix(to.values, rows: to.firsts, columns: to.cells, rowCount: count)
            return kernels.multiply(from, back, into: target, memory)
        }
        kernels.multiplyScattering(
            from, back, to: to.values, rows: rows, columns: columns, group: window.outHeight * window.outWidth, memory)
    }

    /// The forward pass of batch normalisation.
    private func normalise(
        _ k: Int, _ weights: FloatBuffer, _ from: MapRows, _ to: MapRows, rows: Int, _ momentum: Float,
        _ epsilon: Float, _ mode: Mode
    ) {
        let stage = net.stages[k]
        guard let mean = operands[k].mean, let inverse = operands[k].inverse else { return }
        if case .learning(_, let updates) = mode {
            let rate = max(1 - momentum, 1 / Float(1 + updates))
            let sums = kernels.channelSums(from, times: from)
            for c in 0..<stage.outputs {
                let center = sums[c] / Double(rows)
                let variance = max(0, sums[stage.outputs + c] / Double(rows) - center * center)
                mean[c] = Float(center)
                inverse[c] = Float(1 / (variance + Double(epsilon)).squareRoot())
                weights[stage.means + c] += rate * (Float(center) - weights[stage.means + c])
                weights[stage.variances + c] += rate * (Float(variance) - weights[stage.variances + c])
            }
        } else {
            for c in 0..<stage.outputs {
                mean[c] = weights[stage.means + c]
                inverse[c] = 1 / (weights[stage.variances + c] + epsilon).squareRoot()
            }
        }
        let (factor, shift) = (operands[k].factors[0], operands[k].factors[1])
        for c in 0..<stage.outputs {
            factor[c] = weights[stage.weights + c] * inverse[c]
            shift[c] = weights[stage.bias + c] - mean[c] * factor[c]
        }
        kernels.scale(from, factor: factor, shift: shift, into: to)
    }

    /// The backward pass of batch normalisation (Ioffe and Szegedy 2015).
    private func findNormalisationGradient(
        _ k: Int, _ weights: FloatBuffer, _ from: MapRows, _ gradient: MapRows, _ target: MapRows, _ sums: FloatBuffer?,
        _ isWanted: Bool, rows: Double
    ) {
        let stage = net.stages[k]
        guard let mean = operands[k].mean, let inverse = operands[k].inverse else { return }
        let totals = kernels.channelSums(gradient, times: from)
        let (first, second, shift) = (operands[k].factors[0], operands[k].factors[1], operands[k].factors[2])
        for c in 0..<stage.outputs {
            let (center, scale) = (Double(mean[c]), Double(inverse[c]))
            let slope = totals[c]
            // The sum of the gradient times the normalised input.
            let product = (totals[stage.outputs + c] - center * slope) * scale
            if let sums {
                sums[stage.weights + c] = Float(product)
                sums[stage.bias + c] = Float(slope)
            }
            let factor = Double(weights[stage.weights + c]) * scale
            first[c] = Float(factor)
            second[c] = Float(-factor * scale * product / rows)
            shift[c] = Float((-slope + center * scale * product) * factor / rows)
        }
        if isWanted { kernels.addScaled(gradient, first, from, second, shift: shift, into: target) }
    }
}
