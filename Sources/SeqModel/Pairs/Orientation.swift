// Orientation: the relative direction of the strands of a pair.

/// The relative direction of the strands of a pair, both written in the same direction (5' to 3' for nucleic acids).
public enum Orientation: String, Sendable, CaseIterable {
    /// The first letters of A face the last letters of B, as in a DNA duplex.
    case antiparallel
    /// The first letters of A face the first letters of B.
    case parallel
}
