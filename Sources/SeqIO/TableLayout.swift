// TableLayout: the columns of a table, found from its first lines: which hold strands, and whether a line names them.

/// The layout of a table, found from its first line and the lines that follow.
struct TableLayout {
    /// Column indices from 0; -1 for a column that is not wanted or does not exist.
    struct Numbers {
        var a = 0, b = -1, label = -1, name = -1
        /// The last column of a condition.
        var lastCondition = -1

        /// The fields of a line that hold strands, as far as the line has them.
        func strands(of fields: [ArraySlice<UInt8>]) -> [ArraySlice<UInt8>] {
            [a, b].filter { fields.indices.contains($0) }.map { fields[$0] }
        }

        /// The last column that a line must have.
        var last: Int { max(a, b, label, lastCondition) }
    }

    private(set) var numbers = Numbers()
    /// The column index of each condition; -1 for one without a column.
    private(set) var conditions: [Int] = []
    /// Whether the first line names the columns.
    private(set) var isHeaderFirst = false
    /// The titles of a made header; empty where none is wanted.
    private(set) var titles: [String] = []
    private var rule: HeaderLine?
    private let letters: [LetterKind]
    private let columns: PairColumns

    /// The most lines after the first that are inspected, and the most bytes of them together.
    static let lookedAt = 32, mostBytes = 1 << 16
    /// The most columns that are inspected.
    private static let mostColumns = 64

    /// Inspects the current line of `scanner`, the first of its file, and the lines that follow.
    ///
    /// Throws `malformed` where a column is asked for by name and the line has no such name, or has it twice; and
    /// where the columns of the strands were not chosen and hold names, while other columns hold strands. Conditions
    /// need a column only where they are required.
    init(_ scanner: LineScanner, _ columns: PairColumns, _ letters: [LetterKind]) throws(InputError) {
        (self.letters, self.columns) = (letters, columns)
        let first = columns.delimiter.fields(of: scanner.buffer[scanner.line])
        let rows = try scanner.peek(lines: TableLayout.lookedAt, bytes: TableLayout.mostBytes).filter {
            $0.first != nil && $0.first != UInt8(ascii: "#")
        }.map(columns.delimiter.fields)
        let isNamed = try find(columns, in: first, scanner)
        let hasConditions = try findConditions(in: first, scanner)
        let rule = HeaderLine(rows, numbers, letters)
        switch columns.header {
        case .yes: isHeaderFirst = true
        case .no where isNamed: throw TableLayout.hasNoNames(scanner)
        case .no: isHeaderFirst = false
        case .auto:
            // A line with too few columns is a bad record, not a header.
            isHeaderFirst =
                isNamed || hasConditions || first.count > numbers.last && rule.isHeader(first, isFirst: true)
        }
        if isHeaderFirst, let error = columns.delimiter.error(in: scanner.buffer[scanner.line], at: scanner.location) {
            throw error
        }
        if columns.header == .auto { self.rule = rule }
        let data = (isHeaderFirst ? [] : [first]) + rows.filter { !rule.isHeader($0, isFirst: false) }
        let looks = ColumnProfile.columns(
            of: Array(data.prefix(TableLayout.lookedAt)), letters, most: TableLayout.mostColumns)
        let names = isHeaderFirst ? first : []
        if columns.strandB == nil {
            try choose(looks, names, data, scanner)
        } else if !columns.areGiven {
            try requireStrands(looks, names, data, scanner)
        }
        if columns.makesHeader, !isHeaderFirst {
            let whole = data.first { $0.count > numbers.last }
            titles = madeTitles(whole?.count ?? numbers.last + 1, columns)
        }
    }

    /// Whether a line after the first is a repeated header.
    func isHeader(_ line: ArraySlice<UInt8>) -> Bool {
        rule?.isHeader(columns.delimiter.fields(of: line), isFirst: false) ?? false
    }

    private static func hasNoNames(_ scanner: LineScanner) -> InputError {
        .malformed(
            scanner.location, seen: "columns that are asked for by name",
            expected: "a header, but the table is said to have none")
    }

    /// The only column of `fields` with this title; nil where there is none. Throws where there are more.
    private static func column(
        _ name: String, in fields: [ArraySlice<UInt8>], _ scanner: LineScanner, advice: String = ""
    ) throws(InputError) -> Int? {
        let found = fields.indices.filter { fields[$0].elementsEqual(name.utf8) }
        guard found.count > 1 else { return found.first }
        throw .malformed(
            scanner.location, seen: "\(found.count) columns '\(name)'", expected: "one\(advice)")
    }

    private func missing(_ name: String, _ scanner: LineScanner) -> InputError {
        let line = scanner.buffer[scanner.line]
        let advice = columns.delimiter.fields(of: line).count == 1 ? columns.delimiterAdvice(on: line) : ""
        return .malformed(
            scanner.location, seen: "columns \(excerpt(line))", expected: "a header with a column '\(name)'\(advice)")
    }

