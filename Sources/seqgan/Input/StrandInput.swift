// StrandInput: the one door by which records of files become strands in the codes of an alphabet.

import Kernels
import SeqIO
import SeqModel

/// What is to be read into memory, and how.
struct StrandInput {
    /// Read one after the other; '-' or none is standard input.
    let paths: [String]
    /// Of tables.
    let columns: PairColumns
    let alphabet: Alphabet
    /// A strand of another length is a bad record.
    var limits = LengthLimits()
    /// FASTA or FASTQ of strands B.
    var mates: String?
    /// Whether records whose names are those of other mates are an error.
    var comparesNames = true
    /// Whether bad records are skipped; else the first is thrown.
    var skipsBad = false
    var unpacking = Unpacking.ahead
    /// Whether a bar shows how far reading has come.
    var showsProgress = false

    /// Adds the strands of all records to `strands`, those of a pair one behind the other, and returns what was skipped.
    ///
    /// `wants` sees each record first: it may refuse it, or throw where it is a bad one. `added` sees those whose strands
    /// were added.
    func read(
        into strands: inout StrandCodes,
        wants: (PairEntry, PairBatch) throws(InputError) -> Bool = { _, _ in true },
        added: (PairEntry, PairBatch) -> Void = { _, _ in }
    ) throws(InputError) -> SkippedRecords {
        strands.reserve(for: paths)
        let reader = PairReader(
            paths: paths, columns: columns, letters: alphabet.letterKinds, mates: mates,
            comparesNames: comparesNames, unpacking: unpacking)
        let progress = showsProgress ? ProgressBar(inputs: paths, isQuiet: false) : nil
        return try forEachPair(reader, skipsBad: skipsBad, progress: progress) { (entry, batch) throws(InputError) in
            guard try wants(entry, batch) else { return }
            try strands.append(entry, of: batch, alphabet, limits)
            added(entry, batch)
        }
    }

    /// The pairs of all records, and what was skipped; see `read(into:)`.
    func readPairs(
        wants: (PairEntry, PairBatch) throws(InputError) -> Bool = { _, _ in true },
        added: (PairEntry, PairBatch) -> Void = { _, _ in }
    ) throws(InputError) -> (pairs: Pairs, skipped: SkippedRecords) {
        var pairs = Pairs(alphabet: alphabet)
        let skipped = try read(into: &pairs.strands, wants: wants, added: added)
        return (pairs, skipped)
    }
}

/// Single strands as they were read: names, and codes.
struct NamedStrands: Sendable {
    var names: [[UInt8]] = []
    var codes: StrandCodes

    var count: Int { names.count }
}

extension StrandInput {
    /// The single sequences of all records with their names, and what was skipped. What is unusual about them for
    /// `classifier` is said.
    ///
    /// Those without a name are named by `unnamed`, which is given their letters and their place, from 0.
    func readNamed(
        for classifier: PairClassifier, unnamed: (ArraySlice<UInt8>, Int) -> [UInt8] = { letters, _ in Array(letters) }
    ) throws(InputError) -> (strands: NamedStrands, skipped: SkippedRecords) {
        var strands = NamedStrands(codes: StrandCodes(alphabet: alphabet))
        var names: [[UInt8]] = []
        var remarks = StrandRemarks()
        let skipped = try read(
            into: &strands.codes,
            added: { entry, batch in
                names.append(
                    entry.nameA.isEmpty
                        ? unnamed(batch.bytes[entry.strandA], names.count) : Array(batch.bytes[entry.nameA]))
                remarks.count(entry, of: batch, alphabet)
            })
        strands.names = names
        remarks.count(strands.codes, each: 1, classifier)
        remarks.tell(alphabet, classifier, of: "strands")
        return (strands, skipped)
    }
}
