// Tests of attention: against its equations in double precision, and its gradient against central differences of these.

import Foundation
import Kernels
import TestSupport
import Testing

@Suite(.timed) struct AttentionTests {
    /// Numbers of queries and keys: all remainders of vectors of eight keys and of tiles of six and eight rows.
    static let sizes = [(1, 1), (1, 13), (2, 8), (5, 7), (7, 3), (12, 17), (26, 9)]

    static let heads = [
        AttentionHeads(count: 1, width: 8), AttentionHeads(count: 4, width: 8), AttentionHeads(count: 3, width: 24),
    ]

    /// Queries in a map of their own, keys and values in one map; none begins at the first column of its map.
    struct Example {
        let heads: AttentionHeads
        let q: MapPart, k: MapPart, v: MapPart
        let memory: AttentionMemory

        init(_ heads: AttentionHeads, queries: Int, keys: Int, _ random: inout RandomSource) {
            self.heads = heads
            let (own, other) = (
                LayerTests.map(queries + 3, heads.channels + 8, &random),
                LayerTests.map(keys + 2, 2 * heads.channels, &random)
            )
            q = MapPart(own, 2..<2 + queries, channel: 8)
            k = MapPart(other, 1..<1 + keys)
            v = MapPart(other, 1..<1 + keys, channel: heads.channels)
            memory = AttentionMemory(
                heads, queries: queries, keys: keys,
                scratch: FloatBuffer(count: heads.scratchCount(queries: queries, keys: keys)))
        }

        /// The output of a head (queries, width) by the definition of attention.
        func output(_ head: Int) -> [[Double]] {
            let width = heads.width
            func rows(_ part: MapPart) -> [[Double]] {
                part.columns.map { column in
                    (0..<width).map { Double(part.map[column, part.channel + head * width + $0]) }
                }
            }
            let (keys, values) = (rows(k), rows(v))
            return rows(q).enumerated().map { t, query in
                let seen = heads.isCausal ? t + 1 : keys.count
                let shares = keys[..<seen].map { key in
                    exp(zip(query, key).reduce(0) { $0 + $1.0 * $1.1 } / Double(width).squareRoot())
                }
                let total = shares.reduce(0, +)
                return (0..<width).map { d in
                    zip(shares, values).reduce(0) { $0 + $1.0 * $1.1[d] } / total
                }
            }
        }

        /// Compares what `kernels` write with the definition, and that they write nothing else.
        func checkOutput(_ kernels: LayerKernels, _ random: inout RandomSource) {
            let map = LayerTests.map(q.columns.count + 2, heads.channels + 16, &random)
            let kept = (0..<map.length).map { column in (0..<map.channels).map { map[column, $0] } }
            let out = MapPart(map, 1..<1 + q.columns.count, channel: 8)
            kernels.attention(heads, q: q, k: k, v: v, into: out, memory)
            let expected = (0..<heads.count).map(output)
            for column in 0..<map.length {
                for channel in 0..<map.channels {
                    let place = channel - out.channel
                    guard out.columns.contains(column), (0..<heads.channels).contains(place) else {
                        #expect(map[column, channel] == kept[column][channel])
                        continue
                    }
                    let number = expected[place / heads.width][column - 1][place % heads.width]
                    #expect(abs(Double(map[column, channel]) - number) < 2e-5 * (1 + abs(number)))
                }
            }
        }

        /// Compares the gradient of the sum over g . output with differences, at some places of each input.
        func checkGradient(_ kernels: LayerKernels, _ random: inout RandomSource) {
            let g = MapPart(
                LayerTests.map(q.columns.count, heads.channels + 8, &random), 0..<q.columns.count, channel: 8)
            // The gradients lie elsewhere in their maps, and replace what is there.
            let (ofQ, ofK) = (
                LayerTests.map(q.columns.count + 1, q.map.channels, &random),
                LayerTests.map(k.columns.count, k.map.channels, &random)
            )
            let gradients = [
                MapPart(ofQ, 1..<1 + q.columns.count), MapPart(ofK, k.columns.indices(from: 0)),
                MapPart(ofK, k.columns.indices(from: 0), channel: heads.channels),
            ]
            kernels.attentionGradient(
                heads, q: q, k: k, v: v, outGradient: g, qGradient: gradients[0], kGradient: gradients[1],
                vGradient: gradients[2], memory)
            func value(_ head: Int) -> Double {
                output(head).enumerated().reduce(0) { sum, row in
                    row.element.enumerated().reduce(sum) {
                        $0 + Double(g.map[row.offset, 8 + head * heads.width + $1.offset]) * $1.element
                    }
                }
            }
            for (part, gradient) in zip([q, k, v], gradients) {
                for _ in 0..<8 {
                    let (column, channel) = (
                        random.index(below: part.columns.count), random.index(below: heads.channels)
                    )
                    let (at, place) = (part.columns.lowerBound + column, part.channel + channel)
                    let kept = part.map[at, place]
                    part.map[at, place] = kept + 0x1p-8
                    let above = value(channel / heads.width)
                    part.map[at, place] = kept - 0x1p-8
                    let expected = (above - value(channel / heads.width)) / 0x1p-7
                    part.map[at, place] = kept
                    let found = Double(
                        gradient.map[gradient.columns.lowerBound + column, gradient.channel + channel])
                    #expect(abs(found - expected) < 2e-4 * (1 + abs(expected)), "\(found) \(expected)")
                }
            }
        }
    }

