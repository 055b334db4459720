// LeadingComments: comments before the first record: the format of an input is that of the first line behind them.

extension PairReader {
    /// Goes on to the first line that is neither empty nor a comment; its format, nil where there is none.
    func passComments(_ scanner: LineScanner) throws(InputError) -> TextFormat? {
        while scanner.line.isEmpty || scanner.buffer[scanner.line.lowerBound] == UInt8(ascii: "#") {
            guard try scanner.advance() else { return nil }
        }
        return TextFormat.of(scanner.buffer[scanner.line.lowerBound])
    }

    /// Whether a file is a table, which `scanner` has opened and `format` is that of its first line. Comments are read by
    /// another scanner.
    func isTable(_ path: String, _ scanner: LineScanner, _ format: TextFormat?) throws(InputError) -> Bool {
        guard format == .table else { return false }
        guard scanner.buffer[scanner.line.lowerBound] == UInt8(ascii: "#") else { return true }
        let (other, _) = try open(path)
        return try passComments(other) ?? .table == .table
    }
}
