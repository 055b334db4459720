// Target: the targets by their names, and what they end with where they find something.

import Glibc

/// The targets by name; the program that libFuzzer drives is run as fuzz-NAME.
let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "gzip": { GzipTarget.run($0) },
    "table": { TextTarget.run($0, mark: nil) },
    "fasta": { TextTarget.run($0, mark: UInt8(ascii: ">")) },
    "fastq": { TextTarget.run($0, mark: UInt8(ascii: "@")) },
    "model": { ModelTarget.run($0) },
    "array": { ArrayTarget.run($0) },
    "classify": { ClassifyTarget.run($0) },
    "labels": { LabelTarget.run($0) },
    "targets": { SiteTarget.run($0) },
]

/// Ends the program with `message`, which libFuzzer takes for a finding, unless `condition` holds.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    guard !condition else { return }
    let text = "fuzz: \(message())\n"
    text.withCString { _ = write(2, $0, strlen($0)) }
    abort()
}
