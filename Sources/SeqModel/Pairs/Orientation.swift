// Orientation: how the strands of a pair face each other.

/// Whether strand B's 3' end faces strand A's 5' end, or B lies beside A as it is written.
public enum Orientation: String, Sendable, CaseIterable {
    /// B is read from its end, as in a DNA duplex.
    case antiparallel
    /// B is read as written, as in B = A.
    case parallel
}
