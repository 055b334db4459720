// BatchKernels: matrix products of whole batches, in fixed pieces on several threads, with checked arguments.

import KernelLoops
import KernelShapes

/// The memory in which operands of products are packed. It grows as needed and is kept.
///
/// @unchecked Sendable: it is used by one product at a time, in which each worker has its own scratch.
public final class ProductMemory: @unchecked Sendable {
    private var packed = FloatBuffer(count: 0)
    private var scratch: [FloatBuffer] = []

    /// No memory yet.
    public init() {}

    func reservePacked(_ count: Int) -> FloatBuffer {
        if packed.count < count { packed = FloatBuffer(count: count) }
        return packed
    }

    func reserveScratch(_ count: Int, workers: Int) -> [FloatBuffer] {
        if scratch.count < workers || scratch.contains(where: { $0.count < count }) {
            scratch = (0..<workers).map { _ in FloatBuffer(count: count) }
        }
        return scratch
    }
}

/// A matrix whose element (r, c) is number rows[r] + columns[c] of a buffer.
public struct PlacedMatrix: Sendable {
    /// The numbers.
    public let values: FloatBuffer
    /// The offsets of rows and of columns; there may be more of them than the matrix has.
    public let rows: Places, columns: Places
    /// Rows and columns of the matrix.
    public let rowCount: Int, columnCount: Int

    /// A matrix of the first `rowCount` rows and `columnCount` columns, by default all, which must be inside the
    /// buffer.
    public init(_ values: FloatBuffer, rows: Places, columns: Places, rowCount: Int? = nil, columnCount: Int? = nil) {
        self.values = values
        self.rows = rows
        self.columns = columns
        self.rowCount = rowCount ?? rows.values.count
        self.columnCount = columnCount ?? columns.values.count
        precondition(self.rowCount <= rows.values.count && self.columnCount <= columns.values.count)
        precondition(rows.last(of: self.rowCount) + columns.last(of: self.columnCount) < values.count)
    }

    /// The transposed matrix, on the same numbers.
    public var transposed: PlacedMatrix {
        PlacedMatrix(values, rows: columns, columns: rows, rowCount: columnCount, columnCount: rowCount)
    }
}

/// What a product is added to.
public enum ProductStart: Sendable {
    /// Zero: C is overwritten.
    case zero
    /// The values of C.
    case sum
    /// A bias for each column of C: the numbers of a buffer from an offset on.
    case bias(FloatBuffer, Int)
}

/// The loops over whole batches for one processor level. Results do not depend on the number of threads.
public struct BatchKernels: Sendable {
    /// The processor level of the loops.
    public let processor: Processor
    /// The number of threads, 1 or more.
    public let threads: Int

    /// The loops for `processor`, by default the best that this machine can run, on `threads` threads.
    public init(threads: Int, processor: Processor = .best) {
        precondition(processor.isUsable)
        self.threads = max(1, threads)
        self.processor = processor
    }

    /// The most rows that a thread takes at a time: a multiple of the rows of a tile, six or eight.
    private static let mostRows = 96

    /// The matrix product c = start + a b. The columns of C must be contiguous.
    public func multiply(
        _ a: PlacedMatrix, _ b: PlacedMatrix, into c: PlacedMatrix, start: ProductStart = .zero, _ memory: ProductMemory
    ) {
        precondition(a.columnCount == b.rowCount && a.rowCount == c.rowCount && b.columnCount == c.columnCount)
        precondition(c.columns.last(of: c.columnCount) == c.columnCount - 1)
        let packed = pack(b, memory)
        let tile = processor.loops.tile
        // At least eight pieces, if there are enough rows. The division into pieces does not affect the sums.
        let block = min(BatchKernels.mostRows, max(tile.rows, (a.rowCount / 8 + tile.rows - 1) / tile.rows * tile.rows))
        let scratch = memory.reserveScratch(tile.scratchCount(rows: BatchKernels.mostRows), workers: threads)
        Parallel.run(pieces: (a.rowCount + block - 1) / block, threads: threads) { piece, worker in
            let first = piece * block
            productRows(
                a, from: first, count: min(block, a.rowCount - first), packed, columns: b.columnCount,
                into: c.values, c.rows, cFirst: first, start: start, scratch: scratch[worker])
        }
    }

