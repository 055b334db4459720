// StrandLanes: how many strands have a lane of their own.

/// Strands that are worked on at once, one in each lane: a column of them is (channels, lanes).
public enum StrandLanes {
    /// Lanes: two vectors of 8.
    public static let count = 16
}
