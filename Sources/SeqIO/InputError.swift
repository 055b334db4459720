// InputError: what can be wrong with an input or an output, where, and what was expected instead.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A place in an input: its path, and the line in the unpacked text.
public struct Location: Sendable, Equatable, CustomStringConvertible {
    /// The path as the user gave it; standard input is `<stdin>`.
    public var path: String
    /// Counted from 1; 0 where no line is meant.
    public var line: Int

    /// A place.
    public init(path: String, line: Int) {
        self.path = path
        self.line = line
    }

    /// `pairs.tsv.gz:4213`, as editors understand it.
    public var description: String { line > 0 ? "\(path):\(line)" : path }
}

/// What is wrong with an input.
public enum InputError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It can't be opened; the system's error number.
    case cannotOpen(path: String, code: Int32)
    /// Reading failed; the system's error number.
    case cannotRead(path: String, code: Int32)
    /// The compressed data are damaged or end early.
    case damaged(Location, String)
    /// The text is not what it should be.
    case malformed(Location, seen: String, expected: String)
    /// Two records that would be a pair are not each other's mates, by their names.
    case notMates(Location, String, Location, String)

    /// The error behind so many more lines; without a line where their number is not known.
    func moved(behind lines: Int?) -> InputError {
        func moved(_ place: Location) -> Location {
            Location(path: place.path, line: place.line > 0 ? lines.map { place.line + $0 } ?? 0 : 0)
        }
        switch self {
        case .damaged(let place, let what): return .damaged(moved(place), what)
        case .malformed(let place, let seen, let expected):
            return .malformed(moved(place), seen: seen, expected: expected)
        case .notMates(let placeA, let nameA, let placeB, let nameB):
            return .notMates(moved(placeA), nameA, moved(placeB), nameB)
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
    /// It can't be made; the system's error number.
    case cannotOpen(path: String, code: Int32)
    /// Writing failed; the system's error number.
    case cannotWrite(path: String, code: Int32)
    /// Whoever read the other end of the pipe has gone.
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

/// Text of an input as it may stand in a message: cut to `most` bytes, control characters as `\r`, `\t` or `\x00`.
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
