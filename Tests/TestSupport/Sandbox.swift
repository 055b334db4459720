// Sandbox: a folder of its own, and the built program in it, for tests that read like usage.

import Foundation

/// A fresh folder, removed with it, in which the built `seqgan` can be run.
public final class Sandbox: Sendable {
    /// What a run left behind.
    public struct Result: Sendable {
        /// stdout, byte for byte.
        public var bytes: [UInt8] = []
        /// stderr as text.
        public var errors = ""
        /// The exit code; 128 plus the signal's number where a signal ended it, as shells report it.
        public var code: Int32 = -1

        /// That of a run that wrote nothing and has not ended.
        public init() {}

        /// stdout as text.
        public var output: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Why a run has no result.
    public enum Failure: Error {
        case cannotStart(errno: Int32)
        case tookTooLong(seconds: Double, errors: String)
        /// The run ended with code 0, yet closed its standard input before all of it was read.
        case leftInputUnread(bytes: Int)
    }

    /// The folder.
    public let folder = FileManager.default.temporaryDirectory.appending(path: "seqgan-\(UUID().uuidString)")

    /// Makes the folder.
    public init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The program that was built beside these tests.
    public static let program: String = {
        var place = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        for _ in 0..<4 {
            let candidate = place.appending(path: "seqgan")
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue {
                return candidate.path
            }
            place = place.deletingLastPathComponent()
        }
        return root.appending(path: ".build/debug/seqgan").path
    }()

    /// The package's folder.
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// The package's files for tests.
    public static let testdata = root.appending(path: "testdata")
    /// Three thousand pairs: strandA, strandB, label, yield.
    public static let sample = testdata.appending(path: "hybridisation.tsv.gz").path

    /// Whether the shell finds `program`; for tests that are skipped without it.
    public static func has(_ program: String) -> Bool { succeeds("command -v \(program)") }

    /// Whether a line of bash in a folder of its own ends with 0; for tests that are skipped where it does not.
    public static func succeeds(_ line: String) -> Bool { (try? Sandbox().run(line).code) == 0 }

    /// Whether the system tells of processes in /proc.
    public static let hasProc = FileManager.default.fileExists(atPath: "/proc/self/task")

    /// The path of a file in the folder.
    public func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Writes a file.
    public func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

    /// Writes a file and returns its path.
    @discardableResult
    public func write(_ bytes: [UInt8], _ name: String = "input") throws -> String {
        try Data(bytes).write(to: folder.appending(path: name))
        return path(name)
    }

    /// A file as text.
    public func read(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    /// A file, byte for byte.
    public func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appending(path: name)))
    }

    /// The names of the folder's files, sorted; hidden ones too.
    public func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    /// Runs a line of bash in which `seqgan` is the program under test, and the functions of `Waiting` are known;
    /// throws if it takes longer than `seconds`, which only ends what hangs, or if it ends with 0 before it has read
    /// its input.
    public func run(_ line: String, stdin: String = "", seconds: Double = 300) throws -> Result {
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("SEQGAN") }
        let folder = URL(filePath: Self.program).deletingLastPathComponent().path
        environment["PATH"] = folder + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
        environment["BASH_ENV"] = Self.waiting
        let words = ["/bin/bash", "-o", "pipefail", "-c", line]
        let child = try Self.spawnLock.withLock { try Child(words, folder: self.folder.path, environment: environment) }
        return try child.converse(stdin: Array(stdin.utf8), seconds: seconds)
    }

    /// One at a time, so that no child inherits another's pipes and holds them open.
    private static let spawnLock = NSLock()
    private static let waiting = root.appending(path: "Tests/TestSupport/waiting.sh").path
}
