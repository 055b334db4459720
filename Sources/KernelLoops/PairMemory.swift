// PairMemory: the memory of one pair on its way through the model.

import KernelShapes

/// The memory of one pair on its way through the model; see `bytes` for its size.
struct PairMemory<V: Lanes, Rows: RowKeeping> {
    typealias Scalar = V.Scalar
    /// Two prepared strands.
    let prepared: UnsafeMutableRawPointer
    let preparedBytes: Int
    /// Sums before the logarithm, a vector a block: of the pair, of A's hairpins and homodimers, of B's.
    let sums: UnsafeMutablePointer<V>
    let cells: UnsafeMutablePointer<V>
    /// What lies before the first row of every map.
    let zeros: UnsafeMutablePointer<V>
    /// (blocks, longest): loop weights by distance - 1.
    let hairpins: UnsafeMutablePointer<V>
    let scratch: UnsafeMutablePointer<V>
    let perceptron: UnsafeMutablePointer<Scalar>
    /// Tables and letters of a map of ambiguous strands.
    let mixed: UnsafeMutablePointer<V>
    let mixedLetters: UnsafeMutablePointer<LetterOffsets>
    let longest: Int

    private static func cellCount(_ shape: DuplexShape, longest: Int) -> Int {
        let maps = Rows.keepsAll ? (shape.hasSelfMaps ? 3 : 1) * shape.blocks : 1
        return maps * DuplexCells<V, Rows>.count(rows: longest, columns: longest)
    }

    static func bytes(_ shape: DuplexShape, longest: Int, isAmbiguous: Bool) -> Int {
        let vectors =
            5 * shape.blocks + cellCount(shape, longest: longest)
            + DuplexCells<V, Rows>.rowPairCount(columns: longest) + shape.blocks * longest + 8 * (longest + 4)
            + (isAmbiguous ? 6 * longest * longest : 0)
        return 2 * PreparedStrand<V>.bytes(shape, longest: longest) + vectors * MemoryLayout<V>.size
            + roundedUp(PerceptronMemory<V.Wide>.count(shape)) * MemoryLayout<Scalar>.size
            + 2 * longest * MemoryLayout<LetterOffsets>.stride + 256
    }

    init(_ base: UnsafeMutableRawPointer, _ shape: DuplexShape, longest: Int) {
        self.longest = longest
        prepared = base
        preparedBytes = PreparedStrand<V>.bytes(shape, longest: longest)
        perceptron = (base + 2 * preparedBytes).assumingMemoryBound(to: Scalar.self)
        sums = UnsafeMutableRawPointer(perceptron + roundedUp(PerceptronMemory<V.Wide>.count(shape)))
            .assumingMemoryBound(to: V.self)
        cells = sums + 5 * shape.blocks
        zeros = cells + PairMemory.cellCount(shape, longest: longest)
        let width = DuplexCells<V, Rows>.rowPairCount(columns: longest)
        for k in 0..<width { zeros[k] = V.fill(0) }
        hairpins = zeros + width
        scratch = hairpins + shape.blocks * longest
        mixedLetters = UnsafeMutableRawPointer(scratch + 8 * (longest + 4))
            .assumingMemoryBound(to: LetterOffsets.self)
        let letters = 2 * longest * MemoryLayout<LetterOffsets>.stride
        mixed = (UnsafeMutableRawPointer(mixedLetters) + (letters + 63) / 64 * 64).assumingMemoryBound(to: V.self)
    }

    func prepared(_ index: Int, _ shape: DuplexShape, _ strand: Strand) -> PreparedStrand<V> {
        PreparedStrand(prepared + index * preparedBytes, shape, longest: longest, strand: strand)
    }
}
