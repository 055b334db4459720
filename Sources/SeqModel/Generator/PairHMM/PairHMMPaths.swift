// PairHMMPaths: the paths of one component of a mixture, along a strand A and any strand B.

import Kernels

/// One component of a mixture at a label and conditions: draws strands B, each step as probable as all that may follow
/// it.
///
/// Its numbers are copied from the cells, where they lie between those of other components, in the order in which a
/// path reads them.
final class PairHMMPaths {
    private typealias State = PairHMMShape.State

    private let shape: PairHMMShape
    /// The longest strands A and B, in letters.
    private let rows: Int, columns: Int
    /// (rows + 1, columns + 1): the weights of all that follows after i letters of A and j of B, if next is a pair in a
    /// helix or in a loop, a letter of A alone, or of B alone.
    private let following: [SIMD4<Float>]
    /// By state, the first four, the probabilities of these as the next state.
    private let transitions: [SIMD4<Float>]
    /// (rows + 1, columns + 1): the weights of all that follows, if letters of A, or of B, before the first pair do.
    private let skipping: [Float], leading: [Float]
    /// By number of letters of B, the weight of what follows the last pair; 1 where B may end, else 0.
    private let tail: [Float], ends: [Float]
    /// The emissions, for each group of letters the sums of the first, the first two, ... of them.
    private let emissions: [Float]
    private let probabilities: [Float]

    /// The paths of a component whose tables and cells are in `tape`.
    init(_ tape: PairHMMTape, component: Int) {
        let (cells, shape) = (tape.any, tape.shape)
        let (rows, columns) = (cells.rows, cells.columns)
        (self.shape, self.rows, self.columns) = (shape, rows, columns)
        let (block, lane) = component.quotientAndRemainder(dividingBy: PairHMMShape.lanes)
        func table(_ vector: Int) -> Float {
            tape.tables[(block * shape.vectors + vector) * PairHMMShape.lanes + lane]
        }
        let weights = cells.cells, origin = cells.offset(0, 0, .match, component: component)
        let down = cells.offset(1, 0, .match, component: component) - origin
        let right = cells.offset(0, 1, .match, component: component) - origin
        func weight(_ place: Int, _ state: State) -> Float { weights[place + state.rawValue * PairHMMShape.lanes] }
        let places = (0...rows).flatMap { i in
            stride(from: origin + i * down, through: origin + i * down + columns * right, by: right)
        }
        following = places.map { place in
            SIMD4(
                weight(place + down + right, .match), weight(place + down + right, .loop),
                weight(place + down, .deletion), weight(place + right, .insertion))
        }
        skipping = places.map { weight($0, .skipping) }
        leading = places.map { weight($0, .leading) }
        tail = (0...columns + 1).map { cells.tail[cells.tailOffset($0, component: component)] }
        ends = (0...columns).map { cells.ends[$0] }
        probabilities = PairHMMShape.Transition.allCases.map { table($0.rawValue) }
        func p(_ transition: PairHMMShape.Transition) -> Float { table(transition.rawValue) }
        transitions = [
            SIMD4(p(.matchMatch), p(.matchLoop), p(.matchDeletion), p(.matchInsertion)),
            SIMD4(p(.loopMatch), p(.loopLoop), p(.loopDeletion), p(.loopInsertion)),
            SIMD4(p(.deletionMatch), 0, p(.deletionDeletion), p(.deletionInsertion)),
            SIMD4(p(.insertionMatch), 0, 0, p(.insertionInsertion)),
        ]
        emissions = stride(from: shape.match, to: shape.vectors, by: shape.letters).flatMap { first in
            var sum: Float = 0
            return (first..<first + shape.letters).map { vector in
                sum += table(vector)
                return sum
            }
        }
    }

    /// A strand B for a strand A of these letters, in the order in which B faces them.
    func strand(along a: [UInt8], _ source: inout RandomSource) -> [UInt8] {
        var path = Path(self, row: rows - a.count)
        path.walk(along: a, &source)
        return path.b
    }

    /// A path as far as it has come.
    private struct Path {
        private(set) var b: [UInt8] = []
        private let paths: PairHMMPaths
        /// The present row, and that in which A begins.
        private var i: Int
        private let first: Int

        init(_ paths: PairHMMPaths, row: Int) {
            (self.paths, i, first) = (paths, row, row)
            b.reserveCapacity(paths.columns)
        }

        private func p(_ transition: PairHMMShape.Transition) -> Float { paths.probabilities[transition.rawValue] }

        /// The place after the present letters of A and B.
        private var place: Int { i * (paths.columns + 1) + b.count }

        /// Appends a letter of B by the emissions from `vector` on.
        private mutating func emit(_ vector: Int, _ source: inout RandomSource) {
            let letters = paths.shape.letters
            let (x, start) = (source.uniform() * Float(letters), vector - paths.shape.match)
            // Counting has no branches: those of a search would be mispredicted.
            var letter = 0
            for k in start..<start + letters - 1 { letter += x < paths.emissions[k] ? 0 : 1 }
            b.append(UInt8(letter))
        }

        /// One of two weights.
        private func isFirst(_ one: Float, _ other: Float, _ source: inout RandomSource) -> Bool {
            source.uniform() * (one + other) < one || other <= 0
        }

        /// Goes from the first letter of A to the end of B.
        mutating func walk(along a: [UInt8], _ source: inout RandomSource) {
            let (shape, columns) = (paths.shape, paths.columns)
            func leading(_ place: Int) -> Float { b.count < columns ? paths.leading[place] : 0 }
            while !isFirst(
                p(.leadingLeave) * paths.skipping[place], p(.leadingStay) * leading(place + 1), &source)
            {
                emit(shape.leading, &source)
            }
            while !isFirst(
                p(.skippingLeave) * paths.following[place][0],
                p(.skippingStay) * paths.skipping[place + columns + 1], &source)
            {
                i += 1
            }
            var present: State? = .match
            while let state = present {
                let letter = Int(a[i - first])
                switch state {
                case .match: emit(shape.match + letter * shape.letters, &source)
                case .loop: emit(shape.loop + letter * shape.letters, &source)
                case .insertion: emit(shape.insertion, &source)
                default: break
                }
                if state != .insertion { i += 1 }
                present = next(state, &source)
            }
            while !isFirst(
                p(.trailingLeave) * paths.ends[b.count], p(.trailingStay) * paths.tail[b.count + 1], &source)
            {
                emit(shape.trailing, &source)
            }
        }

        /// The state that follows; nil behind the last pair.
        private func next(_ state: State, _ source: inout RandomSource) -> State? {
            let weights = paths.transitions[state.rawValue] * paths.following[place]
            // Behind the last letter of A it has to end.
            let mayEnd = state == .match ? (i == paths.rows ? 1 : p(.matchEnd)) : 0
            let one = weights[0], two = one + weights[1], three = two + weights[2], four = three + weights[3]
            let x = source.uniform() * (four + mayEnd * paths.tail[b.count])
            let found = (x < one ? 0 : 1) + (x < two ? 0 : 1) + (x < three ? 0 : 1) + (x < four ? 0 : 1)
            if found < 4 { return State(rawValue: found) }
            // Where it cannot end, x was rounded up to the sum.
            return mayEnd > 0 && paths.tail[b.count] > 0
                ? nil : (0..<4).last { weights[$0] > 0 }.flatMap(State.init(rawValue:))
        }
    }
}
