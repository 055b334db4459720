// ProgressTests: the text that people see during and after a run.

import Testing

@testable import seqgan

struct ProgressTests {
    @Test func numbersHaveTheDigitsAskedFor() {
        #expect(1.005.fixed(0) == "1")
        #expect(0.996.fixed(2) == "1.00")
        #expect(12.345.fixed(2) == "12.35" || 12.345.fixed(2) == "12.34")
        #expect((-0.04).fixed(1) == "0.0")
        #expect((-2.5).fixed(2) == "-2.50")
        #expect(3.007.fixed(3) == "3.007")
        #expect(Double.nan.fixed(2) == "-")
        #expect(1e300.fixed(2) == "-")
    }

    @Test func theBarTellsShareRateAndTimeLeft() {
        let line = ProgressBar.line(records: 1000, unit: "pairs", seconds: 2, fraction: 0.25, isColoured: false)
        #expect(line == "[######..................] 25%  1000 pairs  500/s  0:06 left")
        let coloured = ProgressBar.line(records: 0, unit: "pairs", seconds: 0, fraction: 0, isColoured: true)
        #expect(coloured == "[\u{1B}[32m\u{1B}[0m........................] 0%  0 pairs  -/s  - left")
        let unknown = ProgressBar.line(records: 9, unit: "records", seconds: 3, fraction: nil, isColoured: true)
        #expect(unknown == "9 records  3/s")
        let long = ProgressBar.line(records: 1, unit: "pairs", seconds: 37, fraction: 0.01, isColoured: false)
        #expect(long.hasSuffix("1:01:03 left"))
    }

    @Test func theClosingLineQuotesWhatAShellWouldTakeApart() {
        #expect(ClosingLine.quoted("a/b-c.tsv.gz") == "a/b-c.tsv.gz")
        #expect(ClosingLine.quoted("a b") == "'a b'")
        #expect(ClosingLine.quoted("it's") == "'it'\\''s'")
        #expect(ClosingLine.quoted("") == "''")
    }
}
