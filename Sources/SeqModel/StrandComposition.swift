// StrandComposition: what strands A look like: a Markov chain over their letters, and how long both strands are.

import Kernels

/// The composition of strands A for each label: letter by letter from the letters before, and the lengths of A and B.
///
/// The chain reaches the 4-mer distance that held-out strands have among themselves; the generator's other half then
/// makes B to it.
public struct StrandComposition: Sendable {
    /// Letters K.
    let letters: Int
    /// Letters before that decide, 0 to 3.
    let order: Int
    /// Cumulative probabilities (label, context, letter); a context is `order` digits of base K + 1, K standing for
    /// what lies before the strand.
    var cumulative: [Float]
    /// For each label the lengths (a, b) that occur, with their cumulative shares.
    var lengths: [[Lengths]]

    /// A combination of lengths and the share of pairs up to and with it.
    struct Lengths: Sendable, Equatable {
        var a: Int, b: Int
        var share: Float
    }

    /// Contexts of a chain.
    static func contexts(letters: Int, order: Int) -> Int { (0..<order).reduce(1) { n, _ in n * (letters + 1) } }

    /// Counts the pairs of `chosen[label]`; a label without pairs has neither lengths nor letters.
    init(_ pairs: PairCodes, letters: Int, chosen: [[Int]]) {
        self.letters = letters
        let seen = chosen.joined().reduce(0) { $0 + pairs.strand(2 * $1).count } / max(1, chosen.count)
        // An order is worth its table where each entry is seen ten times on average.
        order =
            (0...3).last { order in
                order == 0 || StrandComposition.contexts(letters: letters, order: order) * letters * 10 <= seen
            } ?? 0
        let contexts = StrandComposition.contexts(letters: letters, order: order)
        cumulative = []
        lengths = []
        for members in chosen {
            var counts = [Float](repeating: 0, count: contexts * letters)
            var found: [Int: Int] = [:]
            for p in members {
                let a = pairs.strand(2 * p)
                found[a.count << 16 | pairs.strand(2 * p + 1).count, default: 0] += 1
                var context = contexts - 1
                for code in a {
                    counts[context * letters + Int(code)] += 1
                    context = next(context, code)
                }
            }
            for context in 0..<contexts {
                let range = context * letters..<(context + 1) * letters
                let total = max(counts[range].reduce(0, +), 1e-6)
                var sum: Float = 0
                for k in range {
                    sum += counts[k] / total
                    cumulative.append(sum)
                }
            }
            var share = 0
            lengths.append(
                found.sorted { $0.key < $1.key }.map { key, count in
                    share += count
                    return Lengths(a: key >> 16, b: key & 0xffff, share: Float(share) / Float(members.count))
                })
        }
    }

    /// A composition read from a file.
    init(letters: Int, order: Int, cumulative: [Float], lengths: [[Lengths]]) {
        self.letters = letters
        self.order = order
        self.cumulative = cumulative
        self.lengths = lengths
    }

    private func next(_ context: Int, _ code: UInt8) -> Int {
        let contexts = StrandComposition.contexts(letters: letters, order: order)
        return order == 0 ? 0 : (context * (letters + 1) + Int(code)) % contexts
    }

    /// Draws the lengths of A and B where both lie in `allowed`, or nil where no such pair was learned. Where only
    /// `b` is asked for, the length of A is the nearest to `a` that occurs.
    func drawLengths(label: Int, a: Int? = nil, allowed: ClosedRange<Int>, _ random: inout RandomSource) -> (
        a: Int, b: Int
    )? {
        var choices = lengths[label]
        if let a {
            let nearest = choices.min { abs($0.a - a) < abs($1.a - a) }?.a
            choices.removeAll { $0.a != nearest }
        }
        // Shares are cumulative over all choices: drawn anew until allowed, then from the allowed ones alone.
        var weights: [Float] = []
        var before: Float = 0
        var total: Float = 0
        for choice in choices {
            let share = a == nil ? choice.share - before : choice.share - shareBefore(label, choice)
            before = choice.share
            let fits = allowed.contains(choice.b) && (a != nil || allowed.contains(choice.a))
            total += fits ? share : 0
            weights.append(total)
        }
        guard total > 0 else { return nil }
        let at = random.uniform() * total
        let index = weights.firstIndex { at < $0 } ?? weights.count - 1
        return (a ?? choices[index].a, choices[index].b)
    }

    private func shareBefore(_ label: Int, _ choice: Lengths) -> Float {
        guard let index = lengths[label].firstIndex(of: choice), index > 0 else { return 0 }
        return lengths[label][index - 1].share
    }

    /// Draws a strand A of `length` letters into `strand`.
    func draw(label: Int, length: Int, _ random: inout RandomSource, into strand: inout [UInt8]) {
        strand.removeAll(keepingCapacity: true)
        let contexts = StrandComposition.contexts(letters: letters, order: order)
        let table = label * contexts * letters
        var context = contexts - 1
        for _ in 0..<length {
            let start = table + context * letters
            let total = cumulative[start + letters - 1]
            var letter = 0
            if total > 0 {
                let at = random.uniform() * total
                while letter < letters - 1, at >= cumulative[start + letter] { letter += 1 }
            } else {
                letter = random.index(below: letters)  // never seen: any letter
            }
            strand.append(UInt8(letter))
            context = next(context, UInt8(letter))
        }
    }
}
