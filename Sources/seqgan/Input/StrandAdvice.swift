// StrandAdvice: advice on strands with more than letters, as suppliers, papers and tables write them.

import SeqIO

/// How to remove what is not a letter from a strand.
enum StrandAdvice {
    /// Advice on `strand`, after a colon; empty where there is none.
    static func on(_ strand: ArraySlice<UInt8>) -> String {
        if MissingValue.matches(strand) { return ": a missing value?" }
        func holds(_ bytes: String) -> Bool { strand.contains { bytes.utf8.contains($0) } }
        let text = String(decoding: strand, as: UTF8.self)
        if strand.count(where: { $0 == UInt8(ascii: "/") }) > 1 {
            return ": strip modifications with sed 's#/[^/]*/##g'"
        }
        if text.contains("5'") || text.contains("3'") || text.contains("5\u{2032}") || text.contains("3\u{2032}") {
            return ": strip the marks of the ends with sed \"s/[53]['\u{2032}]//g; s/-//g\""
        }
        if holds(",;") { return ": for a table between commas or semicolons, try --delimiter comma or semicolon" }
        if holds("\"'") { return ": strip quotes with tr -d '\"'" }
        if holds("*") { return ": strip marks of phosphorothioates or stops with tr -d '*'" }
        if holds("-.") { return ": strip the gaps of an alignment with tr -d '.-'" }
        if holds(" ") { return ": strip spaces inside sequences with tr -d ' '" }
        if holds("Ii") { return ": for inosine, write N or the bases that it stands for" }
        if holds("+[]()") { return ": strip the marks of modified bases" }
        if holds("0123456789") { return ": strip numbers, or choose another column" }
        return ""
    }
}
