// AmbiguityExpansion: the pairs without ambiguity letters that a pair with some stands for.

import Kernels

/// How the score of a pair with ambiguity letters follows from the scores of its expansions.
public enum AmbiguityScore: Sendable {
    /// The mean of their scores: that of an even mixture of the strands.
    case mean
    /// The largest of their scores: whether any of the strands interacts.
    case largest
}

/// The expansions of a pair: every choice of one letter for each of its ambiguity letters.
///
/// Up to `limit` expansions are all listed. Of more, `limit` are drawn, with a hash of the pair as the seed, so that
/// they depend neither on its place in the input nor on the number of threads. They are drawn as a Latin hypercube
/// based on an orthogonal array of strength two (Tang, J. Am. Stat. Assoc. 88:1392, 1993): any two of up to 17
/// ambiguity letters occur in all combinations about equally often, so the effects of single letters and of facing
/// letters are sampled evenly.
struct AmbiguityExpansion {
    /// The most expansions of a pair that are all listed; of more, this many are drawn.
    static let limit = 256

    /// The letters of a code, by code.
    private let members: [[UInt8]]
    private let letters: Int
    /// The codes of the pair appended last, strand after strand, and the positions of its ambiguity letters.
    private var codes: [UInt8] = []
    private var places: [Int] = []
    /// Where the second strand begins in `codes`.
    private var middle = 0
    /// Whether strand B comes first in `codes`.
    private var isSwapped = false

    /// Expands pairs in the codes of `strands`.
    init(like strands: StrandCodes) {
        letters = strands.letters
        members = strands.members.map { bits in
            (0..<UInt8(strands.letters)).filter { bits & (1 << UInt32($0)) != 0 }
        }
    }

    /// The number of expansions of the strands `first` and `second` together, at most `limit + 1`.
    func count(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>) -> Int {
        var count = 1
        for strand in [first, second] {
            for code in strand where Int(code) >= letters {
                count = min(AmbiguityExpansion.limit + 1, count * members[Int(code)].count)
            }
        }
        return count
    }

    /// The number of expansions of each strand of `strands`, at most `limit + 1`.
    func counts(_ strands: StrandCodes) -> [Int] {
        (0..<strands.count).map { strands.isAmbiguous ? count(strands[$0], []) : 1 }
    }

    /// The first expansion of each strand: each ambiguity letter is replaced by the first letter that it stands for.
    func examples(_ strands: StrandCodes) -> StrandCodes {
        guard strands.isAmbiguous else { return strands }
        var examples = StrandCodes(like: strands)
        for s in 0..<strands.count {
            for code in strands[s] { examples.append(members[Int(code)][0]) }
            examples.endStrand()
        }
        return examples
    }

    /// Appends the expansions of the pair `a` and `b` to `expanded` and returns how many. Where `isSymmetric`, a pair
    /// and its swap have the same expansions in the same order.
    mutating func append(
        _ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, isSymmetric: Bool, to expanded: inout Pairs
    ) -> Int {
        isSwapped = isSymmetric && b.lexicographicallyPrecedes(a)
        let (first, second) = isSwapped ? (b, a) : (a, b)
        codes.removeAll(keepingCapacity: true)
        codes.append(contentsOf: first)
        codes.append(contentsOf: second)
        middle = first.count
        places.removeAll(keepingCapacity: true)
        for place in codes.indices where Int(codes[place]) >= letters { places.append(place) }
        let count = count(first, second)
        if count <= AmbiguityExpansion.limit { writeAll(to: &expanded) } else { draw(to: &expanded) }
        return min(count, AmbiguityExpansion.limit)
    }

    /// Appends all expansions of a single strand, of which there are at most `limit`.
    mutating func append(_ strand: ArraySlice<UInt8>, to expanded: inout StrandCodes) {
        codes.removeAll(keepingCapacity: true)
        codes.append(contentsOf: strand)
        places.removeAll(keepingCapacity: true)
        for place in codes.indices where Int(codes[place]) >= letters { places.append(place) }
        forEachChoice { expanded.append($0[...]) }
    }

