// HeadShares: how much each head counts in the structure of a pair.

import KernelShapes

extension DuplexScorer where Rows == EveryRow {
    /// The map of a pair in the memory of this scorer, for the heads of block `block`.
    @inline(__always)
    func scaledCells(_ block: Int, columns: Int) -> ScaledCells<V> {
        let cells = cells(0, block: block, columns: columns)
        return ScaledCells(
            cells: cells, factors: cells.totals,
            chain: memory.scratch + adjointScratch(columns: memory.longest, V.self))
    }

    /// With the equilibrium head: the shares of the heads of all blocks in the partition function of the duplex.
    ///
    /// `logarithms` holds the logarithms of the heads' partition functions and is overwritten by the shares, whose sum
    /// is 1.
    @inline(__always)
    func sharesByWeight(_ logarithms: UnsafeMutablePointer<V>) {
        for block in 0..<shape.blocks {
            logarithms[block] =
                logarithms[block] + V.logarithm(V.greatest(equilibriumWeights(.duplex, block: block), V.fill(0x1p-120)))
        }
        var largest = logarithms[0].max()
        for block in 1..<shape.blocks { largest = Swift.max(largest, logarithms[block].max()) }
        var sum: Scalar = 0
        for block in 0..<shape.blocks {
            logarithms[block] = V.exponential(logarithms[block] - V.fill(largest))
            sum += V.total(logarithms[block])
        }
        for block in 0..<shape.blocks { logarithms[block] = logarithms[block] / V.fill(sum) }
    }

    /// With the network as head: the shares of the heads in the slope of the logit along their log partition functions,
    /// as far as it rises with them; equal shares where it rises with none.
    @inline(__always)
    func sharesBySlope(_ pair: (a: PreparedStrand<V>, b: PreparedStrand<V>), _ shares: UnsafeMutablePointer<V>) {
        allFeatures(pair, into: network.features)
        writePairContributions(1)
        let step: Scalar = 1 / 64
        var sum: Scalar = 0
        for head in 0..<shape.heads {
            let own = network.features[head], change = step * weights[shape.scales + head]
            var ends: (low: Scalar, high: Scalar) = (0, 0)
            for isHigh in [false, true] {
                network.features[head] = isHigh ? own + change : own - change
                var logit: Scalar = 0
                perceptronForward(
                    shape, weights, network, count: 1, dropout: false, to: &logit, bias: { _ in bias }
                ) { _ in (pair.a.memory.contribution, pair.b.memory.contribution) }
                if isHigh { ends.high = logit } else { ends.low = logit }
            }
            network.features[head] = own
            let share = Swift.max(0, ends.high - ends.low)
            shares[head / V.scalarCount][head % V.scalarCount] = share
            sum += share
        }
        for block in 0..<shape.blocks {
            shares[block] =
                sum > 0 ? shares[block] / V.fill(sum) : V.fill(1 / Scalar(shape.heads))
        }
    }
}
