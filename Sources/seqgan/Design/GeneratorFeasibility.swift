// GeneratorFeasibility: constraints that a generator can never meet are reported before any pair is drawn.

import ArgumentParser
import Kernels
import SeqModel

/// The lengths of strands that a generator makes for a label: in pairs, or in partners of strands of the lengths
/// `given`.
struct GeneratorFeasibility {
    let generator: TrainedGenerator
    let label: Int
    /// The lengths of the given strands; empty where there are none.
    let given: Set<Int>
    /// The number of letters of the alphabet.
    let letters: Int

    private typealias Ends = (a: ClosedRange<Int>, b: ClosedRange<Int>)

    /// The lengths that the generator makes within `allowed`, over all given lengths; nil for none.
    private func ends(_ allowed: ClosedRange<Int>) -> Ends? {
        let found = (given.isEmpty ? [nil] : given.map { $0 }).compactMap {
            generator.lengths(label: label, a: $0, allowed: allowed)
        }
        return found.dropFirst().reduce(found.first) { sum, next in
            sum.map { (GeneratorFeasibility.hull($0.a, next.a), GeneratorFeasibility.hull($0.b, next.b)) }
        }
    }

    private static func hull(_ x: ClosedRange<Int>, _ y: ClosedRange<Int>) -> ClosedRange<Int> {
        min(x.lowerBound, y.lowerBound)...max(x.upperBound, y.upperBound)
    }

    /// Throws where no pair can meet the constraints. Prints a message where the generator makes only a part of the
    /// lengths `asked`, whose `text` is what the user typed.
    func require(
        _ asked: (lengths: ClosedRange<Int>, text: String)?, _ constraints: StrandConstraints, distance: Int, pairs: Int
    ) throws {
        let everyLength = 1...DuplexShape.maximumLength
        guard let all = ends(everyLength) else { return }
        guard let met = ends(asked?.lengths ?? everyLength) else {
            // Each strand may have such a length, but never both strands of one pair.
            let isBetween = asked.map { all.a.overlaps($0.lengths) && all.b.overlaps($0.lengths) } ?? false
            throw Failure(
                message: "--length \(asked?.text ?? ""): the generator of this model makes \(description(all))"
                    + (isBetween ? ", but never both strands of a pair in these lengths" : ""), code: ExitCodes.badData)
        }
        let made = given.isEmpty ? GeneratorFeasibility.hull(met.a, met.b) : met.b
        if let asked, !all.b.contains(asked.lengths.lowerBound) || !all.b.contains(asked.lengths.upperBound) {
            printMessage("of --length \(asked.text), the generator of this model makes \(text(made)) letters only")
        }
        for strand in given.isEmpty ? [met.a, met.b] : [met.b] {
            if let option = constraints.neverMet(strand, letters: letters) {
                throw Failure(
                    message: "\(option): no strand of \(text(strand)) letters can meet this", code: ExitCodes.badData)
            }
        }
        if pairs > 1, distance > made.upperBound {
            throw Failure(
                message: "--min-distance \(distance): the generator of this model makes strands of up to "
                    + "\(made.upperBound) letters, which cannot differ in more", code: ExitCodes.badData)
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
