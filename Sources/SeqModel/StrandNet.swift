// StrandNet: the network that writes strand A, letter by letter: label, length and the letters so far to the next letter.

import Kernels

/// Sizes of strand A's network and where its weights lie.
///
/// A gated recurrent unit reads the strand from its 5' end. Each column sees the sum of four look-ups: the letter before
/// (or the start), the label, and how far both ends are (the last row stands for all that is farther); a linear layer on
/// the unit's state gives the logits of the next letter. So it takes any alphabet, and whatever depends on the
/// letters so far, on the place or on the length.
struct StrandNet: Sendable {
    static let units = 64
    /// Distances from an end that have a row of their own.
    static let places = 24

    let letters: Int
    /// The longest strand.
    let length: Int
    let unit: ConvolutionShape, head: ConvolutionShape

    init(letters: Int, length: Int) {
        self.letters = letters
        self.length = length
        unit = ConvolutionShape(width: 1, inputs: StrandNet.units, outputs: 3 * StrandNet.units, offset: 0)
        head = ConvolutionShape(
            width: 1, inputs: StrandNet.units, outputs: ConvolutionShape.padded(letters), offset: unit.end)
    }

    /// Floats of a look-up's row.
    static var row: Int { 3 * units }
    // Look-ups, a row each: K + 1 letters (the last is the start), 2 labels, the places from the 5' and the 3' end.
    var letterRows: Int { head.end }
    var labelRows: Int { letterRows + (letters + 1) * StrandNet.row }
    var startRows: Int { labelRows + 2 * StrandNet.row }
    var endRows: Int { startRows + StrandNet.places * StrandNet.row }
    /// Number of weights.
    var count: Int { endRows + StrandNet.places * StrandNet.row }

    /// Weights to begin with: normal, with the deviation 1 / sqrt(fan in); biases and look-ups of places zero.
    func initialWeights(_ random: inout RandomSource) -> FloatBuffer {
        let weights = FloatBuffer(count: count)
        let deviation = 1 / Float(StrandNet.units).squareRoot()
        for layer in [unit, head] {
            for k in layer.offset..<layer.bias { weights[k] = deviation * random.normal() }
        }
        for k in letterRows..<startRows { weights[k] = 0.5 * random.normal() }
        return weights
    }

    /// What the network computes of one strand.
    struct Tape: Sendable {
        fileprivate let recurrent: RecurrentTape
        let logits: FeatureMap
        fileprivate let logitGradient: FeatureMap

        init(_ net: StrandNet) {
            recurrent = RecurrentTape(length: net.length, units: StrandNet.units)
            logits = FeatureMap(length: net.length, channels: net.letters)
            logitGradient = FeatureMap(length: net.length, channels: net.letters)
        }
    }

    /// The rows that a column of a strand of `length` letters sees; `before` is the letter before it, nil at the start.
    private func rows(_ column: Int, length: Int, before: UInt8?, label: Int) -> (Int, Int, Int, Int) {
        let row = StrandNet.row
        return (
            letterRows + (before.map(Int.init) ?? letters) * row, labelRows + label * row,
            startRows + min(column, StrandNet.places - 1) * row,
            endRows + min(length - 1 - column, StrandNet.places - 1) * row
        )
    }

    /// The logits of the letter in `column`, after those of all columns before it.
    private func step(
        _ tape: Tape, _ column: Int, length: Int, before: UInt8?, label: Int, weights: FloatBuffer,
        _ kernels: LayerKernels
    ) {
        let drive = tape.recurrent.drive
        let rows = rows(column, length: length, before: before, label: label)
        drive.clear(column)
        kernels.embed(rows.0, of: weights, into: drive, column: column)
        kernels.embed(rows.1, of: weights, into: drive, column: column)
        kernels.embed(rows.2, of: weights, into: drive, column: column)
        kernels.embed(rows.3, of: weights, into: drive, column: column)
        kernels.recurrentStep(unit, tape.recurrent, column: column, weights: weights)
        kernels.convolve(
            head, tape.recurrent.states, weights: weights, into: tape.logits, isLeaky: false,
            columns: column..<column + 1)
    }

