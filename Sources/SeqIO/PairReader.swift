// PairReader: pairs of strands from tables, FASTA and FASTQ, file after file.

/// Reads pairs: tables by their columns, FASTA and FASTQ two records a pair. Files are read one after the other; what
/// each is shows its first byte.
public struct PairReader {
    var paths: ArraySlice<String>
    private let columns: PairColumns
    private let letters: [LetterKind]
    let chunk: Int
    /// Which threads unpack the input.
    public let unpacking: Unpacking
    /// The most entries of a batch: those of lines of a few bytes are larger than their text.
    private static let mostEntries = 1 << 13
    private var finishedBytes = 0
    private var lines: LineScanner?
    private var sequences: SequenceReader?
    private var numbers = (a: 0, b: 1, label: -1)
    private var isFirstLine = true
    var hasHeader = false
    private var records = (a: SequenceRecord(), b: SequenceRecord())
    /// The file of strands B, where they have one of their own, and the pairs read with it.
    let matesPath: String?
    private var mates: SequenceReader?
    private var pairsWithMates = 0
    /// What is cut from each of the paths, where only a part of the input is read; and what that leaves of the file
    /// under way.
    var cuts: ArraySlice<InputShard.Cut>?
    private var part = FilePart()

    /// Reads `paths` in turn (`-` or none: standard input). `letters` has an entry for every byte.
    ///
    /// A first line is a header where the strands' columns hold words: `strandA` is one, though each of its letters could
    /// be a base.
    /// `mates` is a FASTA or FASTQ file of strands B, record by record those of the strands A in the only path.
    /// Of a `shard`, only its records are read; the paths are then those of files.
    public init(
        paths: [String], columns: PairColumns, letters: [LetterKind], mates: String? = nil, shard: InputShard? = nil,
        chunk: Int = 1 << 18, unpacking: Unpacking = .ahead
    ) {
        precondition(letters.count == 256 && (mates == nil || paths.count <= 1))
        matesPath = mates
        self.paths = (paths.isEmpty ? ["-"] : paths)[...]
        cuts = shard?.cuts(of: paths.map { ByteSource.size(of: $0) ?? 0 })[...]
        self.columns = columns
        self.letters = letters
        self.chunk = chunk
        self.unpacking = unpacking
    }

    /// Replaces `batch` by the next pairs, up to about `bytes` of them; false when there are no more.
    ///
    /// When it throws, the batch holds all entries before the failure. A batch is of one file.
    public mutating func fill(_ batch: inout PairBatch, bytes: Int = 1 << 17) throws(InputError) -> Bool {
        batch.removeAll()
        batch.bytes.reserveCapacity(bytes + bytes / 8)
        do throws(InputError) {
            return try fillAsNumbered(&batch, bytes: bytes)
        } catch {
            throw batch.located(error)
        }
    }

    /// As `fill`, with errors whose lines are numbered from where reading of the file began.
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

    /// Bytes read so far of all files, packed as they lie there.
    public var bytesRead: Int { finishedBytes + (lines?.bytesRead ?? sequences?.lines.bytesRead ?? 0) }

    private mutating func closeCurrent() {
        finishedBytes = bytesRead
        lines = nil
        sequences = nil
    }

    /// Opens the next file and finds its format; false when there are no more.
    private mutating func openNext() throws(InputError) -> Bool {
        guard let file = try nextFile() else { return false }
        let (scanner, format) = (file.lines, file.format)
        (part, isFirstLine) = (file.part, file.part.textBefore == nil)
        switch format {
        case .table:
            isPending = isFirstLine
            lines = scanner
        case let format?: sequences = SequenceReader(scanner, format: format)
        case nil: lines = scanner
        }
        guard let matesPath else { return true }
        let (mateScanner, mateFormat) = try open(matesPath)
        for (scanner, format) in [(scanner, format), (mateScanner, mateFormat)] where format == .table {
            throw .malformed(
                scanner.location, seen: excerpt(scanner.buffer[scanner.line]),
                expected: "FASTA or FASTQ, as strands A and B come from two files")
        }
        mates = mateFormat.map { SequenceReader(mateScanner, format: $0) }
        if sequences == nil { try requireNoMate() }
        return true
    }

    /// Opens a file and tells its format by its first line that is not empty; nil where there is none.
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

    /// Throws where strands B are left when strands A have ended.
    private mutating func requireNoMate() throws(InputError) {
        guard let mates, try mates.read(into: &records.b) else { return }
        throw .malformed(
            Location(path: mates.lines.path, line: records.b.line), seen: "record \(excerpt(records.b.name))",
            expected: "the end, as \(sequences?.lines.path ?? "strands A") has \(counted(pairsWithMates, "records"))")
    }

    /// Reads strand B of the record just read; false where there is none.
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

    private var isPending = false

