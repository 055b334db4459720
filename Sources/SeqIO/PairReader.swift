// PairReader: pairs of strands from tables, FASTA and FASTQ, file after file.

/// Reads pairs: from tables by their columns, from FASTA and FASTQ two records a pair. Files are read one after the
/// other; the format of each is recognised by its first byte.
public struct PairReader {
    var paths: ArraySlice<String>
    let columns: PairColumns
    let letters: [LetterKind]
    let chunk: Int
    /// Which threads unpack the input.
    public let unpacking: Unpacking
    /// The most entries of a batch: an entry takes more memory than a line of a few bytes.
    private static let mostEntries = 1 << 13
    private var finishedBytes = 0
    var lines: LineScanner?
    var sequences: SequenceReader?
    /// The layout of the current table, once its first line has been inspected.
    var table: TableLayout?
    /// The columns of this layout. (Looking them up in it takes longer than reading a line.)
    var numbers = TableLayout.Numbers()
    var isFirstLine = true, isPending = false
    var hasHeader = false
    /// The path of the first table with a column of each condition; nil where there was none yet.
    var tablesWithConditions: [String?]
    /// The text of the first header of all files.
    var headerText: [UInt8] = []
    var records = (a: SequenceRecord(), b: SequenceRecord())
    /// The comparison of the names in the current file.
    var names = MateNames()
    private let comparesNames: Bool
    /// The file of strands B, where there is one, and the number of pairs read with it.
    let matesPath: String?
    private var mates: SequenceReader?
    private var pairsWithMates = 0
    /// The byte ranges to read of each path, where only a part of the input is read; and the part of the current
    /// file.
    var cuts: ArraySlice<InputShard.Cut>?
    var part = FilePart()

    /// Reads `paths` one after the other (`-` or none: standard input). `letters` has 256 entries, one for each byte.
    ///
    /// `mates` is a FASTA or FASTQ file of strands B; its records correspond to the strands A in the only path. With
    /// `comparesNames`, records whose names mark them as mates of other records are an error, `notMates`. With
    /// `shard`, only the records of that part are read; the paths must then name files. The header lines of a table
    /// are found by `HeaderLine`.
    public init(
        paths: [String], columns: PairColumns, letters: [LetterKind], mates: String? = nil,
        comparesNames: Bool = true, shard: InputShard? = nil, chunk: Int = 1 << 18, unpacking: Unpacking = .ahead
    ) {
        precondition(letters.count == 256 && (mates == nil || paths.count <= 1))
        matesPath = mates
        self.comparesNames = comparesNames
        self.paths = (paths.isEmpty ? ["-"] : paths)[...]
        cuts = shard?.cuts(of: paths.map { ByteSource.size(of: $0) ?? 0 })[...]
        self.columns = columns
        tablesWithConditions = Array(repeating: nil, count: columns.conditions.count)
        self.letters = letters
        self.chunk = chunk
        self.unpacking = unpacking
    }

    /// Replaces `batch` by the next pairs, about `bytes` bytes of them; returns false when there are no more.
    ///
    /// When it throws, the batch holds all entries before the failure. A batch comes from one file.
    public mutating func fill(_ batch: inout PairBatch, bytes: Int = 1 << 17) throws(InputError) -> Bool {
        batch.removeAll()
        batch.bytes.reserveCapacity(bytes + bytes / 8)
        do throws(InputError) {
            return try fillAsNumbered(&batch, bytes: bytes)
        } catch {
            throw batch.located(error)
        }
    }

    /// As `fill`, but line numbers of errors count from where reading of the file began.
    private mutating func fillAsNumbered(_ batch: inout PairBatch, bytes: Int) throws(InputError) -> Bool {
        while batch.entries.isEmpty {
            if lines == nil, sequences == nil, try !openNext() { return false }
            batch.textBefore = part.textBefore
            batch.path = lines?.path ?? sequences?.lines.path ?? ""
            while batch.bytes.count < bytes, batch.entries.count < PairReader.mostEntries {
                if sequences != nil {
                    guard try readRecords(into: &batch) else {
                        closeCurrent()
                        break
                    }
                } else {
                    guard try readLine(into: &batch) else {
                        closeCurrent()
                        break
                    }
                }
            }
        }
        return true
    }

    /// Bytes read so far of all files, as stored (packed).
    public var bytesRead: Int { finishedBytes + (lines?.bytesRead ?? sequences?.lines.bytesRead ?? 0) }

    private mutating func closeCurrent() {
        finishedBytes = bytesRead
        lines = nil
        sequences = nil
    }

