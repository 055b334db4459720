// DuplexKernels+Targets: where in a long target the duplexes of a probe end, with checked arguments.

import KernelLoops
import KernelShapes

extension DuplexKernels {
    /// What is to be added to the logarithm of a sum of `endWeights`, to obtain that of the partition function.
    public static var endWeightShift: Float { Loops.duplexEndWeightShift }

    /// Replaces `ends` (probes, letters) by the weights of all duplexes of a probe of `range` that end at a letter of
    /// the codes `part` of `target`; see `Loops.duplexEndWeights`. No code may be ambiguous.
    public func endWeights(
        _ weights: DuplexWeights, _ probes: StrandCodes, _ range: Range<Int>, _ target: [UInt8], _ part: Range<Int>,
        workspace: Workspace, into ends: inout [Float]
    ) {
        let shape = weights.shape
        precondition(shape.head == .equilibrium && !shape.hasPositions && !part.isEmpty)
        precondition(probes.letters == shape.letters && !probes.isAmbiguous)
        precondition(range.lowerBound >= 0 && range.upperBound <= probes.count)
        precondition(part.lowerBound >= 0 && part.upperBound <= target.count)
        let size = range.count * part.count
        if ends.count != size { ends = [Float](repeating: 0, count: size) }
        let memory = workspace.reserve(
            bytes: Loops.duplexEndWeightBytes(shape, longest: probes.longest, count: part.count))
        // SAFETY: the arrays outlive the call and have the sizes checked above; the loops index their tables by the
        // codes, which are checked here.
        target.withUnsafeBufferPointer { target in
            let codes = UnsafeBufferPointer(rebasing: target[part])
            precondition(codes.allSatisfy { Int($0) < shape.letters })
            probes.withStrandList { list in
                ends.withUnsafeMutableBufferPointer { ends in
                    guard let codes = codes.baseAddress, let ends = ends.baseAddress else { return }
                    processor.loops.duplexEndWeights(
                        shape, weights.numbers, probes: list, range: range, target: codes, count: part.count,
                        workspace: memory, weights: ends)
                }
            }
        }
    }
}