    /// Finds the columns of the conditions; returns whether there is one.
    private mutating func findConditions(
        in fields: [ArraySlice<UInt8>], _ scanner: LineScanner
    ) throws(InputError) -> Bool {
        for name in columns.conditions {
            if columns.header == .no {
                if columns.areConditionsRequired { throw TableLayout.hasNoNames(scanner) }
                return false
            }
            guard let column = try TableLayout.column(name, in: fields, scanner) else {
                if columns.areConditionsRequired { throw missing(name, scanner) }
                conditions.append(-1)
                continue
            }
            if [numbers.a, numbers.b, numbers.label].contains(column) {
                throw .malformed(
                    scanner.location,
                    seen: "column \(column + 1) '\(name)' as a \(column == numbers.label ? "label" : "strand")",
                    expected: "another one, as this holds a condition")
            }
            conditions.append(column)
        }
        numbers.lastCondition = conditions.max() ?? -1
        return numbers.lastCondition >= 0
    }

    /// Finds the column indices; returns whether a column is asked for by name.
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
                guard let found = try TableLayout.column(name, in: fields, scanner, advice: ": choose it by its number")
                else {
                    throw missing(name, scanner)
                }
                return found
            }
        }
        numbers = Numbers(
            a: try number(columns.strandA), b: try number(columns.strandB), label: try number(columns.label),
            name: try number(columns.name))
        return isNamed
    }

    /// Throws where a column of strands holds names, or where it does not look like strands and two other columns do.
    private func requireStrands(
        _ looks: [ColumnProfile], _ names: [ArraySlice<UInt8>], _ data: [[ArraySlice<UInt8>]], _ scanner: LineScanner
    ) throws(InputError) {
        let chosen = [numbers.a, numbers.b].filter { looks.indices.contains($0) }
        let strands = looks.indices.filter { looks[$0].looksLikeStrands }
        let isBetter = strands.count == 2 && !chosen.allSatisfy(strands.contains)
        guard let wrong = chosen.first(where: { looks[$0].holdsNames || isBetter && !strands.contains($0) }),
            looks.count > 1, looks[wrong].holdsNames || isBetter
        else { return }
        throw refused(wrong, isBetter ? strands : [], names, data, scanner)
    }

    /// Finds the column of single sequences, unless it was chosen, and the column of their names. Throws where more
    /// than one column holds strands, or the only one holds names.
    private mutating func choose(
        _ looks: [ColumnProfile], _ names: [ArraySlice<UInt8>], _ data: [[ArraySlice<UInt8>]], _ scanner: LineScanner
    ) throws(InputError) {
        let strands = looks.indices.filter { looks[$0].looksLikeStrands }
        if !columns.areGiven {
            if strands.count > 1 {
                let all = strands.map { TableLayout.described($0, names) }.joined(separator: " and ")
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
            others.first { names.indices.contains($0) && TableLayout.namesNames(names[$0]) }
            ?? others.last { $0 < numbers.a } ?? -1
    }

    /// Whether a column's title says that it holds names.
    private static func namesNames(_ name: ArraySlice<UInt8>) -> Bool {
        let lower = String(decoding: name, as: UTF8.self).lowercased()
        return ["name", "id", "identifier", "oligo", "primer", "probe"].contains(lower)
    }

    private func refused(
        _ column: Int, _ better: [Int], _ names: [ArraySlice<UInt8>], _ data: [[ArraySlice<UInt8>]],
        _ scanner: LineScanner
    ) -> InputError {
        let example = data.lazy.filter { $0.count > column }.map { $0[column] }.first {
            !$0.isEmpty && !FieldProfile($0, letters).looksLikeStrand
        }
        let choice =
            better.isEmpty
            ? "strands: choose their columns"
            : "strands, as in "
                + better.map { TableLayout.described($0, names) }.joined(separator: " and ") + ": choose them"
        return .malformed(
            scanner.location,
            seen: "names such as \(excerpt(example ?? [])) in \(TableLayout.described(column, names))",
            expected: choice)
    }

    /// A column as messages name it: its number and, where there is a header, its title.
    private static func described(_ column: Int, _ names: [ArraySlice<UInt8>]) -> String {
        "column \(column + 1)" + (names.indices.contains(column) ? " \(excerpt(names[column]))" : "")
    }
}

/// What the fields of a column look like.
private struct ColumnProfile {
    private var count = 0, strands = 0, names = 0, words = 0
    private var isComplete = true

    /// Profiles of the columns of `rows`, at most `most` of them.
    static func columns(of rows: [[ArraySlice<UInt8>]], _ letters: [LetterKind], most: Int) -> [ColumnProfile] {
        let width = rows.map(\.count).max() ?? 0
        return (0..<min(width, most)).map { column in
            var look = ColumnProfile()
            var seen: Set<[UInt8]> = []
            for row in rows {
                guard row.count > column, !row[column].isEmpty else {
                    look.isComplete = false
                    continue
                }
                let field = FieldProfile(row[column], letters)
                look.count += 1
                if field.looksLikeStrand { look.strands += 1 }
                if field.isName { look.names += 1 }
                if field.mayBeWord { look.words += 1 }
                if !seen.insert(Array(row[column])).inserted { look.isComplete = false }
            }
            return look
        }
    }

    /// Whether at least three in four fields look like strands.
    var looksLikeStrands: Bool { count > 0 && 4 * strands >= 3 * count }

    /// Whether so many fields are names that the others, though made of bases, are names too.
    var holdsNames: Bool { 3 * names > count && 2 * (names + words) > count && strands == 0 }

    /// Whether every field is present and all differ.
    var couldBeNames: Bool { count > 0 && isComplete }
}
