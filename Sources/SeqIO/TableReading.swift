// TableReading: what the first lines of a table tell of its columns: which hold strands, and whether lines name them.

/// How a table is read, found from its first line and those that follow.
struct TableReading {
    /// The columns' numbers, from 0; -1 for those that are not wanted or not there.
    struct Numbers {
        var a = 0, b = -1, label = -1, name = -1

        /// The strands' fields of a line, as far as it has them.
        func strands(of fields: [ArraySlice<UInt8>]) -> [ArraySlice<UInt8>] {
            [a, b].filter { fields.indices.contains($0) }.map { fields[$0] }
        }

        /// The last column that a line must have.
        var last: Int { max(a, b, label) }
    }

    private(set) var numbers = Numbers()
    /// Whether the first line names the columns.
    private(set) var isHeaderFirst = false
    private var rule: HeaderLine?
    private let letters: [LetterKind]
    private let columns: PairColumns

    /// Lines behind the first that are looked at, and the bytes that they may have together.
    static let lookedAt = 32, mostBytes = 1 << 16
    /// Columns that are looked at.
    private static let mostColumns = 64

    /// Looks at the line that `scanner` has read, the first of its file, and at those that follow.
    ///
    /// Throws `malformed` where a column is named and the line does not name it, or twice; and where the strands' columns were not
    /// asked for and hold names, while others hold strands.
    init(_ scanner: LineScanner, _ columns: PairColumns, _ letters: [LetterKind]) throws(InputError) {
        (self.letters, self.columns) = (letters, columns)
        let first = TableReading.fields(of: scanner.buffer[scanner.line])
        let rows = try scanner.peek(lines: TableReading.lookedAt, bytes: TableReading.mostBytes).filter {
            $0.first != nil && $0.first != UInt8(ascii: "#")
        }.map(TableReading.fields)
        let isNamed = try find(columns, in: first, scanner)
        let rule = HeaderLine(rows, numbers, letters)
        switch columns.header {
        case .yes: isHeaderFirst = true
        case .no where isNamed:
            throw .malformed(
                scanner.location, seen: "columns that are asked for by name",
                expected: "a header, which is said not to be")
        case .no: isHeaderFirst = false
        case .auto:
            // A line too short for the columns is a bad record, not a header.
            isHeaderFirst = isNamed || first.count > numbers.last && rule.isHeader(first, isFirst: true)
        }
        if columns.header == .auto { self.rule = rule }
        let data = (isHeaderFirst ? [] : [first]) + rows.filter { !rule.isHeader($0, isFirst: false) }
        let looks = ColumnLook.columns(
            of: Array(data.prefix(TableReading.lookedAt)), letters, most: TableReading.mostColumns)
        let names = isHeaderFirst ? first : []
        if columns.strandB == nil {
            try choose(looks, names, data, scanner)
        } else if !columns.areGiven {
            try requireStrands(looks, names, data, scanner)
        }
    }

    /// Whether a line behind the first, with these fields of strands, names the columns again.
    func isHeader(_ line: ArraySlice<UInt8>) -> Bool {
        rule?.isHeader(TableReading.fields(of: line), isFirst: false) ?? false
    }

    private static func fields(of line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        line.split(separator: 9, omittingEmptySubsequences: false)
    }

    /// Finds the columns' numbers; returns whether one is asked for by name.
    private mutating func find(
        _ columns: PairColumns, in fields: [ArraySlice<UInt8>], _ scanner: LineScanner
    ) throws(InputError) -> Bool {
        var isNamed = false
        func number(_ column: PairColumn?) throws(InputError) -> Int {
            switch column {
            case nil: return -1
            case .number(let n): return n - 1
            case .name(let name):
                isNamed = true
                let found = fields.indices.filter { fields[$0].elementsEqual(name.utf8) }
                if found.count == 1 { return found[0] }
                throw .malformed(
                    scanner.location,
                    seen: found.isEmpty
                        ? "columns \(excerpt(scanner.buffer[scanner.line]))" : "\(found.count) columns '\(name)'",
                    expected: found.isEmpty ? "a header with a column '\(name)'" : "one: choose it by its number")
            }
        }
        numbers = Numbers(
            a: try number(columns.strandA), b: try number(columns.strandB), label: try number(columns.label),
            name: try number(columns.name))
        return isNamed
    }

