// SeedTests: what the fuzz targets begin with, and what they once failed on, passes in every test run.

import Foundation
import TestSupport
import Testing

@Suite(.timed) struct SeedTests {
    /// A target may become standard output, and ends its program where it finds something: each has a process of its
    /// own.
    @Test(arguments: targets.keys.sorted()) func everySeedPasses(_ name: String) async {
        await #expect(processExitsWith: .success) { [name] in
            let target = try #require(targets[name])
            let seeds = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../testdata/fuzz/\(name)").standardizedFileURL
            let names = try FileManager.default.contentsOfDirectory(atPath: seeds.path()).sorted()
            try #require(names.count > 5, "seeds of \(name)")
            for seed in names { target([UInt8](try Data(contentsOf: seeds.appending(path: seed)))) }
        }
    }
}
