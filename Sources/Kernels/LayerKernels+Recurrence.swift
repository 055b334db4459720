// LayerKernels+Recurrence: a gated recurrent unit along the columns, and look-up tables, behind checked doors.

import KernelLoops
import KernelShapes

#if arch(x86_64)
    import KernelLoopsV3
#endif

/// What a gated recurrent unit of H units keeps of a strand's columns, and the gradients on the way back.
///
/// A handle: copies share the numbers.
public struct RecurrentTape: Sendable {
    /// (length, 3H): what the input adds to the three gates of each column. To be filled before `recurrentStep`.
    public let drive: FeatureMap
    /// (length, H): the state behind each column; before the first it is zero.
    public let states: FeatureMap
    /// (length, H): the gradient by each state. To be filled before the way back, which adds to it.
    public let stateGradient: FeatureMap
    /// (length, 3H): the gradient by `drive`.
    public let driveGradient: FeatureMap
    fileprivate let gates: FeatureMap, sums: FeatureMap

    /// A tape for strands of at most `length` letters.
    public init(length: Int, units: Int) {
        (drive, driveGradient) = (
            .init(length: length, channels: 3 * units), .init(length: length, channels: 3 * units)
        )
        (states, stateGradient) = (.init(length: length, channels: units), .init(length: length, channels: units))
        gates = FeatureMap(length: length, channels: 4 * units)
        sums = FeatureMap(length: length, channels: 3 * units)
    }
}

extension LayerKernels {
    /// One step of a gated recurrent unit: the state of `column` from that before and from the drive, see
    /// `KernelLoops.recurrentStep`. `layer` is a convolution of width 1 from H to 3H channels.
    public func recurrentStep(_ layer: ConvolutionShape, _ tape: RecurrentTape, column: Int, weights: FloatBuffer) {
        check(layer, tape, column, weights)
        let (drive, next) = (tape.drive.column(column), tape.states.column(column))
        // The column before the first is the halo, which is zero.
        let previous = next - layer.inputs
        switch processor {
        case .baseline:
            KernelLoops.recurrentStep(
                layer, drive: drive, previous: previous, weights: weights.base, gates: tape.gates.column(column),
                sums: tape.sums.column(column), next: next)
        #if arch(x86_64)
            case .v3:
                KernelLoopsV3.recurrentStep(
                    layer, drive: drive, previous: previous, weights: weights.base, gates: tape.gates.column(column),
                    sums: tape.sums.column(column), next: next)
        #endif
        }
    }

    /// The way back through the columns `0 ..< length`, the last first. Adds the gradient of the layer's weights to part
    /// `part` of `sums`, and writes that of the drive to the tape.
    public func recurrentGradient(
        _ layer: ConvolutionShape, _ tape: RecurrentTape, length: Int, transposed: FloatBuffer, sums: FloatBuffer,
        part: Int, stride: Int
    ) {
        check(layer, tape, length - 1, transposed)
        precondition(part >= 0 && layer.end <= stride && (part + 1) * stride <= sums.count)
        let to = sums.base + part * stride
        for column in Swift.stride(from: length - 1, through: 0, by: -1) {
            let state = tape.states.column(column), gradient = tape.stateGradient.column(column)
            switch processor {
            case .baseline:
                KernelLoops.recurrentStepGradient(
                    layer, previous: state - layer.inputs, gates: tape.gates.column(column), nextGradient: gradient,
                    transposed: transposed.base, driveGradient: tape.driveGradient.column(column),
                    sumGradient: tape.sums.column(column), previousGradient: gradient - layer.inputs)
            #if arch(x86_64)
                case .v3:
                    KernelLoopsV3.recurrentStepGradient(
                        layer, previous: state - layer.inputs, gates: tape.gates.column(column),
                        nextGradient: gradient, transposed: transposed.base,
                        driveGradient: tape.driveGradient.column(column), sumGradient: tape.sums.column(column),
                        previousGradient: gradient - layer.inputs)
            #endif
            }
        }
        // What went into the state before the first column was no state: the halo stays zero.
        (tape.stateGradient.column(0) - layer.inputs).update(repeating: 0, count: layer.inputs)
        let before = tape.states.column(0) - layer.inputs
        switch processor {
        case .baseline:
            KernelLoops.convolutionWeightGradient(
                layer, length: length, input: before, outputGradient: tape.sums.first, sums: to)
        #if arch(x86_64)
            case .v3:
                KernelLoopsV3.convolutionWeightGradient(
                    layer, length: length, input: before, outputGradient: tape.sums.first, sums: to)
        #endif
        }
    }

    private func check(_ layer: ConvolutionShape, _ tape: RecurrentTape, _ column: Int, _ weights: FloatBuffer) {
        precondition(layer.width == 1 && layer.outputs == 3 * layer.inputs && layer.inputs == tape.states.channels)
        precondition(column >= 0 && column < tape.states.length && layer.end <= weights.count)
    }
}

extension LayerKernels {
    /// An embedding: adds to a column of `map` the row of a look-up table that begins at `row` of `weights`.
    public func embed(_ row: Int, of weights: FloatBuffer, into map: FeatureMap, column: Int) {
        precondition(row >= 0 && row + map.channels <= weights.count)
        KernelLoops.addElements(count: map.channels, weights.base + row, to: map.column(column))
    }

    /// Adds the gradient of an embedded column to its row in part `part` of `sums`.
    public func embeddingGradient(
        _ row: Int, _ gradient: FeatureMap, column: Int, sums: FloatBuffer, part: Int, stride: Int
    ) {
        precondition(row >= 0 && row + gradient.channels <= stride && (part + 1) * stride <= sums.count && part >= 0)
        KernelLoops.addElements(
            count: gradient.channels, gradient.column(column), to: sums.base + part * stride + row)
    }
}
