// ProgressTests: the text that people see during and after a run.

import Testing

@testable import seqgan

@Suite struct ProgressTests {
    @Test func theBarTellsShareRateAndTimeLeft() {
        let line = ProgressBar.line(records: 1000, seconds: 2, share: 0.25, isColoured: false)
        #expect(line == "[######..................] 25%  1000 pairs  500/s  0:06 left")
        let coloured = ProgressBar.line(records: 0, seconds: 0, share: 0, isColoured: true)
        #expect(coloured == "[\u{1B}[32m\u{1B}[0m........................] 0%  0 pairs  -/s  - left")
        #expect(ProgressBar.line(records: 9, seconds: 3, share: nil, isColoured: true) == "9 pairs  3/s")
        #expect(ProgressBar.line(records: 1, seconds: 37, share: 0.01, isColoured: false).hasSuffix("1:01:03 left"))
        #expect(ProgressBar.line(records: 1, seconds: 1, share: 7, isColoured: false).contains("100%"))
    }

    @Test func noBarIsDrawnWhereNoPersonLooksOn() throws {
        let result = try Example.sandbox(pairs: 5000).run("seqgan classify -m m.seqgan pairs.tsv > /dev/null")
        #expect(result.code == 0)
        #expect(!result.errors.contains("\r") && !result.errors.contains("\u{1B}"))
        #expect(result.errors.split(separator: "\n").count == 1)
    }
}
