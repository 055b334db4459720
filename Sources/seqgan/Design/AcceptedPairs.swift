// AcceptedPairs: the constraints between pairs: unique, not in a file, far from each other.

import Kernels
import SeqModel

/// The pairs accepted so far, as far as the constraints need them.
struct AcceptedPairs {
    let isUnique: Bool
    /// The accepted strands, from which others must be far.
    private var strands: DistantStrands
    /// Whether A and B may be swapped; a pair then equals its swap.
    let isSymmetric: Bool
    private var pairs: Set<[UInt8]> = []
    private var excluded: Set<[UInt8]> = []

    init(isUnique: Bool, leastDistance: Int, isSymmetric: Bool) {
        self.isUnique = isUnique
        strands = DistantStrands(least: leastDistance)
        self.isSymmetric = isSymmetric
    }

    private func key(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        Pairs.key(a[...], b[...], isSymmetric: isSymmetric)
    }

    /// Excludes a pair.
    mutating func exclude(_ a: [UInt8], _ b: [UInt8]) { excluded.insert(key(a, b)) }

    /// Accepts and records a pair, or returns false. A `given` strand A need not be far from others.
    mutating func accept(_ a: [UInt8], _ b: [UInt8], isGiven: Bool) -> Bool {
        if isUnique || !excluded.isEmpty {
            let key = key(a, b)
            guard !excluded.contains(key), !pairs.contains(key), isFar(a, b, isGiven) else { return false }
            if isUnique { pairs.insert(key) }
        } else if !isFar(a, b, isGiven) {
            return false
        }
        if !isGiven { strands.append(a) }
        strands.append(b)
        return true
    }

    private func isFar(_ a: [UInt8], _ b: [UInt8], _ isGiven: Bool) -> Bool {
        (isGiven || strands.nearest(to: a) == nil) && strands.nearest(to: b) == nil
    }
}