    private mutating func readLine(into batch: inout PairBatch) throws(InputError) -> Bool {
        guard let scanner = lines else { return false }
        if isPending { isPending = false } else if try !scanner.advance() { return false }
        let line = scanner.line
        guard scanner.position <= part.last else { return false }
        guard !line.isEmpty else { return true }
        let isWanted = scanner.position > part.after
        if scanner.buffer[line.lowerBound] == UInt8(ascii: "#") {
            guard isWanted else { return true }
            let text = scanner.appendLine(to: &batch.bytes)
            batch.entries.append(PairEntry(kind: .comment, line: scanner.number, text: text))
            return true
        }
        let isFirst = isFirstLine
        isFirstLine = false
        if isFirst, try isHeader(scanner) {
            if hasHeader { return true }
            hasHeader = true
            guard isWanted else { return true }
            let text = scanner.appendLine(to: &batch.bytes)
            batch.entries.append(PairEntry(kind: .header, line: scanner.number, text: text))
            return true
        }
        if isWanted { readFields(scanner, into: &batch) }
        return true
    }

    /// Finds the columns' numbers from a first line, and whether it is a header.
    mutating func isHeader(_ scanner: LineScanner) throws(InputError) -> Bool {
        let fields = scanner.buffer[scanner.line].split(separator: 9, omittingEmptySubsequences: false)
        var isNamed = false
        func number(_ column: PairColumn) throws(InputError) -> Int {
            switch column {
            case .number(let n): return n - 1
            case .name(let name):
                isNamed = true
                if let n = fields.firstIndex(where: { $0.elementsEqual(name.utf8) }) { return n }
                throw .malformed(
                    scanner.location, seen: "columns \(excerpt(scanner.buffer[scanner.line]))",
                    expected: "a header with a column '\(name)'")
            }
        }
        numbers = (try number(columns.strandA), -1, -1)
        if let strandB = columns.strandB { numbers.b = try number(strandB) }
        if let label = columns.label { numbers.label = try number(label) }
        if isNamed { return true }
        guard fields.count > max(numbers.a, numbers.b, numbers.label) else { return false }
        let strands = [numbers.a, numbers.b].filter { fields.indices.contains($0) }.map { fields[$0] }
        return HeaderLine.isHeader(strands, letters)
    }

    private func readFields(_ scanner: LineScanner, into batch: inout PairBatch) {
        let line = scanner.line
        let text = scanner.appendLine(to: &batch.bytes)
        var entry = PairEntry(kind: .pair, line: scanner.number, text: text)
        let last = max(numbers.a, numbers.b, numbers.label)
        let shift = text.lowerBound - line.lowerBound
        var column = 0
        var from = line.lowerBound
        while true {
            let end = scanner.place(of: 9, in: from..<line.upperBound) ?? line.upperBound
            let field = from + shift..<end + shift
            if column == numbers.a { entry.strandA = field }
            if column == numbers.b { entry.strandB = field }
            if column == numbers.label { entry.label = field }
            if column == last || end == line.upperBound { break }
            column += 1
            from = end + 1
        }
        if column < last {
            let seen = counted(column + 1, "columns")
            let other = scanner.buffer[scanner.line].first { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }
            let hint = column > 0 ? "" : other.map { ": try tr '\(UnicodeScalar($0))' '\\t'" } ?? ""
            batch.reject(
                .malformed(scanner.location, seen: seen, expected: "at least \(last + 1), separated by tabs\(hint)"),
                line: scanner.number, text: text)
        } else if entry.strandA.isEmpty || (numbers.b >= 0 && entry.strandB.isEmpty) {
            batch.reject(
                .malformed(scanner.location, seen: "an empty strand", expected: "letters"), line: scanner.number,
                text: text)
        } else {
            batch.entries.append(entry)
        }
    }

    private mutating func readRecords(into batch: inout PairBatch) throws(InputError) -> Bool {
        guard let reader = sequences else { return false }
        guard try reader.read(into: &records.a) else {
            try requireNoMate()
            return false
        }
        guard records.a.position <= part.last else { return false }
        var entry = PairEntry(kind: .pair, line: records.a.line, isSequenceText: true)
        let isSingle = columns.strandB == nil
        if !isSingle, try !readSecond(reader) {
            throw .malformed(
                Location(path: batch.path, line: records.a.line),
                seen: "the last record \(excerpt(records.a.name)) alone",
                expected: "two records for each pair")
        }
        guard records.a.position > part.after else { return true }
        if matesPath != nil, let mates { batch.matesPath = mates.lines.path }
        entry.text = batch.append(records.a)
        if !isSingle {
            batch.bytes.append(10)
            let text = batch.append(records.b)
            (entry.lineB, entry.startB) = (records.b.line, text.lowerBound)
            entry.text = entry.text.lowerBound..<text.upperBound
        }
        if records.a.sequence.isEmpty || (!isSingle && records.b.sequence.isEmpty) {
            let isA = records.a.sequence.isEmpty
            let line = isA ? records.a.line : records.b.line
            batch.reject(
                .malformed(
                    Location(path: isA || matesPath == nil ? batch.path : batch.matesPath, line: line),
                    seen: "a record without a sequence", expected: "letters"),
                line: line, text: entry.text)
            return true
        }
        entry.nameA = batch.append(records.a.name)
        entry.strandA = batch.append(records.a.sequence)
        if !isSingle {
            entry.nameB = batch.append(records.b.name)
            entry.strandB = batch.append(records.b.sequence)
        }
        batch.entries.append(entry)
        return true
    }
}
