// Sandbox: the built program in a folder of its own, for tests that read like usage.

import Foundation

/// Runs the built `seqgan` in a fresh folder.
final class Sandbox: Sendable {
    struct Result: Sendable {
        var output: String
        var errors: String
        var code: Int32
    }

    let folder = FileManager.default.temporaryDirectory.appending(path: "seqgan-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The program that was built beside these tests.
    static let program: String = {
        let bundle = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        var place = bundle
        for _ in 0..<4 {
            let candidate = place.appending(path: "seqgan")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate.path }
            place = place.deletingLastPathComponent()
        }
        return root.appending(path: ".build/debug/seqgan").path
    }()

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let sample = root.appending(path: "testdata/hybridisation.tsv.gz").path

    func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }

    /// Runs a shell line in which `seqgan` is the program under test.
    func run(_ line: String) throws -> Result {
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/bash")
        shell.arguments = ["-o", "pipefail", "-c", "seqgan() { '\(Sandbox.program)' \"$@\"; }; " + line]
        shell.currentDirectoryURL = folder
        let out = folder.appending(path: ".out")
        let err = folder.appending(path: ".err")
        for file in [out, err] { try Data().write(to: file) }
        shell.standardInput = FileHandle.nullDevice
        shell.standardOutput = try FileHandle(forWritingTo: out)
        shell.standardError = try FileHandle(forWritingTo: err)
        try shell.run()
        shell.waitUntilExit()
        return Result(output: try read(".out"), errors: try read(".err"), code: shell.terminationStatus)
    }
}
