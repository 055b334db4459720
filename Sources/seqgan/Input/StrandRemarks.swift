// StrandRemarks: what is said once, at the end, of strands that were understood but are not what the model learned from.

import Kernels
import SeqIO
import SeqModel

/// Counts of pairs, or of single strands, of which something is to be said.
struct StrandRemarks: Sendable {
    /// With U where the alphabet has T, or T where it has U.
    var translated = 0
    /// With a strand outside the lengths that the model was trained on; and outside those at which it holds.
    var unusual = 0, forced = 0
    /// Of which expansions were drawn, as their ambiguity letters have too many.
    var drawn = 0

    static func += (sum: inout StrandRemarks, more: StrandRemarks) {
        sum.translated += more.translated
        sum.unusual += more.unusual
        sum.forced += more.forced
        sum.drawn += more.drawn
    }

    /// Counts `entry` where it holds the base that the alphabet writes otherwise.
    mutating func count(_ entry: PairEntry, of batch: PairBatch, _ alphabet: Alphabet) {
        guard let other = alphabet.otherBase else { return }
        func holds(_ strand: Range<Int>) -> Bool { batch.bytes[strand].contains { $0 | 0x20 == other } }
        if holds(entry.strandA) || holds(entry.strandB) { translated += 1 }
    }

    /// Counts the `pairs` that `classifier` scores less surely than others: of unusual lengths, of many expansions.
    mutating func count(_ pairs: Pairs, _ classifier: PairClassifier) {
        count(pairs.strands, each: 2, classifier)
        drawn += pairs.drawnPairs
    }

    /// Counts the single strands, or pairs where `each` is 2, of unusual lengths.
    mutating func count(_ strands: StrandCodes, each: Int, _ classifier: PairClassifier) {
        let (trained, scored) = (classifier.trainedLengths, classifier.scoredLengths)
        for first in stride(from: 0, to: strands.count, by: each) {
            var (isUnusual, isForced) = (false, false)
            for s in first..<first + each {
                let length = strands.length(s)
                if !trained.contains(length) { isUnusual = true }
                if !scored.contains(length) { isForced = true }
            }
            if isForced { forced += 1 } else if isUnusual { unusual += 1 }
        }
    }

    /// Says what was counted; of lengths and expansions where there is a model.
    func tell(_ alphabet: Alphabet, _ classifier: PairClassifier? = nil, of noun: String = "pairs") {
        if translated > 0 {
            let (read, own) = alphabet == .dna ? ("U as T", "DNA") : ("T as U", "RNA")
            printMessage("read \(read) in \(counted(translated, noun)), as the model's letters are those of \(own)")
        }
        guard let classifier else { return }
        let verbs = noun == "pairs" ? ("has a strand", "have a strand") : ("is", "are")
        func tell(_ count: Int, _ lengths: ClosedRange<Int>, _ which: String, _ verdict: String) {
            printMessage(
                "\(counted(count, noun)) \(count == 1 ? verbs.0 : verbs.1) outside the lengths \(which) "
                    + "(\(lengths.lowerBound) to \(lengths.upperBound)): "
                    + (count == 1 ? "its score is " : "their scores are ") + verdict)
        }
        if unusual > 0 {
            tell(unusual, classifier.trainedLengths, "that the model was trained on", "less certain")
        }
        if forced > 0 {
            tell(forced, classifier.scoredLengths, "at which the model holds", "not to be relied on")
        }
        if drawn > 0 {
            let most = Pairs.mostExpansions
            printMessage(
                "\(counted(drawn, noun)) \(drawn == 1 ? "stands" : "stand") for more than \(most) pairs of plain strands: "
                    + "\(drawn == 1 ? "its score is" : "their scores are") of \(most) of these, drawn")
        }
    }
}
