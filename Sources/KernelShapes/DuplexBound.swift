// DuplexBound: one head of a duplex classifier that bounds what all of them find.

/// An upper bound of the equilibrium constant K of the duplex by the partition function of a single head: with Z that
/// of the duplex in head `head`, and w the head's weight in the equilibrium,
///
///     log K <= slope log(w Z) + margin - fold(A) - fold(B)
///
/// where a strand's fold is the logarithm of its partition function relative to the unfolded strand, or `largestFold`
/// if that is less: a long strand folds beside the place where it is bound, too.
/// The scores of a classifier with a bound obey it: what is above is lowered to it. One head is computed for several
/// partners in the time that all heads take for one, so that a screen need not score what cannot reach its threshold.
public struct DuplexBound: Sendable, Equatable {
    /// The head, from 0.
    public let head: Int
    /// What is added, in kT.
    public let margin: Float

    /// The more stable a duplex is, the more may its other heads and the correction add.
    public static let slope: Float = 1.3

    /// What the folds of a strand lower the bound by at most, in kT.
    public static let largestFold: Float = 4

    /// A bound by head `head`.
    public init(head: Int, margin: Float) { (self.head, self.margin) = (head, margin) }
}
