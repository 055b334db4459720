// Tests of the README: what it tells a newcomer to type works.

import Foundation
import Testing

@Suite struct ReadmeTests {
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
