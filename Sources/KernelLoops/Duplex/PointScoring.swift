// PointScoring: the logits of pairs each at its own conditions.

import KernelShapes

extension Loops {
    /// Writes the logits of `pairs`, each at its own conditions: the same bits as `duplexLogits` with the weights at
    /// these. `points` has as many entries as there are pairs.
    ///
    /// `weights` and `tables` are memory for the weights at some conditions. The network is that of the parameters, but
    /// for the biases, and runs in batches; energies and tables are computed anew where the conditions change, so pairs
    /// at the same conditions should be neighbours.
    public static func duplexLogits(
        _ shape: DuplexShape, parameters: UnsafePointer<Float>, points: PointList, strands: StrandList,
        pairs: Range<Int>, weights: UnsafeMutablePointer<Float>, tables: UnsafeMutablePointer<Float>,
        workspace: UnsafeMutableRawPointer, logits: UnsafeMutablePointer<Float>
    ) {
        @inline(__always) func score<V: Lanes>(_: V.Type) where V.Scalar == Float {
            scoreAtPoints(
                V.self, shape, parameters, points, strands, pairs, DuplexMemory(weights: weights, tables: tables),
                workspace, logits)
        }
        if shape.lanes == 4 { score(SIMD4<Float>.self) } else { score(SIMD8<Float>.self) }
    }
}

/// Memory for the weights at some conditions.
private struct DuplexMemory {
    let weights, tables: UnsafeMutablePointer<Float>
}

@inline(__always)
private func scoreAtPoints<V: Lanes>(
    _: V.Type, _ shape: DuplexShape, _ parameters: UnsafePointer<Float>, _ points: PointList, _ strands: StrandList,
    _ pairs: Range<Int>, _ own: DuplexMemory, _ workspace: UnsafeMutableRawPointer,
    _ logits: UnsafeMutablePointer<Float>
) where V.Scalar == Float {
    let (width, hidden) = (shape.conditions, shape.hidden)
    for k in shape.energyEnd..<shape.readEnd { own.weights[k] = parameters[k] }
    let numbers = DuplexNumbers(weights: UnsafePointer(own.weights), tables: UnsafePointer(own.tables))
    var scorer: DuplexScorer<V, LastRow> = strands.scorer(shape, numbers, workspace)
    /// Whether the energies at two points differ.
    @inline(__always) func differ(_ p: Int, _ q: Int) -> Bool {
        for c in 0..<width where c != shape.concentration {
            if points.inputs[p &* width &+ c] != points.inputs[q &* width &+ c] { return true }
        }
        return false
    }
    flushingSubnormals {
        for first in stride(from: 0, to: pairs.count, by: LastRow.pairsPerBatch) {
            let count = Swift.min(LastRow.pairsPerBatch, pairs.count - first)
            for k in 0..<count {
                let p = first + k, inputs = points.inputs + p * width
                if p == 0 || differ(p - 1, p) {
                    foldEnergies(shape, inputs, parameters, own.weights, own.tables, V.self)
                    scorer.beginWeights()
                }
                if shape.head == .equilibrium {
                    own.weights[shape.logConcentration] =
                        parameters[shape.logConcentration] + points.logConcentrations[p]
                }
                let bias = scorer.network(k).bias
                let from = UnsafeRawPointer(parameters + shape.firstBias).assumingMemoryBound(to: V.Wide.self)
                let added = UnsafeRawPointer(parameters + shape.conditionInputs).assumingMemoryBound(to: V.Wide.self)
                for u in 0..<hidden / V.Wide.scalarCount { bias[u] = from[u] }
                for c in 0..<width {
                    let x = V.Wide.fill(inputs[c])
                    for u in 0..<hidden / V.Wide.scalarCount {
                        bias[u] = bias[u] + x * added[c &* (hidden / V.Wide.scalarCount) &+ u]
                    }
                }
                let pair = pairs.lowerBound + p
                let prepared = scorer.prepare(strands.strand(2 * pair), strands.strand(2 * pair + 1), place: k)
                scorer.pairFeatures(prepared.a, prepared.b, into: scorer.network(k).features, place: k)
            }
            scorer.finish(count, to: logits + first) { k in UnsafePointer(scorer.network(k).bias) }
        }
    }
}
