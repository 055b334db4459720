// PairHMMKernels: the loops of pair hidden Markov models, with checked arguments.

import KernelLoops
import KernelShapes

/// The sizes of a mixture of pair hidden Markov models, and the order of its numbers.
public typealias PairHMMShape = KernelShapes.PairHMMShape

extension LayerKernels {
    /// Writes `tape.tables` for a label (0 or 1) and the numbers of the conditions.
    public func pairHMMTables(_ tape: PairHMMTape, label: Int, inputs: ArraySlice<Float>, parameters: FloatBuffer) {
        let shape = tape.shape
        precondition(inputs.count == shape.conditions && (label == 0 || label == 1))
        precondition(parameters.count >= (2 + shape.conditions) * shape.row)
        for (k, x) in inputs.enumerated() { tape.inputs[k] = x }
        processor.loops.pairHMMTables(
            shape, parameters: parameters.base, label: label, inputs: tape.inputs.base, tables: tape.tables.base,
            scaled: tape.scaled.base, logarithms: tape.letterLogarithms.base)
    }

    /// Writes the backward variables of strand `a`, in the order in which B faces it, and of `b`: given that B ends
    /// where `ends` is true, by its number of letters. Without `b`, of all strands B together, with as many letters as
    /// `ends` allows.
    public func pairHMMBackward(
        _ tape: PairHMMTape, _ cells: PairHMMTape.Cells, a: [UInt8], b: [UInt8]?, ends: [Bool]
    ) {
        let shape = tape.shape
        cells.set(a: a, b: b, ends: ends)
        for block in 0..<shape.blocks {
            var ofRows = processor.loops.pairHMMBackward(cells.arguments(block, tape.tables))
            // Seldom is a strand as long and as uniform as to need factors of its letters.
            let wholes = (0..<PairHMMShape.lanes).map { cells.whole(component: block * PairHMMShape.lanes + $0) }
            cells.isScaled[block] = !wholes.allSatisfy { $0 < 0x1p100 }
            var ofLetters = 0.0
            if let b, cells.isScaled[block] {
                ofRows = processor.loops.pairHMMBackward(cells.arguments(block, tape.scaled))
                ofLetters = b.reduce(0) { $0 + Double(tape.letterLogarithms[block * shape.letters + Int($1)]) }
            }
            cells.logarithms[block] = Double(ofRows) * 0.693_147_180_559_945_3 + ofLetters
        }
    }

    /// Adds the expected numbers of transitions and emissions in `cells` to `tape.counts`, times `factors` of the
    /// components.
    public func pairHMMCounts(_ tape: PairHMMTape, _ cells: PairHMMTape.Cells, factors: [Float]) {
        let (shape, lanes) = (tape.shape, PairHMMShape.lanes)
        precondition(factors.count == shape.blocks * lanes && cells.rows > 0)
        for block in 0..<shape.blocks {
            for lane in 0..<lanes {
                let component = block * lanes + lane
                let whole = cells.whole(component: component)
                // A component with next to no weight has next to no share.
                tape.seeds[lane] = whole > 0x1p-80 ? factors[component] / whole : 0
            }
            processor.loops.pairHMMCounts(
                cells.arguments(block, cells.isScaled[block] ? tape.scaled : tape.tables), seed: tape.seeds.base,
                scratch: tape.scratch.base, counts: tape.counts.base + block * shape.vectors * lanes)
        }
    }

    /// Adds the gradient of the negative log-likelihood from `tape.counts`, at the label and conditions of the tables,
    /// to part `part` of `sums`, parts of `stride` floats with the layout of the parameters.
    public func pairHMMGradient(_ tape: PairHMMTape, label: Int, sums: FloatBuffer, part: Int, stride: Int) {
        let shape = tape.shape
        precondition((2 + shape.conditions) * shape.row <= stride && part >= 0 && (part + 1) * stride <= sums.count)
        processor.loops.pairHMMGradient(
            shape, tables: tape.tables.base, counts: tape.counts.base, label: label, inputs: tape.inputs.base,
            sums: sums.base + part * stride)
    }
}
