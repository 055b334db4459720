// DesignName: the names of designs, and which records belong together by theirs.

import SeqModel

/// Names of records and designs, as bytes.
enum DesignName {
    /// The marks at the end of a name that tell the members of a design apart.
    private static let marks = ["/1", "/2", "-F", "-R", "_F", "_R", "_LEFT", "_RIGHT"].map { Array($0.utf8) }

    /// A name without the mark of a member, `x` for `x/1`, `x-F` or `x_LEFT`, and for variants of a member such as
    /// `x_LEFT_alt2` or `x_RIGHT_1`; the whole name where it has none. Marks may be in lower case.
    static func base(of name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if let base = withoutMark(name) { return base }
        // A number of a variant, after _alt or an underscore alone.
        var rest = name
        while let last = rest.last, last >= 48 && last <= 57 { rest.removeLast() }
        for before in ["_alt", "_"] where rest.count < name.count || before == "_alt" {
            guard hasSuffix(rest, Array(before.utf8)) else { continue }
            let kept = rest.dropLast(before.utf8.count)
            if hasSuffix(kept, marks[6]) || hasSuffix(kept, marks[7]), let base = withoutMark(kept) { return base }
        }
        return name
    }

    private static func withoutMark(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        for mark in marks where name.count > mark.count && hasSuffix(name, mark) { return name.dropLast(mark.count) }
        return nil
    }

    private static func hasSuffix(_ name: ArraySlice<UInt8>, _ suffix: [UInt8]) -> Bool {
        name.count >= suffix.count
            && zip(name.suffix(suffix.count), suffix).allSatisfy {
                upper($0) == upper($1)
            }
    }

    private static func upper(_ byte: UInt8) -> UInt8 { byte >= 97 && byte <= 122 ? byte & 0xdf : byte }

    /// The number after an `@` at the end of a name, the pool that a primer is fixed to, and the name without it.
    static func fixedPool(_ name: ArraySlice<UInt8>) -> (name: ArraySlice<UInt8>, pool: Int)? {
        guard let at = name.lastIndex(of: UInt8(ascii: "@")), at > name.startIndex,
            let pool = Int(String(decoding: name[(at + 1)...], as: UTF8.self)), pool > 0
        else { return nil }
        return (name[..<at], pool)
    }
}
