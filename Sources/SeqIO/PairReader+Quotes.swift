// PairReader+Quotes: the fields of a line whose delimiter allows quotes.

extension PairReader {
    /// Gives `entry` its fields, without their quotes. Returns the last column that was looked at, from 0; nil where
    /// the quotes of the line are wrong, in further columns too, and it was rejected.
    @inline(never)
    func readQuotedFields(
        _ scanner: LineScanner, _ numbers: TableLayout.Numbers, _ conditions: [Int], _ entry: inout PairEntry,
        of batch: inout PairBatch
    ) -> Int? {
        let (line, lastLookedAt) = (scanner.line, max(numbers.last, numbers.name))
        let shift = entry.text.lowerBound - line.lowerBound
        var column = 0
        var from = line.lowerBound
        while true {
            let field = columns.delimiter.field(from: from, to: line.upperBound) {
                scanner.buffer[$0]
            } place: { byte, range in
                scanner.place(of: Int32(byte), in: range)
            }
            if let fault = field.fault {
                batch.reject(
                    columns.delimiter.error(fault, column, scanner.location), line: scanner.number, text: entry.text)
                return nil
            }
            if column <= lastLookedAt {
                let content =
                    field.hasDoubledQuotes
                    ? batch.append(Delimiter.undoubled(scanner.buffer[field.content]))
                    : field.content.lowerBound + shift..<field.content.upperBound + shift
                entry.take(content, asColumn: column, numbers, conditions, of: &batch)
            }
            guard field.end < line.upperBound else { return column }
            from = field.end + 1
            if column >= lastLookedAt, scanner.place(of: Int32(Delimiter.quote), in: from..<line.upperBound) == nil {
                return column
            }
            column += 1
        }
    }
}

extension PairEntry {
    /// Takes the field of a column.
    @inline(__always)
    mutating func take(
        _ field: Range<Int>, asColumn column: Int, _ numbers: TableLayout.Numbers, _ conditions: [Int],
        of batch: inout PairBatch
    ) {
        if column == numbers.a { strandA = field }
        if column == numbers.b { strandB = field }
        if column == numbers.label { label = field }
        if column == numbers.name { nameA = field }
        if column <= numbers.lastCondition, let condition = conditions.firstIndex(of: column) {
            batch.conditions[firstCondition + condition] = field
        }
    }
}

extension Delimiter {
    /// What is wrong with the quotes of a line at `location`; nil where they are right.
    func error(in line: ArraySlice<UInt8>, at location: Location) -> InputError? {
        guard hasQuotes else { return nil }
        var (column, from) = (0, line.startIndex)
        while true {
            let field = field(from: from, to: line.endIndex) {
                line[$0]
            } place: { byte, range in
                line[range].firstIndex(of: byte)
            }
            if let fault = field.fault { return error(fault, column, location) }
            guard field.end < line.endIndex else { return nil }
            (column, from) = (column + 1, field.end + 1)
        }
    }

    /// The error for a fault in a column, from 0.
    func error(_ fault: DelimitedField.Fault, _ column: Int, _ location: Location) -> InputError {
        switch fault {
        case .isOpen:
            .malformed(
                location, seen: "a quote in column \(column + 1) that is not closed",
                expected: "a closing quote on the same line")
        case .goesOn:
            .malformed(
                location, seen: "text behind the closing quote in column \(column + 1)", expected: "a \(rawValue)")
        }
    }
}
