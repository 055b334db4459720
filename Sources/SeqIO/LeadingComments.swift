// LeadingComments: comments before the first record do not decide the format of an input.

extension PairReader {
    /// Advances to the first line that is neither empty nor a comment; returns its format, nil where there is none.
    func skipComments(_ scanner: LineScanner) throws(InputError) -> TextFormat? {
        while scanner.line.isEmpty || scanner.buffer[scanner.line.lowerBound] == UInt8(ascii: "#") {
            guard try scanner.advance() else { return nil }
        }
        return TextFormat.of(scanner.buffer[scanner.line.lowerBound])
    }

    /// Whether a file is a table. `scanner` is at its first line, whose format is `format`; comments are read by a
    /// second scanner, so that `scanner` does not move.
    func isTable(_ path: String, _ scanner: LineScanner, _ format: TextFormat?) throws(InputError) -> Bool {
        guard format == .table else { return false }
        guard scanner.buffer[scanner.line.lowerBound] == UInt8(ascii: "#") else { return true }
        let (other, _) = try open(path)
        return try skipComments(other) ?? .table == .table
    }
}
