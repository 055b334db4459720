// StrandInput: reads the strands of files into memory, in the codes of an alphabet.

import Kernels
import SeqIO
import SeqModel

/// What to read into memory, and how.
struct StrandInput {
    /// The files, read one after the other; '-' or none is standard input.
    let paths: [String]
    /// The columns of tables.
    let columns: PairColumns
    let alphabet: Alphabet
    /// Strands with other lengths are bad records.
    var limits = LengthLimits()
    /// The FASTA or FASTQ file of strands B, where there is one.
    var mates: String?
    /// Whether records whose names mark them as mates of others are an error.
    var comparesNames = true
    /// Whether bad records are skipped; otherwise the first one is thrown.
    var skipsBad = false
    var unpacking = Unpacking.ahead
    /// Whether to show a progress bar.
    var showsProgress = false

    /// Appends the strands of all records to `strands`, the two of a pair consecutively, and returns what was
    /// skipped.
    ///
    /// `wants` is called first for each record: it returns false to ignore it, or throws for a bad one. `added` is
    /// called for the records whose strands were appended.
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

    /// Reads the pairs of all records; also returns what was skipped. See `read(into:)`.
    func readPairs(
        wants: (PairEntry, PairBatch) throws(InputError) -> Bool = { _, _ in true }
    ) throws(InputError) -> (pairs: Pairs, skipped: SkippedRecords) {
        var pairs = Pairs(alphabet: alphabet)
        let skipped = try read(into: &pairs.strands, wants: wants)
        return (pairs, skipped)
    }
}

/// Single strands with their names.
struct NamedStrands: Sendable {
    var names: [[UInt8]] = []
    var codes: StrandCodes

    var count: Int { names.count }
}

extension StrandInput {
    /// Reads the single sequences of all records with their names; also returns what was skipped. Prints remarks on
    /// sequences that are unusual for `classifier`.
    ///
    /// `unnamed` makes the name of a sequence without one, from its letters and its index, from 0.
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
        remarks.report(alphabet, classifier, of: "strands")
        return (strands, skipped)
    }
}
