// FeatureMap: the features of the columns of one pair.

import KernelShapes

/// A convolution's sizes, re-exported for users of the kernels.
public typealias ConvolutionShape = KernelShapes.ConvolutionShape

/// Features of the columns of one pair: (length, channels), with a halo of zero columns on either side, so that
/// convolutions may read past the ends.
///
/// A reference: copies share the numbers.
public struct FeatureMap: Sendable {
    /// Number of columns.
    public let length: Int
    /// Channels, a multiple of 8.
    public let channels: Int
    /// All numbers, halo included.
    @usableFromInline let values: FloatBuffer

    /// A map of zeros; `channels` is rounded up to a multiple of 8.
    public init(length: Int, channels: Int) {
        precondition(length > 0)
        self.length = length
        self.channels = ConvolutionShape.padded(channels)
        values = FloatBuffer(count: (length + 2 * ConvolutionShape.halo) * self.channels)
    }

    /// One number.
    @inlinable public subscript(_ column: Int, _ channel: Int) -> Float {
        get {
            precondition(column >= 0 && column < length && channel >= 0 && channel < channels)
            return values[(column + ConvolutionShape.halo) * channels + channel]
        }
        nonmutating set {
            precondition(column >= 0 && column < length && channel >= 0 && channel < channels)
            values[(column + ConvolutionShape.halo) * channels + channel] = newValue
        }
    }

    /// Sets all columns to zero.
    public func clear() {
        let start = ConvolutionShape.halo * channels
        values.clear(start..<start + length * channels)
    }

    /// Sets one column to zero.
    public func clear(_ column: Int) { self.column(column).update(repeating: 0, count: channels) }

    /// Sets some columns to zero.
    public func clear(_ columns: Range<Int>) {
        first(of: columns).update(repeating: 0, count: columns.count * channels)
    }

    /// Copies some columns of a map of the same sizes.
    public func copy(_ columns: Range<Int>, from other: FeatureMap) {
        precondition(other.length == length && other.channels == channels)
        first(of: columns).update(from: other.first(of: columns), count: columns.count * channels)
    }

    /// Copies a column of a map with the same channels.
    public func copy(_ column: Int, from other: FeatureMap, _ source: Int) {
        precondition(other.channels == channels)
        self.column(column).update(from: other.column(source), count: channels)
    }

    /// Copies the numbers of a map of the same sizes.
    public func copy(_ other: FeatureMap) {
        precondition(other.length == length && other.channels == channels)
        first.update(from: other.first, count: length * channels)
    }

    /// The address of the first column.
    /// SAFETY: inside `values`, which has a halo on either side and lives as long as the map.
    var first: UnsafeMutablePointer<Float> { values.base + ConvolutionShape.halo * channels }

    /// The address of a column.
    /// SAFETY: as `first`; the column is checked.
    func column(_ column: Int) -> UnsafeMutablePointer<Float> {
        precondition(column >= 0 && column < length)
        return first + column * channels
    }

    /// The address of the first of some columns.
    /// SAFETY: as `first`; all of the columns are checked.
    func first(of columns: Range<Int>) -> UnsafeMutablePointer<Float> {
        precondition(columns.lowerBound >= 0 && columns.upperBound <= length)
        return first + columns.lowerBound * channels
    }
}
