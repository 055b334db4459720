// ModelError: what can be wrong with a model file.

/// What is wrong with a model file, and what to do about it.
public enum ModelError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes are not a safetensors file with a seqgan model.
    case notAModel(String)
    /// The file was a model and has been truncated, extended or changed.
    case damaged(String)
    /// The file was written by a newer seqgan.
    case newerVersion(found: Int, known: Int)
    /// The file was written by an older seqgan whose weights have another meaning.
    case olderVersion(found: Int, oldest: Int)
    /// The contents of the file contradict each other.
    case inconsistent(field: String, found: String, expected: String)

    /// The message, without the file's name.
    public var description: String {
        switch self {
        case .notAModel(let what): "not a seqgan model: \(what)"
        case .damaged(let what): "the model is damaged: \(what); train it again or fetch a fresh copy"
        case .newerVersion(let found, let known):
            "made by a newer seqgan (format version \(found); this program reads up to \(known)): update seqgan"
        case .olderVersion(let found, let oldest):
            "made by an older seqgan (format version \(found); a duplex is read from version \(oldest) on): train it again"
        case .inconsistent(let field, let found, let expected):
            "the model is damaged: \(shown(field)) is \(shown(found)), expected \(expected)"
        }
    }
}

/// Text of a file as messages quote it: on one line, and short.
func shown(_ text: String) -> String {
    let line = text.unicodeScalars.prefix(60).map { $0.properties.generalCategory == .control ? "?" : String($0) }
    return line.joined() + (text.unicodeScalars.count > 60 ? "..." : "")
}
