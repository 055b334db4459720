// AttentionArguments: the arguments of the loops of attention.

/// How attention is divided into heads.
public struct AttentionHeads: Sendable, Equatable {
    /// The number of heads.
    public let count: Int
    /// Channels of a query, key and value of one head, a multiple of 8.
    public let width: Int
    /// Whether query t depends on the keys 0 ... t only.
    public let isCausal: Bool

    /// `count` heads of `width` channels, a multiple of 8.
    public init(count: Int, width: Int, isCausal: Bool = false) {
        precondition(count > 0 && width > 0 && width % 8 == 0)
        (self.count, self.width, self.isCausal) = (count, width, isCausal)
    }

    /// Channels of all heads.
    public var channels: Int { count * width }

    /// `keys` rounded up to whole vectors: the length of a row of weights.
    public static func padded(_ keys: Int) -> Int { (keys + 7) / 8 * 8 }

    /// Floats of the weights of one strand with so many queries and keys.
    public func weightCount(queries: Int, keys: Int) -> Int { count * queries * AttentionHeads.padded(keys) }

    /// Floats of scratch that one strand needs.
    public func scratchCount(queries: Int, keys: Int) -> Int { (queries + width) * AttentionHeads.padded(keys) }
}

/// The attention of one strand's columns, the queries, to columns of the same or of another strand, the keys.
///
/// The heads lie side by side in the channels. Each pointer is to the first head of the first column.
public struct AttentionArguments {
    /// The heads.
    public var heads: AttentionHeads
    /// The numbers of queries and of keys.
    public var queries: Int, keys: Int
    /// Queries, keys and values.
    public var q: UnsafePointer<Float>, k: UnsafePointer<Float>, v: UnsafePointer<Float>
    /// The distances from a column to the next, in floats: of queries, of keys and values, and of the output.
    public var qRow: Int, keyRow: Int, outRow: Int
    /// (heads, queries, padded keys): the weight of each key, written by the forward pass and read by the backward
    /// pass.
    public var weights: UnsafeMutablePointer<Float>
    /// `AttentionHeads.scratchCount` floats.
    public var scratch: UnsafeMutablePointer<Float>

    /// The arguments; see the properties.
    public init(
        _ heads: AttentionHeads, queries: Int, keys: Int, q: UnsafePointer<Float>, qRow: Int, k: UnsafePointer<Float>,
        v: UnsafePointer<Float>, keyRow: Int, outRow: Int, weights: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        (self.heads, self.queries, self.keys) = (heads, queries, keys)
        (self.q, self.k, self.v) = (q, k, v)
        (self.qRow, self.keyRow, self.outRow) = (qRow, keyRow, outRow)
        (self.weights, self.scratch) = (weights, scratch)
    }
}

/// The gradients of an attention. Their columns are as far apart as those of `AttentionArguments`.
public struct AttentionGradients {
    /// With respect to the output; read.
    public var out: UnsafePointer<Float>
    /// With respect to queries, keys and values; written.
    public var q: UnsafeMutablePointer<Float>, k: UnsafeMutablePointer<Float>, v: UnsafeMutablePointer<Float>

    /// The gradients; see the properties.
    public init(
        out: UnsafePointer<Float>, q: UnsafeMutablePointer<Float>, k: UnsafeMutablePointer<Float>,
        v: UnsafeMutablePointer<Float>
    ) {
        (self.out, self.q, self.k, self.v) = (out, q, k, v)
    }
}

/// The attention of one column of each strand, the query, to columns of the same or of another strand, the keys.
///
/// Each pass over the keys reads memory in order: keys are (heads, capacity, width, lanes), values (channels / 4,
/// capacity, 4, lanes).
public struct LaneAttentionArguments {
    /// Channels of values that are together.
    public static let valueGroup = 4

    /// The heads.
    public var heads: AttentionHeads
    /// Keys of the strand that has most, and the keys that there is room for.
    public var keys: Int, capacity: Int
    /// Keys of each lane, 1 or more, and the fewest of them; nil where all lanes have `keys`.
    public var counts: (ofLanes: UnsafePointer<Float>, least: Int)?
    /// The query (channels, lanes), its heads one after the other.
    public var q: UnsafePointer<Float>
    /// Keys and values.
    public var k: UnsafePointer<Float>, v: UnsafePointer<Float>
    /// Scratch: (keys rounded up to a multiple of 4, lanes).
    public var weights: UnsafeMutablePointer<Float>

    /// The arguments; see the properties.
    public init(
        _ heads: AttentionHeads, keys: Int, capacity: Int, counts: (ofLanes: UnsafePointer<Float>, least: Int)?,
        q: UnsafePointer<Float>, k: UnsafePointer<Float>, v: UnsafePointer<Float>, weights: UnsafeMutablePointer<Float>
    ) {
        (self.heads, self.keys, self.capacity, self.counts) = (heads, keys, capacity, counts)
        (self.q, self.k, self.v, self.weights) = (q, k, v, weights)
    }
}
