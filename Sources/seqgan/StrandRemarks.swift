// StrandRemarks: what is said once, at the end, of strands that were understood but are not what the model learned from.

import Kernels
import SeqIO
import SeqModel

/// Counts of pairs, or of single strands, of which something is to be said.
struct StrandRemarks: Sendable {
    /// With U where the alphabet has T, or T where it has U.
    var translated = 0
    /// With a strand outside the lengths that the model was trained on.
    var unusual = 0

    static func += (sum: inout StrandRemarks, more: StrandRemarks) {
        sum.translated += more.translated
        sum.unusual += more.unusual
    }

    /// Counts `entry` where it holds the base that the alphabet writes otherwise.
    mutating func count(_ entry: PairEntry, of batch: PairBatch, _ alphabet: Alphabet) {
        guard let other = alphabet.otherBase else { return }
        func holds(_ strand: Range<Int>) -> Bool { batch.bytes[strand].contains { $0 | 0x20 == other } }
        if holds(entry.strandA) || holds(entry.strandB) { translated += 1 }
    }

    /// Counts the pairs of `strands`, from the first on `each` strands at a time, with one outside `lengths`.
    mutating func count(_ strands: PairCodes, each: Int = 2, outside lengths: ClosedRange<Int>) {
        for first in stride(from: 0, to: strands.starts.count - 1, by: each) {
            let isUsual = (first..<first + each).allSatisfy { s in
                lengths.contains(strands.starts[s + 1] - strands.starts[s])
            }
            if !isUsual { unusual += 1 }
        }
    }

    /// Says what was counted; of lengths where there is a model that learned from some.
    func tell(_ alphabet: Alphabet, lengths: ClosedRange<Int>? = nil, of noun: String = "pairs") {
        if translated > 0 {
            let (read, own) = alphabet == .dna ? ("U as T", "DNA") : ("T as U", "RNA")
            complain("read \(read) in \(counted(translated, noun)), as the model's letters are those of \(own)")
        }
        if unusual > 0, let lengths {
            let verbs = noun == "pairs" ? ("has a strand", "have a strand") : ("is", "are")
            complain(
                "\(counted(unusual, noun)) \(unusual == 1 ? verbs.0 : verbs.1) outside the lengths that the model was "
                    + "trained on (\(lengths.lowerBound) to \(lengths.upperBound)): "
                    + (unusual == 1 ? "its score is" : "their scores are") + " less certain")
        }
    }
}
