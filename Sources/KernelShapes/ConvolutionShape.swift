// ConvolutionShape: a convolution's sizes and where its weights lie among those of its net.

/// A convolution along the columns of a pair: weights (width, inputs, outputs), then a bias (outputs).
///
/// Channels are counted in vectors of 8; channels that nothing writes stay zero.
public struct ConvolutionShape: Sendable, Equatable {
    /// Columns that an output sees: odd, 1 to 9.
    public let width: Int
    /// Channels in and out, multiples of 8.
    public let inputs: Int, outputs: Int
    /// The first weight's place.
    public let offset: Int

    /// Zero columns on either side of a feature map; at least half of the widest convolution.
    public static let halo = 4

    /// A convolution whose weights begin at `offset`.
    public init(width: Int, inputs: Int, outputs: Int, offset: Int) {
        precondition(width % 2 == 1 && width <= 2 * ConvolutionShape.halo + 1 && offset >= 0)
        precondition(inputs > 0 && inputs % 8 == 0 && outputs > 0 && outputs % 8 == 0)
        self.width = width
        self.inputs = inputs
        self.outputs = outputs
        self.offset = offset
    }

    /// The first bias.
    public var bias: Int { offset + width * inputs * outputs }
    /// The place behind the last bias.
    public var end: Int { bias + outputs }

    /// The least multiple of 8 that holds `channels`.
    public static func padded(_ channels: Int) -> Int { (channels + 7) / 8 * 8 }
}
