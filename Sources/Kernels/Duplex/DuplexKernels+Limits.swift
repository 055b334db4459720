// DuplexKernels+Limits: upper bounds of duplexes by one head, for eight partners at once, with checked arguments.

import KernelLoops
import KernelShapes

extension DuplexKernels {
    /// Partners that are bounded at once.
    public static let partnerLanes = 8

    /// Replaces `limits` (strands, 8) by upper bounds of the logarithms of the constants of the duplexes of the strands
    /// `range` of one list with the strands `partners` of another, at most 8; see `Loops.duplexLimits`. No code may be
    /// ambiguous, and the shape has a bound.
    public func limits(
        _ weights: DuplexWeights, of rows: StrandCodes, _ range: Range<Int>, against columns: StrandCodes,
        partners: [Int], workspace: Workspace, into limits: inout [Float]
    ) {
        let shape = weights.shape
        precondition(shape.bound != nil && rows.letters == shape.letters && columns.letters == shape.letters)
        precondition(!rows.isAmbiguous && !columns.isAmbiguous)
        precondition(range.lowerBound >= 0 && range.upperBound <= rows.count)
        precondition(partners.count <= DuplexKernels.partnerLanes)
        precondition(partners.allSatisfy { $0 >= 0 && $0 < columns.count })
        let size = range.count * DuplexKernels.partnerLanes
        if limits.count != size { limits = [Float](repeating: 0, count: size) }
        let memory = workspace.reserve(
            bytes: Loops.duplexLimitBytes(shape, rows: rows.longest, columns: max(1, columns.longest)))
        // SAFETY: the arrays outlive the call and have the sizes checked above.
        rows.withStrandList { rows in
            columns.withStrandList { columns in
                partners.withUnsafeBufferPointer { partners in
                    limits.withUnsafeMutableBufferPointer { limits in
                        guard let limits = limits.baseAddress else { return }
                        processor.loops.duplexLimits(
                            shape, weights.numbers, of: rows, range: range, against: columns, partners: partners,
                            workspace: memory, limits: limits)
                    }
                }
            }
        }
    }
}