    /// The most pairs that `neighbours` returns for two changes; where there are more, it returns none.
    private static let mostNeighbours = 4_096

    /// The expansions that differ from pair `p` of `expanded`, an expansion of the pair appended last, in one letter.
    ///
    /// Where `isDouble`, in two letters: two facing letters often improve the score only if both are changed.
    func neighbours(ofPair p: Int, in expanded: Pairs, isDouble: Bool) -> Pairs {
        var neighbours = Pairs(like: expanded)
        let (a, b) = (Array(expanded.a(p)), Array(expanded.b(p)))
        var choice = isSwapped ? b + a : a + b
        let changes = places.flatMap { place in
            members[Int(codes[place])].filter { $0 != choice[place] }.map { (place: place, letter: $0) }
        }
        guard !isDouble || changes.count * (changes.count - 1) / 2 <= AmbiguityExpansion.mostNeighbours else {
            return neighbours
        }
        for (k, change) in changes.enumerated() {
            let own = choice[change.place]
            choice[change.place] = change.letter
            if !isDouble { add(choice, to: &neighbours) }
            for other in isDouble ? changes[..<k] : [] where other.place != change.place {
                let second = choice[other.place]
                choice[other.place] = other.letter
                add(choice, to: &neighbours)
                choice[other.place] = second
            }
            choice[change.place] = own
        }
        return neighbours
    }

    private func add(_ choice: [UInt8], to expanded: inout Pairs) {
        let (first, second) = (choice[..<middle], choice[middle...])
        expanded.append(isSwapped ? second : first, isSwapped ? first : second)
    }

    /// Appends all expansions; the letters of the last ambiguous position change fastest.
    private func writeAll(to expanded: inout Pairs) { forEachChoice { add($0, to: &expanded) } }

    private func forEachChoice(_ body: ([UInt8]) -> Void) {
        guard !places.isEmpty else { return body(codes) }
        var choice = codes
        for place in places { choice[place] = members[Int(codes[place])][0] }
        var digits = [Int](repeating: 0, count: places.count)
        while true {
            body(choice)
            var at = places.count - 1
            while at >= 0 {
                let own = members[Int(codes[places[at]])]
                digits[at] = digits[at] + 1 < own.count ? digits[at] + 1 : 0
                choice[places[at]] = own[digits[at]]
                if digits[at] > 0 { break }
                at -= 1
            }
            if at < 0 { return }
        }
    }

    /// Appends `limit` drawn expansions.
    private func draw(to expanded: inout Pairs) {
        var hash = FowlerNollVoHash()
        hash.add(Pairs.key(codes[..<middle], codes[middle...]))
        var random = RandomSource(seed: hash.value)
        var order = Array(0..<AmbiguityExpansion.limit)
        let columns = places.indices.map { k in
            let factor = k % OrthogonalArray.factors
            // The array has 17 factors; the next 17 positions are combined with these at random.
            if k > 0, factor == 0 { random.shuffle(&order) }
            let ranks = OrthogonalArray.ranks(ofFactor: factor, &random)
            return order.map { ranks[$0] }
        }
        var choice = codes
        for run in 0..<AmbiguityExpansion.limit {
            for (k, place) in places.enumerated() {
                let own = members[Int(codes[place])]
                choice[place] = own[columns[k][run] * own.count / AmbiguityExpansion.limit]
            }
            add(choice, to: &expanded)
        }
    }
}

extension StrandCodes {
    /// The number of strands without ambiguity letters that strand `s` stands for, at most one more than
    /// `Pairs.mostExpansions`.
    public func expansions(of s: Int) -> Int { isAmbiguous ? AmbiguityExpansion(like: self).count(self[s], []) : 1 }
}

extension Pairs {
    /// The most expansions of a pair that are all scored; of more, this many are drawn.
    public static let mostExpansions = AmbiguityExpansion.limit

    /// Number of pairs with more than `mostExpansions` expansions.
    public var drawnPairs: Int {
        guard isAmbiguous else { return 0 }
        let expansion = AmbiguityExpansion(like: strands)
        return (0..<count).count { expansion.count(a($0), b($0)) > AmbiguityExpansion.limit }
    }
}
