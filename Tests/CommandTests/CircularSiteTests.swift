// Tests of classify --sites --circular: sites across the origin, wherever that is.

import TestSupport
import Testing

@Suite(.timed) struct CircularSiteTests {
    @Test func aSiteAcrossTheOriginIsFoundWhereTargetsAreCircular() throws {
        let (sandbox, _) = try SiteTests.sandbox()
        let site = SiteTests.opposite(SiteTests.probe)
        let middle = SiteTests.planted([(4, SiteTests.probe), (600, site)], in: 1_000, seed: 8)
        try sandbox.write(SiteTests.fasta("ring", String(site.suffix(12)) + middle + String(site.prefix(8))), "ring.fa")
        func run(_ options: String) throws -> [String] {
            SiteTests.places(
                SiteTests.lines(
                    try sandbox.run("seqgan classify -q --sites ring.fa \(SiteTests.at) \(options) p.fa").output))
        }
        #expect(try run("") == ["p1 ring 16-36 -", "p1 ring 612-632 +"])
        // In the order of the starts; the one at the origin last.
        #expect(try run("--circular") == ["p1 ring 16-36 -", "p1 ring 612-632 +", "p1 ring 1012-1032 +"])
        #expect(try run("--circular --strand +") == ["p1 ring 612-632 +", "p1 ring 1012-1032 +"])
        #expect(try run("--strand -") == ["p1 ring 16-36 -"])
    }

    /// At a temperature at which each half of the site binds by itself.
    @Test func whereACircleIsCutMakesNoDifference() throws {
        let (sandbox, _) = try SiteTests.sandbox()
        let ring = SiteTests.planted([(500, SiteTests.opposite(SiteTests.probe))], in: 1_000, seed: 8)
        func sites(cut: Int) throws -> [String] {
            try sandbox.write(SiteTests.fasta("ring", String(ring.dropFirst(cut) + ring.prefix(cut))), "ring.fa")
            let made = try sandbox.run(
                "seqgan classify -q --sites ring.fa --circular --at temperature=25C p.fa | grep '^p1'")
            return made.output.split(separator: "\n").map { line in
                let fields = line.split(separator: "\t")
                return "\(((Int(fields[2]) ?? -1) + cut) % 1_000) \(fields[4...].joined(separator: " "))"
            }.sorted()
        }
        let uncut = try sites(cut: 0)
        #expect(uncut.count { $0.hasPrefix("500 + 1.0") || $0.hasPrefix("500 + 0.99") } == 1, "\(uncut)")
        for cut in [505, 510, 512, 519] { #expect(try sites(cut: cut) == uncut, "\(cut)") }
    }
}
