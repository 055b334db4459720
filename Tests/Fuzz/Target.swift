// Target: the program that libFuzzer drives, and which target the program's name means.

import Glibc

/// The targets by name; the program is run as fuzz-NAME.
private let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "gzip": { GzipTarget.run($0) },
    "table": { TextTarget.run($0, mark: nil) },
    "fasta": { TextTarget.run($0, mark: UInt8(ascii: ">")) },
    "fastq": { TextTarget.run($0, mark: UInt8(ascii: "@")) },
    "model": { ModelTarget.run($0) },
    "array": { ArrayTarget.run($0) },
    "classify": { ClassifyTarget.run($0) },
    "labels": { LabelTarget.run($0) },
]

/// libFuzzer, as a function: runs `callback` on inputs of its own until it is told to end.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@main enum Fuzz {
    static let target: @Sendable ([UInt8]) -> Void = {
        let name = CommandLine.arguments[0].split(separator: "-").last.map(String.init) ?? ""
        guard let target = targets[name] else {
            require(false, "no target '\(name)': one of \(targets.keys.sorted())")
            return { _ in }
        }
        return target
    }()

    static func main() {
        var (count, arguments) = (CommandLine.argc, CommandLine.unsafeArgv)
        exit(
            runDriver(&count, &arguments) { data, count in
                // SAFETY: libFuzzer hands over `count` bytes.
                Fuzz.target(Array(UnsafeBufferPointer(start: data, count: count)))
                return 0
            })
    }
}

/// Ends the program with `message`, which libFuzzer takes for a finding, unless `condition` holds.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    guard !condition else { return }
    let text = "fuzz: \(message())\n"
    text.withCString { _ = write(2, $0, strlen($0)) }
    abort()
}
