// LaneMap: the features of the columns of several strands, one in each lane.

import KernelShapes

/// The lanes of a `LaneMap`, re-exported for users of the kernels.
public typealias StrandLanes = KernelShapes.StrandLanes

/// Features of the columns of several strands: (length, channels, lanes), with a halo of zero columns on either side,
/// so that convolutions may read past the ends.
///
/// A reference: copies share the numbers.
public struct LaneMap: Sendable {
    /// Number of columns, and of their channels.
    public let length: Int, channels: Int
    /// Floats of a column.
    private let size: Int
    private let values: FloatBuffer

    /// A map of zeros.
    public init(length: Int, channels: Int) {
        precondition(length > 0 && channels > 0)
        (self.length, self.channels) = (length, channels)
        size = channels * StrandLanes.count
        values = FloatBuffer(count: (length + 2 * ConvolutionShape.halo) * size)
    }

    /// One number.
    public subscript(_ column: Int, _ channel: Int, _ lane: Int) -> Float {
        get { values[index(column, channel, lane)] }
        nonmutating set { values[index(column, channel, lane)] = newValue }
    }

    private func index(_ column: Int, _ channel: Int, _ lane: Int) -> Int {
        precondition(column >= 0 && column < length && channel >= 0 && channel < channels)
        precondition(lane >= 0 && lane < StrandLanes.count)
        return (column + ConvolutionShape.halo) * size + channel * StrandLanes.count + lane
    }

    /// Sets some columns to zero; of the halo behind the last one, too.
    public func clear(_ columns: Range<Int>) {
        precondition(columns.lowerBound >= 0 && columns.upperBound <= length + ConvolutionShape.halo)
        let start = ConvolutionShape.halo * size
        values.clear(start + columns.lowerBound * size..<start + columns.upperBound * size)
    }

    /// Sets one lane of a column to zero.
    public func clear(_ column: Int, lane: Int) {
        for channel in 0..<channels { self[column, channel, lane] = 0 }
    }

    /// The address of a column.
    /// SAFETY: inside `values`, which has a halo on either side and lives as long as the map; the column is checked.
    func column(_ column: Int) -> UnsafeMutablePointer<Float> {
        precondition(column >= 0 && column < length)
        return values.base + (column + ConvolutionShape.halo) * size
    }
}
