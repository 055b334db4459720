// EditDistance: the least number of letters to replace, insert or delete between two strands.

/// The edit distance from one strand to many others, each a row of 64 letters at a time in one word (Myers 1999).
public struct EditDistance: Sendable {
    private let strand: [UInt8]
    /// For each code, the places of the strand that hold it, as bits; empty where the strand is longer than a word.
    private let places: [UInt64]

    /// Distances from `strand`, in codes.
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

    /// The distance to `other`.
    public func distance(to other: ArraySlice<UInt8>) -> Int {
        places.isEmpty ? distanceByRows(to: other) : distanceInAWord(to: other)
    }

    /// A column of the table of distances is kept as its steps down: one bit each for +1 and for -1.
    private func distanceInAWord(to other: ArraySlice<UInt8>) -> Int {
        let last: UInt64 = 1 << UInt64(strand.count - 1)
        var (up, down) = (UInt64.max, UInt64(0))
        var distance = strand.count
        for code in other {
            let same = places[Int(code)]
            // &+ : the carry runs along a stretch of equal letters and out at the end.
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

    private func distanceByRows(to other: ArraySlice<UInt8>) -> Int {
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