    /// Draws a strand of `length` letters, at most as many as the net takes, into `strand`.
    func draw(
        _ tape: Tape, label: Int, length: Int, weights: FloatBuffer, _ random: inout RandomSource,
        into strand: inout [UInt8], _ kernels: LayerKernels
    ) {
        strand.removeAll(keepingCapacity: true)
        for column in 0..<length {
            step(tape, column, length: length, before: strand.last, label: label, weights: weights, kernels)
            let at = random.uniform() * exponentials(tape, column)
            var sum: Float = 0
            var letter = 0
            for k in 0..<letters {
                sum += tape.logitGradient[column, k]
                letter = k
                if at < sum { break }
            }
            strand.append(UInt8(letter))
        }
    }

    /// Writes exp(logit - largest logit) into the gradient's column and returns their sum.
    private func exponentials(_ tape: Tape, _ column: Int) -> Float {
        var top = tape.logits[column, 0]
        for k in 1..<letters { top = max(top, tape.logits[column, k]) }
        var total: Float = 0
        for k in 0..<letters {
            let value = exponential(tape.logits[column, k] - top)
            tape.logitGradient[column, k] = value
            total += value
        }
        return total
    }

    /// The cross-entropy of a strand's letters in nats, their sum; keeps what `backward` needs.
    func loss(
        _ tape: Tape, _ strand: ArraySlice<UInt8>, label: Int, weights: FloatBuffer, _ kernels: LayerKernels
    ) -> Double {
        var loss = 0.0
        for (column, letter) in strand.enumerated() {
            let before = column == 0 ? nil : strand[strand.startIndex + column - 1]
            step(tape, column, length: strand.count, before: before, label: label, weights: weights, kernels)
            let total = exponentials(tape, column)
            loss -= Double(logarithm(max(tape.logitGradient[column, Int(letter)] / total, 1e-30)))
            for k in 0..<letters { tape.logitGradient[column, k] /= total }
            tape.logitGradient[column, Int(letter)] -= 1
        }
        return loss
    }

    /// Adds the gradient of the strand's `loss` to part `part` of `sums`.
    func backward(
        _ tape: Tape, _ strand: ArraySlice<UInt8>, label: Int, transposed: FloatBuffer, sums: FloatBuffer, part: Int,
        _ kernels: LayerKernels
    ) {
        let recurrent = tape.recurrent
        // Columns behind the strand have neither states nor gradients of this strand.
        for column in strand.count..<max(length, strand.count) { tape.logitGradient.clear(column) }
        recurrent.stateGradient.clear()
        kernels.weightGradient(
            head, recurrent.states, outputGradient: tape.logitGradient, sums: sums, part: part, stride: count)
        kernels.inputGradient(
            head, outputGradient: tape.logitGradient, transposed: transposed, into: recurrent.stateGradient)
        kernels.recurrentGradient(
            unit, recurrent, length: strand.count, transposed: transposed, sums: sums, part: part, stride: count)
        for column in strand.indices {
            let at = column - strand.startIndex
            let before = at == 0 ? nil : strand[column - 1]
            let rows = rows(at, length: strand.count, before: before, label: label)
            func learn(_ row: Int) {
                kernels.embeddingGradient(
                    row, recurrent.driveGradient, column: at, sums: sums, part: part, stride: count)
            }
            learn(rows.0)
            learn(rows.1)
            learn(rows.2)
            learn(rows.3)
        }
    }

    /// Writes the weights as `backward` needs them.
    func transpose(_ weights: FloatBuffer, into transposed: FloatBuffer, _ kernels: LayerKernels) {
        for layer in [unit, head] { kernels.transpose(layer, weights: weights, into: transposed) }
    }
}
