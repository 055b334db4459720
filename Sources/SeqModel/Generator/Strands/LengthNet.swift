// LengthNet: the distribution of strand A's length, given a label and conditions.

import Kernels

/// The shapes of the net that gives the length of strand A where pairs have conditions: a hidden layer, whose input is
/// the row of the label and what the conditions add to it, and a linear layer that gives the logits of the lengths,
/// from 1 letter on.
///
/// Without conditions the frequencies of the data are all there is to know.
struct LengthNet: Sendable {
    /// Units of the hidden layer, and the slope of its rectifiers below 0.
    static let hidden = 32, slope: Float = 0.2

    /// The offset of the labels' rows.
    let labelRows: Int
    let conditions: ConditionRows
    let out: ConvolutionShape
    /// Number of lengths.
    let lengths: Int

    /// A net for lengths of 1 to `longest` letters, with its weights from `offset` on.
    init(longest: Int, conditions: Int, offset: Int) {
        (labelRows, lengths) = (offset, longest)
        self.conditions = ConditionRows(
            count: conditions, offset: offset + 2 * LengthNet.hidden, width: LengthNet.hidden)
        out = ConvolutionShape(
            width: 1, inputs: LengthNet.hidden, outputs: ConvolutionShape.padded(longest),
            offset: offset + (2 + conditions) * LengthNet.hidden)
    }

    /// The offset behind the last weight.
    var end: Int { out.end }
    /// All tensors.
    var tensors: [TensorSpec] {
        [TensorSpec("generator.strand.length.labels", [2, LengthNet.hidden], at: labelRows)]
            + conditions.tensors("strand.length") + out.tensors("strand.length.out")
    }

    /// Sets the initial weights: rows of standard deviation 0.5, and weights of 1 / sqrt(fan-in).
    func initialise(_ weights: FloatBuffer, _ random: inout RandomSource) {
        for k in labelRows..<out.offset { weights[k] = 0.5 * random.normal() }
        let deviation = 1 / Float(LengthNet.hidden).squareRoot()
        for k in out.offset..<out.bias { weights[k] = deviation * random.normal() }
    }

    /// Activations and gradients for several strands, a column for each.
    struct Tape: Sendable {
        fileprivate let sums: ConditionRows.Tape?
        fileprivate let hidden: FeatureMap, hiddenGradient: FeatureMap
        fileprivate let logits: FeatureMap
        /// The exponentials of the logits, then the gradient with respect to these.
        fileprivate let shares: FeatureMap

        init(_ net: LengthNet, strands: Int) {
            sums = ConditionRows.Tape(net.conditions, strands: strands, columns: strands)
            hidden = FeatureMap(length: strands, channels: LengthNet.hidden)
            hiddenGradient = FeatureMap(length: strands, channels: LengthNet.hidden)
            logits = FeatureMap(length: strands, channels: net.out.outputs)
            shares = FeatureMap(length: strands, channels: net.out.outputs)
        }
    }

    /// Computes the logits of every length for strands with these labels and numbers of their conditions.
    private func forward(
        _ tape: Tape, labels: [Int], _ inputs: [ArraySlice<Float>], weights: FloatBuffer, _ kernels: LayerKernels
    ) {
        conditions.set(tape.sums, inputs, weights: weights)
        for (s, label) in labels.enumerated() {
            for k in 0..<LengthNet.hidden {
                let x = weights[labelRows + label * LengthNet.hidden + k] + conditions.sum(tape.sums, strand: s, k)
                tape.hidden[s, k] = x > 0 ? x : LengthNet.slope * x
            }
        }
        kernels.convolve(
            out, tape.hidden, weights: weights, into: tape.logits, isLeaky: false, columns: 0..<labels.count)
    }

    /// The logit of each length, from 1 letter on, of a strand with a label and the numbers of its conditions.
    func logits(
        _ tape: Tape, label: Int, _ inputs: ArraySlice<Float>, weights: FloatBuffer, _ kernels: LayerKernels
    ) -> [Float] {
        forward(tape, labels: [label], [inputs], weights: weights, kernels)
        return (0..<lengths).map { tape.logits[0, $0] }
    }

    /// The cross-entropy of the lengths of strands in nats. Stores what `backward` needs.
    func loss(_ tape: Tape, _ strands: [TrainingStrand], weights: FloatBuffer, _ kernels: LayerKernels) -> Double {
        forward(tape, labels: strands.map(\.label), strands.map(\.inputs), weights: weights, kernels)
        kernels.exponentials(tape.logits, letters: lengths, into: tape.shares, columns: 0..<strands.count)
        var loss = 0.0
        for (s, strand) in strands.enumerated() {
            let target = strand.letters.count - 1
            let total = (0..<lengths).reduce(Float(0)) { $0 + tape.shares[s, $1] }
            loss -= Double(logarithm(max(tape.shares[s, target] / total, 1e-30)))
            for k in 0..<lengths { tape.shares[s, k] /= total }
            tape.shares[s, target] -= 1
        }
        return loss
    }

    /// Adds the gradient of the last `loss` to part `part` of `sums`, parts of `stride` floats.
    func backward(
        _ tape: Tape, _ strands: [TrainingStrand], transposed: FloatBuffer, sums: FloatBuffer, part: Int,
        stride: Int, _ kernels: LayerKernels
    ) {
        let columns = 0..<strands.count
        kernels.weightGradient(
            out, tape.hidden, outputGradient: tape.shares, columns: columns, sums: sums, part: part, stride: stride)
        tape.hiddenGradient.clear(columns)
        kernels.inputGradient(
            out, outputGradient: tape.shares, columns: columns, transposed: transposed, into: tape.hiddenGradient)
        kernels.leakyReLUGradient(tape.hidden, gradient: tape.hiddenGradient, columns: columns)
        for (s, strand) in strands.enumerated() {
            kernels.embeddingGradient(
                labelRows + strand.label * LengthNet.hidden, tape.hiddenGradient, column: s, sums: sums, part: part,
                stride: stride)
            conditions.learn(tape.sums, strand: s, tape.hiddenGradient, column: s, kernels)
        }
        conditions.addGradient(tape.sums, strands.map(\.inputs), sums: sums, part: part, stride: stride)
    }
}
