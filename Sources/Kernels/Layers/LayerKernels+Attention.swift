// LayerKernels+Attention: attention and layer normalisation over columns of feature maps, with checked arguments.

import KernelLoops
import KernelShapes

/// How attention is divided into heads, re-exported for users of the kernels.
public typealias AttentionHeads = KernelShapes.AttentionHeads

/// Some columns of a feature map, and the channels from `channel` on: queries, keys or values.
public struct MapPart: Sendable {
    /// The map.
    public let map: FeatureMap
    /// The columns.
    public let columns: Range<Int>
    /// The first channel.
    public let channel: Int

    /// The `columns` of `map`, from `channel` on.
    public init(_ map: FeatureMap, _ columns: Range<Int>, channel: Int = 0) {
        precondition(columns.lowerBound >= 0 && columns.upperBound <= map.length && !columns.isEmpty)
        precondition(channel >= 0 && channel < map.channels)
        (self.map, self.columns, self.channel) = (map, columns, channel)
    }

    /// SAFETY: the columns are inside the map, which the initialiser checks; the channels are checked by `arguments`.
    fileprivate var base: UnsafeMutablePointer<Float> { map.first(of: columns) + channel }
}

/// Attention weights of one strand, and scratch for the loops.
///
/// A reference: copies share the numbers.
public struct AttentionMemory: Sendable {
    fileprivate let weights: FloatBuffer, scratch: FloatBuffer
    private let queries: Int, keys: Int

    /// Memory for a strand with up to so many queries and keys; `scratch` is shared with other memories of one thread.
    public init(_ heads: AttentionHeads, queries: Int, keys: Int, scratch: FloatBuffer) {
        precondition(scratch.count >= heads.scratchCount(queries: queries, keys: keys))
        weights = FloatBuffer(count: heads.weightCount(queries: queries, keys: keys))
        (self.queries, self.keys, self.scratch) = (queries, keys, scratch)
    }

    fileprivate func holds(_ queries: Int, _ keys: Int) -> Bool { queries <= self.queries && keys <= self.keys }
}

extension LayerKernels {
    /// Multi-head attention of the queries `q` to the keys `k` with the values `v`, written to `out`, whose columns are
    /// as many as the queries. The heads lie side by side in the channels. Causal attention needs as many keys as
    /// queries. `memory` keeps the weights for the backward pass.
    public func attention(
        _ heads: AttentionHeads, q: MapPart, k: MapPart, v: MapPart, into out: MapPart, _ memory: AttentionMemory
    ) {
        let p = arguments(heads, q, k, v, out, memory)
        processor.loops.attention(p, out: out.base)
    }

    /// The backward pass of `attention`: writes the gradients with respect to queries, keys and values, which lie in
    /// their maps as these do, given that with respect to the output.
    public func attentionGradient(
        _ heads: AttentionHeads, q: MapPart, k: MapPart, v: MapPart, outGradient: MapPart, qGradient: MapPart,
        kGradient: MapPart, vGradient: MapPart, _ memory: AttentionMemory
    ) {
        for (part, gradient) in [(q, qGradient), (k, kGradient), (v, vGradient)] {
            precondition(part.map.channels == gradient.map.channels && part.columns.count == gradient.columns.count)
            precondition(gradient.channel + heads.channels <= gradient.map.channels)
        }
        let p = arguments(heads, q, k, v, outGradient, memory)
        processor.loops.attentionGradient(
            p,
            AttentionGradients(
                out: outGradient.base, q: qGradient.base, k: kGradient.base, v: vGradient.base))
    }

    private func arguments(
        _ heads: AttentionHeads, _ q: MapPart, _ k: MapPart, _ v: MapPart, _ out: MapPart, _ memory: AttentionMemory
    ) -> AttentionArguments {
        for part in [q, k, v, out] { precondition(part.channel + heads.channels <= part.map.channels) }
        let (queries, keys) = (q.columns.count, k.columns.count)
        precondition(keys == v.columns.count && queries == out.columns.count && k.map.channels == v.map.channels)
        precondition((!heads.isCausal || queries == keys) && memory.holds(queries, keys))
        return AttentionArguments(
            heads, queries: queries, keys: keys, q: q.base, qRow: q.map.channels, k: k.base, v: v.base,
            keyRow: k.map.channels, outRow: out.map.channels, weights: memory.weights.base,
            scratch: memory.scratch.base)
    }

    /// Layer normalisation of `columns`: see `Loops.layerNorm`. Gain and shift are at offset `gain`
    /// of `weights`; `moments` (columns of the map, 2), where given, keeps what the backward pass needs.
    public func layerNorm(
        _ x: FeatureMap, columns: Range<Int>, weights: FloatBuffer, gain: Int, into output: FeatureMap,
        moments: FloatBuffer? = nil
    ) {
        precondition(x.length == output.length && x.channels == output.channels)
        precondition(gain >= 0 && gain + 2 * x.channels <= weights.count)
        if let moments { precondition(2 * columns.count <= moments.count) }
        processor.loops.layerNorm(
            rows: columns.count, channels: x.channels,
            x.first(of: columns), gain: weights.base + gain, output: output.first(of: columns),
            moments: moments?.base)
    }

    /// The backward pass of `layerNorm`: adds the gradient with respect to x to `xGradient`, and those with
    /// respect to gain and shift to part `part` of `sums`, parts of `stride` floats.
    public func layerNormGradient(
        _ x: FeatureMap, columns: Range<Int>, weights: FloatBuffer, gain: Int, moments: FloatBuffer,
        outputGradient: FeatureMap, into xGradient: FeatureMap, sums: FloatBuffer, part: Int, stride: Int
    ) {
        for map in [outputGradient, xGradient] {
            precondition(map.length == x.length && map.channels == x.channels)
        }
        let end = gain + 2 * x.channels
        precondition(gain >= 0 && end <= weights.count && end <= stride && 2 * columns.count <= moments.count)
        precondition(part >= 0 && (part + 1) * stride <= sums.count)
        processor.loops.layerNormGradient(
            rows: columns.count, channels: x.channels, x.first(of: columns), gain: weights.base + gain,
            moments: moments.base, outputGradient: outputGradient.first(of: columns),
            xGradient: xGradient.first(of: columns), sums: sums.base + part * stride + gain)
    }

    /// Multiplies each of `columns` of a map by the numbers of `factors` from `at` on, channel by channel.
    public func scale(_ map: FeatureMap, columns: Range<Int>, by factors: FloatBuffer, at: Int) {
        precondition(at >= 0 && at + map.channels <= factors.count)
        let (first, factors) = (map.first(of: columns), factors.base + at)
        for column in 0..<columns.count {
            let numbers = first + column * map.channels
            for c in 0..<map.channels { numbers[c] *= factors[c] }
        }
    }
}
