// EditDistance: the Levenshtein distance of two strands.

/// The Levenshtein distance (least number of substitutions, insertions and deletions) from one strand to many others.
///
/// For strands of up to 64 letters by the bit-parallel algorithm of Myers (J. ACM 46:395, 1999).
public struct EditDistance: Sendable {
    private let strand: [UInt8]
    /// For each code, the positions of the strand that hold it, as bits; empty where the strand has more than 64
    /// letters.
    private let places: [UInt64]

    /// Prepares distances from `strand`, in codes.
    public init(_ strand: ArraySlice<UInt8>) {
        self.strand = Array(strand)
        guard strand.count <= UInt64.bitWidth, !strand.isEmpty else {
            places = []
            return
        }
        var places = [UInt64](repeating: 0, count: 256)
        for (place, code) in strand.enumerated() { places[Int(code)] |= 1 << UInt64(place) }
        self.places = places
    }

    /// The distance to `other`, in codes: a number of edits.
    public func distance(to other: ArraySlice<UInt8>) -> Int {
        places.isEmpty ? distanceByRecurrence(to: other) : bitParallelDistance(to: other)
    }

    /// Keeps a column of the table of distances as its vertical differences: one bit each for +1 and for -1.
    private func bitParallelDistance(to other: ArraySlice<UInt8>) -> Int {
        let last: UInt64 = 1 << UInt64(strand.count - 1)
        var (up, down) = (UInt64.max, UInt64(0))
        var distance = strand.count
        for code in other {
            let same = places[Int(code)]
            // &+ : the carry runs through consecutive matches and may overflow at the end.
            let diagonal = (((same & up) &+ up) ^ up) | same | down
            var right = down | ~(diagonal | up)
            var left = up & diagonal
            if right & last != 0 { distance += 1 }
            if left & last != 0 { distance -= 1 }
            right = right << 1 | 1
            left <<= 1
            up = left | ~(diagonal | right)
            down = right & diagonal
        }
        return distance
    }

    /// Fills the table of distances row by row, for strands of any length.
    private func distanceByRecurrence(to other: ArraySlice<UInt8>) -> Int {
        let other = Array(other)
        var row = Array(0...other.count)
        for (i, code) in strand.enumerated() {
            var corner = row[0]
            row[0] = i + 1
            for j in other.indices {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, corner + (code == other[j] ? 0 : 1))
                corner = above
            }
        }
        return row[other.count]
    }
}
