// PairWriter: writes generated pairs, and reads the strands to make partners for.

import Kernels
import SeqIO
import SeqModel

/// Writes generated pairs as FASTA or TSV.
struct PairWriter {
    let alphabet: Alphabet
    let label: Int
    let format: PairOptions.Format
    let delimiter: Delimiter
    /// The number of partners for each strand of `given`.
    let each: Int
    let given: [GivenStrand]

    /// The titles of the columns of TSV.
    static let titles = MadeTitles.pair + ["score"]

    /// Appends the text of the pair at `place`.
    func write(_ place: Int, _ candidate: PairDesign.Candidate, into text: inout [UInt8]) {
        let strands = [candidate.pair.a, candidate.pair.b]
        func writeLetters(_ strand: [UInt8]) { for code in strand { text.append(alphabet.letters[Int(code)]) } }
        func writeScore() {
            writeFixed(candidate.score, decimals: 4, into: &text)
            text.append(UInt8(ascii: "\n"))
        }
        switch format {
        case .tsv:
            for strand in strands {
                writeLetters(strand)
                text.append(delimiter.byte)
            }
            text.append(contentsOf: [UInt8(ascii: "0") + UInt8(label), delimiter.byte])
            writeScore()
        case .fasta:
            let name = name(place)
            for (mate, strand) in zip(["/1 label=", "/2 label="], strands) {
                text.append(UInt8(ascii: ">"))
                text.append(contentsOf: name.utf8)
                text.append(contentsOf: mate.utf8)
                text.append(UInt8(ascii: "0") + UInt8(label))
                text.append(contentsOf: " score=".utf8)
                writeScore()
                writeLetters(strand)
                text.append(UInt8(ascii: "\n"))
            }
        }
    }

    private func name(_ place: Int) -> String {
        guard !given.isEmpty else { return "pair\(place + 1)" }
        let strand = given[place / each].name
        return each == 1 ? strand : "\(strand).\(place % each + 1)"
    }
}

/// Reads the strands for which `generator`, that of the model `file`, is to make partners.
func readGiven(
    _ path: String, _ columns: PairColumns, _ file: ModelFile, _ generator: PairGenerator
) throws -> [GivenStrand] {
    let alphabet = file.classifier.alphabet
    let (strands, _) = try StrandInput(
        paths: [path], columns: columns, alphabet: alphabet,
        limits: LengthLimits(1...generator.longestGiven, reason: ", as the generator was trained on")
    ).readNamed(for: file.classifier) { _, place in Array("strand\(place + 1)".utf8) }
    return strands.names.enumerated().map { place, name in
        GivenStrand(name: String(decoding: name, as: UTF8.self), codes: Array(strands.codes[place]))
    }
}
