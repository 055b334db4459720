// DesignBlock: designs, each of some strands, with the ambiguity letters of these expanded.

import Kernels

/// Any number of designs. A design has strands, and a strand its variants: all that it stands for by its ambiguity
/// letters, or itself. Reused between blocks, it allocates nothing once it has grown.
public struct DesignBlock: Sendable {
    /// Whether the first two strands of a design are meant to bind each other.
    public let isPaired: Bool
    /// All variants, without ambiguity letters.
    public private(set) var variants: StrandCodes
    /// Strand s has the variants `strandStarts[s] ..< strandStarts[s + 1]`; design d likewise its strands.
    private var strandStarts = [0], designStarts = [0]
    /// The design of each variant.
    public private(set) var designs: [Int32] = []
    private var expansion: AmbiguityExpansion

    /// The most variants of a strand.
    public static let mostVariants = AmbiguityExpansion.limit

    /// No designs yet, in the codes of `alphabet`.
    public init(_ alphabet: Alphabet, isPaired: Bool) {
        self.isPaired = isPaired
        variants = StrandCodes(alphabet: alphabet)
        expansion = AmbiguityExpansion(like: variants)
    }

    /// No designs yet, of the kind of `other`.
    public init(like other: DesignBlock) {
        isPaired = other.isPaired
        variants = StrandCodes(like: other.variants)
        expansion = other.expansion
    }

    /// Number of designs.
    public var count: Int { designStarts.count - 1 }

    /// The strands of a design.
    public func strands(of design: Int) -> Range<Int> { designStarts[design]..<designStarts[design + 1] }

    /// The variants of a strand.
    public func variants(ofStrand strand: Int) -> Range<Int> { strandStarts[strand]..<strandStarts[strand + 1] }

    /// The variants of the designs `range`.
    public func variants(of range: Range<Int>) -> Range<Int> {
        strandStarts[designStarts[range.lowerBound]]..<strandStarts[designStarts[range.upperBound]]
    }

    /// Whether a strand has at most `mostVariants` variants, so that all of them can be listed.
    public func canExpand(_ strand: ArraySlice<UInt8>) -> Bool {
        expansion.count(strand, []) <= DesignBlock.mostVariants
    }

    /// Adds a strand, which `canExpand` must hold for, to the current design; see `endDesign`.
    public mutating func append(_ strand: ArraySlice<UInt8>) {
        precondition(canExpand(strand))
        expansion.append(strand, to: &variants)
        strandStarts.append(variants.count)
    }

    /// Ends the current design, which must have a strand.
    public mutating func endDesign() {
        precondition(strandStarts.count - 1 > designStarts[count])
        designStarts.append(strandStarts.count - 1)
        while designs.count < variants.count { designs.append(Int32(count - 1)) }
    }

    /// Adds a design of `other`, whose alphabet must be the same.
    public mutating func append(_ design: Int, of other: DesignBlock) {
        for strand in other.strands(of: design) {
            variants.append(other.variants(ofStrand: strand), of: other.variants)
            strandStarts.append(variants.count)
        }
        endDesign()
    }

    /// Removes all designs and keeps the memory.
    public mutating func removeAll() {
        variants.removeAll()
        strandStarts.removeSubrange(1...)
        designStarts.removeSubrange(1...)
        designs.removeAll(keepingCapacity: true)
    }
}
