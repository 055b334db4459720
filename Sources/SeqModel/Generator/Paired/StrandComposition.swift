// StrandComposition: what strands A look like: how long both strands are, and A's letters by a network of their own.

import Kernels

/// What a pair's lengths and strand A are drawn from, for each label; the generator's other half then makes B to A.
public struct StrandComposition: Sendable {
    let net: StrandNet
    let weights: FloatBuffer
    /// For each label the lengths (a, b) that occur, with their cumulative shares; none for a label without pairs.
    let lengths: [[Lengths]]

    /// A combination of lengths and the share of pairs up to and with it.
    struct Lengths: Sendable, Equatable {
        var a: Int, b: Int
        var share: Float
    }

    /// Counts the lengths of the pairs of `chosen[label]`.
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

    /// The lengths of A and B where both lie in `allowed`. Where only `b` is asked for, A's are the nearest to `a` that
    /// occur.
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

    /// Draws strands A of `lengths` letters side by side, see `StrandNet.draw`; `tape` is of `net`.
    func draw(
        label: Int, lengths: [Int], _ sources: inout [RandomSource], _ tape: StrandNet.Tape, _ kernels: LayerKernels,
        canGrow: (ArraySlice<UInt8>, Int) -> Bool = { _, _ in true }
    ) -> [[UInt8]?] {
        net.draw(tape, label: label, lengths: lengths, weights: weights, &sources, kernels, canGrow: canGrow)
    }
}

/// Combinations of lengths to draw from, with the sums of their shares up to and with each.
struct AllowedLengths: Sendable {
    fileprivate(set) var choices: [StrandComposition.Lengths] = []

    /// The lengths of A and of B; nil where there is no combination.
    var ends: (a: ClosedRange<Int>, b: ClosedRange<Int>)? {
        let (a, b) = (choices.map(\.a), choices.map(\.b))
        guard let leastA = a.min(), let mostA = a.max(), let leastB = b.min(), let mostB = b.max() else { return nil }
        return (leastA...mostA, leastB...mostB)
    }

    /// Draws one; nil where there is none.
    func draw(_ random: inout RandomSource) -> (a: Int, b: Int)? {
        guard let total = choices.last?.share, total > 0 else { return nil }
        // Below the total even where the product was rounded up.
        let bound = min(random.uniform() * total, total.nextDown)
        // The first whose sum is above the bound.
        var (low, high) = (0, choices.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if choices[middle].share > bound { high = middle } else { low = middle + 1 }
        }
        return (choices[low].a, choices[low].b)
    }
}
