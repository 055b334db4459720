// PreparedStrand: what of a score depends on one strand alone, made once however many strands it meets.

import KernelShapes

/// The memory of a prepared strand: its letters' offsets, its own features and what they add to the network.
struct StrandMemory<V: Lanes> {
    typealias Scalar = V.Scalar
    /// The letters as rows, and as the columns of what they face, each with one more; not for ambiguous strands.
    let rows: UnsafeMutablePointer<LetterOffsets>
    let columns: UnsafeMutablePointer<LetterOffsets>
    /// (strandFeatures), standardised.
    let features: UnsafeMutablePointer<Scalar>
    /// (W) each: what the features add to the first layer where the strand is A, and where it is B.
    let asFirst: UnsafeMutablePointer<V.Wide>
    let asSecond: UnsafeMutablePointer<V.Wide>

    /// Bytes of the memory of a strand up to `longest`, a multiple of 64.
    static func bytes(_ shape: DuplexShape, longest: Int) -> Int {
        let letters = 2 * (longest + 1) * MemoryLayout<LetterOffsets>.stride
        let numbers = (2 * shape.hidden + shape.strandFeatures) * MemoryLayout<Scalar>.size
        return (letters + numbers + 64 + 63) & ~63
    }

    @inline(__always) init(_ base: UnsafeMutableRawPointer, _ shape: DuplexShape, longest: Int) {
        asFirst = base.assumingMemoryBound(to: V.Wide.self)
        asSecond = asFirst + shape.hidden / V.Wide.scalarCount
        features = UnsafeMutableRawPointer(asSecond + shape.hidden / V.Wide.scalarCount)
            .assumingMemoryBound(to: Scalar.self)
        rows = UnsafeMutableRawPointer(features + shape.strandFeatures).assumingMemoryBound(to: LetterOffsets.self)
        columns = rows + (longest + 1)
    }

    @inline(__always) var share: StrandShare<V.Wide> {
        StrandShare(asFirst: UnsafePointer(asFirst), asSecond: UnsafePointer(asSecond))
    }
}

/// A strand ready to be laid against others.
struct PreparedStrand<V: Lanes> {
    let strand: Strand
    let memory: StrandMemory<V>
}

extension Strand {
    /// The order in which a symmetric shape takes two strands, whichever way they are given.
    static func precedes(_ s: Strand, _ t: Strand) -> Bool {
        if s.count != t.count { return s.count < t.count }
        for i in 0..<s.count where s.codes[i] != t.codes[i] { return s.codes[i] < t.codes[i] }
        return false
    }
}
