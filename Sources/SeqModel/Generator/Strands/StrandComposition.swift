// StrandComposition: the distributions of a pair's level of score, of the lengths of both strands and of strand A.

import Kernels

/// By label, the distribution of a pair's level of score, of its lengths and of strand A. A network then gives
/// strand B.
public struct StrandComposition: Sendable {
    /// The model of strand A.
    let net: any StrandModel
    let weights: FloatBuffer
    /// By label, the pairs of lengths that occur, with cumulative shares; empty for a label without pairs.
    let lengths: [[Lengths]]
    /// The levels of the score, of which one is drawn before the strands; nil where these do not depend on it.
    var levels: ScoreLevels?

    /// All weights of the model.
    var allWeights: [Float] { weights[0..<net.count] }

    /// A pair of lengths in letters, and the cumulative share (0 to 1) of pairs up to this entry.
    struct Lengths: Sendable, Equatable {
        var a: Int, b: Int
        var share: Float
    }

    /// The lengths of the pairs `chosen[label]` with their shares.
    static func lengths(_ pairs: Pairs, chosen: [[Int]]) -> [[Lengths]] {
        chosen.map { members in
            var found: [Int: Int] = [:]
            for p in members {
                found[pairs.a(p).count << 16 | pairs.b(p).count, default: 0] += 1
            }
            var share = 0
            return found.sorted { $0.key < $1.key }.map { key, count in
                share += count
                return Lengths(a: key >> 16, b: key & 0xffff, share: Float(share) / Float(members.count))
            }
        }
    }

    /// The pairs of lengths that are in `allowed`. With `a`, the length of a given strand A, those of the nearest
    /// length of A that occurs; A's length need not be in `allowed` then.
    func lengths(label: Int, a: Int? = nil, allowed: ClosedRange<Int>) -> AllowedLengths {
        let choices = lengths[label]
        let nearest = a.flatMap { a in choices.min { abs($0.a - a) < abs($1.a - a) }?.a }
        var found = AllowedLengths()
        var (before, total): (Float, Float) = (0, 0)
        for choice in choices {
            let share = choice.share - before
            before = choice.share
            let fits = nearest.map { choice.a == $0 } ?? allowed.contains(choice.a)
            guard fits, allowed.contains(choice.b) else { continue }
            total += share
            found.choices.append(Lengths(a: a ?? choice.a, b: choice.b, share: total))
        }
        return found
    }

    /// The pairs of lengths `found`, of free strands with `label`, as frequent as they are at conditions with the
    /// numbers `inputs`: each share is multiplied by the ratio of the probability of A's length there to its frequency
    /// with the label. The same without conditions.
    func lengths(
        _ found: AllowedLengths, label: Int, at inputs: ArraySlice<Float>, _ tape: LengthNet.Tape?,
        _ kernels: LayerKernels
    ) -> AllowedLengths {
        guard let ofLengths = net.lengths, let own = tape else { return found }
        let logits = ofLengths.logits(own, label: label, inputs, weights: weights, kernels)
        // Relative to the most probable of them: no share of lengths that are seldom there becomes 0.
        let top = found.choices.reduce(-Float.infinity) { max($0, logits[$1.a - 1]) }
        var usual = [Float](repeating: 0, count: logits.count + 1)
        var before: Float = 0
        for choice in lengths[label] {
            usual[choice.a] += choice.share - before
            before = choice.share
        }
        var result = AllowedLengths()
        var total: Float = 0
        before = 0
        for choice in found.choices {
            let ratio = exponential(logits[choice.a - 1] - top) / max(usual[choice.a], .leastNormalMagnitude)
            total += (choice.share - before) * ratio
            before = choice.share
            result.choices.append(Lengths(a: choice.a, b: choice.b, share: total))
        }
        return result
    }

    /// What one thread draws up to `strands` strands A at a time with.
    func drawer(strands: Int) -> any StrandDrawer { net.drawer(weights, strands: strands) }
}

/// Pairs of lengths to draw from, with cumulative shares.
struct AllowedLengths: Sendable {
    fileprivate(set) var choices: [StrandComposition.Lengths] = []

    /// The ranges of the lengths of A and of B; nil if there are no lengths.
    var ends: (a: ClosedRange<Int>, b: ClosedRange<Int>)? {
        let (a, b) = (choices.map(\.a), choices.map(\.b))
        guard let leastA = a.min(), let mostA = a.max(), let leastB = b.min(), let mostB = b.max() else { return nil }
        return (leastA...mostA, leastB...mostB)
    }

    /// Draws a pair of lengths; nil if there are none.
    func draw(_ random: inout RandomSource) -> (a: Int, b: Int)? {
        guard let total = choices.last?.share, total > 0 else { return nil }
        // The product may be rounded up to the total.
        let bound = min(random.uniform() * total, total.nextDown)
        // Binary search for the first cumulative share above the bound.
        var (low, high) = (0, choices.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if choices[middle].share > bound { high = middle } else { low = middle + 1 }
        }
        return (choices[low].a, choices[low].b)
    }
}
