// CountedNoun: how many of what, as messages say it.

/// `2 pairs`, `0 pairs`, but `1 pair`: a count, or the text of it, and its noun. That is given in the plural, one that ends
/// with an s.
public func counted(_ count: Int, _ plural: String, as text: String? = nil) -> String {
    guard count == 1 else { return "\(text ?? "\(count)") \(plural)" }
    let single = plural.hasSuffix("ies") ? plural.dropLast(3) + "y" : plural.dropLast()
    return "\(text ?? "1") \(single)"
}
