// PairReader+Table: pairs from the lines of a table.

extension PairReader {
    /// Reads the next line of a table; returns false at its end.
    mutating func readLine(into batch: inout PairBatch) throws(InputError) -> Bool {
        guard let scanner = lines else { return false }
        if isPending { isPending = false } else if try !scanner.advance() { return false }
        let line = scanner.line
        guard scanner.position <= part.last else { return false }
        guard !line.isEmpty else { return true }
        let isWanted = scanner.position > part.after
        if scanner.buffer[line.lowerBound] == UInt8(ascii: "#") {
            if isWanted { addLine(scanner, .comment, to: &batch) }
            return true
        }
        if isFirstLine {
            isFirstLine = false
            if try switchToRecords(scanner) { return true }
            if try beginTable(scanner) {
                // The header of a further file is not repeated.
                if !hasHeader, isWanted { addLine(scanner, .header, to: &batch) }
                hasHeader = true
                return true
            }
            makeHeader(
                of: table?.titles ?? [], isOfRecords: false, isWanted: isWanted, line: scanner.number, to: &batch)
        }
        if isWanted { readFields(scanner, into: &batch) }
        return true
    }

    /// Whether the first line after comments begins a record; if so, switches to reading records.
    @inline(never)
    private mutating func switchToRecords(_ scanner: LineScanner) throws(InputError) -> Bool {
        let format = TextFormat.of(scanner.buffer[scanner.line.lowerBound])
        guard format != .table else { return false }
        try requireConditions(scanner, of: nil)
        (lines, sequences) = (nil, SequenceReader(scanner, format: format))
        return true
    }

    /// Inspects the first line of a table that is not a comment; returns whether it is a header.
    mutating func beginTable(_ scanner: LineScanner) throws(InputError) -> Bool {
        let table = try TableLayout(scanner, columns, letters)
        try requireConditions(scanner, of: table)
        (self.table, numbers) = (table, table.numbers)
        if table.isHeaderFirst, headerText.isEmpty { headerText = Array(scanner.buffer[scanner.line]) }
        return table.isHeaderFirst
    }

    /// Throws where the current file, with this layout or without one, lacks the column of a condition that an earlier
    /// file has: its pairs would silently get another value. Throws too where records lack one that is required.
    mutating func requireConditions(_ scanner: LineScanner, of table: TableLayout?) throws(InputError) {
        for (place, name) in columns.conditions.enumerated() {
            if let table, table.conditions.indices.contains(place), table.conditions[place] >= 0 {
                tablesWithConditions[place] = tablesWithConditions[place] ?? scanner.path
                continue
            }
            let seen = table == nil ? "records" : "a table"
            if let earlier = tablesWithConditions[place] {
                throw .malformed(
                    scanner.location, seen: "\(seen) without a column '\(name)'", expected: "one, as in \(earlier)")
            }
            guard table == nil, columns.areConditionsRequired else { continue }
            throw .malformed(scanner.location, seen: seen, expected: "a table with a column '\(name)'")
        }
    }

    private func addLine(_ scanner: LineScanner, _ kind: PairEntryKind, to batch: inout PairBatch) {
        let text = scanner.appendLine(to: &batch.bytes)
        batch.entries.append(PairEntry(kind: kind, line: scanner.number, text: text))
    }

    /// Whether the current line, with the strands of `entry`, is a repeated header.
    private func isHeader(_ scanner: LineScanner, _ entry: PairEntry, _ bytes: [UInt8]) -> Bool {
        let line = scanner.line
        if line.count == headerText.count, scanner.buffer[line].elementsEqual(headerText) { return true }
        // Words are short, and words that could be strands have ambiguity letters.
        guard entry.strandA.count < FieldProfile.longestWord, entry.strandB.count < FieldProfile.longestWord, let table,
            hasAmbiguous(bytes[entry.strandA]) || hasAmbiguous(bytes[entry.strandB])
        else { return false }
        return table.isHeader(scanner.buffer[line])
    }

    private func hasAmbiguous(_ field: ArraySlice<UInt8>) -> Bool { field.contains { letters[Int($0)] == .ambiguous } }

    private func readFields(_ scanner: LineScanner, into batch: inout PairBatch) {
        let numbers = numbers
        let line = scanner.line
        let text = scanner.appendLine(to: &batch.bytes)
        var entry = PairEntry(kind: .pair, line: scanner.number, text: text)
        let conditions = numbers.lastCondition >= 0 ? table?.conditions ?? [] : []
        if !conditions.isEmpty { entry.firstCondition = batch.addConditions(conditions) }
        let last = numbers.last
        let lastLookedAt = max(last, numbers.name)
        let shift = text.lowerBound - line.lowerBound
        var column = 0
        var from = line.lowerBound
        if columns.delimiter.hasQuotes {
            guard let last = readQuotedFields(scanner, numbers, conditions, &entry, of: &batch) else { return }
            column = last
        } else {
            while true {
                let end = scanner.place(of: 9, in: from..<line.upperBound) ?? line.upperBound
                entry.take(from + shift..<end + shift, asColumn: column, numbers, conditions, of: &batch)
                if column == lastLookedAt || end == line.upperBound { break }
                column += 1
                from = end + 1
            }
        }
        if isHeader(scanner, entry, batch.bytes) {
            entry.kind = .repeatedHeader
            batch.entries.append(entry)
        } else if column < last {
            let seen = counted(column + 1, "columns")
            batch.reject(
                .malformed(
                    scanner.location, seen: seen,
                    expected: "at least \(last + 1), separated by \(columns.delimiter.plural)"
                        + (column == 0 ? separatorHint(scanner) : "")),
                line: scanner.number, text: text)
        } else if entry.strandA.isEmpty || (numbers.b >= 0 && entry.strandB.isEmpty) {
            batch.reject(
                .malformed(scanner.location, seen: "an empty strand", expected: "letters"), line: scanner.number,
                text: text)
        } else {
            batch.entries.append(entry)
        }
    }

    /// Advice on a line of one column: the separator it seems to use, or how to read single sequences.
    private func separatorHint(_ scanner: LineScanner) -> String {
        let line = scanner.buffer[scanner.line]
        return FieldProfile(line, letters).isStrand ? columns.singleAdvice : columns.delimiterAdvice(on: line)
    }
}
