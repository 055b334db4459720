// DistantStrands: strands that differ from each other in several letters.

import SeqModel

/// Strands from which further ones must have a least distance: the Hamming distance for equal lengths, else the
/// Levenshtein distance, which is at least the difference of the lengths.
struct DistantStrands: Sendable {
    /// The least distance; 0: no constraint.
    let least: Int
    private var strands: [[UInt8]] = []

    init(least: Int) { self.least = least }

    /// Adds a strand, in codes.
    mutating func append(_ strand: [UInt8]) {
        if least > 0 { strands.append(strand) }
    }

    /// The number, in the order in which they were added, of a strand that is too near; nil where there is none.
    func nearest(to new: [UInt8]) -> Int? {
        guard least > 0 else { return nil }
        let editDistance = EditDistance(new[...])
        return strands.firstIndex { strand in
            let longer = abs(strand.count - new.count)
            if longer == 0 { return zip(strand, new).count { $0 != $1 } < least }
            return longer < least && editDistance.distance(to: strand[...]) < least
        }
    }
}
