// PairMemory: the layout of the workspace in which pairs are scored.

import KernelShapes

/// The workspace in which pairs are scored: maps are computed one after the other, the network in batches of pairs; see
/// `bytes` for its size.
struct PairMemory<V: Lanes, Rows: RowKeeping> {
    typealias Scalar = V.Scalar
    /// Two prepared strands for each pair of a batch, `preparedBytes` apart.
    let prepared: UnsafeMutableRawPointer
    let preparedBytes: Int
    /// (5, blocks): partition functions of the pair, of the hairpins and homodimers of A, and of those of B.
    let sums: UnsafeMutablePointer<V>
    /// The cells of all maps that are kept.
    let cells: UnsafeMutablePointer<V>
    /// The row of zeros before the first row of every map.
    let zeros: UnsafeMutablePointer<V>
    /// (longest) for each map that is kept: see `DuplexCells`.
    let totals: UnsafeMutablePointer<V>
    /// (blocks, longest): weights of hairpin loops by loop length.
    let hairpins: UnsafeMutablePointer<V>
    /// Scratch of `duplexBackward`.
    let scratch: UnsafeMutablePointer<V>
    /// (2): see `duplexBackward`.
    let seeds: UnsafeMutablePointer<V>
    /// A `PerceptronMemory` for each pair of a batch.
    let perceptron: UnsafeMutablePointer<Scalar>
    /// The sums of the pairs of a batch that the equilibrium head reads.
    let balance: PairBalance<V.Wide>
    /// Letters of the longest strand that there is room for.
    let longest: Int

    /// Maps whose cells are kept at the same time.
    private static func mapCount(_ shape: DuplexShape) -> Int {
        Rows.keepsAll ? (shape.hasSelfMaps ? 3 : 1) * shape.blocks : 1
    }

    private static func cellCount(_ shape: DuplexShape, longest: Int) -> Int {
        mapCount(shape) * DuplexCells<V, Rows>.count(rows: longest, columns: longest)
    }

    /// Vectors of scratch and seeds for the backward pass.
    private static func scratchCount(longest: Int) -> Int {
        Rows.keepsAll ? backwardScratch(columns: longest, V.self) + 2 : 0
    }

    /// Bytes of the workspace for strands of up to `longest` letters.
    static func bytes(_ shape: DuplexShape, longest: Int) -> Int {
        let vectors =
            5 * shape.blocks + cellCount(shape, longest: longest)
            + DuplexCells<V, Rows>.rowCount(columns: longest) + (mapCount(shape) + shape.blocks) * longest
            + scratchCount(longest: longest)
        let pair =
            2 * StrandMemory<V>.bytes(shape, longest: longest)
            + PerceptronMemory<V.Wide>.count(shape) * MemoryLayout<Scalar>.size
        let balance = PairBalance<V.Wide>.count * MemoryLayout<Scalar>.size
        return Rows.pairsPerBatch * pair + balance + vectors * MemoryLayout<V>.size + 256
    }

    /// The workspace at `base`, which has `bytes` and is aligned to 64.
    init(_ base: UnsafeMutableRawPointer, _ shape: DuplexShape, longest: Int) {
        self.longest = longest
        prepared = base
        preparedBytes = StrandMemory<V>.bytes(shape, longest: longest)
        perceptron = (base + 2 * Rows.pairsPerBatch * preparedBytes).assumingMemoryBound(to: Scalar.self)
        let sumsOfHeads = perceptron + Rows.pairsPerBatch * PerceptronMemory<V.Wide>.count(shape)
        balance = PairBalance(sumsOfHeads)
        sums = UnsafeMutableRawPointer(sumsOfHeads + PairBalance<V.Wide>.count).assumingMemoryBound(to: V.self)
        cells = sums + 5 * shape.blocks
        zeros = cells + PairMemory.cellCount(shape, longest: longest)
        let width = DuplexCells<V, Rows>.rowCount(columns: longest)
        for k in 0..<width { zeros[k] = V.fill(0) }
        totals = zeros + width
        hairpins = totals + PairMemory.mapCount(shape) * longest
        scratch = hairpins + shape.blocks * longest
        seeds = scratch + PairMemory.scratchCount(longest: longest) - 2
    }

    /// The memory of strand A (`index` 2 p) or strand B (2 p + 1) of pair p of the batch.
    @inline(__always) func strand(_ index: Int, _ shape: DuplexShape) -> StrandMemory<V> {
        StrandMemory(prepared + index &* preparedBytes, shape, longest: longest)
    }
}
