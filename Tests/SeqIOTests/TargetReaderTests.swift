// Tests of the reading of targets in pieces: every run has all its letters, however it is cut.

import Foundation
import TestSupport
import Testing

@testable import SeqIO

@Suite(.timed) struct TargetReaderTests {
    private static let codes: [UInt8] = (0..<256).map { byte in
        UInt8("ACGT".utf8.enumerated().first { Int($0.element) == byte }?.offset ?? 255)
    }

    /// The runs of all targets, put together from their parts: name, start, letters.
    private static func runs(
        _ text: String, overlap: Int, run: Int, piece: Int, wrap: Int = 0, shard: InputShard? = nil, mostLetters: Int
    ) throws -> [String] {
        let sandbox = try Sandbox()
        let path = try sandbox.write(Array(text.utf8))
        var layout = TargetLayout(codes: codes, overlap: overlap, wrap: wrap, run: run, piece: piece)
        layout.run = max(run, overlap + 1)
        let reader = try TargetReader(path: path, layout: layout, shard: shard)
        var (runs, open, piece) = ([String](), [Int: (start: Int, letters: String)](), TargetPiece())
        while try reader.fill(&piece) {
            #expect(piece.codes.count <= mostLetters)
            for run in piece.runs {
                let letters = String(piece.codes[run.part].map { Array("ACGT")[Int($0)] })
                let name = String(decoding: piece.names[run.target] ?? [], as: UTF8.self)
                var whole = (start: run.start, letters: letters)
                if run.isCutBefore {
                    let before = open[run.target]
                    #expect(before != nil && (before?.start ?? 0) + (before?.letters.count ?? 0) == run.start + overlap)
                    #expect(before?.letters.suffix(overlap) == letters.prefix(overlap))
                    whole = (before?.start ?? 0, (before?.letters ?? "") + letters.dropFirst(overlap))
                }
                open[run.target] = run.isCutBehind ? whole : nil
                if !run.isCutBehind { runs.append("\(name) \(whole.start) \(whole.letters)") }
            }
        }
        #expect(open.isEmpty)
        return runs
    }

    private static let text = """
        >one first
        ACGTACGTTGCAACGTNNACGGT
        ACGT

        ACCCGTTRRAAAAC
        >two
        >
        NNCCCCATATAGAGACGTGTGTACACAGAGATATCTCTAGAGCGCAG
        >four\tx
        A
        """

    @Test func everyRunIsWholeHoweverItIsCut() throws {
        let expected = [
            "one 0 ACGTACGTTGCAACGT", "one 18 ACGGTACGTACCCGTT", "one 36 AAAAC",
            "3 2 CCCCATATAGAGACGTGTGTACACAGAGATATCTCTAGAGCGCAG", "four 0 A",
        ]
        for overlap in [1, 2, 5] {
            for run in [6, 9, 40] {
                for piece in [1, 3, 8, 17, 100] where piece > overlap {
                    for text in [Self.text, Self.text.replacing("\n", with: "\r\n"), Self.text + "\n\n"] {
                        let runs = try Self.runs(
                            text, overlap: overlap, run: run, piece: piece, mostLetters: piece + overlap + 1)
                        #expect(runs == expected, "\(overlap) \(run) \(piece)")
                    }
                }
            }
        }
    }

    @Test func qualitiesAreNoLetters() throws {
        let text = "@a x\nACGT\nAC\n+a x\n@+>A\n+A\n\n@b\nTTN\n+\n>>>\n"
        let runs = try Self.runs(text, overlap: 2, run: 9, piece: 30, mostLetters: 40)
        #expect(runs == ["a 0 ACGTAC", "b 0 TT"])
        for (bad, words) in [
            ("@a\nAC\n+\nIII\n", "more than 2 qualities"), ("@a\nAC\n+\nI\n@b\nA\n+\nI\n", "more than 2 qualities"),
            ("@a\nAC\n@b\n", "'@' among the letters"), ("@a\nAC\n+\nI", "the end of the input"),
            ("ACGT\n", "expected FASTA or FASTQ"), (">a\r>b\rACGT\n", "a carriage return"),
            ("PK\u{3}\u{4}....", "zip data"),
        ] {
            #expect { try Self.runs(bad, overlap: 2, run: 9, piece: 30, mostLetters: 40) } throws: {
                "\($0)".contains(words)
            }
        }
    }

    @Test func theFirstLettersOfACircleAreReadAgainBehindTheLast() throws {
        let text = ">a\nACGTTGCANNAC\n>b\nGAT\n>c\n\n"
        #expect(
            try Self.runs(text, overlap: 2, run: 50, piece: 100, wrap: 4, mostLetters: 110)
                == ["a 0 ACGTTGCA", "a 10 ACACGT", "b 0 GATGATG"])
    }

    @Test func eachRecordIsInOneShard() throws {
        let text = (0..<20).map { ">r\($0)\n" + String(repeating: "A", count: 1 + $0 * 7 % 13) + "\n" }.joined()
        let whole = try Self.runs(text, overlap: 2, run: 9, piece: 30, mostLetters: 40)
        #expect(whole.count == 20)
        for count in [1, 2, 3, 7, 60] {
            let parts = try (1...count).compactMap { InputShard($0, of: count) }.flatMap {
                try Self.runs(text, overlap: 2, run: 9, piece: 30, shard: $0, mostLetters: 40)
            }
            #expect(parts == whole, "\(count)")
        }
    }
}
