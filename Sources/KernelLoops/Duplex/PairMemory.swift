// PairMemory: the memory of pairs on their way through the model.

import KernelShapes

/// The memory of pairs on their way through the model, one after the other through the maps and side by side through the
/// network; see `bytes` for its size.
struct PairMemory<V: Lanes, Rows: RowKeeping> {
    typealias Scalar = V.Scalar
    /// Two prepared strands for each of the pairs side by side.
    let prepared: UnsafeMutableRawPointer
    let preparedBytes: Int
    /// Sums before the logarithm, a vector a block: of the pair, of A's hairpins and homodimers, of B's.
    let sums: UnsafeMutablePointer<V>
    let cells: UnsafeMutablePointer<V>
    /// What lies before the first row of every map.
    let zeros: UnsafeMutablePointer<V>
    /// (longest) for each map of which all rows are kept: see `DuplexCells`.
    let totals: UnsafeMutablePointer<V>
    /// (blocks, longest): loop weights by distance - 1.
    let hairpins: UnsafeMutablePointer<V>
    let scratch: UnsafeMutablePointer<V>
    /// (2): see `duplexBackward`.
    let seeds: UnsafeMutablePointer<V>
    let perceptron: UnsafeMutablePointer<Scalar>
    let longest: Int

    /// Maps whose cells are kept at a time.
    private static func mapCount(_ shape: DuplexShape) -> Int {
        Rows.keepsAll ? (shape.hasSelfMaps ? 3 : 1) * shape.blocks : 1
    }

    private static func cellCount(_ shape: DuplexShape, longest: Int) -> Int {
        mapCount(shape) * DuplexCells<V, Rows>.count(rows: longest, columns: longest)
    }

    /// Vectors that the way back needs for itself.
    private static func scratchCount(longest: Int) -> Int {
        Rows.keepsAll ? backwardScratch(columns: longest, V.self) + 2 : 0
    }

    static func bytes(_ shape: DuplexShape, longest: Int) -> Int {
        let vectors =
            5 * shape.blocks + cellCount(shape, longest: longest)
            + DuplexCells<V, Rows>.rowCount(columns: longest) + (mapCount(shape) + shape.blocks) * longest
            + scratchCount(longest: longest)
        let pair =
            2 * StrandMemory<V>.bytes(shape, longest: longest)
            + PerceptronMemory<V.Wide>.count(shape) * MemoryLayout<Scalar>.size
        return Rows.pairsAbreast * pair + vectors * MemoryLayout<V>.size + 256
    }

    init(_ base: UnsafeMutableRawPointer, _ shape: DuplexShape, longest: Int) {
        self.longest = longest
        prepared = base
        preparedBytes = StrandMemory<V>.bytes(shape, longest: longest)
        perceptron = (base + 2 * Rows.pairsAbreast * preparedBytes).assumingMemoryBound(to: Scalar.self)
        sums = UnsafeMutableRawPointer(perceptron + Rows.pairsAbreast * PerceptronMemory<V.Wide>.count(shape))
            .assumingMemoryBound(to: V.self)
        cells = sums + 5 * shape.blocks
        zeros = cells + PairMemory.cellCount(shape, longest: longest)
        let width = DuplexCells<V, Rows>.rowCount(columns: longest)
        for k in 0..<width { zeros[k] = V.fill(0) }
        totals = zeros + width
        hairpins = totals + PairMemory.mapCount(shape) * longest
        scratch = hairpins + shape.blocks * longest
        seeds = scratch + PairMemory.scratchCount(longest: longest) - 2
    }

    /// The memory of strand A (2 p) or B (2 p + 1) of pair p of those side by side.
    @inline(__always) func strand(_ index: Int, _ shape: DuplexShape) -> StrandMemory<V> {
        StrandMemory(prepared + index &* preparedBytes, shape, longest: longest)
    }
}
