// PartnerLanes: the bounds of the duplexes of strands with eight partners at once, each in a lane of its own.

import KernelShapes

extension Loops {
    /// Bytes of workspace that `duplexLimits` needs for strands of up to `rows` letters with partners of up to
    /// `columns` letters.
    public static func duplexLimitBytes(_ shape: DuplexShape, rows: Int, columns: Int) -> Int {
        PartnerMemory.bytes(shape, rows: rows, columns: columns)
    }

    /// Writes to `limits` (strands, 8), for each strand A of `range` and each of up to 8 strands B, `partners`, the
    /// upper bound of log K, in which neither folds nor the concentration are counted; see `DuplexBound`. What is in
    /// lanes without a partner says nothing.
    ///
    /// The recurrence of one head for eight partners is that of eight heads for one: the table that it reads has, in
    /// place of the context of a letter of B, the place of the letter, and is filled for these partners. Past the end
    /// of a partner nothing pairs, so that the sums are those of `duplexLogits`, but for rounding where B is taken as
    /// the first strand there.
    public static func duplexLimits(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, of rows: StrandList, range: Range<Int>,
        against columns: StrandList, partners: UnsafeBufferPointer<Int>, workspace: UnsafeMutableRawPointer,
        limits: UnsafeMutablePointer<Float>
    ) {
        guard let bound = shape.bound else { return }
        let head = HeadNumbers(shape, numbers, bound.head)
        let strands = partners.map { columns.strand($0) }
        let width = strands.reduce(1) { Swift.max($0, $1.count) }
        let memory = PartnerMemory(workspace, shape, rows: rows.longest, columns: width)
        flushingSubnormals {
            memory.fill(shape, head, strands)
            for (place, number) in range.enumerated() {
                let sum = memory.sum(shape, rows.strand(number))
                let limit = bound.limit(ofLogSum: logSum(SIMD8.product(sum, SIMD8.fill(head.weight))))
                for lane in 0..<8 { limits[place * 8 + lane] = limit[lane] }
            }
        }
    }
}

/// The tables of one head.
private struct HeadNumbers {
    /// (R, R, 3) and (2): see `LoopTables`. Neighbours are `stride` apart.
    let stack: UnsafePointer<Float>
    let gaps: UnsafePointer<Float>
    let stride: Int
    /// The weight of the head in the equilibrium of the duplex.
    let weight: Float

    init(_ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, _ head: Int) {
        let tables = shape.loopTables
        let block = numbers.tables + (head / shape.lanes * tables.count + head % shape.lanes)
        (stack, gaps, stride) = (block + tables.stack, block + tables.gaps, shape.lanes)
        weight = numbers.weights[shape.equilibrium + EquilibriumField.duplex.rawValue * shape.heads + head]
    }
}

/// The workspace of `duplexLimits`.
private struct PartnerMemory {
    typealias V = SIMD8<Float>
    typealias Cells = DuplexCells<V, LastRow>
    /// For each context of a letter of A: (columns, 3), what the stack table of the recurrence holds for it and for
    /// the letter of each partner in that place and the letter before; then (columns), its bulge where the letter
    /// before is left out.
    private let table: UnsafeMutablePointer<V>
    private let gaps: UnsafeMutablePointer<V>
    private let cells: UnsafeMutablePointer<V>
    private let zeros: UnsafeMutablePointer<V>
    private let rowOffsets: UnsafeMutablePointer<LetterOffsets>
    private let columnOffsets: UnsafeMutablePointer<LetterOffsets>
    private let columns: Int

    /// Vectors of the table for a context of A and a letter of B.
    private static let fields = LoopTables.fields + 1

    private static func vectorCount(_ shape: DuplexShape, columns: Int) -> Int {
        shape.contexts * fields * columns + 2 + Cells.count(rows: 1, columns: columns)
            + Cells.rowCount(columns: columns)
    }

    static func bytes(_ shape: DuplexShape, rows: Int, columns: Int) -> Int {
        vectorCount(shape, columns: columns) * MemoryLayout<V>.size
            + (rows + columns + 2) * MemoryLayout<LetterOffsets>.stride
    }

    init(_ base: UnsafeMutableRawPointer, _ shape: DuplexShape, rows: Int, columns: Int) {
        self.columns = columns
        table = base.assumingMemoryBound(to: V.self)
        gaps = table + shape.contexts * PartnerMemory.fields * columns
        cells = gaps + 2
        zeros = cells + Cells.count(rows: 1, columns: columns)
        rowOffsets = (base + PartnerMemory.vectorCount(shape, columns: columns) * MemoryLayout<V>.size)
            .assumingMemoryBound(to: LetterOffsets.self)
        columnOffsets = rowOffsets + (rows + 1)
    }

    /// Bytes of the table for a context of A.
    private var stride: Int { PartnerMemory.fields * columns * MemoryLayout<V>.size }

    /// Fills the table and the offsets of the columns for `partners`.
    func fill(_ shape: DuplexShape, _ head: HeadNumbers, _ partners: [Strand]) {
        let fields = LoopTables.fields, size = MemoryLayout<V>.size
        for k in 0..<2 { gaps[k] = V.fill(head.gaps[k * head.stride]) }
        for k in 0..<Cells.rowCount(columns: columns) { zeros[k] = V.fill(0) }
        for k in 0..<shape.contexts * PartnerMemory.fields * columns { table[k] = V.fill(0) }
        for j in 0..<columns {
            // The loops read the bulge as the third vector from the offset.
            columnOffsets[j] = LetterOffsets(
                stack: Int32(j * fields * size), skip: Int32((columns * fields + j - (fields - 1)) * size))
        }
        columnOffsets[columns] = LetterOffsets(stack: 0, skip: 0)
        for (lane, partner) in partners.enumerated() {
            var facing = partner
            facing.isReversed = shape.isAntiparallel
            for j in 0..<facing.count {
                // The context of a letter whose neighbour is missing may be any: its stacks are multiplied by zero.
                func context(_ back: Int) -> Int {
                    shape.order == 2 ? (j >= back ? facing[j - back] : 0) * shape.letters + facing[j] : facing[j]
                }
                let (stacked, skipped) = (context(1), context(2))
                for own in 0..<shape.contexts {
                    let row = table + own * PartnerMemory.fields * columns
                    func entry(_ context: Int, _ field: Int) -> Float {
                        head.stack[((own * shape.contexts + context) * fields + field) * head.stride]
                    }
                    for field in 0..<fields { row[j * fields + field][lane] = entry(stacked, field) }
                    row[columns * fields + j][lane] = entry(skipped, fields - 1)
                }
            }
        }
    }

    /// The partition functions of the duplexes of `strand` with the partners, in units of
    /// `RangeLimits.initiationScale`.
    @inline(never)
    func sum(_ shape: DuplexShape, _ strand: Strand) -> V {
        fillOffsets(rowOffsets, strand, shape, unit: stride)
        let map = DuplexMap<V>(
            stackTable: UnsafePointer(table), gaps: UnsafePointer(gaps), rowOffsets: UnsafePointer(rowOffsets),
            columnOffsets: UnsafePointer(columnOffsets), rows: strand.count, columns: columns,
            hairpin: UnsafePointer(gaps), rowWeights: UnsafePointer(gaps), rowPositions: 0,
            columnWeights: UnsafePointer(gaps), columnPositions: 0)
        let cells = Cells(cells, zeros: zeros, totals: zeros, columns: columns)
        return duplexForward(map, cells, PlainMap.self).sum
    }
}
