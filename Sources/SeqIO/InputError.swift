// InputError: what can be wrong with an input or an output, and where.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A place in an input: its path, and a line of the unpacked text.
public struct Location: Sendable, Equatable, CustomStringConvertible {
    /// The path as the user gave it; standard input is `<stdin>`.
    public var path: String
    /// Counted from 1; 0 where no line is meant.
    public var line: Int

    /// Creates a location. `line` is counted from 1; 0 stands for the file as a whole.
    public init(path: String, line: Int) {
        self.path = path
        self.line = line
    }

    /// `pairs.tsv.gz:4213`, the form that editors and compilers use.
    public var description: String { line > 0 ? "\(path):\(line)" : path }
}

/// What is wrong with an input.
public enum InputError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file cannot be opened. `code` is the system's `errno`.
    case cannotOpen(path: String, code: Int32)
    /// Reading failed. `code` is the system's `errno`.
    case cannotRead(path: String, code: Int32)
    /// The compressed data are damaged or truncated.
    case damaged(Location, String)
    /// The text has another form than expected.
    case malformed(Location, seen: String, expected: String)
    /// Two records that would form a pair have names that belong to different pairs of mates.
    case notMates(Location, String, Location, String)

    /// This error with its line numbers increased by `lines`; without line numbers where `lines` is nil.
    func shifted(byLines lines: Int?) -> InputError {
        func shifted(_ place: Location) -> Location {
            Location(path: place.path, line: place.line > 0 ? lines.map { place.line + $0 } ?? 0 : 0)
        }
        switch self {
        case .damaged(let place, let what): return .damaged(shifted(place), what)
        case .malformed(let place, let seen, let expected):
            return .malformed(shifted(place), seen: seen, expected: expected)
        case .notMates(let placeA, let nameA, let placeB, let nameB):
            return .notMates(shifted(placeA), nameA, shifted(placeB), nameB)
        default: return self
        }
    }

    /// The message, without the program's name.
    public var description: String {
        switch self {
        case .cannotOpen(let path, let code): "\(path): cannot open: \(String(cString: strerror(code)))"
        case .cannotRead(let path, let code): "\(path): cannot read: \(String(cString: strerror(code)))"
        case .damaged(let location, let what): "\(location): \(what)"
        case .malformed(let location, let seen, let expected): "\(location): \(seen), expected \(expected)"
        case .notMates(let placeA, let nameA, let placeB, let nameB):
            "\(placeA): record \(nameA) beside \(nameB) (\(placeB)), expected mates of one name"
        }
    }
}

/// What is wrong with an output.
public enum OutputError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file cannot be created or opened for writing. `code` is the system's `errno`.
    case cannotOpen(path: String, code: Int32)
    /// Writing failed. `code` is the system's `errno`.
    case cannotWrite(path: String, code: Int32)
    /// The reader of the pipe has closed it.
    case closedPipe

    /// The message, without the program's name.
    public var description: String {
        switch self {
        case .cannotOpen(let path, let code): "\(path): cannot open for writing: \(String(cString: strerror(code)))"
        case .cannotWrite(let path, let code): "\(path): cannot write: \(String(cString: strerror(code)))"
        case .closedPipe: "the reader of the output has closed it"
        }
    }
}

/// Input bytes as they are quoted in a message: at most `most` bytes, with control characters written as `\r`, `\t`
/// or `\x00`.
public func excerpt(_ bytes: some Collection<UInt8>, most: Int = 40) -> String {
    let shown = bytes.prefix(most).flatMap { byte in
        switch byte {
        case 9: Array("\\t".utf8)
        case 13: Array("\\r".utf8)
        case 0..<32, 127: Array("\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
        default: [byte]
        }
    }
    return "'" + String(decoding: shown, as: UTF8.self) + (bytes.count > most ? "...'" : "'")
}