    /// Opens the next file and finds its format; returns false when there are no more.
    private mutating func openNext() throws(InputError) -> Bool {
        guard let file = try nextFile() else { return false }
        let scanner = file.lines
        let format = matesPath != nil && file.format == .table ? try skipComments(scanner) : file.format
        (part, isFirstLine, names) = (file.part, file.part.textBefore == nil, MateNames())
        switch format {
        case .table:
            isPending = isFirstLine
            lines = scanner
        case let format?:
            try requireConditions(scanner, of: nil)
            sequences = SequenceReader(scanner, format: format)
        case nil: lines = scanner
        }
        guard let matesPath else { return true }
        var (mateScanner, mateFormat) = try open(matesPath)
        if mateFormat == .table { mateFormat = try skipComments(mateScanner) }
        for (scanner, format) in [(scanner, format), (mateScanner, mateFormat)] where format == .table {
            throw .malformed(
                scanner.location, seen: excerpt(scanner.buffer[scanner.line]),
                expected: "FASTA or FASTQ, as strands A and B come from two files")
        }
        mates = mateFormat.map { SequenceReader(mateScanner, format: $0) }
        if sequences == nil { try requireNoMate() }
        return true
    }

    /// Opens a file and finds its format from its first line that is not empty; nil where there is none. A comment
    /// may belong to a table or precede records.
    func open(_ path: String) throws(InputError) -> (LineScanner, TextFormat?) {
        let scanner = LineScanner(try ByteSource(path: path, chunk: chunk, unpacking: unpacking), capacity: chunk)
        repeat {
            guard try scanner.advance() else { return (scanner, nil) }
        } while scanner.line.isEmpty
        let first = scanner.buffer[scanner.line.lowerBound]
        guard first != 0, first < 0xfe else {
            throw .malformed(scanner.location, seen: "a byte \(first)", expected: "text in UTF-8 or ASCII")
        }
        return (scanner, TextFormat.of(first))
    }

    /// Throws where strands B remain after the last strand A.
    private mutating func requireNoMate() throws(InputError) {
        guard let mates, try mates.read(into: &records.b) else { return }
        throw .malformed(
            Location(path: mates.lines.path, line: records.b.line), seen: "record \(excerpt(records.b.name))",
            expected: "the end, as \(sequences?.lines.path ?? "strands A") has \(counted(pairsWithMates, "records"))")
    }

    /// Reads strand B of the record just read; returns false where there is none.
    private mutating func readSecond(_ reader: SequenceReader) throws(InputError) -> Bool {
        guard let matesPath else { return try reader.read(into: &records.b) }
        guard let mates, try mates.read(into: &records.b) else {
            throw .malformed(
                Location(path: reader.lines.path, line: records.a.line), seen: "record \(excerpt(records.a.name))",
                expected: "the end, as \(matesPath) has \(counted(pairsWithMates, "records"))")
        }
        pairsWithMates += 1
        return true
    }

    private mutating func readRecords(into batch: inout PairBatch) throws(InputError) -> Bool {
        guard let reader = sequences else { return false }
        if names.isHeld {
            swap(&records.a, &records.b)
            names.isHeld = false
        } else if try !reader.read(into: &records.a) {
            try requireNoMate()
            return false
        }
        guard records.a.position <= part.last else { return false }
        if columns.makesHeader {
            makeHeader(
                of: MadeTitles.names + MadeTitles.strands, isOfRecords: true,
                isWanted: records.a.position > part.after, line: records.a.line, to: &batch)
        }
        var entry = PairEntry(kind: .pair, line: records.a.line, isSequenceText: true)
        let isSingle = columns.strandB == nil
        if !isSingle, try !readSecond(reader) {
            throw records.a.fault?.error
                ?? .malformed(
                    Location(path: batch.path, line: records.a.line),
                    seen: "the last record \(excerpt(records.a.name)) alone", expected: "two records for each pair")
        }
        if comparesNames, !isSingle, try !checkNames(mates?.lines.path, into: &batch) { return true }
        guard records.a.position > part.after else { return true }
        if matesPath != nil, let mates { batch.matesPath = mates.lines.path }
        entry.text = batch.append(records.a)
        if !isSingle {
            batch.bytes.append(10)
            let text = batch.append(records.b)
            (entry.lineB, entry.startB) = (records.b.line, text.lowerBound)
            entry.text = entry.text.lowerBound..<text.upperBound
        }
        if let fault = records.a.fault ?? (isSingle ? nil : records.b.fault) {
            batch.reject(fault.error, line: fault.line, text: entry.text)
            return true
        }
        (entry.nameA, entry.strandA) = batch.nameAndLetters(of: records.a, at: entry.text.lowerBound)
        if !isSingle { (entry.nameB, entry.strandB) = batch.nameAndLetters(of: records.b, at: entry.startB) }
        batch.entries.append(entry)
        return true
    }
}
