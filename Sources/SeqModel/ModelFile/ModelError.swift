// ModelError: what can be wrong with a model file.

/// What is wrong with a model file, and what to do.
public enum ModelError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes are no safetensors file of ours.
    case notAModel(String)
    /// It was a model once: cut off, grown or changed.
    case damaged(String)
    /// A newer seqgan made it.
    case newerVersion(found: Int, known: Int)
    /// An older seqgan made it, and what it learned means nothing to this one.
    case olderVersion(found: Int, oldest: Int)
    /// What it says of itself does not fit together.
    case inconsistent(field: String, found: String, expected: String)

    /// The message, without the file's name.
    public var description: String {
        switch self {
        case .notAModel(let what): "not a seqgan model: \(what)"
        case .damaged(let what): "the model is damaged: \(what); train it again or fetch a fresh copy"
        case .newerVersion(let found, let known):
            "made by a newer seqgan (format version \(found), this one reads up to \(known)): update seqgan"
        case .olderVersion(let found, let oldest):
            "made by an older seqgan (format version \(found), a duplex is read from \(oldest) on): train it again"
        case .inconsistent(let field, let found, let expected):
            "the model is damaged: \(shown(field)) is \(shown(found)), expected \(expected)"
        }
    }
}

/// Text of a file as it may stand in a message: in one line, and not long.
func shown(_ text: String) -> String {
    let line = text.unicodeScalars.prefix(60).map { $0.properties.generalCategory == .control ? "?" : String($0) }
    return line.joined() + (text.unicodeScalars.count > 60 ? "..." : "")
}
