// PairHMM+Drawing: draws strands B along alignments with strands A.

import Kernels

extension PairHMM {
    /// Memory of one thread for drawing: the cells of any strand B at the last label, conditions and lengths.
    final class DrawingTape {
        fileprivate let tape: PairHMMTape
        /// (n + 1, components): by the row in which a strand A begins, the logarithm of a component's whole weight and
        /// of the part of its prior that does not depend on A.
        fileprivate let logarithms: FloatBuffer
        /// The weights of the components for a strand A.
        fileprivate let shares: FloatBuffer
        private var present: (label: Int, inputs: [Float], isAllowed: [Bool])?

        init(_ net: PairHMM) {
            tape = PairHMMTape(net.shape, longestA: net.longestA, longestB: net.lengthsB.upperBound)
            logarithms = FloatBuffer(count: (net.longestA + 1) * net.components)
            shares = FloatBuffer(count: net.components)
        }

        /// Computes the cells unless they are there.
        fileprivate func prepare(
            _ net: PairHMM, label: Int, inputs: ArraySlice<Float>, isAllowed: [Bool], weights: FloatBuffer,
            _ kernels: LayerKernels
        ) {
            if let present, present.label == label, present.inputs[...] == inputs, present.isAllowed == isAllowed {
                return
            }
            kernels.pairHMMTables(tape, label: label, inputs: inputs, parameters: weights)
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
            present = (label, Array(inputs), isAllowed)
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
        drawing.prepare(self, label: label, inputs: inputs, isAllowed: isAllowed, weights: weights, kernels)
        guard let component = component(drawing, a, weights, &source) else {
            let length = lengthsB.lowerBound + (isAllowed.firstIndex(of: true) ?? 0)
            return (0..<length).map { _ in UInt8(source.index(below: shape.letters)) }
        }
        var path = Path(net: self, tape: drawing.tape, count: a.count, component: component)
        path.walk(along: facing(a), &source)
        return path.b
    }

