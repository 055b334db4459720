// Sandbox: runs the built program in a fresh folder, as a shell would, and tells what came out of it.

import Foundation

/// A folder of its own for one test, removed with it.
final class Sandbox {
    /// What a run left behind.
    struct Outcome {
        var stdout: [UInt8] = []
        var stderr = ""
        /// The exit code; 128 plus the signal's number where a signal ended it, as shells tell it.
        var code: Int32 = -1

        /// stdout as text.
        var text: String { String(decoding: stdout, as: UTF8.self) }
    }

    enum Failure: Error {
        case cannotStart(errno: Int32)
        case tookTooLong(seconds: Double, stderr: String)
    }

    /// The program, which lies beside the test bundle.
    static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("seqgan").path

    let folder: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("seqgan-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The path of a file of the folder.
    func path(_ name: String) -> String { folder + "/" + name }

    /// Writes a file of the folder.
    func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }

    /// Reads a file of the folder.
    func read(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// The names of the folder's files, sorted.
    func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }

    /// Runs the program in the folder.
    func run(
        _ arguments: String..., stdin: some Sequence<UInt8> = [], environment: [String: String] = [:],
        seconds: Double = 120
    ) throws -> Outcome {
        try spawn([Self.program] + arguments, stdin: Array(stdin), environment: environment, seconds: seconds)
    }

    /// Runs a line of shell in the folder, in which `seqgan` is the program.
    func shell(
        _ line: String, stdin: some Sequence<UInt8> = [], environment: [String: String] = [:], seconds: Double = 120
    ) throws -> Outcome {
        try spawn(["/bin/sh", "-c", line], stdin: Array(stdin), environment: environment, seconds: seconds)
    }

    private func spawn(_ words: [String], stdin: [UInt8], environment: [String: String], seconds: Double) throws
        -> Outcome
    {
        _ = Self.ignoreClosedPipes
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("SEQGAN") }
        variables["PATH"] =
            (Self.program as NSString).deletingLastPathComponent + ":" + (variables["PATH"] ?? "/usr/bin:/bin")
        variables.merge(environment) { $1 }
        let child = try Self.spawnLock.withLock { try Child(words, folder: folder, environment: variables) }
        return try child.converse(stdin: stdin, seconds: seconds)
    }

    /// Else a child that does not read its stdin to the end would end the tests.
    private static let ignoreClosedPipes: Void = { signal(SIGPIPE, SIG_IGN) }()

    /// One at a time, so that no child inherits another's pipes and holds them open.
    private static let spawnLock = NSLock()
}
