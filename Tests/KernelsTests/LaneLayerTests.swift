// Tests of layers over several strands at once: each lane has what the layers over columns of one strand give.

import Kernels
import TestSupport
import Testing

@Suite(.timed) struct LaneLayerTests {
    private static let lanes = 0..<StrandLanes.count

    private static func map(_ length: Int, _ channels: Int, _ random: inout RandomSource)
        -> LaneMap
    {
        let map = LaneMap(length: length, channels: channels)
        for column in 0..<length {
            for channel in 0..<channels { for lane in lanes { map[column, channel, lane] = random.normal() } }
        }
        return map
    }

    /// The columns of one lane.
    private static func strand(_ map: LaneMap, _ lane: Int) -> FeatureMap {
        let columns = FeatureMap(length: map.length, channels: map.channels)
        for column in 0..<map.length {
            for channel in 0..<map.channels { columns[column, channel] = map[column, channel, lane] }
        }
        return columns
    }

    private static func expect(
        _ map: LaneMap, _ column: Int, _ lane: Int, is expected: FeatureMap, _ other: Int, within error: Float = 0
    ) {
        for channel in 0..<map.channels {
            let (found, number) = (map[column, channel, lane], expected[other, channel])
            #expect(abs(found - number) <= error * (1 + abs(number)), "lane \(lane): \(found), not \(number)")
        }
    }

    private static let layers = [
        ConvolutionShape(width: 1, inputs: 32, outputs: 96, offset: 3),
        ConvolutionShape(width: 9, inputs: 8, outputs: 16, offset: 0),
        ConvolutionShape(width: 5, inputs: 16, outputs: 8, offset: 8, isCausal: true),
    ]

    @Test(arguments: layers, Processor.allCases.filter(\.isUsable))
    func aConvolutionIsThatOfEachLane(layer: ConvolutionShape, processor: Processor) {
        let kernels = LayerKernels(processor: processor)
        var random = RandomSource(seed: 61)
        let w = LayerTests.weights(layer.end, &random)
        let x = Self.map(7, layer.inputs, &random)
        let residual = Self.map(2, layer.outputs, &random)
        for isLeaky in [false, true] {
            let y = Self.map(3, layer.outputs, &random)
            for column in 0..<7 {
                kernels.convolve(layer, x, column, weights: w, into: y, 0, isLeaky: isLeaky)
                kernels.convolve(layer, x, column, weights: w, adding: (residual, 1), into: y, 1, isLeaky: isLeaky)
                for lane in Self.lanes {
                    let expected = FeatureMap(length: 7, channels: layer.outputs)
                    kernels.convolve(layer, Self.strand(x, lane), weights: w, into: expected, isLeaky: isLeaky)
                    Self.expect(y, 0, lane, is: expected, column)
                    let added = FeatureMap(length: 7, channels: layer.outputs)
                    added.copy(column, from: Self.strand(residual, lane), 1)
                    kernels.add(expected, added, into: expected)
                    Self.expect(y, 1, lane, is: expected, column, within: 1e-6)
                }
            }
            // In place.
            guard !isLeaky else { continue }
            let sum = LaneMap(length: 1, channels: layer.outputs)
            kernels.convolve(layer, x, 2, weights: w, into: sum, 0)
            kernels.convolve(layer, x, 3, weights: w, adding: (sum, 0), into: sum, 0)
            kernels.convolve(layer, x, 2, weights: w, into: y, 0)
            kernels.convolve(layer, x, 3, weights: w, adding: (y, 0), into: y, 1)
            for lane in Self.lanes { Self.expect(sum, 0, lane, is: Self.strand(y, lane), 1) }
        }
    }

