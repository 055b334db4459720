// PairHMMTables: from the parameters of pair hidden Markov models to their probabilities, and back for the gradient.

import KernelShapes

extension Loops {
    /// Writes the probabilities of all blocks, (blocks, vectors, lanes), for a label and the numbers `inputs` of the
    /// conditions: in each group the softmax of the sum of the label's row of `parameters` and of the conditions' rows
    /// times their numbers. Emissions are multiplied by K, and the prior stays as it is.
    ///
    /// `scaled` receives the same with the emissions of each letter of B times a factor, whose natural logarithm goes
    /// to `logarithms`, (blocks, K): so that the weight of letters before and behind the pairs, of the component that
    /// likes them best, neither grows nor vanishes along a strand.
    public static func pairHMMTables(
        _ shape: PairHMMShape, parameters: UnsafePointer<Float>, label: Int, inputs: UnsafePointer<Float>,
        tables: UnsafeMutablePointer<Float>, scaled: UnsafeMutablePointer<Float>,
        logarithms: UnsafeMutablePointer<Float>
    ) {
        let out = components(tables), rows = components(parameters), length = shape.blocks &* shape.vectors
        for k in 0..<length {
            var sum = rows[label &* length &+ k]
            for c in 0..<shape.conditions {
                sum = Components.sum(sum, rows[(2 &+ c) &* length &+ k], times: Components(repeating: inputs[c]))
            }
            out[k] = sum
        }
        let groups = shape.groups
        for block in 0..<shape.blocks {
            let own = out + block &* shape.vectors
            for group in groups {
                let gain: Float = group.lowerBound >= shape.match ? Float(shape.letters) : 1
                var top = own[group.lowerBound]
                for k in group { top = Components.greatest(top, own[k]) }
                var total = Components(repeating: 0)
                for k in group {
                    own[k] = Components.exponential(own[k] - top)
                    total += own[k]
                }
                let scale = Components(repeating: gain) / total
                for k in group { own[k] *= scale }
            }
            let to = components(scaled) + block &* shape.vectors
            for k in 0..<shape.vectors { to[k] = own[k] }
            for letter in 0..<shape.letters {
                let before = own[PairHMMShape.Transition.leadingStay.rawValue] * own[shape.leading &+ letter]
                let behind = own[PairHMMShape.Transition.trailingStay.rawValue] * own[shape.trailing &+ letter]
                let most = Swift.max(Components.greatest(before, behind).max(), 0x1p-60)
                let factor = Components(repeating: 1 / most)
                logarithms[block &* shape.letters &+ letter] = 0 - Components.logarithm(Components(repeating: most))[0]
                // Emissions of B's letters are the last in each table.
                for k in stride(from: shape.match &+ letter, to: shape.vectors, by: shape.letters) { to[k] *= factor }
            }
        }
    }

    /// Adds the gradient of the negative log-likelihood, from the expected numbers `counts` less those of any strand
    /// B, to `sums`, which have the layout of the parameters.
    public static func pairHMMGradient(
        _ shape: PairHMMShape, tables: UnsafePointer<Float>, counts: UnsafePointer<Float>, label: Int,
        inputs: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>
    ) {
        let length = shape.blocks &* shape.vectors
        let (probabilities, numbers, out) = (components(tables), components(counts), components(sums))
        @inline(__always) func add(_ k: Int, _ gradient: Components) {
            out[label &* length &+ k] += gradient
            for c in 0..<shape.conditions {
                let row = (2 &+ c) &* length &+ k
                out[row] = Components.sum(out[row], gradient, times: Components(repeating: inputs[c]))
            }
        }
        let groups = shape.groups
        for block in 0..<shape.blocks {
            let first = block &* shape.vectors
            add(first &+ shape.prior, Components(repeating: 0) - numbers[first &+ shape.prior])
            for group in groups {
                let scale: Float = group.lowerBound >= shape.match ? 1 / Float(shape.letters) : 1
                var total = Components(repeating: 0)
                for k in group { total += numbers[first &+ k] }
                total *= Components(repeating: scale)
                for k in group { add(first &+ k, total * probabilities[first &+ k] - numbers[first &+ k]) }
            }
        }
    }
}
