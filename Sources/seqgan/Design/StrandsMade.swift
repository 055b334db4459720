// StrandsMade: what is asked of a generator beside what it makes; where the two never meet, that is said at once.

import ArgumentParser
import Kernels
import SeqModel

/// The strands that a generator makes for a label: pairs, or partners of strands of the lengths `given`.
struct StrandsMade {
    let generator: TrainedGenerator
    let label: Int
    /// The lengths of given strands; none where there are no such strands.
    let given: Set<Int>
    /// Letters of the alphabet.
    let letters: Int

    private typealias Ends = (a: ClosedRange<Int>, b: ClosedRange<Int>)

    /// The lengths of strands in `allowed`, over all given lengths.
    private func ends(_ allowed: ClosedRange<Int>) -> Ends? {
        let found = (given.isEmpty ? [nil] : given.map { $0 }).compactMap {
            generator.lengths(label: label, a: $0, allowed: allowed)
        }
        return found.dropFirst().reduce(found.first) { sum, next in
            sum.map { (StrandsMade.hull($0.a, next.a), StrandsMade.hull($0.b, next.b)) }
        }
    }

    private static func hull(_ x: ClosedRange<Int>, _ y: ClosedRange<Int>) -> ClosedRange<Int> {
        min(x.lowerBound, y.lowerBound)...max(x.upperBound, y.upperBound)
    }

    /// Throws where no pair can be as asked for. Says where it makes but a part of the lengths `asked`, of which the text is
    /// what was typed.
    func require(
        _ asked: (lengths: ClosedRange<Int>, text: String)?, _ constraints: StrandConstraints, distance: Int, pairs: Int
    ) throws {
        let everyLength = 1...DuplexShape.maximumLength
        guard let all = ends(everyLength) else { return }
        guard let met = ends(asked?.lengths ?? everyLength) else {
            // Both strands may be made in these lengths, and yet no pair have both.
            let isBetween = asked.map { all.a.overlaps($0.lengths) && all.b.overlaps($0.lengths) } ?? false
            throw Failure(
                message: "--length \(asked?.text ?? ""): this model's generator makes \(description(all))"
                    + (isBetween ? ", but never both of a pair in these lengths" : ""), code: ExitCodes.badData)
        }
        let made = given.isEmpty ? StrandsMade.hull(met.a, met.b) : met.b
        if let asked, !all.b.contains(asked.lengths.lowerBound) || !all.b.contains(asked.lengths.upperBound) {
            printMessage("of --length \(asked.text) this model's generator makes \(text(made)) letters")
        }
        for strand in given.isEmpty ? [met.a, met.b] : [met.b] {
            if let option = constraints.neverMet(strand, letters: letters) {
                throw Failure(
                    message: "\(option): no strand of \(text(strand)) letters is like that", code: ExitCodes.badData)
            }
        }
        if pairs > 1, distance > made.upperBound {
            throw Failure(
                message: "--min-distance \(distance): this model's generator makes strands of up to "
                    + "\(made.upperBound) letters, and none can differ in more", code: ExitCodes.badData)
        }
    }

    private func description(_ ends: Ends) -> String {
        if !given.isEmpty { return "partners, for these strands, of \(text(ends.b)) letters" }
        if ends.a == ends.b { return "strands of \(text(ends.b)) letters" }
        return "strands A of \(text(ends.a)) letters and B of \(text(ends.b))"
    }

    private func text(_ range: ClosedRange<Int>) -> String {
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
}
