// PairPlaces: the places that pairs are designed for, window by window, and what has been found for them.

/// Takes candidates in the order of their places, as far as the constraints between pairs and the draws that are left
/// allow.
struct PairPlaces {
    private(set) var written: WrittenPairs
    /// Draws so far, and those that are allowed.
    private var drawn = 0
    private let mostDraws: Int
    /// Whether strands A were given: these need not be far from others.
    private let isGiven: Bool
    /// Places that were filled and written.
    private(set) var filled = 0
    /// The places under way, their pairs, and which of them have none yet.
    private var window = 0..<0
    private var held: [PairDesign.Candidate?] = []
    private var open: [Int] = []

    init(_ written: WrittenPairs, mostDraws: Int, isGiven: Bool) {
        (self.written, self.mostDraws, self.isGiven) = (written, mostDraws, isGiven)
    }

    var hasDrawsLeft: Bool { drawn < mostDraws }

    /// The places for which a candidate is to be drawn next: those without a pair, as far as draws are left.
    var asked: [Int] { Array(open.prefix(mostDraws - drawn)) }

    /// Goes on to these places.
    mutating func begin(_ places: Range<Int>) {
        window = places
        held = Array(repeating: nil, count: places.count)
        open = Array(places)
    }

    /// Takes one candidate for each place that was asked for; for more of them no draws are left.
    mutating func take(_ candidates: [PairDesign.Candidate]) {
        let asked = asked
        drawn += asked.count
        for (place, candidate) in zip(asked, candidates) where candidate.isFit {
            if written.accept(candidate.pair.a, candidate.pair.b, isGiven: isGiven) {
                held[place - window.lowerBound] = candidate
            }
        }
        open.removeAll { held[$0 - window.lowerBound] != nil }
    }

    /// Calls `write` with each place that was filled and its pair.
    mutating func write(_ write: (Int, PairDesign.Candidate) throws -> Void) rethrows {
        for (place, candidate) in zip(window, held) {
            guard let candidate else { continue }
            try write(place, candidate)
            filled += 1
        }
    }
}
