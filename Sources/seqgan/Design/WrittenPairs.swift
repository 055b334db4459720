// WrittenPairs: what a pair has to be beside the pairs already accepted and those of a file.

import SeqModel

/// The pairs accepted so far, as far as the constraints need them.
struct WrittenPairs {
    let isUnique: Bool
    /// The least distance to every strand accepted; 0: any.
    let leastDistance: Int
    /// Whether A and B may be swapped: then a pair equals its swap.
    let isSymmetric: Bool
    private var pairs: Set<[UInt8]> = []
    private var excluded: Set<[UInt8]> = []
    private var strands: [[UInt8]] = []

    /// What stands between the strands of a key; no code.
    private static let separator: UInt8 = 255

    init(isUnique: Bool, leastDistance: Int, isSymmetric: Bool) {
        self.isUnique = isUnique
        self.leastDistance = leastDistance
        self.isSymmetric = isSymmetric
    }

    private func key(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        let isSwapped = isSymmetric && b.lexicographicallyPrecedes(a)
        return isSwapped ? b + [WrittenPairs.separator] + a : a + [WrittenPairs.separator] + b
    }

    /// Never to be accepted.
    mutating func exclude(_ a: [UInt8], _ b: [UInt8]) { excluded.insert(key(a, b)) }

    /// Accepts a pair and remembers it, or not. A strand A that was `given` need not be far from others.
    mutating func accept(_ a: [UInt8], _ b: [UInt8], isGiven: Bool) -> Bool {
        if isUnique || !excluded.isEmpty {
            let key = key(a, b)
            guard !excluded.contains(key), !pairs.contains(key), isFar(a, b, isGiven) else { return false }
            if isUnique { pairs.insert(key) }
        } else if !isFar(a, b, isGiven) {
            return false
        }
        if leastDistance > 0 { strands += isGiven ? [b] : [a, b] }
        return true
    }

    private func isFar(_ a: [UInt8], _ b: [UInt8], _ isGiven: Bool) -> Bool {
        guard leastDistance > 0 else { return true }
        return (isGiven || isFar(a)) && isFar(b)
    }

    private func isFar(_ new: [UInt8]) -> Bool {
        let editDistance = EditDistance(new[...])
        return strands.allSatisfy { strand in
            // Hamming's distance of strands of one length, else Levenshtein's, which is no less than the lengths' difference.
            let longer = abs(strand.count - new.count)
            if longer == 0 { return zip(strand, new).count { $0 != $1 } >= leastDistance }
            return longer >= leastDistance || editDistance.distance(to: strand[...]) >= leastDistance
        }
    }
}
