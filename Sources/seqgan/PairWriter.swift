// PairWriter: generated pairs to text, and the strands that partners are made for from text.

import Kernels
import SeqIO
import SeqModel

/// Writes generated pairs as FASTA or TSV.
struct PairWriter {
    let alphabet: Alphabet
    let label: Int
    let format: Generate.Format
    /// Partners for each strand of `given`, where there are any.
    let each: Int
    let given: [GivenStrand]

    /// The text of the pair at `place`.
    func text(_ place: Int, _ candidate: PairDesign.Candidate) -> [UInt8] {
        let (a, b) = (letters(candidate.pair.a), letters(candidate.pair.b))
        let score = fixed(Double(candidate.score), 4)
        switch format {
        case .tsv: return a + [9] + b + Array("\t\(label)\t\(score)\n".utf8)
        case .fasta:
            let name = name(place)
            let note = "label=\(label) score=\(score)\n"
            return Array(">\(name)/1 \(note)".utf8) + a + Array("\n>\(name)/2 \(note)".utf8) + b + [10]
        }
    }

    private func name(_ place: Int) -> String {
        guard !given.isEmpty else { return "pair\(place + 1)" }
        let strand = given[place / each].name
        return each == 1 ? strand : "\(strand).\(place % each + 1)"
    }

    private func letters(_ codes: [UInt8]) -> [UInt8] { codes.map { alphabet.letters[Int($0)] } }
}

/// Reads the strands of a file to which `generator`, that of the model `file`, can make partners.
func readGiven(_ path: String, _ file: ModelFile, _ generator: PairGenerator) throws -> [GivenStrand] {
    let (alphabet, lengths) = (file.classifier.alphabet, file.classifier.trainedLengths)
    var columns = PairColumns()
    columns.strandB = nil
    let reader = PairReader(paths: [path], columns: columns, letters: alphabet.letterKinds)
    var given: [GivenStrand] = []
    var strand = PairCodes(alphabet: alphabet)
    var remarks = StrandRemarks()
    _ = try forEachPair(reader, skipsBad: false) { (entry, batch) throws(InputError) in
        strand.removeAll()
        try strand.append(entry, of: batch, alphabet)
        let codes = Array(strand.strand(0))
        func refuse(_ seen: String, _ expected: String, at offset: Int) -> InputError {
            .malformed(batch.location(of: entry, inB: false, offset: offset), seen: seen, expected: expected)
        }
        guard codes.count <= generator.layout.length else {
            throw refuse(
                "a strand of \(codes.count) letters", "at most \(generator.layout.length), as the generator learned",
                at: 0)
        }
        let name = String(decoding: batch.bytes[entry.nameA], as: UTF8.self)
        given.append(GivenStrand(name: name.isEmpty ? "strand\(given.count + 1)" : name, codes: codes))
        remarks.count(entry, of: batch, alphabet)
        remarks.count(strand, each: 1, outside: lengths)
    }
    remarks.tell(alphabet, lengths: lengths, of: "strands")
    return given
}
