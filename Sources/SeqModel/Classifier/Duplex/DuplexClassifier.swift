// DuplexClassifier: a configuration with parameters, which gives pairs their logits.

import Kernels

/// A trained duplex classifier. Immutable: many threads may score with it at once, each with its own workspace.
public struct DuplexClassifier: Sendable {
    /// Sizes, orientation, symmetry and threshold.
    public let configuration: DuplexConfiguration
    /// Energies (log Boltzmann weights), network and standards, as in `shape`.
    let parameters: FloatBuffer
    private let weights: DuplexWeights
    private let kernels: DuplexKernels

    /// A classifier with a copy of `parameters`.
    init(_ configuration: DuplexConfiguration, parameters: FloatBuffer, kernels: DuplexKernels = .init()) {
        self.configuration = configuration
        self.kernels = kernels
        weights = DuplexWeights(configuration.shape)
        self.parameters = FloatBuffer(count: weights.shape.count)
        self.parameters[0..<parameters.count] = parameters[0..<parameters.count]
        kernels.fill(weights, from: self.parameters)
    }

    /// The layout of its parameters.
    public var shape: DuplexShape { weights.shape }

    /// Replaces `logits` by those of the pairs `range`; strands are in codes of the configuration's alphabet.
    public func logits(_ pairs: Pairs, _ range: Range<Int>, workspace: Workspace, into logits: inout [Float]) {
        kernels.logits(weights, pairs, range, workspace: workspace, into: &logits)
    }

    /// Prepares strands as A, or as B, of pairs; see `DuplexKernels.prepare`.
    func prepare(_ strands: PreparedStrands, _ part: Range<Int>, isB: Bool, workspace: Workspace) {
        kernels.prepare(weights, strands, part, isB: isB, workspace: workspace)
    }

    /// Writes the logits of a prepared strand against others; see `DuplexKernels.logits`.
    func logits(
        _ a: Int, of rows: PreparedStrands, against columns: PreparedStrands, _ part: Range<Int>,
        workspace: Workspace, into logits: FloatBuffer, at place: Int
    ) {
        kernels.logits(
            weights, a, of: rows, against: columns, part, workspace: workspace, into: logits,
            at: place)
    }
}
