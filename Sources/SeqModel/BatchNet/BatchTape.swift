// BatchTape: a net at work on a batch: forward, and backward beside it.

import Kernels

/// The maps of a net for batches up to a size, with their gradients where it learns.
///
/// It belongs to one user at a time; its kernels part the work among threads.
final class BatchTape: Sendable {
    /// Whether a net learns: then normalisation is by the batch, and dropout by a seed.
    enum Mode {
        case scoring
        /// `updates` says how often the running means have moved: the first times they are plain means.
        case learning(seed: UInt64, updates: Int)
    }

    let net: BatchNet
    /// Samples that there is room for.
    let samples: Int
    private let maps: [BatchMap], gradients: [BatchMap]
    private let operands: [Operands]
    private let kernels: BatchKernels
    private let memory = ProductMemory()

    /// What a stage needs beside its maps.
    private struct Operands: Sendable {
        var rows: Places?, columns: Places?
        var weightRows: Places?, weightColumns: Places?
        /// Means and inverse deviations of the batch, and three vectors of factors.
        var mean: FloatBuffer?, inverse: FloatBuffer?
        var factors: [FloatBuffer] = []
        /// For each place in a block of repeated numbers: rows of the input, and of the output, of a sample each.
        var copies: [(input: Places, output: Places, each: Int)] = []
    }

    /// Maps for up to `samples` samples.
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
            if case .norm = stage.layer {
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

    /// The images that the net sees.
    var input: BatchMap { maps[0] }
    /// What the net gives for them.
    var output: BatchMap { maps[maps.count - 1] }
    /// The gradient of the loss by what the net gives, to be written before `backward`.
    var outputGradient: BatchMap { gradients[gradients.count - 1] }
    /// The gradient by the images, after `backward`.
    var inputGradient: BatchMap { gradients[0] }

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

    /// Runs the net on the first `count` images. Learning, it also moves the running means in `weights`.
    func forward(_ weights: FloatBuffer, count: Int, _ mode: Mode) {
        precondition(count > 0 && count <= samples && weights.count == net.count)
        for (k, stage) in net.stages.enumerated() {
            let (from, to) = (MapRows(maps[stage.input], count), MapRows(maps[stage.output], count))
            switch stage.layer {
            case .convolution, .dense:
                kernels.multiply(
                    inputMatrix(k, count), weightMatrix(k, weights), into: outputMatrix(k, maps, count),
                    start: .bias(weights, stage.bias), memory)
            case .norm(let momentum, let epsilon):
                normalise(k, weights, from, to, rows: count * maps[stage.input].area, momentum, epsilon, mode)
            case .leaky(let slope): kernels.leakyReLU(to, slope: slope)
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

    /// Goes back from `outputGradient` after a `forward` that learns with the same weights and seed.
    ///
    /// Overwrites the trained part of `sums`, where given, with the gradient of the weights; where `needsInput`, also
    /// finds that of the images.
    func backward(_ weights: FloatBuffer, count: Int, seed: UInt64, sums: FloatBuffer?, needsInput: Bool) {
        for (k, stage) in net.stages.enumerated().reversed() {
            let isWanted = stage.input > 0 || needsInput
            let gradient = MapRows(gradients[stage.output], count)
            if !stage.layer.isInPlace, isWanted { gradients[stage.input].clear(count) }
            let (from, target) = (MapRows(maps[stage.input], count), MapRows(gradients[stage.input], count))
            switch stage.layer {
            case .convolution, .dense:
                if let sums { learn(k, count, gradient, sums) }
                if isWanted { addInputGradient(k, weights, count) }
            case .norm:
                let rows = Double(count * maps[stage.input].area)
                normaliseBack(k, weights, from, gradient, target, sums, isWanted, rows: rows)
            case .leaky(let slope): kernels.leakyReLUGradient(from, gradient: target, slope: slope)
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
    private func inputMatrix(_ k: Int, _ count: Int) -> PlacedMatrix {
        let map = maps[net.stages[k].input]
        guard let window = net.stages[k].window, let rows = operands[k].rows, let columns = operands[k].columns else {
            return PlacedMatrix(map.values, rows: map.firsts, columns: map.cells, rowCount: count)
        }
        let area = window.outHeight * window.outWidth
        return PlacedMatrix(map.values, rows: rows, columns: columns, rowCount: count * area)
    }

    private func outputMatrix(_ k: Int, _ maps: [BatchMap], _ count: Int) -> PlacedMatrix {
        let map = maps[net.stages[k].output]
        guard net.stages[k].window != nil else {
            return PlacedMatrix(map.values, rows: map.firsts, columns: map.cells, rowCount: count)
        }
        return PlacedMatrix(
            map.values, rows: map.rows, columns: map.cells, rowCount: count * map.area, columnCount: map.channels)
    }

    private func weightMatrix(_ k: Int, _ weights: FloatBuffer) -> PlacedMatrix {
        guard let rows = operands[k].weightRows, let columns = operands[k].weightColumns else {
            preconditionFailure("a layer with weights has their places")
        }
        return PlacedMatrix(weights, rows: rows, columns: columns)
    }

    /// The gradient of a product's weights and bias.
    private func learn(_ k: Int, _ count: Int, _ gradient: MapRows, _ sums: FloatBuffer) {
        let stage = net.stages[k]
        kernels.multiply(
            inputMatrix(k, count).transposed, outputMatrix(k, gradients, count), into: weightMatrix(k, sums), memory)
        let map = gradients[stage.output]
        // A dense layer's outputs are rows of channels only where they make one pixel.
        let rows = stage.window == nil && map.area > 1 ? MapRows(map.flat, count) : gradient
        let bias = kernels.channelSums(rows, times: rows)
        for o in 0..<stage.outputs { sums[stage.bias + o] = Float(bias[o]) }
    }

    /// The gradient of a product's input.
    private func addInputGradient(_ k: Int, _ weights: FloatBuffer, _ count: Int) {
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

    private func normalise(
        _ k: Int, _ weights: FloatBuffer, _ from: MapRows, _ to: MapRows, rows: Int, _ momentum: Float,
        _ epsilon: Float, _ mode: Mode
    ) {
        let stage = net.stages[k]
        guard let mean = operands[k].mean, let inverse = operands[k].inverse else { return }
        if case .learning(_, let updates) = mode {
            let share = max(1 - momentum, 1 / Float(1 + updates))
            let sums = kernels.channelSums(from, times: from)
            for c in 0..<stage.outputs {
                let center = sums[c] / Double(rows)
                let variance = max(0, sums[stage.outputs + c] / Double(rows) - center * center)
                mean[c] = Float(center)
                inverse[c] = Float(1 / (variance + Double(epsilon)).squareRoot())
                weights[stage.means + c] += share * (Float(center) - weights[stage.means + c])
                weights[stage.variances + c] += share * (Float(variance) - weights[stage.variances + c])
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

    private func normaliseBack(
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
            // The gradient times the normalised input.
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
