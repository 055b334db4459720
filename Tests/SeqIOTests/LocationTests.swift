// Tests of where a letter stands: the line that a message names, also behind empty lines and qualities that mislead.

import SeqIO
import TestSupport
import Testing

@Suite(.timed) struct LocationTests {
    /// Texts of one pair in which each letter of a strand is on a line with no other letter of that strand like it.
    static let texts = [
        ">a\nAC\nGT\n>b\nTG\nCA\n",
        "\n>a\n\n\nAC\n\nGT\n\n>b\n\nTG\n\n\nCA\n\n",
        "@a\nAC\nGT\n+a\n@@\n@+\n@b\nTG\nCA\n+\n@@@@\n",
        "\r\n@a\r\nAC\r\n\r\nGT\r\n+\r\n@+\r\n\r\n@@\r\n\r\n@b\r\nT\r\nGC\r\n\r\n\r\nA\r\n+\r\n+@+@\r\n",
    ]

    /// Checks that every letter of both strands is found on a line of `textB`, or `textA`, that holds it.
    private func check(_ reader: consuming PairReader, _ textA: String, _ textB: String) throws {
        var reader = reader
        var batch = PairBatch()
        #expect(try reader.fill(&batch))
        let entry = try #require(batch.entries.first)
        #expect(batch.entries.count == 1 && entry.kind == .pair)
        for (text, strand, inB) in [(textA, entry.strandA, false), (textB, entry.strandB, true)] {
            let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
            #expect(strand.count == 4)
            for (offset, letter) in batch.bytes[strand].enumerated() {
                let place = batch.location(of: entry, inB: inB, offset: offset)
                let mark = inB ? "b" : "a"
                let header = try #require(lines.firstIndex { $0.dropFirst() == mark })
                let letter = Character(UnicodeScalar(letter))
                let line = try #require(lines[header...].firstIndex { $0.contains(letter) }) + 1
                #expect(place.line == line, "letter \(letter) of strand \(mark) in \(text.debugDescription)")
            }
        }
    }

    @Test(arguments: texts.indices) func aLetterIsFoundOnItsLine(of index: Int) throws {
        let folder = try Sandbox()
        let text = Self.texts[index]
        let path = try folder.write(Array(text.utf8))
        try check(PairReader(paths: [path], columns: .init(), letters: letters), text, text)
    }

    @Test func aLetterOfAMateIsFoundOnItsLine() throws {
        let folder = try Sandbox()
        let (a, b) = (">a\n\nAC\nGT\n", "\n@b\n\nTG\n\nCA\n+\n@@@@\n")
        let path = try folder.write(Array(a.utf8), "a")
        let mates = try folder.write(Array(b.utf8), "b")
        try check(PairReader(paths: [path], columns: .init(), letters: letters, mates: mates), a, b)
        var reader = PairReader(paths: [path], columns: .init(), letters: letters, mates: mates)
        var batch = PairBatch()
        #expect(try reader.fill(&batch))
        #expect(batch.location(of: batch.entries[0], inB: true, offset: 0).path == mates)
        #expect(batch.location(of: batch.entries[0], inB: false, offset: 0).path == path)
    }

    private let letters = (0..<256).map { "ACGT".utf8.contains(UInt8($0)) ? LetterKind.plain : .none }
}
