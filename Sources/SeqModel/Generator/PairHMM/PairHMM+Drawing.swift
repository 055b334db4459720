// PairHMM+Drawing: draws strands B along alignments with strands A.

import Kernels

extension PairHMM {
    /// Memory of one thread for drawing: the cells of any strand B at the last labels and conditions.
    final class DrawingTape {
        private var recent = RecentInputs<AnyPartner>()
        /// The lengths that strand B may have in all of them.
        private var isAllowed: [Bool] = []

        /// The cells unless they are there.
        fileprivate func prepared(
            _ net: PairHMM, label: Int, inputs: ArraySlice<Float>, isAllowed: [Bool], weights: FloatBuffer,
            _ kernels: LayerKernels
        ) -> AnyPartner {
            if self.isAllowed != isAllowed { (self.isAllowed, recent) = (isAllowed, RecentInputs()) }
            return recent.value(label: label, inputs) { old in
                let partner = old ?? AnyPartner(net)
                partner.compute(net, label: label, inputs: inputs, isAllowed: isAllowed, weights: weights, kernels)
                return partner
            }
        }
    }

    /// The cells of any strand B at a label and conditions.
    fileprivate final class AnyPartner {
        let tape: PairHMMTape
        /// (n + 1, components): by the row in which a strand A begins, the logarithm of a component's whole weight and
        /// of the part of its prior that does not depend on A.
        let logarithms: FloatBuffer
        /// The weights of the components for a strand A.
        let shares: FloatBuffer
        /// Those of the components that were drawn from.
        private var paths: [PairHMMPaths?]

        init(_ net: PairHMM) {
            tape = PairHMMTape(net.shape, longestA: net.longestA, longestB: net.lengthsB.upperBound)
            logarithms = FloatBuffer(count: (net.longestA + 1) * net.components)
            shares = FloatBuffer(count: net.components)
            paths = Array(repeating: nil, count: net.components)
        }

        /// The paths of a component.
        func paths(_ component: Int) -> PairHMMPaths {
            if let found = paths[component] { return found }
            let found = PairHMMPaths(tape, component: component)
            paths[component] = found
            return found
        }

        func compute(
            _ net: PairHMM, label: Int, inputs: ArraySlice<Float>, isAllowed: [Bool], weights: FloatBuffer,
            _ kernels: LayerKernels
        ) {
            for component in paths.indices { paths[component] = nil }
            kernels.pairHMMTables(tape, label: label, inputs: net.terms.of(inputs), parameters: weights)
            // Only the number of letters of A that are left counts: shorter strands begin in a later row.
            kernels.pairHMMBackward(
                tape, tape.any, a: [UInt8](repeating: 0, count: net.longestA), b: nil,
                ends: net.ends { isAllowed[$0 - net.lengthsB.lowerBound] })
            for row in 0...net.longestA {
                for component in 0..<net.components {
                    let isPossible = tape.any.whole(from: row, component: component) > 0
                    logarithms[row * net.components + component] =
                        isPossible
                        ? net.prior(tape, component) + Float(tape.any.logarithm(from: row, component: component))
                        : -.infinity
                }
            }
        }
    }

    /// Draws a strand B for strand A, with a length for which `isAllowed`, by index in `lengthsB`, is true; at least
    /// one is. `inputs` are the numbers of the pair's conditions. Where no component can make such a strand in this
    /// precision, its letters are random.
    func draw(
        _ drawing: DrawingTape, a: ArraySlice<UInt8>, label: Int, inputs: ArraySlice<Float>, isAllowed: [Bool],
        weights: FloatBuffer, _ source: inout RandomSource, _ kernels: LayerKernels
    ) -> [UInt8] {
        precondition(!a.isEmpty && a.count <= longestA && isAllowed.count == lengthsB.count)
        let partner = drawing.prepared(
            self, label: label, inputs: inputs, isAllowed: isAllowed, weights: weights, kernels)
        guard let component = component(partner, a, weights, &source) else {
            let length = lengthsB.lowerBound + (isAllowed.firstIndex(of: true) ?? 0)
            return (0..<length).map { _ in UInt8(source.index(below: shape.letters)) }
        }
        return partner.paths(component).strand(along: facing(a), &source)
    }

    /// A component, as probable as its share of all strands B of this strand A; nil if none can make one.
    private func component(
        _ partner: AnyPartner, _ a: ArraySlice<UInt8>, _ weights: FloatBuffer, _ source: inout RandomSource
    ) -> Int? {
        let (shares, first) = (partner.shares, (longestA - a.count) * components)
        var top = -Float.infinity
        for component in 0..<components { shares[component] = partner.logarithms[first + component] }
        eachFeature(of: a) { component, at, x in shares[component] += x * weights[at] }
        for component in 0..<components { top = max(top, shares[component]) }
        guard top > -.infinity else { return nil }
        var total: Float = 0
        for component in 0..<components {
            shares[component] = exponential(shares[component] - top)
            total += shares[component]
        }
        var rest = source.uniform() * total
        var choice = 0
        for component in 0..<components where shares[component] > 0 {
            choice = component
            rest -= shares[component]
            if rest < 0 { break }
        }
        return choice
    }
}
