// PairHMMTape: the memory of one thread for pair hidden Markov models.

import KernelShapes

/// The memory of one thread for a mixture of pair hidden Markov models: the probabilities at some label and conditions,
/// and the cells of one strand A against strands B.
///
/// @unchecked Sendable: each belongs to one thread at a time.
public final class PairHMMTape: @unchecked Sendable {
    /// The shape.
    public let shape: PairHMMShape
    /// (blocks, vectors, lanes): the probabilities; emissions relative to equally frequent letters.
    public let tables: FloatBuffer
    /// The same with the emissions of each letter times a factor, see `Loops.pairHMMTables`, and its logarithms.
    let scaled: FloatBuffer, letterLogarithms: FloatBuffer
    /// The layout of the tables: expected numbers of transitions and emissions.
    public let counts: FloatBuffer
    /// The cells of given strands B; drawing needs none.
    public private(set) lazy var given = Cells(shape, longestA: any.longestA, longestB: any.longestB)
    /// The cells of any strand B.
    public let any: Cells
    let inputs: FloatBuffer, seeds: FloatBuffer, scratch: FloatBuffer

    /// The backward variables of all blocks for strands of up to so many letters.
    public final class Cells {
        /// The most letters of strands A and B.
        public let longestA: Int, longestB: Int
        /// Letters of the present strands A and B.
        public private(set) var rows = 0, columns = 0
        /// See `PairHMMArguments`; one after the other for all blocks.
        public let cells: FloatBuffer, factors: FloatBuffer, tail: FloatBuffer
        /// By block, the natural logarithm of the factor of the whole weight: of all rows' and letters' factors.
        public internal(set) var logarithms: [Double]
        /// By block, whether the cells are those of `scaled`.
        var isScaled: [Bool]
        /// By number of letters, 1 where B may end, else 0.
        public let ends: FloatBuffer
        /// The codes of strand A, then those of B where there is one.
        private let codes: UnsafeMutablePointer<UInt8>
        private var hasB = false
        private let shape: PairHMMShape

        init(_ shape: PairHMMShape, longestA: Int, longestB: Int) {
            (self.shape, self.longestA, self.longestB) = (shape, longestA, longestB)
            let blocks = shape.blocks
            cells = FloatBuffer(count: blocks * shape.cellCount(rows: longestA, columns: longestB))
            factors = FloatBuffer(count: blocks * 2 * (longestA + 2))
            tail = FloatBuffer(count: blocks * (longestB + 2) * PairHMMShape.lanes)
            ends = FloatBuffer(count: longestB + 1)
            logarithms = Array(repeating: 0, count: blocks)
            isScaled = Array(repeating: false, count: blocks)
            // SAFETY: freed in deinit only; `set` alone writes it, within its length.
            codes = .allocate(capacity: longestA + longestB)
            codes.initialize(repeating: 0, count: longestA + longestB)
        }

        deinit { codes.deallocate() }

        /// Sets the strands, and after how many letters B may end.
        func set(a: [UInt8], b: [UInt8]?, ends isEnd: [Bool]) {
            precondition(!a.isEmpty && a.count <= longestA && !isEnd.isEmpty && isEnd.count - 1 <= longestB)
            precondition(b.map { $0.count == isEnd.count - 1 && !$0.isEmpty } ?? true)
            precondition(a.allSatisfy { $0 < shape.letters } && b?.allSatisfy { $0 < shape.letters } ?? true)
            (rows, columns, hasB) = (a.count, isEnd.count - 1, b != nil)
            for (k, code) in a.enumerated() { codes[k] = code }
            for (k, code) in (b ?? []).enumerated() { codes[longestA + k] = code }
            for (j, isEnd) in isEnd.enumerated() { ends[j] = isEnd ? 1 : 0 }
        }

        /// The weight of all that may follow the row `i`, in the units of its block.
        public func whole(from i: Int = 0, component: Int) -> Float {
            cells[offset(i, 0, .leading, component: component)]
        }

        /// The offset in `cells` of the state `state` of the cell (i, j) of a component.
        public func offset(_ i: Int, _ j: Int, _ state: PairHMMShape.State, component: Int) -> Int {
            let (block, lane) = component.quotientAndRemainder(dividingBy: PairHMMShape.lanes)
            return block * shape.cellCount(rows: longestA, columns: longestB) + shape.cell(i, j, columns: columns)
                + state.rawValue * PairHMMShape.lanes + lane
        }

        /// The offset in `tail` of what follows `j` letters of B.
        public func tailOffset(_ j: Int, component: Int) -> Int {
            let (block, lane) = component.quotientAndRemainder(dividingBy: PairHMMShape.lanes)
            return (block * (longestB + 2) + j) * PairHMMShape.lanes + lane
        }

        /// The arguments of the loops for a block, with these probabilities of all blocks.
        func arguments(_ block: Int, _ tables: FloatBuffer) -> PairHMMArguments {
            precondition(tables.count == shape.row && rows > 0)
            let lanes = PairHMMShape.lanes
            // SAFETY: `set` has checked that the strands fit, and the buffers are as long as their comments say.
            return PairHMMArguments(
                shape, tables: tables.base + block * shape.vectors * lanes, a: codes, rows: rows,
                b: hasB ? UnsafePointer(codes + longestA) : nil, columns: columns, ends: ends.base,
                cells: cells.base + block * shape.cellCount(rows: longestA, columns: longestB),
                factors: factors.base + block * 2 * (longestA + 2), tail: tail.base + block * (longestB + 2) * lanes)
        }
    }

    /// Memory for strands A and B of up to so many letters.
    public init(_ shape: PairHMMShape, longestA: Int, longestB: Int) {
        self.shape = shape
        (tables, counts) = (FloatBuffer(count: shape.row), FloatBuffer(count: shape.row))
        scaled = FloatBuffer(count: shape.row)
        letterLogarithms = FloatBuffer(count: shape.blocks * shape.letters)
        any = Cells(shape, longestA: longestA, longestB: longestB)
        inputs = FloatBuffer(count: max(1, shape.conditions))
        seeds = FloatBuffer(count: PairHMMShape.lanes)
        scratch = FloatBuffer(count: (11 * (longestB + 2) + shape.vectors) * PairHMMShape.lanes)
    }
}
