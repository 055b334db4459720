// LayerKernels+Lanes: layers over a column of several strands, one in each lane, with checked arguments.

import KernelLoops
import KernelShapes

/// Keys and values of the columns of several strands, one in each lane, for attention.
///
/// A reference: copies share the numbers.
public struct LaneKeys: Sendable {
    /// The heads.
    public let heads: AttentionHeads
    /// The most columns.
    public let capacity: Int
    /// A map of the columns for each head, and for each group of channels of the values, one after the other.
    fileprivate let keys: LaneMap, values: LaneMap

    /// Memory for up to `capacity` columns.
    public init(_ heads: AttentionHeads, capacity: Int) {
        let group = LaneAttentionArguments.valueGroup
        (self.heads, self.capacity) = (heads, capacity)
        keys = LaneMap(length: heads.count * capacity, channels: heads.width)
        values = LaneMap(length: heads.channels / group * capacity, channels: group)
    }

    /// Sets the key and the value of column `place` to those in a column of `map`, whose channels from `channel` on are
    /// the key of all heads, then the value.
    public func set(_ place: Int, from map: LaneMap, _ column: Int, channel: Int) {
        precondition((0..<capacity).contains(place) && channel >= 0)
        precondition(channel + 2 * heads.channels <= map.channels)
        var from = map.column(column) + channel * StrandLanes.count
        for (map, parts) in [(keys, heads.count), (values, values.length / capacity)] {
            let size = map.channels * StrandLanes.count
            for part in 0..<parts {
                map.column(part * capacity + place).update(from: from, count: size)
                from += size
            }
        }
    }
}

/// A number of columns for each lane.
///
/// A reference: copies share the numbers.
public struct LaneCounts: Sendable {
    fileprivate let ofLanes = FloatBuffer(count: StrandLanes.count)
    /// The fewest and the most.
    public let least: Int, most: Int

    /// The numbers of the first lanes, each 1 or more; the others have 1.
    public init(_ counts: [Int]) {
        precondition(counts.count <= StrandLanes.count && counts.allSatisfy { $0 > 0 })
        for lane in 0..<StrandLanes.count { ofLanes[lane] = lane < counts.count ? Float(counts[lane]) : 1 }
        least = counts.count < StrandLanes.count ? 1 : counts.min() ?? 1
        most = counts.max() ?? 1
    }
}

extension LayerKernels {
    /// A column of the output = the convolution of input there, through LeakyReLU where `isLeaky`, plus a column of
    /// `residual` where given, which may be the output itself where there is no LeakyReLU.
    public func convolve(
        _ layer: ConvolutionShape, _ input: LaneMap, _ column: Int, weights: FloatBuffer,
        adding residual: (map: LaneMap, column: Int)? = nil, into output: LaneMap, _ outputColumn: Int,
        isLeaky: Bool = false
    ) {
        precondition(input.channels == layer.inputs && output.channels == layer.outputs)
        precondition(layer.end <= weights.count)
        if let residual { precondition(residual.map.channels == layer.outputs) }
        processor.loops.laneLayer(
            layer, input: input.column(column), weights: weights.base,
            residual: residual.map { UnsafePointer($0.map.column($0.column)) }, output: output.column(outputColumn),
            isLeaky: isLeaky)
    }

    /// Layer normalisation of a column; gain and shift are at offset `gain` of `weights`.
    public func layerNorm(
        _ x: LaneMap, _ column: Int, weights: FloatBuffer, gain: Int, into output: LaneMap, _ outputColumn: Int
    ) {
        precondition(x.channels == output.channels && gain >= 0 && gain + 2 * x.channels <= weights.count)
        processor.loops.laneNorm(
            channels: x.channels, x.column(column), gain: weights.base + gain, output: output.column(outputColumn))
    }

    /// Sets a column to the sum of four rows of `weights` for each lane, and of the single column of `fixed` where
    /// given. `rows` are their offsets.
    public func embed(
        _ rows: [SIMD4<Int>], of weights: FloatBuffer, adding fixed: LaneMap? = nil, into map: LaneMap, _ column: Int
    ) {
        let last = weights.count - map.channels
        precondition(rows.count == StrandLanes.count && rows.allSatisfy { $0.min() >= 0 && $0.max() <= last })
        if let fixed { precondition(fixed.channels == map.channels) }
        rows.withUnsafeBufferPointer { rows in
            guard let first = rows.baseAddress else { return }
            processor.loops.laneRows(
                channels: map.channels, first, of: weights.base, fixed: fixed.map { UnsafePointer($0.column(0)) },
                into: map.column(column))
        }
    }

    /// Replaces the first `letters` numbers of a column's lanes by exp(number - their maximum).
    public func exponentials(_ map: LaneMap, _ column: Int, letters: Int) {
        precondition((1...map.channels).contains(letters))
        processor.loops.laneExponentials(letters: letters, map.column(column))
    }

    /// Multi-head attention of the query in a column of `q` to the first `count` of `keys`, or to those of each lane
    /// where `counts` are given, written to a column of `out`. `scratch` has `laneScratch` floats or more.
    public func attention(
        _ q: LaneMap, _ column: Int, to keys: LaneKeys, count: Int, counts: LaneCounts? = nil, into out: LaneMap,
        _ outColumn: Int, scratch: FloatBuffer
    ) {
        precondition(keys.heads.channels <= q.channels && keys.heads.channels <= out.channels)
        precondition((1...keys.capacity).contains(count) && (counts?.most ?? 1) <= count)
        precondition(scratch.count >= LayerKernels.laneScratch(keys: count))
        processor.loops.laneAttention(
            LaneAttentionArguments(
                keys.heads, keys: count, capacity: keys.capacity,
                counts: counts.map { (UnsafePointer($0.ofLanes.base), $0.least) }, q: q.column(column),
                k: keys.keys.column(0), v: keys.values.column(0), weights: scratch.base),
            out: out.column(outColumn))
    }

    /// Floats of scratch that attention to so many keys needs.
    public static func laneScratch(keys: Int) -> Int { (keys + 3) / 4 * 4 * StrandLanes.count }
}
