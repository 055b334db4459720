// DuplexDrawingTests: duplexes of any length are drawn whole, within the picture, in rows of about one length.

import Foundation
import TestSupport
import Testing

@Suite(.timed) struct DuplexDrawingTests {
    /// A letter of a picture: where it stands.
    private struct Letter: Hashable { let x: Double, y: Double }

    /// The letters of both strands, as the first picture of single pairs in a report shows them, row by row; and the
    /// texts beside them, which name the strands' ends.
    private func picture(
        ofStrands length: Int
    ) throws -> (rows: [[Letter]], ends: [Letter], width: Double, height: Double) {
        let sandbox = try Sandbox()
        let strand = String((0..<length).map { Array("ACGTTGCAAC")[($0 * $0 + 3 * $0) % 10] })
        let other = GenerateTests.reverseComplement(strand)
        try sandbox.write("\(strand)\t\(other)\t1\nACGTACGTAC\tACCAACGTTT\t0\n", "p.tsv")
        #expect(
            try sandbox.run("seqgan evaluate -q --force-lengths p.tsv --threshold 0 --report p.html > /dev/null").code
                == 0)
        let page = try sandbox.read("p.html")
        let part = try #require(page.components(separatedBy: "Single pairs").last)
        let svg = try #require(part.firstMatch(of: /<svg.*?<\/svg>/.dotMatchesNewlines()))
        let box = try #require(svg.0.firstMatch(of: /viewBox="0 0 ([\d.]+) ([\d.]+)"/))
        let texts = svg.0.matches(of: /<text ([^>]*)>([^<]*)</)
        func number(_ name: String, _ attributes: Substring) -> Double {
            Double(attributes.components(separatedBy: " \(name)=\"").last?.prefix { $0 != "\"" } ?? "") ?? -1
        }
        var (letters, ends): ([Letter], [Letter]) = ([], [])
        for text in texts {
            let place = Letter(x: number("x", " " + text.1), y: number("y", " " + text.1))
            if text.1.contains("base") { letters.append(place) } else { ends.append(place) }
        }
        #expect(letters.count == 2 * length && ends.count == 4, "\(length)")
        let rows = Dictionary(grouping: letters) { $0.y }.sorted { $0.key < $1.key }.map(\.value)
        return (rows, ends, Double(box.1) ?? 0, Double(box.2) ?? 0)
    }

    @Test(arguments: [10, 26, 30, 31, 38, 39, 40, 41, 43, 44, 60, 76, 77, 80, 115, 119, 120])
    func noRowIsCutOrHoldsTheLastLettersAlone(length: Int) throws {
        let (rows, ends, width, height) = try picture(ofStrands: length)
        // Strands that the built-in model makes are not broken at all.
        if length <= 43 { #expect(rows.count == 2, "\(rows.map(\.count))") }
        let counts = rows.map(\.count)
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) < rows.count, "\(counts)")
        for row in rows {
            let places = row.map(\.x).sorted()
            #expect((places.first ?? 0) >= 20 && (places.last ?? 999) <= width - 20, "\(length)")
            // Letters are up to 0.61 of their size wide, and no size is below 11.
            for (x, next) in zip(places, places.dropFirst()) { #expect(next - x >= 6.7) }
        }
        for place in rows.joined() + ends { #expect(place.y > 8 && place.y <= height - 8) }
        // An end's name is some 12 wide.
        for end in ends { #expect(end.x >= 12 && end.x <= width - 14, "\(length): \(end.x)") }
    }
}