    @Test(arguments: heads, Processor.allCases.filter(\.isUsable))
    func attentionAndItsGradientAreThoseWrittenOut(heads: AttentionHeads, processor: Processor) {
        let kernels = LayerKernels(processor: processor)
        var random = RandomSource(seed: 21)
        for (queries, keys) in Self.sizes {
            let example = Example(heads, queries: queries, keys: keys, &random)
            example.checkOutput(kernels, &random)
            example.checkGradient(kernels, &random)
        }
    }

    @Test(arguments: heads, Processor.allCases.filter(\.isUsable))
    func causalAttentionAndItsGradientAreThoseWrittenOut(heads: AttentionHeads, processor: Processor) {
        let kernels = LayerKernels(processor: processor)
        let causal = AttentionHeads(count: heads.count, width: heads.width, isCausal: true)
        var random = RandomSource(seed: 22)
        for length in [1, 2, 7, 8, 9, 19] {
            let example = Example(causal, queries: length, keys: length, &random)
            example.checkOutput(kernels, &random)
            example.checkGradient(kernels, &random)
        }
    }

    /// What is drawn letter by letter has one query at a time, which no other loop computes.
    @Test(arguments: heads, Processor.allCases.filter(\.isUsable))
    func aQueryAloneGivesTheRowThatItGivesAmongOthers(heads: AttentionHeads, processor: Processor) {
        let kernels = LayerKernels(processor: processor)
        let causal = AttentionHeads(count: heads.count, width: heads.width, isCausal: true)
        var random = RandomSource(seed: 23)
        for length in [2, 8, 13] {
            let example = Example(causal, queries: length, keys: length, &random)
            let (together, alone) = (
                FeatureMap(length: length, channels: heads.channels),
                FeatureMap(length: length, channels: heads.channels)
            )
            kernels.attention(
                causal, q: example.q, k: example.k, v: example.v, into: MapPart(together, 0..<length), example.memory)
            for t in 0..<length {
                let query = example.q.columns.lowerBound + t
                let keys = example.k.columns.prefix(t + 1)
                kernels.attention(
                    heads, q: MapPart(example.q.map, query..<query + 1, channel: 8),
                    k: MapPart(example.k.map, keys), v: MapPart(example.v.map, keys, channel: heads.channels),
                    into: MapPart(alone, t..<t + 1), example.memory)
                for channel in 0..<heads.channels {
                    #expect(abs(together[t, channel] - alone[t, channel]) < 1e-5)
                }
            }
        }
    }

    /// A query that is far longer than others has its weight on one key, and no number overflows.
    @Test(arguments: Processor.allCases.filter(\.isUsable)) func largeProductsGiveTheLargestKeysValue(
        processor: Processor
    ) {
        let (heads, kernels) = (AttentionHeads(count: 1, width: 8), LayerKernels(processor: processor))
        var random = RandomSource(seed: 24)
        for queries in [1, 3] {
            let example = Example(heads, queries: queries, keys: 11, &random)
            for column in example.q.columns { for c in 8..<16 { example.q.map[column, c] = c == 10 ? 1e6 : 0 } }
            for column in example.k.columns { example.k.map[column, 2] = column == 7 ? 1e6 : -1e6 }
            let out = FeatureMap(length: queries, channels: 8)
            kernels.attention(
                heads, q: example.q, k: example.k, v: example.v, into: MapPart(out, 0..<queries), example.memory)
            for t in 0..<queries { for c in 0..<8 { #expect(out[t, c] == example.v.map[7, 8 + c]) } }
        }
    }
}

extension Range<Int> {
    /// As many indices from `start` on.
    fileprivate func indices(from start: Int) -> Range<Int> { start..<start + count }
}
