// PairScorer: a batch of records to lines with scores.

import Kernels
import SeqIO
import SeqModel

/// Scores the pairs of a slot and writes the lines that they come to.
struct PairScorer: Sendable {
    let classifier: PairClassifier
    let threshold: Float
    let keep: Int?
    let writesLogit: Bool
    let skipsBad: Bool

    /// What a slot keeps for scoring.
    struct Scratch: Sendable {
        var strands: PairCodes
        var logits: [Float] = []
        var workspace = Workspace()
    }

    var alphabet: Alphabet { classifier.alphabet }
    /// The longest strand that the classifier takes.
    private var longest: Int { classifier.longestStrand }

    /// Encodes, scores and formats; stops at the first bad record unless these are passed over.
    func score(_ slot: inout Pipeline.Slot<Scratch>) {
        slot.scratch.strands.removeAll()
        var end = slot.batch.entries.count
        var passedOver: [Int] = []
        for (index, entry) in slot.batch.entries.enumerated() {
            do throws(InputError) {
                switch entry.kind {
                case .header, .comment: continue
                case .rejected: throw slot.batch.rejections[entry.rejection]
                case .pair:
                    try slot.scratch.strands.append(entry, of: slot.batch, alphabet, longest: longest)
                    slot.counts.remarks.count(entry, of: slot.batch, alphabet)
                }
            } catch {
                guard !skipsBad else {
                    passedOver.append(index)
                    continue
                }
                end = index
                slot.failure = failure(slot.batch.located(error))
            }
            if end == index { break }
        }
        let strands = slot.scratch.strands
        classifier.logits(
            strands, pairs: 0..<strands.count, workspace: slot.scratch.workspace, into: &slot.scratch.logits)
        slot.counts.pairs = strands.count
        slot.counts.skipped = passedOver.count
        slot.counts.remarks.count(strands, outside: classifier.trainedLengths)
        format(&slot, upTo: end, without: passedOver)
    }

    private func format(_ slot: inout Pipeline.Slot<Scratch>, upTo end: Int, without passedOver: [Int]) {
        var pair = 0
        var bad = passedOver[...]
        for index in 0..<end {
            let entry = slot.batch.entries[index]
            if bad.first == index {
                bad = bad.dropFirst()
                continue
            }
            switch entry.kind {
            case .rejected: continue
            case .comment, .header:
                slot.output.append(contentsOf: slot.batch.bytes[entry.text])
                if entry.kind == .header, keep == nil { slot.output.append(contentsOf: "\tpredicted\tscore".utf8) }
                slot.output.append(10)
            case .pair:
                let logit = slot.scratch.logits[pair]
                pair += 1
                let score = PairClassifier.score(logit)
                let predicted = score > threshold ? 1 : 0
                if let keep {
                    if keep == predicted {
                        slot.output.append(contentsOf: slot.batch.bytes[entry.text])
                        slot.output.append(10)
                    }
                    continue
                }
                write(entry, &slot)
                slot.output.append(9)
                slot.output.append(48 + UInt8(predicted))
                slot.output.append(9)
                writeFixed(writesLogit ? logit : score, into: &slot.output)
                slot.output.append(10)
            }
        }
    }

    /// The line as it came, or for FASTA and FASTQ: name A, name B, strand A, strand B.
    private func write(_ entry: PairEntry, _ slot: inout Pipeline.Slot<Scratch>) {
        guard entry.isSequenceText else {
            slot.output.append(contentsOf: slot.batch.bytes[entry.text])
            return
        }
        for (n, range) in [entry.nameA, entry.nameB, entry.strandA, entry.strandB].enumerated() {
            if n > 0 { slot.output.append(9) }
            slot.output.append(contentsOf: slot.batch.bytes[range])
        }
    }
}

/// A number with so many decimals, at most six; one of 1e12 or more in size as Swift writes it.
func writeFixed(_ value: Float, decimals: Int = 6, into output: inout [UInt8]) {
    guard abs(value) < 1e12 else { return output.append(contentsOf: "\(value)".utf8) }
    if value < 0 { output.append(UInt8(ascii: "-")) }
    var scale: UInt64 = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = UInt64((Double(abs(value)) * Double(scale)).rounded())
    let whole = scaled / scale
    if whole < 10 {
        output.append(48 + UInt8(whole))
    } else {
        output.append(contentsOf: String(whole).utf8)
    }
    output.append(UInt8(ascii: "."))
    var rest = scaled % scale
    var unit = scale / 10
    while unit > 0 {
        output.append(48 + UInt8(rest / unit))
        rest %= unit
        unit /= 10
    }
}
