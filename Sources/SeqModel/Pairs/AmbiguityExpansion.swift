// AmbiguityExpansion: the pairs of plain strands that a pair with ambiguity letters stands for.

import Kernels

/// Which of its expansions' scores a pair with ambiguity letters gets.
public enum AmbiguityScore: Sendable {
    /// Their mean: what a mixture of the strands shows.
    case mean
    /// The largest: whether any of the strands interacts.
    case largest
}

/// The expansions of a pair: every choice of one letter for each of its ambiguity letters.
///
/// Up to `limit` they are all written out. Of more, `limit` are drawn: by the pair's own hash, so that they depend on
/// neither its place nor the number of threads, as a strength-two orthogonal array with a Latin hypercube inside (Tang,
/// J. Am. Stat. Assoc. 88:1392, 1993), in which every two of up to 17 letters meet in all their choices equally often:
/// what single letters and facing letters tell is then not left to chance.
struct AmbiguityExpansion {
    /// Expansions of a pair that are written out; of more, as many are drawn.
    static let limit = 256

    /// The letters of a code, by code.
    private let members: [[UInt8]]
    private let letters: Int
    /// The codes of the pair under way, A's and then B's; and which of them are ambiguous.
    private var codes: [UInt8] = []
    private var places: [Int] = []
    private var middle = 0
    /// Whether strand B comes first among `codes`.
    private var isTurned = false

    /// For strands in the codes of `strands`.
    init(like strands: StrandCodes) {
        letters = strands.letters
        members = strands.members.map { bits in
            (0..<UInt8(strands.letters)).filter { bits & (1 << UInt32($0)) != 0 }
        }
    }

    /// The number of expansions of the strands `first` and `second` together, held at `limit + 1`.
    func count(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>) -> Int {
        var count = 1
        for strand in [first, second] {
            for code in strand where Int(code) >= letters {
                count = min(AmbiguityExpansion.limit + 1, count * members[Int(code)].count)
            }
        }
        return count
    }

    /// The number of expansions of each strand of `strands`, held at `limit + 1`.
    func counts(_ strands: StrandCodes) -> [Int] {
        (0..<strands.count).map { strands.isAmbiguous ? count(strands[$0], []) : 1 }
    }

    /// The strands, each with the first letter that it stands for in the place of each ambiguity letter.
    func examples(_ strands: StrandCodes) -> StrandCodes {
        guard strands.isAmbiguous else { return strands }
        var examples = StrandCodes(like: strands)
        for s in 0..<strands.count {
            for code in strands[s] { examples.append(members[Int(code)][0]) }
            examples.endStrand()
        }
        return examples
    }

    /// Adds the expansions of the pair `a` and `b` to `expanded` and returns how many. A symmetric pair has the same ones,
    /// in the same order, whichever way it is given.
    mutating func append(
        _ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, isSymmetric: Bool, to expanded: inout Pairs
    ) -> Int {
        isTurned = isSymmetric && b.lexicographicallyPrecedes(a)
        let (first, second) = isTurned ? (b, a) : (a, b)
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

    /// Pairs that `neighbours` gives at the most of two changes; of more there are none.
    private static let mostNeighbours = 4_096

    /// The pairs that differ from pair `p` of `expanded`, an expansion of the pair appended last, in one ambiguity letter; or,
    /// where `isDouble`, in two: letters that face each other bind less where only one of them is changed.
    func neighbours(ofPair p: Int, in expanded: Pairs, isDouble: Bool) -> Pairs {
        var neighbours = Pairs(like: expanded)
        let (a, b) = (Array(expanded.a(p)), Array(expanded.b(p)))
        var choice = isTurned ? b + a : a + b
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
        expanded.append(isTurned ? second : first, isTurned ? first : second)
    }

    /// Every choice, the last place's letters changing first.
    private func writeAll(to expanded: inout Pairs) {
        var choice = codes
        for place in places { choice[place] = members[Int(codes[place])][0] }
        var digits = [Int](repeating: 0, count: places.count)
        while true {
            add(choice, to: &expanded)
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

    private func draw(to expanded: inout Pairs) {
        var hash = FowlerNollVoHash()
        hash.add(Pairs.key(codes[..<middle], codes[middle...]))
        var random = RandomSource(seed: hash.value)
        var order = Array(0..<AmbiguityExpansion.limit)
        let columns = places.indices.map { k in
            let factor = k % OrthogonalArray.factors
            // The next 17 places meet the first ones by chance.
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

extension Pairs {
    /// The most expansions of a pair that are all scored; of more, as many are drawn.
    public static let mostExpansions = AmbiguityExpansion.limit

    /// How many pairs have more expansions than that.
    public var drawnPairs: Int {
        guard isAmbiguous else { return 0 }
        let expansion = AmbiguityExpansion(like: strands)
        return (0..<count).count { expansion.count(a($0), b($0)) > AmbiguityExpansion.limit }
    }
}
