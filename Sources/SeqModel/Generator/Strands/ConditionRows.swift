// ConditionRows: what the conditions of a pair add to the columns of a generator's net.

import Kernels

/// The learned rows of the conditions, one after the other in the weights of a net.
///
/// Every column of a strand gets their sum, each row times the number x of its condition (see
/// `Condition.standardised`), as it gets the row of its label.
struct ConditionRows: Sendable {
    /// Number of conditions; 0 where there are none.
    let count: Int
    /// The offset of the first row, and the length of a row.
    let offset: Int, width: Int
    /// The standard deviation of the initial values.
    static let deviation: Float = 0.1

    /// The tensor of the rows of the net `net` of a generator; none where there are no conditions.
    func tensors(_ net: String) -> [TensorSpec] {
        count > 0 ? [TensorSpec("generator.\(net).conditions", [count, width], at: offset)] : []
    }

    /// The sums of the rows for several strands, and the gradients with respect to them.
    struct Tape: Sendable {
        fileprivate let sums: FeatureMap
        /// The sums again, in the columns of the net's map.
        fileprivate let spread: FeatureMap
        fileprivate let gradient: FloatBuffer

        /// A tape for up to `strands` strands in a map of `columns` columns; nil without conditions.
        init?(_ rows: ConditionRows, strands: Int, columns: Int) {
            guard rows.count > 0 else { return nil }
            sums = FeatureMap(length: strands, channels: rows.width)
            spread = FeatureMap(length: columns, channels: rows.width)
            gradient = FloatBuffer(count: strands * rows.width)
        }
    }

    /// Computes the sums of strands with the numbers `inputs`, and sets their gradients to zero.
    func set(_ tape: Tape?, _ inputs: [ArraySlice<Float>], weights: FloatBuffer) {
        guard let tape else { return }
        for (s, x) in inputs.enumerated() {
            precondition(x.count == count)
            tape.sums.clear(s)
            for (c, x) in x.enumerated() {
                for k in 0..<width { tape.sums[s, k] += x * weights[offset + c * width + k] }
            }
        }
        tape.gradient.clear(0..<inputs.count * width)
    }

    /// What is added to channel `k` of the columns of a strand.
    func sum(_ tape: Tape?, strand: Int, _ k: Int) -> Float { tape?.sums[strand, k] ?? 0 }

    /// Adds a strand's sum to a column of `map`.
    func add(_ tape: Tape?, strand: Int, to map: FeatureMap, column: Int, _ kernels: LayerKernels) {
        guard count > 0, let tape else { return }
        tape.spread.copy(column, from: tape.sums, strand)
        kernels.add(map, tape.spread, into: map, columns: column..<column + 1)
    }

    /// Adds the gradient of a column of a strand to that of its sum.
    func learn(_ tape: Tape?, strand: Int, _ gradient: FeatureMap, column: Int, _ kernels: LayerKernels) {
        guard count > 0, let tape else { return }
        kernels.embeddingGradient(
            strand * width, gradient, column: column, sums: tape.gradient, part: 0, stride: tape.gradient.count)
    }

    /// Adds the gradient of the rows to part `part` of `sums`, parts of `stride` floats.
    func addGradient(_ tape: Tape?, _ inputs: [ArraySlice<Float>], sums: FloatBuffer, part: Int, stride: Int) {
        guard let tape else { return }
        for (s, x) in inputs.enumerated() {
            for (c, x) in x.enumerated() {
                let row = part * stride + offset + c * width
                for k in 0..<width { sums[row + k] += x * tape.gradient[s * width + k] }
            }
        }
    }
}

extension PairConditions {
    /// No conditions, of any number of pairs.
    static let none = PairConditions(width: 0)

    /// The numbers that a model sees for these values.
    func standardised(_ conditions: [Condition]) -> PairConditions {
        precondition(conditions.count == width)
        guard width > 0 else { return self }
        var result = PairConditions(width: width)
        for p in 0..<values.count / width {
            result.append(zip(conditions, self[p]).map { $0.standardised(Double($1)) })
        }
        return result
    }

    /// The same values for `count` pairs.
    init(repeating point: some Collection<Float>, count: Int) {
        self.init(width: point.count)
        if !point.isEmpty { for _ in 0..<count { append(point) } }
    }
}
