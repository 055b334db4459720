// Sandbox: the built program in a folder of its own, for tests that read like usage.

import Foundation

/// Runs the built `seqgan` in a fresh folder, removed with it.
final class Sandbox: Sendable {
    /// What a run left behind.
    struct Result: Sendable {
        /// stdout, byte for byte.
        var bytes: [UInt8] = []
        var errors = ""
        /// The exit code; 128 plus the signal's number where a signal ended it, as shells tell it.
        var code: Int32 = -1

        /// stdout as text.
        var output: String { String(decoding: bytes, as: UTF8.self) }
    }

    enum Failure: Error {
        case cannotStart(errno: Int32)
        case tookTooLong(seconds: Double, errors: String)
    }

    let folder = FileManager.default.temporaryDirectory.appending(path: "seqgan-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The program that was built beside these tests.
    static let program: String = {
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

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let sample = root.appending(path: "testdata/hybridisation.tsv.gz").path

    func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

    func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: folder.appending(path: name))
    }

    func read(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appending(path: name)))
    }

    /// The names of the folder's files, sorted; hidden ones too.
    func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

    /// Runs a line of bash in which `seqgan` is the program under test; throws if it takes longer than `seconds`.
    func run(_ line: String, stdin: String = "", seconds: Double = 300) throws -> Result {
        _ = Self.ignoreClosedPipes
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("SEQGAN") }
        let folder = URL(filePath: Self.program).deletingLastPathComponent().path
        environment["PATH"] = folder + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
        let words = ["/bin/bash", "-o", "pipefail", "-c", line]
        let child = try Self.spawnLock.withLock { try Child(words, folder: self.folder.path, environment: environment) }
        return try child.converse(stdin: Array(stdin.utf8), seconds: seconds)
    }

    /// Else a child that does not read its stdin to the end would end the tests.
    private static let ignoreClosedPipes: Void = { signal(SIGPIPE, SIG_IGN) }()

    /// One at a time, so that no child inherits another's pipes and holds them open.
    private static let spawnLock = NSLock()
}
