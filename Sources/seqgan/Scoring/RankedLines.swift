// RankedLines: lines of output in the order of a figure, all of them or the first N.

import SeqIO

/// What lines are ranked by, and how many of them are written.
struct Ranking: Sendable {
    /// A column of figures, by its title.
    enum Column: String, CaseIterable, Sendable {
        case score, melting, dG, dH, dS, paired
    }

    var column = Column.score
    /// The most lines that are written; nil: all.
    var most: Int?

    /// The rank of a pair: the greater it is, the earlier its line. Empty fields come last. Scores rank by their
    /// logits, which differ also where scores near 1 are equal as they are written.
    func rank(_ pair: Int, logit: Float, _ figures: PairFigures.Values) -> Double {
        let none = -Double.infinity
        return switch column {
        case .score: Double(logit)
        case .melting: figures.melting[pair].map { Double($0) } ?? none
        // The lowest first, as that binds most strongly.
        case .dG: figures.energies[pair].map { -$0.freeEnergy } ?? none
        case .dH: figures.energies[pair].map { -$0.enthalpy } ?? none
        case .dS: figures.energies[pair]?.entropy ?? none
        case .paired: Double(figures.duplexes.paired[pair])
        }
    }
}

/// Where a line, or a record of several lines, ends in a text, and its rank; nil for headers and comments, which stay
/// first.
struct LineMark: Sendable {
    var end: Int
    var rank: Double?
}

/// The lines of an output, ranked as they come, with the memory of those that may be written.
struct RankedLines: Sendable {
    private struct Line {
        var rank: Double
        /// Lines of equal rank are in the order of their starts, which is that of the input.
        var start: Int
        var count: Int
    }

    private let most: Int?
    private var bytes: [UInt8] = []
    private var lines: [Line] = []
    /// A further line is written only where its rank exceeds this; nil where any may be.
    private(set) var bar: Double?

    /// The fewest lines that are sorted at a time.
    private static let leastSorted = 256

    /// Keeps the `most` lines of the greatest ranks; all of them where it is nil.
    init(most: Int?) { self.most = most }

    /// Adds a line, which comes after all that were added before.
    mutating func add(_ text: ArraySlice<UInt8>, rank: Double) {
        let rank = rank.isNaN ? -.infinity : rank
        if let bar, rank <= bar { return }
        lines.append(Line(rank: rank, start: bytes.count, count: text.count))
        bytes.append(contentsOf: text)
        // As many lines again are let in before they are sorted: one that is kept costs little more than one that is
        // not.
        guard let most, lines.count - most >= max(most, RankedLines.leastSorted) else { return }
        keep(most)
    }

    /// Drops all lines but the first `most`.
    private mutating func keep(_ most: Int) {
        sort()
        lines.removeLast(lines.count - most)
        bar = lines.last?.rank
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        for place in lines.indices {
            let line = lines[place]
            lines[place].start = kept.count
            kept.append(contentsOf: bytes[line.start..<line.start + line.count])
        }
        bytes = kept
    }

    private mutating func sort() {
        lines.sort { $0.rank != $1.rank ? $0.rank > $1.rank : $0.start < $1.start }
    }

    /// Writes the lines in their order and forgets them.
    mutating func write(to sink: ByteSink) throws(OutputError) {
        sort()
        for line in lines.prefix(most ?? .max) { try sink.write(bytes[line.start..<line.start + line.count]) }
        self = RankedLines(most: most)
    }
}

/// An output of lines: in the order in which they come, or ranked.
struct LineOutput {
    let sink: ByteSink
    private var ranked: RankedLines?

    /// Writes to `sink`, in the order of `ranking` where there is one.
    init(_ sink: ByteSink, _ ranking: Ranking?) {
        self.sink = sink
        ranked = ranking.map { RankedLines(most: $0.most) }
    }

    /// A line is written only where its rank exceeds this; nil where any may be.
    var bar: Double? { ranked?.bar }

    /// Takes a text whose lines have `marks` where they are ranked.
    mutating func write(_ text: [UInt8], _ marks: [LineMark]) throws(OutputError) {
        guard ranked != nil else { return try sink.write(text) }
        var start = 0
        for mark in marks {
            if let rank = mark.rank {
                ranked?.add(text[start..<mark.end], rank: rank)
            } else {
                try sink.write(text[start..<mark.end])
            }
            start = mark.end
        }
    }

    /// Writes the ranked lines, at the end of all or before a failure.
    mutating func end() throws(OutputError) { try ranked?.write(to: sink) }
}
