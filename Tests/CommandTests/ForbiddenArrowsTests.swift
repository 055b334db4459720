// Tests of the house: who may import whom, and what only the command may do.

import Foundation
import Testing

@Suite struct ForbiddenArrowsTests {
    private static let allowed: [String: Set<String>] = [
        "KernelShapes": [], "KernelLoops": ["KernelShapes", "Glibc", "Darwin"],
        "Kernels": [
            "KernelShapes", "KernelLoops", "KernelLoopsV3", "Dispatch", "Synchronization",
            "_Builtin_intrinsics.intel.cpuid",
        ],
        "SeqIO": ["CZlib", "Glibc", "Darwin", "Dispatch", "Synchronization"],
        "SeqModel": ["Kernels", "Glibc", "Darwin", "FoundationEssentials"],
        "seqgan": ["SeqIO", "SeqModel", "Kernels", "ArgumentParser", "Glibc", "Darwin", "Synchronization"],
    ]

    private static func files(_ target: String) throws -> [(path: String, lines: [String])] {
        let folder = Sandbox.root.appending(path: "Sources/\(target)")
        let paths = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
        return try paths.filter { $0.hasSuffix(".swift") }.map { path in
            let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
            return ("\(target)/\(path)", text.components(separatedBy: "\n"))
        }
    }

    @Test func everyTargetImportsOnlyWhatItMay() throws {
        for (target, allowed) in Self.allowed {
            let files = try Self.files(target)
            #expect(!files.isEmpty)
            for file in files {
                for line in file.lines.map({ $0.trimmingCharacters(in: .whitespaces) }) where line.hasPrefix("import ")
                {
                    #expect(allowed.contains(String(line.dropFirst(7))), "\(file.path): \(line)")
                }
            }
        }
    }

    @Test func onlyTheCommandPrintsExitsAndReadsTheEnvironment() throws {
        for target in Self.allowed.keys where target != "seqgan" {
            for file in try Self.files(target) {
                for line in file.lines {
                    for word in ["print(", " exit(", "fputs(", "CommandLine", "getenv(", "clock_gettime"] {
                        #expect(!line.contains(word), "\(file.path): \(line)")
                    }
                }
            }
        }
    }

    @Test func unsafePointersStayBehindTheirFence() throws {
        let fence: Set<String> = [
            "SeqIO/ByteSource.swift", "SeqIO/ByteSink.swift", "SeqIO/LineScanner.swift", "SeqIO/GzipInflater.swift",
        ]
        for target in ["SeqIO", "SeqModel", "seqgan"] {
            for file in try Self.files(target) where !fence.contains(file.path) {
                for line in file.lines where line.contains("Unsafe") || line.contains("nonisolated(unsafe)") {
                    Issue.record("\(file.path): \(line)")
                }
            }
        }
    }

    @Test func theProgramNeedsNoFullFoundation() throws {
        let result = try Sandbox().run("ldd '\(Sandbox.program)'")
        #expect(result.output.contains("libz.so"))
        #expect(!result.output.contains("libFoundation.so"))
    }

    @Test func theReadmesFirstCommandWorks() throws {
        let readme = try String(contentsOf: Sandbox.root.appending(path: "README.md"), encoding: .utf8)
        let command = try #require(readme.components(separatedBy: "\n").first { $0.contains("&& swift build") })
        let parts = command.components(separatedBy: " && ").dropFirst(2).joined(separator: " && ")
        let sandbox = try Sandbox()
        let result = try sandbox.run(
            "ln -s '\(Sandbox.root.path)/testdata' testdata; "
                + parts.replacingOccurrences(of: ".build/release/seqgan", with: "seqgan")
                .replacingOccurrences(of: "train --columns", with: "train --epochs 2 --columns"))
        #expect(result.output.split(separator: "\n").count == 10, "\(result.errors)")
    }
}