    @Test(arguments: Processor.allCases.filter(\.isUsable))
    func normalisationIsThatOfEachLane(processor: Processor) {
        let kernels = LayerKernels(processor: processor)
        var random = RandomSource(seed: 62)
        let w = LayerTests.weights(5 + 64, &random)
        let (x, y) = (Self.map(3, 32, &random), Self.map(2, 32, &random))
        kernels.layerNorm(x, 2, weights: w, gain: 5, into: y, 1)
        for lane in Self.lanes {
            let expected = FeatureMap(length: 3, channels: 32)
            kernels.layerNorm(Self.strand(x, lane), columns: 0..<3, weights: w, gain: 5, into: expected)
            Self.expect(y, 1, lane, is: expected, 2, within: 1e-5)
        }
    }

    @Test(arguments: [(1, 8), (4, 8), (4, 16)], Processor.allCases.filter(\.isUsable))
    func attentionIsThatOfEachLaneToItsOwnKeys(sizes: (Int, Int), processor: Processor) {
        let kernels = LayerKernels(processor: processor)
        let heads = AttentionHeads(count: sizes.0, width: sizes.1)
        let channels = heads.channels
        var random = RandomSource(seed: 63)
        for counts in [[Int](1...16), [5, 9, 9, 2], [Int](repeating: 7, count: 16)] {
            let most = counts.max() ?? 1
            let q = Self.map(2, channels, &random)
            let keys = Self.map(most + 1, 2 * channels + 3, &random)
            let out = Self.map(1, channels, &random)
            let scratch = FloatBuffer(count: LayerKernels.laneScratch(keys: most))
            let lanes = LaneCounts(counts)
            // Numbers past the end of a strand do not count, however large.
            for (lane, count) in counts.enumerated() {
                for column in count...most {
                    for channel in 0..<keys.channels { keys[column, channel, lane] *= 1e6 }
                }
            }
            let held = LaneKeys(heads, capacity: most + 2)
            for column in 0...most { held.set(column, from: keys, column, channel: 3) }
            kernels.attention(
                q, 1, to: held, count: most, counts: Set(counts).count == 1 ? nil : lanes, into: out, 0,
                scratch: scratch)
            for (lane, count) in counts.enumerated() {
                let (own, expected) = (Self.strand(keys, lane), FeatureMap(length: 1, channels: channels))
                let memory = AttentionMemory(
                    heads, queries: 1, keys: count,
                    scratch: FloatBuffer(count: heads.scratchCount(queries: 1, keys: count)))
                kernels.attention(
                    heads, q: MapPart(Self.strand(q, lane), 1..<2), k: MapPart(own, 0..<count, channel: 3),
                    v: MapPart(own, 0..<count, channel: 3 + channels), into: MapPart(expected, 0..<1), memory)
                Self.expect(out, 0, lane, is: expected, 0, within: 2e-5)
            }
        }
    }

    @Test(arguments: Processor.allCases.filter(\.isUsable))
    func embeddingsAndExponentialsAreThoseOfEachLane(processor: Processor) {
        let kernels = LayerKernels(processor: processor)
        var random = RandomSource(seed: 64)
        let w = LayerTests.weights(400, &random)
        let rows = Self.lanes.map { _ in
            SIMD4<Int>((0..<4).map { _ in random.index(below: 360) })
        }
        let (fixed, x) = (Self.map(1, 32, &random), Self.map(3, 32, &random))
        for adding in [nil, fixed] {
            kernels.embed(rows, of: w, adding: adding, into: x, 1)
            for lane in Self.lanes {
                for channel in 0..<32 {
                    let sum = rows[lane].indices.reduce(adding?[0, channel, lane] ?? 0) {
                        $0 + w[rows[lane][$1] + channel]
                    }
                    #expect(abs(x[1, channel, lane] - sum) < 1e-5)
                }
            }
        }
        for letters in [1, 4, 20] {
            let logits = Self.map(2, 24, &random)
            let kept = Self.lanes.map { Self.strand(logits, $0) }
            kernels.exponentials(logits, 1, letters: letters)
            for lane in Self.lanes {
                let expected = FeatureMap(length: 2, channels: 24)
                kernels.exponentials(kept[lane], letters: letters, into: expected, columns: 1..<2)
                for letter in 0..<letters {
                    #expect(abs(logits[1, letter, lane] - expected[1, letter]) < 1e-6)
                }
            }
        }
    }
}
