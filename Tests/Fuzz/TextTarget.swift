// TextTarget: pairs from tables, FASTA and FASTQ: the same however they are read, and no line lost.

@testable import SeqIO
import SeqModel

@testable import seqgan

enum TextTarget {
    private static let file = MemoryFile(), mates = MemoryFile()
    private static let letters = Alphabet.dna.letterKinds

    /// The first byte holds the options; the rest is the text, up to a byte 255 behind which strands B may follow.
    static func run(_ input: [UInt8], mark: UInt8?) {
        var choices = Choices(input)
        let options = choices.byte()
        var parts = [choices.bytes]
        var columns = PairColumns(label: options & 2 != 0 ? .number(3) : nil)
        if options & 1 != 0 { columns.strandB = nil }
        if options & 4 != 0 {
            columns = PairColumns(label: options & 2 != 0 ? .name("label") : nil)
            columns.strandA = .name("a")
            columns.strandB = options & 1 != 0 ? nil : .name("b")
        }
        let hasMates = options & 16 != 0 && options & 1 == 0 && mark != nil
        if hasMates {
            parts = parts[0].split(separator: 255, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
            if parts.count < 2 { parts.append([]) }
        }
        if let mark { parts = parts.map { $0.first == mark ? $0 : [mark] + $0 } }

        func read(chunk: Int, bytes: Int = 1 << 17, _ pack: ([UInt8]) -> [UInt8] = { $0 }) -> Reading {
            file.hold(pack(parts[0]))
            if hasMates { mates.hold(pack(parts[1])) }
            return Reading(
                [file.path], columns: columns, letters: letters, mates: hasMates ? mates.path : nil, chunk: chunk,
                bytes: bytes)
        }
        // Empty at first, a pipe of gzip data is told from plain text by its first bytes: such a text is none here.
        guard !parts.contains(where: { $0.starts(with: [0x1f, 0x8b]) }) else { return }
        let whole = read(chunk: 1 << 13)
        let isSmall = parts.joined().count <= 512
        var others = [read(chunk: isSmall ? 1 : 13, bytes: options & 8 != 0 ? 1 : 1 << 17)]
        // Blocks take large buffers, and so most of the time.
        if input.count % 8 == 0 {
            others.append(read(chunk: 1 << 13) { Packing.blocks($0, size: 40 + Int(options)) })
        } else {
            others.append(read(chunk: isSmall ? 5 : 101) { Packing.members($0, size: 40 + Int(options)) })
        }
        for again in others where again != whole {
            require(false, "read otherwise: \(whole.difference(again))")
        }
        if hasMates { checkMates(whole, parts) } else { check(whole, parts[0], columns) }
    }

    private static func check(_ reading: Reading, _ text: [UInt8], _ columns: PairColumns) {
        let lines = lines(of: text)
        if let error = reading.error { checkDocumented(error, path: file.path, lines: lines.count) }
        // Every line that holds something is in an entry, in order; after an error, those before it.
        let kept = reading.entries.flatMap { $0.text.split(separator: 10) }
        let held = lines.filter { !$0.isEmpty }
        if reading.error == nil {
            require(kept.elementsEqual(held), "\(kept.count) of \(held.count) lines")
        } else {
            require(kept.count <= held.count && zip(kept, held).allSatisfy { $0 == $1 }, "other lines before an error")
        }
        var last = 0
        for entry in reading.entries {
            require(entry.line > last && entry.line <= lines.count, "line \(entry.line) after \(last)")
            last = entry.line
            // A rejected record may be named by the line of its strand B.
            let own = entry.text.split(separator: 10).prefix(entry.kind == .rejected ? .max : 1)
            require(own.contains(lines[entry.line - 1]), "line \(entry.line) is not that of the entry")
            if let rejection = entry.rejection {
                checkDocumented(rejection, path: file.path, lines: lines.count)
            } else if entry.kind == .pair {
                require(!entry.strandA.isEmpty && entry.strandB.isEmpty == (columns.strandB == nil), "an empty strand")
                if entry.isSequenceText { checkRecords(entry, lines) } else { checkFields(entry, columns) }
            }
        }
    }

    /// A table's strands are its columns.
    private static func checkFields(_ entry: Reading.Entry, _ columns: PairColumns) {
        let fields = entry.text.split(separator: 9, omittingEmptySubsequences: false)
        func isColumn(_ column: PairColumn?, _ bytes: [UInt8]) -> Bool {
            switch column {
            case .number(let number): fields[number - 1].elementsEqual(bytes)
            case .name: fields.contains { $0.elementsEqual(bytes) }
            case nil: bytes.isEmpty
            }
        }
        // The column of single sequences is found by what it holds where none is asked for.
        let isFound = columns.strandB == nil && !columns.areGiven
        let isStrandA =
            isFound ? fields.contains { $0.elementsEqual(entry.strandA) } : isColumn(columns.strandA, entry.strandA)
        require(
            isStrandA && isColumn(columns.strandB, entry.strandB)
                && isColumn(columns.label, entry.label), "fields that are no columns")
    }

    /// A record's strand A are its lines up to the next mark; every letter stands where it is said to stand.
    private static func checkRecords(_ entry: Reading.Entry, _ lines: [ArraySlice<UInt8>]) {
        let text = entry.text.split(separator: 10, omittingEmptySubsequences: false)
        let mark = text[0].first
        require(text[0].dropFirst().prefix { $0 != 32 && $0 != 9 }.elementsEqual(entry.nameA), "another name")
        let end = mark == UInt8(ascii: ">") ? mark : UInt8(ascii: "+")
        let letters = text.dropFirst().prefix { $0.first != end }.joined()
        require(letters.elementsEqual(entry.strandA), "other letters")
        if mark == UInt8(ascii: "@"), entry.strandB.isEmpty,
            let plus = text.dropFirst().firstIndex(where: { $0.first == end })
        {
            require(text[(plus + 1)...].joined().count == entry.strandA.count, "other qualities than letters")
        }
        for (location, letter) in zip(
            entry.locations,
            [entry.strandA.first, entry.strandA.last, entry.strandB.first, entry.strandB.last].compactMap { $0 })
        {
            require((1...lines.count).contains(location.line), "a letter at \(location)")
            require(lines[location.line - 1].contains(letter), "no letter \(letter) at \(location)")
        }
    }

    /// Strands A and B in step: as many as both files have.
    private static func checkMates(_ reading: Reading, _ parts: [[UInt8]]) {
        let counts = parts.map { lines(of: $0).count }
        if let error = reading.error {
            if case .notMates = error {
                return checkDocumented(error, path: file.path, mates: mates.path, lines: counts[0])
            }
            guard case .malformed(let location, _, _) = error else { return require(false, "\(error)") }
            let side = location.path == file.path ? 0 : 1
            checkDocumented(error, path: side == 0 ? file.path : mates.path, lines: counts[side])
        }
        for entry in reading.entries {
            guard entry.kind == .pair else { continue }
            require(
                entry.isSequenceText && entry.line <= counts[0] && entry.lineB <= counts[1], "a line behind the end")
            require(!entry.strandB.isEmpty, "an empty strand")
        }
    }
}
