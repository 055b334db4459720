// InputShard: one of n parts of an input, cut between records. The outputs of all parts, concatenated, equal the
// output of one run.

/// One part of an input: number `index` of `count`.
///
/// Files are cut by their sizes as stored (packed), so that the parts take about equal time; the cut moves to the
/// next record. Cuts depend on the bytes of the files only, so each part can be read without the others.
public struct InputShard: Sendable, Equatable {
    /// The number of this part, from 1 to `count`.
    public let index: Int
    /// The number of parts, 1 or more.
    public let count: Int

    /// Creates a part; nil unless `index` is from 1 to `count`.
    public init?(_ index: Int, of count: Int) {
        guard 1 <= index, index <= count else { return nil }
        (self.index, self.count) = (index, count)
    }

    /// Parses a part such as `3/8`.
    public init?(_ text: String) {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let index = numbers[0], let count = numbers[1] else { return nil }
        self.init(index, of: count)
    }

    /// A byte range of a file of `size` bytes, as stored (packed).
    struct Cut {
        var from: Int
        var to: Int
        var size: Int

        var isWhole: Bool { from == 0 && to == size }
    }

    /// The ranges of this part in files of these sizes, taken as one concatenation.
    func cuts(of sizes: [Int]) -> [Cut] {
        let total = sizes.reduce(0, +)
        let (from, to) = (share(index - 1, of: total), share(index, of: total))
        var start = 0
        return sizes.map { size in
            defer { start += size }
            return Cut(
                from: min(max(from - start, 0), size), to: min(max(to - start, 0), size), size: size)
        }
    }

    /// `total * parts / count`, where the product may overflow.
    private func share(_ parts: Int, of total: Int) -> Int { scaled(total, by: parts, over: count) }

    /// The rows of this part, chosen so that each part has about as many of `total` items. `before(k)` is the number
    /// of items in the first `k` rows.
    public func rows(_ rowCount: Int, total: Int, before: (Int) -> Int) -> Range<Int> {
        func cut(_ parts: Int) -> Int {
            if parts == count { return rowCount }
            let wanted = share(parts, of: total)
            var (low, high) = (0, rowCount)
            while low < high {
                let middle = (low + high) / 2
                if before(middle) < wanted { low = middle + 1 } else { high = middle }
            }
            return low
        }
        return cut(index - 1)..<cut(index)
    }
}

/// `value * numerator / denominator` without overflow. Requires 0 <= `numerator` <= `denominator` and `value` >= 0.
func scaled(_ value: Int, by numerator: Int, over denominator: Int) -> Int {
    denominator == 0 ? 0 : denominator.dividingFullWidth(value.multipliedFullWidth(by: numerator)).quotient
}

/// The records of a file to read: those that begin after offset `after` and not after `last`, in unpacked text
/// counted from where reading begins.
struct FilePart {
    var after = -1
    var last = Int.max
    /// Set where reading begins in the middle of the file.
    var textBefore: TextBefore?
}

/// The text before an offset of a file. Its lines are counted only when a message needs a line number.
struct TextBefore: Sendable {
    var path: String
    /// The offset in the file, as stored, at which the text ends.
    var offset: Int

    /// The number of line ends in it; nil where it cannot be read.
    func lineCount() -> Int? {
        do {
            let file = try BlockedFile(path)
            var left = file.packing == .blocks ? try file.textLength(from: 0, to: offset) : offset
            let source = try ByteSource(path: path)
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            var lines = 0
            while left > 0 {
                let count = min(left, try source.read(into: &buffer, from: 0))
                if count == 0 { return nil }
                lines += buffer[..<count].count { $0 == 10 }
                left -= count
            }
            return lines
        } catch {
            return nil
        }
    }
}

extension PairReader {
    /// Opens the next file that has records of this part; nil where there is none.
    mutating func nextFile() throws(InputError) -> (lines: LineScanner, format: TextFormat?, part: FilePart)? {
        while let path = paths.popFirst() {
            let cut = cuts?.popFirst()
            if let cut, cut.to == 0 { continue }
            let (scanner, format) = try open(path)
            guard let cut, !cut.isWhole else { return (scanner, format, FilePart()) }
            if cut.from == cut.size {
                try readHeader(scanner, format)
                continue
            }
            let file = try BlockedFile(path)
            guard try isTable(path, scanner, format), matesPath == nil, file.packing != .stream else {
                return (scanner, format, try streamPart(path, cut, file))
            }
            if let (scanner, part) = try tablePart(path, scanner, cut, file) { return (scanner, .table, part) }
        }
        return nil
    }

    /// The part of a file that can only be read from its start; its records are skipped up to the part.
    private func streamPart(_ path: String, _ cut: InputShard.Cut, _ file: BlockedFile) throws(InputError) -> FilePart {
        var length = cut.size
        if file.packing != .plain {
            let lines = LineScanner(try ByteSource(path: path, chunk: chunk, unpacking: unpacking), capacity: chunk)
            while try lines.advance() {}
            length = lines.textRead
        }
        return FilePart(
            after: cut.from == 0 ? -1 : scaled(length, by: cut.from, over: cut.size),
            last: cut.to == cut.size ? .max : scaled(length, by: cut.to, over: cut.size))
    }

    /// The part of a plain or BGZF table, read from its own offset; nil where it is empty.
    private mutating func tablePart(
        _ path: String, _ scanner: LineScanner, _ cut: InputShard.Cut, _ file: BlockedFile
    ) throws(InputError) -> (LineScanner, FilePart)? {
        let from = cut.from == 0 ? 0 : try file.firstEntry(from: cut.from)
        let to = cut.to == cut.size ? cut.size : try file.firstEntry(from: cut.to)
        let length = to == cut.size ? nil : try file.textLength(from: from, to: to)
        guard from > 0 else { return (scanner, FilePart(last: length ?? .max)) }
        let hadHeader = hasHeader
        try readHeader(scanner, .table)
        guard from < cut.size else { return nil }
        if from >= scanner.bytesRead {
            // The first line, which may be incomplete, belongs to the part before.
            let source = try ByteSource(path: path, chunk: chunk, from: from, unpacking: unpacking)
            let lines = LineScanner(source, capacity: chunk)
            return (lines, FilePart(after: 0, last: length ?? .max, textBefore: TextBefore(path: path, offset: from)))
        }
        // The part begins within the buffer of the first read, which may include the header.
        hasHeader = hadHeader
        let before = try file.textLength(from: 0, to: from)
        return (try open(path).0, FilePart(after: before, last: length.map { before + $0 } ?? .max))
    }

    /// Reads to the first line that is not a comment, to find the columns and whether there is a header.
    private mutating func readHeader(_ scanner: LineScanner, _ format: TextFormat?) throws(InputError) {
        guard format == .table else {
            if columns.makesHeader, format != nil { hasHeader = true }
            return
        }
        repeat {
            let line = scanner.buffer[scanner.line]
            guard !line.isEmpty, line.first != UInt8(ascii: "#") else { continue }
            // A made header belongs to the part with the first record.
            if columns.makesHeader { hasHeader = true }
            guard TextFormat.of(line.first) == .table else { return }
            if try beginTable(scanner) { hasHeader = true }
            return
        } while try scanner.advance()
    }
}
