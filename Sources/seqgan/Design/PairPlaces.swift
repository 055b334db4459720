// PairPlaces: the places to fill with pairs, window by window, and the pairs found for them.

/// Accepts candidates in the order of their places, as far as the constraints between pairs and the number of draws
/// allow.
struct PairPlaces {
    private(set) var written: AcceptedPairs
    /// The partners found so far, where strands are given; these strands need not be far from others.
    private var given: GivenPartners?
    /// Draws so far, and the most that are allowed.
    private var drawn = 0
    private let mostDraws: Int
    /// The number of places filled and written.
    private(set) var filled = 0
    /// The current window of places, its pairs, and the places without one.
    private var window = 0..<0
    private var held: [PairDesign.Candidate?] = []
    private var open: [Int] = []

    init(_ written: AcceptedPairs, mostDraws: Int, given: GivenPartners?) {
        (self.written, self.mostDraws, self.given) = (written, mostDraws, given)
    }

    var hasDrawsLeft: Bool { drawn < mostDraws }

    /// The places for which a candidate is to be drawn next: those without a pair, as far as draws are left.
    var asked: [Int] { Array(open.prefix(mostDraws - drawn)) }

    /// The places of `places` worth drawing for: without those of strands that were given up.
    func worthwhile(_ places: Range<Int>) -> [Int] {
        guard let given else { return Array(places) }
        return places.filter { !given.isGivenUp($0) }
    }

    /// Starts the window `places`.
    mutating func begin(_ places: Range<Int>) {
        window = places
        held = Array(repeating: nil, count: places.count)
        open = worthwhile(places)
        given?.forget(before: places.lowerBound)
    }

    /// Accepts or rejects each candidate, as far as draws are left.
    mutating func take(_ candidates: [PairDesign.Candidate]) {
        let taken = candidates.prefix(mostDraws - drawn)
        drawn += taken.count
        for candidate in taken {
            let (a, b, place) = (candidate.pair.a, candidate.pair.b, candidate.place)
            let isTaken =
                candidate.isFit && given?.isNew(b, at: place) ?? true
                && written.accept(a, b, isGiven: given != nil)
            if isTaken { held[place - window.lowerBound] = candidate }
            given?.count(isTaken ? b : nil, at: place)
        }
        open.removeAll { held[$0 - window.lowerBound] != nil || given?.isGivenUp($0) ?? false }
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