    /// Scatters a product: row r of a b is added to the numbers rows[r] + columns[...] of `to`. This is the gradient
    /// of the input of a window. Each `group` rows belong to one sample; offsets of different samples must not
    /// overlap.
    public func multiplyScattering(
        _ a: PlacedMatrix, _ b: PlacedMatrix, to: FloatBuffer, rows: Places, columns: Places, group: Int,
        _ memory: ProductMemory
    ) {
        let depth = b.columnCount
        precondition(a.columnCount == b.rowCount && depth == columns.values.count && a.rowCount <= rows.values.count)
        precondition(a.rowCount % group == 0)
        precondition(rows.last(of: a.rowCount) + columns.last(of: depth) < to.count)
        let packed = pack(b, memory)
        // About a hundred rows at a time, and whole samples.
        let block = max(1, BatchKernels.mostRows / group) * group
        let needed = processor.loops.tile.scratchCount(rows: block)
        let scratch = memory.reserveScratch(needed + block * depth, workers: threads)
        let local = Places((0..<block).map { needed + $0 * depth })
        Parallel.run(pieces: (a.rowCount + block - 1) / block, threads: threads) { piece, worker in
            let first = piece * block
            let count = min(block, a.rowCount - first)
            let own = scratch[worker]
            productRows(
                a, from: first, count: count, packed, columns: depth, into: own, local, cFirst: 0, start: .zero,
                scratch: own)
            // SAFETY: the offsets were checked above, and outlive the call.
            rows.values.withUnsafeBufferPointer { rows in
                columns.values.withUnsafeBufferPointer { places in
                    guard let rows = rows.baseAddress, let places = places.baseAddress else { return }
                    processor.loops.scatterRows(
                        own.base + needed, rows: count, depth: depth, toRows: rows + first, columns: places,
                        run: columns.run, to: to.base)
                }
            }
        }
    }

    private func pack(_ b: PlacedMatrix, _ memory: ProductMemory) -> FloatBuffer {
        let (depth, columns) = (b.rowCount, b.columnCount)
        let tile = processor.loops.tile
        let packed = memory.reservePacked(tile.packedCount(depth: depth, columns: columns))
        Parallel.run(pieces: tile.panels(columns: columns), threads: threads) { panel, _ in
            // SAFETY: `PlacedMatrix` checks its offsets; each panel has its own part of `packed`.
            b.rows.values.withUnsafeBufferPointer { rows in
                b.columns.values.withUnsafeBufferPointer { places in
                    guard let rows = rows.baseAddress, let places = places.baseAddress else { return }
                    processor.loops.packPanel(
                        b.values.base, rows: rows, depth: depth, columns: places, columnCount: columns,
                        panel: panel, packed: packed.base)
                }
            }
        }
        return packed
    }

    private func productRows(
        _ a: PlacedMatrix, from first: Int, count: Int, _ packed: FloatBuffer, columns: Int, into c: FloatBuffer,
        _ cRows: Places, cFirst: Int, start: ProductStart, scratch: FloatBuffer
    ) {
        var (bias, accumulates): (UnsafePointer<Float>?, Bool) = (nil, false)
        switch start {
        case .zero: break
        case .sum: accumulates = true
        case .bias(let buffer, let at):
            precondition(at >= 0 && at + columns <= buffer.count)
            bias = UnsafePointer(buffer.base + at)
        }
        // SAFETY: `PlacedMatrix` and the callers check all offsets; the scratch belongs to this worker alone.
        a.rows.values.withUnsafeBufferPointer { rows in
            a.columns.values.withUnsafeBufferPointer { places in
                cRows.values.withUnsafeBufferPointer { targets in
                    guard let rows = rows.baseAddress, let places = places.baseAddress,
                        let targets = targets.baseAddress
                    else { return }
                    let arguments = ProductArguments(
                        a: a.values.base, aRows: rows + first, aColumns: places, packed: packed.base, rows: count,
                        columns: columns, depth: a.columnCount, c: c.base, cRows: targets + cFirst, bias: bias,
                        accumulates: accumulates, scratch: scratch.base)
                    processor.loops.productRows(arguments)
                }
            }
        }
    }
}
