// ModelError: the errors of reading a model file.

/// An error in a model file; the description says what to do about it.
public enum ModelError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes are not a safetensors file with a seqgan model.
    case notAModel(String)
    /// The file is a model, but was truncated, extended or changed.
    case damaged(String)
    /// The file was written by a newer seqgan: its version is `found`, the newest that can be read `known`.
    case newerVersion(found: Int, known: Int)
    /// The file was written by an older seqgan, whose weights have another meaning: its version is `found`, the oldest
    /// that can be read `oldest`.
    case olderVersion(found: Int, oldest: Int)
    /// A field's value is missing, out of its range, or contradicts another field.
    case inconsistent(field: String, found: String, expected: String)

    /// The message, without the name of the file.
    public var description: String {
        switch self {
        case .notAModel(let what): "not a seqgan model: \(what)"
        case .damaged(let what): "the model is damaged: \(what); train it again or fetch a fresh copy"
        case .newerVersion(let found, let known):
            "made by a newer seqgan (format version \(found); this program reads up to \(known)): update seqgan"
        case .olderVersion(let found, let oldest):
            "made by an older seqgan (format version \(found); a duplex is read from version \(oldest) on): "
                + "train it again"
        case .inconsistent(let field, let found, let expected):
            "the model is damaged: \(shown(field)) is \(shown(found)), expected \(expected)"
        }
    }
}

/// `text` as messages quote it: at most 60 characters, control characters replaced by `?`.
func shown(_ text: String) -> String {
    let line = text.unicodeScalars.prefix(60).map { $0.properties.generalCategory == .control ? "?" : String($0) }
    return line.joined() + (text.unicodeScalars.count > 60 ? "..." : "")
}
