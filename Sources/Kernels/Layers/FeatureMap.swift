// FeatureMap: what a net knows of each column of one pair.

import KernelShapes

/// A convolution's sizes, passed on to those who build nets.
public typealias ConvolutionShape = KernelShapes.ConvolutionShape

/// Features of the columns of one pair: (length, channels), column after column, with a halo of zero columns on either
/// side, so that a convolution reads past the ends.
///
/// A handle: copies share the numbers.
public struct FeatureMap: Sendable {
    /// Columns.
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

    /// Takes the numbers of a map of the same sizes.
    public func copy(_ other: FeatureMap) {
        precondition(other.length == length && other.channels == channels)
        first.update(from: other.first, count: length * channels)
    }

    /// The first column.
    /// SAFETY: inside `values`, which has a halo on either side and lives as long as the map.
    var first: UnsafeMutablePointer<Float> { values.base + ConvolutionShape.halo * channels }

    /// A column.
    /// SAFETY: as `first`; checked.
    func column(_ column: Int) -> UnsafeMutablePointer<Float> {
        precondition(column >= 0 && column < length)
        return first + column * channels
    }
}
