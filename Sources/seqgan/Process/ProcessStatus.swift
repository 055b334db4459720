// ProcessStatus: what Linux reports of this process in /proc.

import SeqIO

/// Entries of `/proc/self/status`.
enum ProcessStatus {
    /// The hexadecimal digits, with commas between them, after `key`; nil where there is no such entry.
    static func digits(_ key: String) -> String? {
        guard let status = try? readWhole(path: "/proc/self/status") else { return nil }
        let line = status.split(separator: 10).first { $0.starts(with: key.utf8) }
        return line.map { String(decoding: $0.dropFirst(key.utf8.count).drop { $0 == 9 || $0 == 32 }, as: UTF8.self) }
    }

    /// The hexadecimal number of at most 16 digits after `key`; nil where there is none.
    static func number(_ key: String) -> UInt64? { digits(key).flatMap { UInt64($0, radix: 16) } }
}
