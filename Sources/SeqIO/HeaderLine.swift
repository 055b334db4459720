// HeaderLine: whether the first line of a table names its columns, or is a pair already.

/// Tells a line of column names from a line of strands.
enum HeaderLine {
    /// Fewer letters may be a word; so many are a strand, though one of them be wrong.
    private static let leastLetters = 8

    /// Whether `strands`, a first line's fields, are names: one holds a byte that is no letter, or all are made of
    /// ambiguous letters to a third or more. No names are fields with control characters, as in UTF-16, and, of an
    /// alphabet of few letters, fields of at least eight bytes of which three in four are letters: a strand with a wrong
    /// letter is not to go through as a header.
    static func isHeader(_ strands: [ArraySlice<UInt8>], _ letters: [LetterKind]) -> Bool {
        guard !strands.contains(where: { $0.contains { $0 < 32 || $0 == 127 } }) else { return false }
        if strands.contains(where: { $0.contains { letters[Int($0)] == .none } }) {
            // Of 20 amino acids any word is made.
            let isOfFew = letters.count { $0 == .plain } <= 16
            return !isOfFew
                || !strands.contains { strand in
                    strand.count >= leastLetters
                        && 4 * strand.count { letters[Int($0)] == .plain } >= 3 * strand.count
                }
        }
        return !strands.isEmpty
            && strands.allSatisfy { strand in
                !strand.isEmpty && 3 * strand.count { letters[Int($0)] == .ambiguous } >= strand.count
            }
    }
}
