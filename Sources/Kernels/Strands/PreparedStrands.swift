// PreparedStrands: single strands prepared once, to be scored against any number of others.

import KernelLoops
import KernelShapes

/// A range of strands of a list, with the part of a score that depends on one strand alone. The memory is reused for
/// other ranges.
///
/// @unchecked Sendable: threads prepare different strands, and read when all are done.
public final class PreparedStrands: @unchecked Sendable {
    /// All strands of the list.
    public let codes: StrandCodes
    /// The strands that are prepared, as set by `begin`.
    public fileprivate(set) var range = 0..<0
    private let bytesEach: Int
    private let base: UnsafeMutableRawPointer
    private let capacity: Int

    /// Room for `capacity` strands at a time of the single strands `codes`, which must not have ambiguous codes.
    public init(_ shape: DuplexShape, _ codes: StrandCodes, capacity: Int) {
        precondition(!codes.isAmbiguous)
        self.codes = codes
        self.capacity = capacity
        bytesEach = Loops.duplexPreparedBytes(shape, longest: max(1, codes.longest))
        // SAFETY: freed in deinit only; the number of strands is checked against `capacity`.
        base = UnsafeMutableRawPointer.allocate(byteCount: max(1, capacity) * bytesEach, alignment: 64)
    }

    deinit { base.deallocate() }

    /// Sets the range, at most `capacity` strands, which are then to be prepared.
    public func begin(_ range: Range<Int>) {
        precondition(range.count <= capacity && range.lowerBound >= 0 && range.upperBound <= codes.count)
        self.range = range
    }

    /// The address at which strand 0 would be: strand s is at `start + s * bytesEach`. Only strands of `range` exist.
    fileprivate var start: UnsafeMutableRawPointer { base - range.lowerBound * bytesEach }
}

extension DuplexKernels {
    /// Prepares the strands `part` of the range of `strands` to be strand A of pairs, or strand B where `isB`. With a
    /// symmetric shape they may then be either.
    public func prepare(
        _ weights: DuplexWeights, _ strands: PreparedStrands, _ part: Range<Int>, isB: Bool,
        workspace: Workspace
    ) {
        let shape = weights.shape
        precondition(strands.codes.letters == shape.letters)
        precondition(strands.range.lowerBound <= part.lowerBound && part.upperBound <= strands.range.upperBound)
        let memory = reserve(shape, strands.codes, strands.codes, workspace)
        strands.codes.withStrandList { list in
            processor.loops.duplexPrepare(
                shape, weights.numbers, strands: list, range: part, index: isB ? 2 : 1, workspace: memory,
                prepared: strands.start)
        }
    }

    /// Writes the logits of prepared strand `a` of `rows` against the prepared strands `part` of `columns` to
    /// `logits`, from index `place` on.
    public func logits(
        _ weights: DuplexWeights, _ a: Int, of rows: PreparedStrands,
        against columns: PreparedStrands, _ part: Range<Int>, workspace: Workspace, into logits: FloatBuffer,
        at place: Int
    ) {
        let shape = weights.shape
        precondition(rows.range.contains(a))
        precondition(columns.range.lowerBound <= part.lowerBound && part.upperBound <= columns.range.upperBound)
        precondition(place >= 0 && place + part.count <= logits.count)
        let memory = reserve(shape, rows.codes, columns.codes, workspace)
        rows.codes.withStrandList { first in
            columns.codes.withStrandList { second in
                processor.loops.duplexLogits(
                    shape, weights.numbers, a: a, of: first, rowsPrepared: rows.start, against: second,
                    range: part, columnsPrepared: columns.start, workspace: memory, logits: logits.base + place)
            }
        }
    }

    private func reserve(
        _ shape: DuplexShape, _ a: StrandCodes, _ b: StrandCodes, _ workspace: Workspace
    ) -> UnsafeMutableRawPointer {
        workspace.reserve(
            bytes: Loops.duplexWorkspaceBytes(
                shape, longest: max(a.longest, b.longest), forGradient: false, inDouble: false))
    }
}
