// ConvolutionShape: the sizes of a convolution and the offset of its weights in the buffer of its net.

/// A one-dimensional convolution along the columns of a pair: weights (width, inputs, outputs), then a bias (outputs).
/// A width of 1 makes it a linear layer.
///
/// Channel counts are padded to multiples of 8, the width of a vector; padding channels are always zero.
public struct ConvolutionShape: Sendable, Equatable {
    /// Kernel width in columns: odd, 1 to 9.
    public let width: Int
    /// Channels in and out, multiples of 8.
    public let inputs: Int, outputs: Int
    /// Offset of the first weight in the net's buffer.
    public let offset: Int
    /// Input columns that an output depends on before its own column: half of the others, or all of them where the
    /// convolution is causal.
    public let before: Int

    /// Zero columns on either side of a feature map: half the width of the widest convolution.
    public static let halo = 4

    /// A convolution whose weights begin at `offset`, 0 or more. `width` is odd, 1 to 9, or 1 to 5 where it is causal:
    /// where an output depends on no later column. Channel counts are multiples of 8.
    public init(width: Int, inputs: Int, outputs: Int, offset: Int, isCausal: Bool = false) {
        before = isCausal ? width - 1 : width / 2
        precondition(width % 2 == 1 && before <= ConvolutionShape.halo && offset >= 0)
        precondition(inputs > 0 && inputs % 8 == 0 && outputs > 0 && outputs % 8 == 0)
        self.width = width
        self.inputs = inputs
        self.outputs = outputs
        self.offset = offset
    }

    /// Offset of the first bias.
    public var bias: Int { offset + width * inputs * outputs }
    /// Offset just past the last bias.
    public var end: Int { bias + outputs }

    /// `channels` rounded up to a multiple of 8.
    public static func padded(_ channels: Int) -> Int { (channels + 7) / 8 * 8 }
}
