// LayerKernels+Recurrence: a gated recurrent unit along the columns, and embeddings, with checked arguments.

import KernelLoops
import KernelShapes

/// The values of a gated recurrent unit of H units in the columns of a batch of S strands, and the gradients of the
/// backward pass.
///
/// Every map has a row for each column and strand, see `row`. The rows of column -1 are zero. A reference: copies
/// share the numbers.
public struct RecurrentTape: Sendable {
    /// Strands S of the batch.
    public let strands: Int
    /// Number of columns.
    public let length: Int
    /// Whether there are only rows for a column and the one before it, which all columns share.
    fileprivate let isForwardOnly: Bool
    /// (rows, 3H): the contribution of the input to the three gates. To be set before `recurrentStep`.
    public let drive: FeatureMap
    /// (rows, H): the state after each column.
    public let states: FeatureMap
    /// (rows, H): the gradient with respect to each state. To be set before the backward pass, which adds to it.
    public let stateGradient: FeatureMap
    /// (rows, 3H): the gradient with respect to `drive`, written by the backward pass.
    public let driveGradient: FeatureMap
    fileprivate let gates: FeatureMap, sums: FeatureMap

    /// A tape for strands of up to `length` letters. With `isForwardOnly` only a column and the one before it are
    /// kept, which stay in the cache; there is then no backward pass.
    public init(length: Int, units: Int, strands: Int = 1, isForwardOnly: Bool = false) {
        precondition(length > 0 && strands > 0)
        (self.length, self.strands, self.isForwardOnly) = (length, strands, isForwardOnly)
        let rows = (isForwardOnly ? 2 : length + 1) * strands
        (drive, driveGradient) = (.init(length: rows, channels: 3 * units), .init(length: rows, channels: 3 * units))
        (states, stateGradient) = (.init(length: rows, channels: units), .init(length: rows, channels: units))
        gates = FeatureMap(length: rows, channels: 4 * units)
        sums = FeatureMap(length: rows, channels: 3 * units)
    }

    /// Prepares for other strands: sets the states before the first column to zero.
    public func begin() {
        for strand in 0..<strands { states.clear(row(-1, strand)) }
    }

    /// The row of a strand's column, which is -1 or more.
    public func row(_ column: Int, _ strand: Int = 0) -> Int {
        (isForwardOnly ? (column + 1) % 2 : column + 1) * strands + strand
    }

    /// The rows of the strands `0 ..< count` in a column.
    public func rows(_ column: Int, count: Int) -> Range<Int> { row(column)..<row(column) + count }
}

extension LayerKernels {
    /// One step of a gated recurrent unit for the strands `0 ..< count`: the states of `column` from those before and
    /// from the drive. `layer` is a convolution of width 1 from H to 3H channels; for the equations see
    /// `Loops.recurrentStep`.
    public func recurrentStep(
        _ layer: ConvolutionShape, _ tape: RecurrentTape, column: Int, count: Int = 1, weights: FloatBuffer
    ) {
        check(layer, tape, column, weights)
        precondition(count > 0 && count <= tape.strands)
        let row = tape.row(column)
        let (drive, next) = (tape.drive.column(row), tape.states.column(row))
        let previous = tape.states.column(tape.row(column - 1))
        processor.loops.recurrentStep(
            layer, rows: count, drive: drive, previous: previous, weights: weights.base,
            gates: tape.gates.column(row), sums: tape.sums.column(row), next: next)
    }

    /// The backward pass through the columns `0 ..< length` of all strands, last column first. Adds the gradient of
    /// the layer's weights to part `part` of `sums`, parts of `stride` floats, and writes that of the drive to the
    /// tape. `transposed` is the result of `transpose`.
    public func recurrentGradient(
        _ layer: ConvolutionShape, _ tape: RecurrentTape, length: Int, transposed: FloatBuffer, sums: FloatBuffer,
        part: Int, stride: Int
    ) {
        check(layer, tape, length - 1, transposed)
        precondition(!tape.isForwardOnly)
        precondition(part >= 0 && layer.end <= stride && (part + 1) * stride <= sums.count)
        let to = sums.base + part * stride
        for column in Swift.stride(from: length - 1, through: 0, by: -1) {
            let (row, before) = (tape.row(column), tape.row(column - 1))
            processor.loops.recurrentStepGradient(
                layer, rows: tape.strands, previous: tape.states.column(before), gates: tape.gates.column(row),
                nextGradient: tape.stateGradient.column(row), transposed: transposed.base,
                driveGradient: tape.driveGradient.column(row), sumGradient: tape.sums.column(row),
                previousGradient: tape.stateGradient.column(before))
        }
        let (before, after) = (tape.states.first, tape.sums.column(tape.row(0)))
        let rows = length * tape.strands
        processor.loops.convolutionWeightGradient(
            layer, length: rows, input: before, outputGradient: after, sums: to)
    }

    private func check(_ layer: ConvolutionShape, _ tape: RecurrentTape, _ column: Int, _ weights: FloatBuffer) {
        precondition(layer.width == 1 && layer.outputs == 3 * layer.inputs && layer.inputs == tape.states.channels)
        precondition(column >= 0 && column < tape.length && layer.end <= weights.count)
    }
}

extension LayerKernels {
    /// Embedding: sets a column of `map` to the sum of four rows of look-up tables, at offsets `rows` of `weights`.
    public func embed(_ rows: SIMD4<Int>, of weights: FloatBuffer, into map: FeatureMap, column: Int) {
        precondition(rows.min() >= 0 && rows.max() <= weights.count - map.channels)
        processor.loops.sumRows(count: map.channels, rows, of: weights.base, into: map.column(column))
    }

    /// Adds the gradient of an embedded column to its row, at offset `row` in part `part` of `sums`.
    public func embeddingGradient(
        _ row: Int, _ gradient: FeatureMap, column: Int, sums: FloatBuffer, part: Int, stride: Int
    ) {
        precondition(row >= 0 && row + gradient.channels <= stride && (part + 1) * stride <= sums.count && part >= 0)
        let sum = sums.base + part * stride + row
        processor.loops.addElements(count: gradient.channels, sum, gradient.column(column), into: sum)
    }
}
