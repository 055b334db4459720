// DuplexClassifier: a configuration with weights: pairs of codes to logits.

import Kernels

/// A trained duplex classifier. Immutable: many workers may score with it at once.
public struct DuplexClassifier: Sendable {
    /// What it is.
    public let configuration: DuplexConfiguration
    /// How its weights lie.
    public let shape: DuplexShape
    /// Energies in kT and the network's weights, as in `shape`.
    let parameters: FloatBuffer
    private let weights: FloatBuffer
    private let kernels: DuplexKernels

    /// A classifier with a copy of `parameters`.
    init(_ configuration: DuplexConfiguration, parameters: FloatBuffer, kernels: DuplexKernels = .init()) {
        self.configuration = configuration
        self.kernels = kernels
        shape = configuration.shape
        self.parameters = FloatBuffer(count: shape.count)
        self.parameters[0..<shape.count] = parameters[0..<shape.count]
        weights = FloatBuffer(count: shape.count)
        kernels.weights(shape, parameters: self.parameters, into: weights)
    }

    /// Writes the logits of `pairs`; the strands must be in codes of the configuration's alphabet.
    public func logits(_ strands: PairCodes, pairs: Range<Int>, workspace: Workspace, into logits: inout [Float]) {
        kernels.logits(shape, weights: weights, strands: strands, pairs: pairs, workspace: workspace, into: &logits)
    }

    /// Prepares strands as A, or as B, of pairs; see `DuplexKernels.prepare`.
    func prepare(_ strands: PreparedStrands, _ part: Range<Int>, isB: Bool, workspace: Workspace) {
        kernels.prepare(shape, weights: weights, strands, part, isB: isB, workspace: workspace)
    }

    /// Writes the logits of a prepared strand against others; see `DuplexKernels.logits`.
    func logits(
        _ a: Int, of rows: PreparedStrands, against columns: PreparedStrands, _ part: Range<Int>,
        workspace: Workspace, into logits: FloatBuffer, at place: Int
    ) {
        kernels.logits(
            shape, weights: weights, a, of: rows, against: columns, part, workspace: workspace, into: logits,
            at: place)
    }
}
