// CountedNoun: a count and its noun, for messages.

/// A count and its noun: `2 pairs`, `0 pairs`, `1 pair`. The noun is given in the plural, which must end with s;
/// `text` replaces the digits.
public func counted(_ count: Int, _ plural: String, as text: String? = nil) -> String {
    guard count == 1 else { return "\(text ?? "\(count)") \(plural)" }
    let single = plural.hasSuffix("ies") ? plural.dropLast(3) + "y" : plural.dropLast()
    return "\(text ?? "1") \(single)"
}
