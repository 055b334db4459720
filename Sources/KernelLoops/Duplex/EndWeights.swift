// EndWeights: the weights of the duplexes of a probe that end at each letter of a long target.

import KernelShapes

extension Loops {
    /// What is to be added to the logarithm of a sum of end weights, to obtain that of the partition function.
    public static var duplexEndWeightShift: Float { RangeLimits<SIMD8<Float>>().initiationShift }

    /// Bytes of workspace that `duplexEndWeights` needs for probes of up to `longest` letters and `count` letters of a
    /// target.
    public static func duplexEndWeightBytes(_ shape: DuplexShape, longest: Int, count: Int) -> Int {
        shape.lanes == 4
            ? TargetMemory<SIMD4<Float>>.bytes(longest: longest, count: count)
            : TargetMemory<SIMD8<Float>>.bytes(longest: longest, count: count)
    }

    /// Writes to `weights` (probes, count), for each probe (strand A) of `range` and each letter of a target (strand
    /// B), the sum of the weights of all duplexes whose last pair, in the order of A, holds that letter: summed over
    /// the heads with the weights of the equilibrium head, in units of `RangeLimits.initiationScale`.
    ///
    /// `target` has `count` codes, at least one, each below the number of letters. The shape has the equilibrium head
    /// and no position weights. A duplex may be longer than those that `duplexLogits` finds in part of the target, so
    /// that the sum over the letters of a part is an upper bound of the weight of all duplexes within that part.
    ///
    /// The rows of the map are the letters of the target, so that its last row is all that is kept however long it is.
    /// The offset of a cell in the stack table is the sum of those of its row and column, and loops and bulges weigh
    /// the same in both strands: exchanging the strands takes no other table.
    public static func duplexEndWeights(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, probes: StrandList, range: Range<Int>,
        target: UnsafePointer<UInt8>, count: Int, workspace: UnsafeMutableRawPointer,
        weights: UnsafeMutablePointer<Float>
    ) {
        if shape.lanes == 4 {
            scan(SIMD4<Float>.self, shape, numbers, probes, range, target, count, workspace, weights)
        } else {
            scan(SIMD8<Float>.self, shape, numbers, probes, range, target, count, workspace, weights)
        }
    }
}

/// The workspace of `duplexEndWeights`.
private struct TargetMemory<V: Lanes> {
    /// Two rows of cells, and the row of zeros before the first row.
    let cells: UnsafeMutablePointer<V>
    let zeros: UnsafeMutablePointer<V>
    /// (count): the sum of each row, for each head of a block.
    let totals: UnsafeMutablePointer<V>
    /// (count + 1) and (longest + 1): the table offsets of the letters of target and probe.
    let rows: UnsafeMutablePointer<LetterOffsets>
    let columns: UnsafeMutablePointer<LetterOffsets>

    typealias Cells = DuplexCells<V, LastRow>

    static func bytes(longest: Int, count: Int) -> Int {
        let vectors = Cells.count(rows: 1, columns: longest) + Cells.rowCount(columns: longest) + count
        return vectors * MemoryLayout<V>.size + (count + longest + 2) * MemoryLayout<LetterOffsets>.stride
    }

    init(_ base: UnsafeMutableRawPointer, longest: Int, count: Int) {
        cells = base.assumingMemoryBound(to: V.self)
        zeros = cells + Cells.count(rows: 1, columns: longest)
        let width = Cells.rowCount(columns: longest)
        for k in 0..<width { zeros[k] = V.fill(0) }
        totals = zeros + width
        rows = UnsafeMutableRawPointer(totals + count).assumingMemoryBound(to: LetterOffsets.self)
        columns = rows + (count + 1)
    }
}

@inline(__always)
private func scan<V: Lanes>(
    _: V.Type, _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, _ probes: StrandList, _ range: Range<Int>,
    _ target: UnsafePointer<UInt8>, _ count: Int, _ workspace: UnsafeMutableRawPointer,
    _ weights: UnsafeMutablePointer<Float>
) where V.Scalar == Float {
    let memory = TargetMemory<V>(workspace, longest: probes.longest, count: count)
    let unit = LoopTables.fields * MemoryLayout<V>.size
    let facing = Strand(codes: target, count: count, isReversed: shape.isAntiparallel)
    fillOffsets(memory.rows, facing, shape, unit: unit)
    let tables = shape.loopTables
    flushingSubnormals {
        for (place, number) in range.enumerated() {
            let probe = probes.strand(number)
            fillOffsets(memory.columns, probe, shape, unit: shape.contexts * unit)
            let cells = DuplexCells<V, LastRow>(
                memory.cells, zeros: memory.zeros, totals: memory.totals, columns: probe.count)
            let out = weights + place * count
            for block in 0..<shape.blocks {
                func table(_ offset: Int) -> UnsafePointer<V> {
                    UnsafeRawPointer(numbers.tables + (block * tables.count + offset)).assumingMemoryBound(to: V.self)
                }
                let map = DuplexMap<V>(
                    stackTable: table(tables.stack), gaps: table(tables.gaps),
                    rowOffsets: UnsafePointer(memory.rows), columnOffsets: UnsafePointer(memory.columns), rows: count,
                    columns: probe.count, hairpin: table(tables.hairpin), rowWeights: table(tables.rowWeights),
                    rowPositions: 0, columnWeights: table(tables.columnWeights), columnPositions: 0)
                _ = duplexForward(map, cells, TargetMap.self)
                let ofHeads = numbers.weights + (shape.equilibrium + block * V.scalarCount)
                let heads = UnsafeRawPointer(ofHeads).assumingMemoryBound(to: V.self).pointee
                for k in 0..<count {
                    let sum = V.total(V.product(heads, memory.totals[k]))
                    let letter = facing.isReversed ? count &- 1 &- k : k
                    out[letter] = block == 0 ? sum : out[letter] + sum
                }
            }
        }
    }
}
