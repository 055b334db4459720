// LabelledPairs: pairs with targets, for training and evaluation, held in memory.

import Kernels

/// Pairs with their targets: labels 0 or 1, or soft labels between.
public struct LabelledPairs: Sendable {
    /// The pairs.
    public var pairs: Pairs
    /// The target of each pair, 0 to 1; as many as there are pairs.
    public var targets: [Float] = []
    /// The conditions of each pair.
    public var conditions: PairConditions

    /// No pairs yet, to have `conditions` conditions each.
    public init(alphabet: Alphabet, conditions: Int = 0) {
        pairs = Pairs(alphabet: alphabet)
        self.conditions = PairConditions(width: conditions)
    }

    /// No pairs yet, with as many conditions as those of `other`.
    init(like other: LabelledPairs) {
        pairs = Pairs(like: other.pairs)
        conditions = PairConditions(width: other.conditions.width)
    }

    private init(pairs: Pairs, targets: [Float], conditions: PairConditions) {
        (self.pairs, self.targets, self.conditions) = (pairs, targets, conditions)
    }

    /// Number of pairs.
    public var count: Int { targets.count }

    /// Adds pair `index` of `other`.
    mutating func append(_ index: Int, of other: LabelledPairs) {
        pairs.append(pair: index, of: other.pairs)
        targets.append(other.targets[index])
        conditions.append(other.conditions[index])
    }

    /// Adds strand A of pair `a` of `other` with strand B of its pair `b`, at the conditions of pair `b`.
    mutating func append(_ other: LabelledPairs, a: Int, b: Int, target: Float) {
        pairs.append(other.pairs.a(a), other.pairs.b(b))
        targets.append(target)
        conditions.append(other.conditions[b])
    }

    /// The same pairs, each ambiguity letter replaced by one of the letters it stands for, drawn at random.
    func resolved(_ random: inout RandomSource, alphabet: Alphabet) -> LabelledPairs {
        guard pairs.isAmbiguous else { return self }
        var result = LabelledPairs(like: self)
        for s in 0..<2 * count {
            for code in pairs.strands[s] {
                let members = alphabet.members(of: code)
                result.pairs.strands.append(
                    members.count == 1 ? members[0] : members[random.index(below: members.count)])
            }
            result.pairs.strands.endStrand()
        }
        (result.targets, result.conditions) = (targets, conditions)
        return result
    }
}

extension LabelledPairs {
    /// Splits off a random fraction `share` (0 to 1) of the pairs, at least one and not all, for validation.
    ///
    /// The split depends on `seed` but not on `threads`.
    public func split(share: Double, seed: UInt64, threads: Int) -> (training: LabelledPairs, held: LabelledPairs) {
        var order = Array(0..<count)
        var random = RandomSource(seed: seed, .heldBack)
        random.shuffle(&order)
        let heldCount = min(count, max(1, Int((Double(count) * share).rounded())), max(1, count - 1))
        return (gathered(order[heldCount...], threads), gathered(order[..<heldCount], threads))
    }

    /// The pairs `order`, in that order.
    private func gathered(_ order: ArraySlice<Int>, _ threads: Int) -> LabelledPairs {
        LabelledPairs(
            pairs: pairs.gathered(order, threads: threads), targets: order.map { targets[$0] },
            conditions: conditions.gathered(order))
    }
}

extension LabelledPairs {
    /// The pairs with a target above `threshold`, their ambiguity letters replaced as in `resolved`.
    public func interacting(above threshold: Float, alphabet: Alphabet, seed: UInt64) -> Pairs {
        var random = RandomSource(seed: seed, .generatorData)
        var chosen = LabelledPairs(like: self)
        for p in 0..<count where targets[p] > threshold { chosen.append(p, of: self) }
        return chosen.resolved(&random, alphabet: alphabet).pairs
    }

    /// Adds a pair of strands in codes, each 1 to `DuplexShape.maximumLength` long, with its target and conditions.
    public mutating func append(_ a: [UInt8], _ b: [UInt8], target: Float, at point: [Float] = []) {
        pairs.append(a[...], b[...])
        targets.append(target)
        conditions.append(point)
    }
}

extension LabelledPairs {
    /// Number of pairs of the same two strands, in the same order and at the same conditions, as an earlier pair whose
    /// target lies on the other side of `threshold`. Strands are compared by hashes of 62 bits: fit for a warning, not
    /// for a decision.
    public func contradictions(above threshold: Float) -> Int {
        // A hash table with linear probing; an entry has the side of the threshold in its lowest bit. A `Set` took
        // three times as long, and more than anything else before training.
        let slots = max(4, (self.count + self.count / 4).nextPowerOfTwo)
        var seen = [UInt64](repeating: 0, count: slots)
        var count = 0
        for p in 0..<self.count {
            let own: UInt64 =
                (pairs.hash(ofPair: p) ^ conditions.hash(ofPair: p)) & ~3 | 2 | (targets[p] > threshold ? 1 : 0)
            var slot = Int(truncatingIfNeeded: own >> 2) & (slots - 1)
            while seen[slot] != 0, seen[slot] | 1 != own | 1 { slot = (slot + 1) & (slots - 1) }
            if seen[slot] == 0 { seen[slot] = own } else if seen[slot] != own { count += 1 }
        }
        return count
    }
}

extension Int {
    /// The least power of two that is not below this number.
    fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