    /// A component, as probable as its share of all strands B of this strand A; nil if none can make one.
    private func component(
        _ drawing: DrawingTape, _ a: ArraySlice<UInt8>, _ weights: FloatBuffer, _ source: inout RandomSource
    ) -> Int? {
        let (shares, first) = (drawing.shares, (longestA - a.count) * components)
        var top = -Float.infinity
        for component in 0..<components { shares[component] = drawing.logarithms[first + component] }
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

    /// A path of one component through the cells of any strand B: each step is as probable as all that may follow it.
    private struct Path {
        private(set) var b: [UInt8] = []
        private let letters: Int, last: Int
        private let cells: FloatBuffer, tables: FloatBuffer, tail: FloatBuffer, ends: FloatBuffer
        /// The offsets of the component's numbers in the tables and in the tail.
        private let table: Int, tailStart: Int
        private let shape: PairHMMShape
        /// The offset of the present cell, and the steps to the next row and column.
        private var cell: Int
        private let down: Int, right: Int
        /// The present row, and the row in which A begins.
        private var i: Int
        private let first: Int

        private typealias State = PairHMMShape.State
        private static let lanes = PairHMMShape.lanes

        init(net: PairHMM, tape: PairHMMTape, count: Int, component: Int) {
            let (block, lane) = component.quotientAndRemainder(dividingBy: Path.lanes)
            (shape, letters, last, first) = (net.shape, net.shape.letters, net.longestA, net.longestA - count)
            (cells, tables, tail, ends) = (tape.any.cells, tape.tables, tape.any.tail, tape.any.ends)
            table = block * shape.vectors * Path.lanes + lane
            tailStart = tape.any.tailOffset(0, component: component)
            cell = tape.any.offset(first, 0, .match, component: component)
            down = tape.any.offset(first + 1, 0, .match, component: component) - cell
            right = tape.any.offset(first, 1, .match, component: component) - cell
            i = first
            b.reserveCapacity(net.lengthsB.upperBound)
        }

        private func p(_ transition: PairHMMShape.Transition) -> Float {
            tables[table + transition.rawValue * Path.lanes]
        }

        /// The weight of all that follows in the cell `step` further on.
        private func after(_ step: Int, _ state: State) -> Float { cells[cell + step + state.rawValue * Path.lanes] }

        /// Appends a letter of B by the emissions from `vector` on.
        private mutating func emit(_ vector: Int, _ source: inout RandomSource) {
            var rest = source.uniform() * Float(letters)
            var letter = 0
            while letter < letters - 1 {
                rest -= tables[table + (vector + letter) * Path.lanes]
                if rest < 0 { break }
                letter += 1
            }
            b.append(UInt8(letter))
            cell += right
        }

        /// One of the first four states, by their weights, or with the weight `end` none; never one of weight 0.
        private func pick(_ weights: SIMD4<Float>, end: Float, _ source: inout RandomSource) -> State? {
            var rest = source.uniform() * (weights[0] + weights[1] + weights[2] + weights[3] + end)
            var choice: State?
            for k in 0..<4 where weights[k] > 0 {
                choice = State(rawValue: k)
                rest -= weights[k]
                if rest < 0 { return choice }
            }
            return end > 0 ? nil : choice
        }

        /// One of two weights.
        private func isFirst(_ one: Float, _ other: Float, _ source: inout RandomSource) -> Bool {
            source.uniform() * (one + other) < one || other <= 0
        }

        /// Goes from the first cell of A to the end of B.
        mutating func walk(along a: [UInt8], _ source: inout RandomSource) {
            while !isFirst(p(.leadingLeave) * after(0, .skipping), p(.leadingStay) * after(right, .leading), &source) {
                emit(shape.leading, &source)
            }
            while !isFirst(
                p(.skippingLeave) * after(down + right, .match), p(.skippingStay) * after(down, .skipping), &source)
            {
                step()
            }
            var present: State? = .match
            while let state = present {
                let letter = Int(a[i - first])
                switch state {
                case .match: emit(shape.match + letter * letters, &source)
                case .loop: emit(shape.loop + letter * letters, &source)
                case .insertion: emit(shape.insertion, &source)
                default: break
                }
                if state != .insertion { step() }
                present = next(state, &source)
            }
            while !isFirst(
                p(.trailingLeave) * ends[b.count],
                p(.trailingStay) * tail[tailStart + (b.count + 1) * Path.lanes], &source)
            {
                emit(shape.trailing, &source)
            }
        }

        /// Goes to the next letter of A.
        private mutating func step() {
            i += 1
            cell += down
        }

        /// The state that follows; nil behind the last pair.
        private func next(_ state: State, _ source: inout RandomSource) -> State? {
            let q = after(down + right, .match), r = after(down + right, .loop)
            let u = after(down, .deletion), v = after(right, .insertion)
            var (weights, end) = (SIMD4<Float>(), Float(0))
            switch state {
            case .match:
                weights[0] = p(.matchMatch) * q
                weights[1] = p(.matchLoop) * r
                weights[2] = p(.matchDeletion) * u
                weights[3] = p(.matchInsertion) * v
                // Behind the last letter of A it has to end.
                end = (i == last ? 1 : p(.matchEnd)) * tail[tailStart + b.count * Path.lanes]
            case .loop:
                weights[0] = p(.loopMatch) * q
                weights[1] = p(.loopLoop) * r
                weights[2] = p(.loopDeletion) * u
                weights[3] = p(.loopInsertion) * v
            case .deletion:
                weights[0] = p(.deletionMatch) * q
                weights[2] = p(.deletionDeletion) * u
                weights[3] = p(.deletionInsertion) * v
            default:
                weights[0] = p(.insertionMatch) * q
                weights[3] = p(.insertionInsertion) * v
            }
            return pick(weights, end: end, &source)
        }
    }
}
