// PreparedStrand: the part of a score that depends on one strand alone, computed once for all its partners.

import KernelShapes

/// The memory of a prepared strand: the table offsets of its letters, its own features, and what these add to the first
/// layer of the network.
struct StrandMemory<V: Lanes> {
    typealias Scalar = V.Scalar
    /// (longest + 1) each: the table offsets of the letters as rows, and as columns of the strand that they face.
    let rows: UnsafeMutablePointer<LetterOffsets>
    let columns: UnsafeMutablePointer<LetterOffsets>
    /// (strandFeatures): the standardised features of the strand.
    let features: UnsafeMutablePointer<Scalar>
    /// (2), with the equilibrium head: the partition functions of the folded strand and of its homodimer, summed over
    /// the heads.
    let sums: UnsafeMutablePointer<Scalar>
    /// (W) each: what the features add to the first layer where the strand is A, and where it is B.
    let asFirst: UnsafeMutablePointer<V.Wide>
    let asSecond: UnsafeMutablePointer<V.Wide>

    /// Bytes of the memory of a strand of up to `longest` letters, a multiple of 64.
    static func bytes(_ shape: DuplexShape, longest: Int) -> Int {
        let letters = 2 * (longest + 1) * MemoryLayout<LetterOffsets>.stride
        let numbers = (2 * shape.hidden + shape.strandFeatures + 2) * MemoryLayout<Scalar>.size
        return (letters + numbers + 64 + 63) & ~63
    }

    @inline(__always) init(_ base: UnsafeMutableRawPointer, _ shape: DuplexShape, longest: Int) {
        asFirst = base.assumingMemoryBound(to: V.Wide.self)
        asSecond = asFirst + shape.hidden / V.Wide.scalarCount
        features = UnsafeMutableRawPointer(asSecond + shape.hidden / V.Wide.scalarCount)
            .assumingMemoryBound(to: Scalar.self)
        sums = features + shape.strandFeatures
        rows = UnsafeMutableRawPointer(sums + 2).assumingMemoryBound(to: LetterOffsets.self)
        columns = rows + (longest + 1)
    }

    /// What the strand adds to the first layer.
    @inline(__always) var contribution: StrandContribution<V.Wide> {
        StrandContribution(asFirst: UnsafePointer(asFirst), asSecond: UnsafePointer(asSecond))
    }
}

/// A strand with the memory that holds its offsets and features.
struct PreparedStrand<V: Lanes> {
    let strand: Strand
    let memory: StrandMemory<V>
}

extension Strand {
    /// Whether strand `s` is taken as A of the pair (s, t) by a symmetric shape, in whichever order the two are given:
    /// the shorter one, then the first in the order of the codes.
    static func precedes(_ s: Strand, _ t: Strand) -> Bool {
        if s.count != t.count { return s.count < t.count }
        for i in 0..<s.count where s.codes[i] != t.codes[i] { return s.codes[i] < t.codes[i] }
        return false
    }
}
