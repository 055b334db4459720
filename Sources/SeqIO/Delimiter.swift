// Delimiter: what separates the columns of a table, and fields in quotes, which may hold it.

/// What separates the columns of a table.
///
/// Between commas and semicolons, a field that begins with a double quote goes on to the closing one, as in RFC 4180:
/// delimiters in it are text, and two double quotes stand for one. Between tabs a quote is a byte like others.
public enum Delimiter: String, Sendable, CaseIterable {
    case tab, comma, semicolon

    static let quote = UInt8(ascii: "\"")

    /// The byte in the text.
    public var byte: UInt8 {
        switch self {
        case .tab: 9
        case .comma: UInt8(ascii: ",")
        case .semicolon: UInt8(ascii: ";")
        }
    }

    /// Whether fields may be in quotes.
    public var hasQuotes: Bool {
        // Asked for every line: cases are compared, not their names as `!=` would.
        switch self {
        case .tab: false
        case .comma, .semicolon: true
        }
    }

    /// Its plural, for messages.
    var plural: String { "\(rawValue)s" }

    /// Parses the name of a delimiter, or the character itself; nil for other text.
    public init?(_ text: String) {
        guard let found = Delimiter.allCases.first(where: { $0.rawValue == text || [$0.byte] == Array(text.utf8) })
        else { return nil }
        self = found
    }

    /// The delimiter that the name of a file implies: a comma for `.csv`, packed or not; nil for other names.
    public init?(ofFile path: String) {
        let name = path.lowercased()
        guard name.hasSuffix(".csv") || name.hasSuffix(".csv.gz") else { return nil }
        self = .comma
    }

    /// Appends a field, in quotes where it must be.
    public func append(_ field: ArraySlice<UInt8>, to output: inout [UInt8]) {
        guard hasQuotes, field.contains(where: { $0 == byte || $0 == Delimiter.quote }) else {
            output.append(contentsOf: field)
            return
        }
        output.append(Delimiter.quote)
        for byte in field {
            if byte == Delimiter.quote { output.append(byte) }
            output.append(byte)
        }
        output.append(Delimiter.quote)
    }

    /// The fields as they stand in a line, in quotes where they must be.
    public func line(_ fields: [String]) -> [UInt8] {
        var line: [UInt8] = []
        for (column, field) in fields.enumerated() {
            if column > 0 { line.append(byte) }
            append(Array(field.utf8)[...], to: &line)
        }
        return line
    }

    /// The fields of a line, without their quotes. A quote that is not closed ends with the line.
    public func fields(of line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        guard hasQuotes else { return line.split(separator: byte, omittingEmptySubsequences: false) }
        var fields: [ArraySlice<UInt8>] = []
        var start = line.startIndex
        while true {
            let field = field(from: start, to: line.endIndex) {
                line[$0]
            } place: { byte, range in
                line[range].firstIndex(of: byte)
            }
            let content = line[field.content]
            fields.append(field.hasDoubledQuotes ? Delimiter.undoubled(content)[...] : content)
            guard field.end < line.endIndex else { return fields }
            start = field.end + 1
        }
    }

    /// A text with one double quote for each two.
    static func undoubled(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var (result, isSecond) = ([UInt8](), false)
        for byte in text {
            isSecond = byte == quote && !isSecond
            if !isSecond { result.append(byte) }
        }
        return result
    }
}

/// A field of a line, by its places.
struct DelimitedField {
    /// What can be wrong with its quotes.
    enum Fault {
        case isOpen, goesOn
    }

    /// The place of the delimiter after it, or the end of the line.
    var end: Int
    /// The field without its quotes.
    var content: Range<Int>
    var hasDoubledQuotes = false
    var fault: Fault?
}

extension Delimiter {
    /// The field that begins at `start` of a line that ends at `end`. `byte` reads a byte, `place` finds the first of
    /// its kind in a range.
    @inline(__always)
    func field(
        from start: Int, to end: Int, byte at: (Int) -> UInt8, place: (UInt8, Range<Int>) -> Int?
    ) -> DelimitedField {
        guard hasQuotes, start < end, at(start) == Delimiter.quote else {
            let stop = place(byte, start..<end) ?? end
            return DelimitedField(end: stop, content: start..<stop)
        }
        var hasDoubled = false
        var from = start + 1
        while let quote = place(Delimiter.quote, from..<end) {
            if quote + 1 < end, at(quote + 1) == Delimiter.quote {
                hasDoubled = true
                from = quote + 2
                continue
            }
            let content = start + 1..<quote
            guard quote + 1 < end, at(quote + 1) != byte else {
                return DelimitedField(end: quote + 1, content: content, hasDoubledQuotes: hasDoubled)
            }
            return DelimitedField(
                end: place(byte, quote..<end) ?? end, content: content, hasDoubledQuotes: hasDoubled, fault: .goesOn)
        }
        return DelimitedField(end: end, content: start + 1..<end, hasDoubledQuotes: hasDoubled, fault: .isOpen)
    }
}