    /// Throws where a strand's column holds names, or does not look like strands while two others do.
    private func requireStrands(
        _ looks: [ColumnLook], _ names: [ArraySlice<UInt8>], _ data: [[ArraySlice<UInt8>]], _ scanner: LineScanner
    ) throws(InputError) {
        let chosen = [numbers.a, numbers.b].filter { looks.indices.contains($0) }
        let strands = looks.indices.filter { looks[$0].looksLikeStrands }
        let isBetter = strands.count == 2 && !chosen.allSatisfy(strands.contains)
        guard let wrong = chosen.first(where: { looks[$0].holdsNames || isBetter && !strands.contains($0) }),
            looks.count > 1, looks[wrong].holdsNames || isBetter
        else { return }
        throw refused(wrong, isBetter ? strands : [], names, data, scanner)
    }

    /// Finds the column of single sequences where none was asked for, and that of their names. Throws where more than one column
    /// holds strands, or the only one holds names.
    private mutating func choose(
        _ looks: [ColumnLook], _ names: [ArraySlice<UInt8>], _ data: [[ArraySlice<UInt8>]], _ scanner: LineScanner
    ) throws(InputError) {
        let strands = looks.indices.filter { looks[$0].looksLikeStrands }
        if !columns.areGiven {
            if strands.count > 1 {
                let all = strands.map { TableReading.described($0, names) }.joined(separator: " and ")
                throw .malformed(
                    scanner.location, seen: "\(strands.count) columns of strands, \(all)",
                    expected: "one: choose it, or leave the others out")
            }
            if let only = strands.first { numbers.a = only }
            if looks.indices.contains(numbers.a), looks[numbers.a].holdsNames {
                throw refused(numbers.a, [], names, data, scanner)
            }
        }
        guard numbers.name < 0 else { return }
        let others = looks.indices.filter { $0 != numbers.a && looks[$0].couldBeNames && !looks[$0].looksLikeStrands }
        numbers.name =
            others.first { names.indices.contains($0) && TableReading.namesNames(names[$0]) }
            ?? others.last { $0 < numbers.a } ?? -1
    }

    /// Whether a column's name says that it holds names.
    private static func namesNames(_ name: ArraySlice<UInt8>) -> Bool {
        let lower = String(decoding: name, as: UTF8.self).lowercased()
        return ["name", "id", "identifier", "oligo", "primer", "probe"].contains(lower)
    }

    private func refused(
        _ column: Int, _ better: [Int], _ names: [ArraySlice<UInt8>], _ data: [[ArraySlice<UInt8>]],
        _ scanner: LineScanner
    ) -> InputError {
        let example = data.lazy.filter { $0.count > column }.map { $0[column] }.first {
            !$0.isEmpty && !FieldLook($0, letters).looksLikeStrand
        }
        let choice =
            better.isEmpty
            ? "strands: choose their columns"
            : "strands, as in "
                + better.map { TableReading.described($0, names) }.joined(separator: " and ") + ": choose them"
        return .malformed(
            scanner.location,
            seen: "names such as \(excerpt(example ?? [])) in \(TableReading.described(column, names))",
            expected: choice)
    }

    /// A column by its number and, where there is a header, its name.
    private static func described(_ column: Int, _ names: [ArraySlice<UInt8>]) -> String {
        "column \(column + 1)" + (names.indices.contains(column) ? " \(excerpt(names[column]))" : "")
    }
}

/// What the fields of a column look like.
private struct ColumnLook {
    private var count = 0, strands = 0, names = 0, words = 0
    private var isComplete = true

    /// Those of the columns of `rows`, `most` at most.
    static func columns(of rows: [[ArraySlice<UInt8>]], _ letters: [LetterKind], most: Int) -> [ColumnLook] {
        let width = rows.map(\.count).max() ?? 0
        return (0..<min(width, most)).map { column in
            var look = ColumnLook()
            var seen: Set<[UInt8]> = []
            for row in rows {
                guard row.count > column, !row[column].isEmpty else {
                    look.isComplete = false
                    continue
                }
                let field = FieldLook(row[column], letters)
                look.count += 1
                if field.looksLikeStrand { look.strands += 1 }
                if field.isName { look.names += 1 }
                if field.mayBeWord { look.words += 1 }
                if !seen.insert(Array(row[column])).inserted { look.isComplete = false }
            }
            return look
        }
    }

    /// Whether three in four look like strands.
    var looksLikeStrands: Bool { count > 0 && 4 * strands >= 3 * count }

    /// Whether so many are names that the others, though their letters could be bases, are none either.
    var holdsNames: Bool { 3 * names > count && 2 * (names + words) > count && strands == 0 }

    /// Whether each field is there, and each another.
    var couldBeNames: Bool { count > 0 && isComplete }
}
