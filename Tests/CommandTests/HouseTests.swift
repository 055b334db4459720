// HouseTests: which target may know what, read from the sources and from the built program.

import Foundation
import TestSupport
import Testing

@Suite(.timed) struct HouseTests {
    /// A Swift file of `Sources`: its target, its path below `Sources`, and its lines without comments and strings.
    private struct Source {
        let target: String
        let path: String
        let firstLine: String
        let lines: [(number: Int, code: String)]

        var imports: [String] {
            lines.compactMap { $0.code.firstMatch(of: /^\s*(?:@\w+ |public |internal )*import (?:\w+ )?([\w.]+)$/) }
                .map { String($0.1) }
        }
    }

    /// All but KernelLoopsV3 and V4, links to KernelLoops.
    private static let sources: [Source] = {
        let root = Sandbox.root.appending(path: "Sources")
        let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return paths.filter { $0.hasSuffix(".swift") }.sorted().compactMap { path in
            guard let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) else { return nil }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            return Source(
                target: String(path.prefix { $0 != "/" }), path: path, firstLine: String(text.prefix { $0 != "\n" }),
                lines: lines.map { ($0.offset + 1, code(of: String($0.element))) })
        }
    }()

    /// A line without its comment and with its strings emptied.
    private static func code(of line: String) -> String {
        // Most lines have neither, and patterns take their time.
        guard line.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "/") }) else { return line }
        return line.replacing(/"(?:[^"\\]|\\.)*"/, with: "\"\"").replacing(/\/\/.*/, with: "")
    }

    /// The places where `pattern` stands in code, but for those that `isAllowed`.
    private func places(_ pattern: some RegexComponent, unless isAllowed: (Source) -> Bool) -> [String] {
        Self.sources.filter { !isAllowed($0) }.flatMap { source in
            source.lines.filter { $0.code.contains(pattern) }.map { "\(source.path):\($0.number): \($0.code)" }
        }
    }

    @Test func eachTargetImportsOnlyWhatItMayKnow() {
        let system: Set = ["Glibc", "Darwin", "Musl"]
        let allowed: [String: Set<String>] = [
            "KernelShapes": [],
            "BuiltInModel": [],
            "KernelLoops": system.union(["KernelShapes", "_Builtin_intrinsics.intel"]),
            "Kernels": system.union([
                "KernelShapes", "KernelLoops", "KernelLoopsV3", "KernelLoopsV4", "Dispatch", "Synchronization",
                "_Builtin_intrinsics.intel.cpuid",
            ]),
            "SeqIO": system.union(["CZlib", "Dispatch", "Synchronization"]),
            "SeqModel": system.union(["Kernels", "Synchronization"]),
            "Report": [],
            "seqgan": system.union([
                "ArgumentParser", "BuiltInModel", "SeqIO", "SeqModel", "Kernels", "Report", "Dispatch",
                "Synchronization",
            ]),
        ]
        #expect(Set(Self.sources.map(\.target)) == Set(allowed.keys))
        for source in Self.sources {
            let extra = Set(source.imports).subtracting(allowed[source.target] ?? [])
            #expect(extra.isEmpty, "\(source.path) imports \(extra.sorted())")
        }
    }

    @Test func nothingNeedsFoundation() {
        let users = Self.sources.filter { $0.imports.contains { $0.hasPrefix("Foundation") } }.map(\.path)
        #expect(users.isEmpty, "\(users)")
    }

    @Test func onlyTheCommandPrintsExitsAndReadsEnvironmentAndClocks() {
        let calls = /\b(print|debugPrint|fputs|puts|printf|exit|_exit|abort|getenv|setenv|fatalError)\s*\(/
        let names = /\b(CommandLine|ContinuousClock|SuspendingClock|clock_gettime|gettimeofday|DispatchTime)\b/
        let found = places(calls) { $0.target == "seqgan" } + places(names) { $0.target == "seqgan" }
        #expect(found.isEmpty, "\(found)")
    }

    @Test func nothingPrintsWhereAFullDiskWouldNotBeSeen() {
        let found = places(/\b(print|debugPrint|fputs|puts|printf)\s*\(/) { _ in false }
        #expect(found.isEmpty, "\(found)")
    }

    @Test func unsafePointersStayInTheLoopsAndAtTheSystemsEdge() {
        let edge: Set = [
            "SeqIO/UnpackedBytes.swift", "SeqIO/ByteSink.swift", "SeqIO/LineScanner.swift", "SeqIO/GzipInflater.swift",
            "SeqIO/BlockedFile.swift",
            "KernelShapes/AttentionArguments.swift", "KernelShapes/LoopBuild.swift", "KernelShapes/PairArguments.swift",
            "KernelShapes/PairHMMArguments.swift", "KernelShapes/ProductArguments.swift",
        ]
        let found = places(/Unsafe|withUnsafe|unsafeBitCast|nonisolated\(unsafe\)|@unchecked/) { source in
            edge.contains(source.path) || ["KernelLoops", "Kernels"].contains(source.target)
        }
        #expect(found.isEmpty, "\(found)")
    }

    /// Strict concurrency has its exceptions where a comment proves them: above the type, or above the block, a few
    /// lines before.
    @Test func everyExceptionFromStrictConcurrencyIsProved() throws {
        let root = Sandbox.root
        var exceptions = 0
        for folder in ["Sources", "Tests"] {
            let paths =
                FileManager.default.enumerator(atPath: root.appending(path: folder).path)?
                .compactMap { $0 as? String } ?? []
            for path in paths where path.hasSuffix(".swift") {
                let text = try String(contentsOf: root.appending(path: folder).appending(path: path), encoding: .utf8)
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                for (number, line) in lines.enumerated() where line.contains("@unchecked") || line.contains("(unsafe)")
                {
                    let code = Self.code(of: line).replacing(/\/[^\/]+\//, with: "")
                    guard let word = code.firstMatch(of: /@unchecked Sendable|nonisolated\(unsafe\)/) else { continue }
                    exceptions += 1
                    let above = lines[max(0, number - 6)..<number].joined(separator: "\n")
                    let proof = word.0.hasPrefix("@") ? "/// @unchecked Sendable: " : "// SAFETY: "
                    #expect(above.contains(proof), "\(folder)/\(path):\(number + 1) lacks a proof")
                }
            }
        }
        #expect(exceptions > 3)
    }

    @Test func nothingTrapsOnPurposeByForce() {
        let found = places(/\btry!|\bas!|[\w)\]]!(?=[.\[)\s,]|$)/) { _ in false }
        #expect(found.isEmpty, "\(found)")
    }

    /// The folders of the targets that have some; of the others all files stand in the target itself.
    private static let rooms: [String: Set<String>] = [
        "KernelLoops": ["Duplex", "Duplex/Structure", "Layers", "PairHMM"],
        "Kernels": ["Duplex", "Layers", "PairHMM", "Strands", "Threads"],
        "SeqModel": [
            "BatchNet", "Classifier", "Classifier/Convolutional", "Classifier/Duplex", "Evaluation", "Generator",
            "Generator/Acceptance", "Generator/Adversarial", "Generator/EncoderDecoder", "Generator/Images",
            "Generator/Likelihood", "Generator/PairHMM", "Generator/Paired", "Generator/Strands", "Conditions",
            "ModelFile", "Pairs", "Sets", "Sites", "Statistics",
        ],
        "seqgan": [
            "Commands", "Design", "Encoding", "Input", "Options", "Process", "Reports", "Scoring", "Sets",
            "Training",
        ],
    ]

    @Test func everyFileStandsInARoomThatIsKnown() {
        var found: [String: Set<String>] = [:]
        for source in Self.sources {
            let folders = source.path.split(separator: "/").dropFirst().dropLast().joined(separator: "/")
            found[source.target, default: []].insert(folders)
            #expect(!folders.contains(/Util|Helper|Misc|Common/) && !source.path.contains(/Util|Helper|Misc/))
        }
        for (target, folders) in found {
            #expect(folders.subtracting([""]) == Self.rooms[target] ?? [], "\(target)")
        }
        for target in ["SeqModel", "seqgan"] {
            let roots = Self.sources.count { $0.path.split(separator: "/").count == 2 && $0.target == target }
            #expect((1...2).contains(roots), "\(target): \(roots) files outside its folders")
        }
    }

    /// Tests and other programs read what is public: each says what it means.
    @Test func everyPublicDeclarationHasADocComment() throws {
        var declarations = 0
        for source in Self.sources {
            let text = try String(contentsOf: Sandbox.root.appending(path: "Sources/\(source.path)"), encoding: .utf8)
            var isDocumented = false
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let code = line.drop { $0 == " " }
                if code.hasPrefix("///") {
                    isDocumented = true
                } else if !code.hasPrefix("@") {
                    if code.contains(/^(?:@\w+ )*public (?!private)/), !code.hasPrefix("public extension") {
                        declarations += 1
                        #expect(isDocumented, "\(source.path):\(number + 1): \(code)")
                    }
                    isDocumented = false
                } else if code.contains(/^@inlinable public|^@inline\(__always\) public/) {
                    declarations += 1
                    #expect(isDocumented, "\(source.path):\(number + 1): \(code)")
                    isDocumented = false
                }
            }
        }
        #expect(declarations > 300)
    }

    /// What is looked through for long lines.
    private static let narrow = ["Sources", "Tests", "man", "Package.swift", "README.md"]
    /// A built-in model is one string, which a script writes.
    private static let wide = ["Sources/BuiltInModel/DNAModel.swift", "Sources/BuiltInModel/RNAModel.swift"]

    /// The rows of a table of Markdown, which cannot be broken, are let be; so is the picture, which a program made.
    @Test func noLineIsLongerThan120Columns() throws {
        var lines = 0
        for name in Self.narrow {
            let below = FileManager.default.enumerator(atPath: Sandbox.root.appending(path: name).path)
            let paths = below.map { $0.compactMap { $0 as? String }.map { "\(name)/\($0)" } } ?? []
            for path in paths.isEmpty ? [name] : paths where !path.hasSuffix(".svg") && !path.contains("__pycache__") {
                guard !Self.wide.contains(path),
                    let text = try? String(contentsOf: Sandbox.root.appending(path: path), encoding: .utf8)
                else {
                    continue
                }
                for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                    lines += 1
                    guard line.utf8.count > 120 else { continue }
                    let isRow = path.hasSuffix(".md") && line.hasPrefix("|")
                    #expect(line.count <= 120 || isRow, "\(path):\(number + 1): \(line.count)")
                }
            }
        }
        #expect(lines > 10_000)
    }

    @Test func theFoldersOfTestsAreKnownAndEachSuiteTellsItsWork() throws {
        let folder = Sandbox.root.appending(path: "Tests")
        let suites = ["CommandTests", "KernelsTests", "SeqIOTests", "SeqModelTests"]
        let all = Set(try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") })
        #expect(all == Set(suites + ["Benchmark", "Fuzz", "Load", "TestSupport"]))
        var count = 0
        for target in suites + ["Fuzz"] {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: target).path)
            for name in names where name.hasSuffix(".swift") {
                let path = folder.appending(path: "\(target)/\(name)")
                let text = try String(contentsOf: path, encoding: .utf8)
                #expect(text.hasPrefix("// "), "\(name) does not begin with a sentence on what it holds")
                #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 301, "\(name)")
                for line in text.split(separator: "\n") where line.hasPrefix("@Suite") {
                    #expect(line.hasPrefix("@Suite(.timed"), "\(target)/\(name): \(line)")
                    count += 1
                }
            }
        }
        #expect(count > 50)
    }

    @Test func filesSayWhatTheyHoldAndAreShort() {
        #expect(Self.sources.count > 30)
        for source in Self.sources {
            #expect(source.firstLine.hasPrefix("// "), "\(source.path) does not begin with a sentence on what it holds")
            #expect(source.lines.count <= 301, "\(source.path) has more than 300 lines")
        }
    }

    @Test(.enabled(if: Sandbox.has("ldd"), "ldd is not installed"))
    func theProgramLoadsNoFoundationButTheEssentialsThatArgumentParserWants() throws {
        let loaded = try Sandbox().run("ldd '\(Sandbox.program)'")
        #expect(loaded.code == 0)
        let names = loaded.output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
            .map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(names.filter { $0.contains("Foundation") } == ["libFoundationEssentials.so"])
        #expect(names.contains { $0.hasPrefix("libz.so") })
    }
}
