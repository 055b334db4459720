// Tests of the readers: every chunk size, line ending and packing gives the same pairs, and damage is never quiet.

import Foundation
import SeqIO
import TestSupport
import Testing

extension Sandbox {
    /// Bytes packed by our own sink (BGZF) or, as one or more ordinary members, by gzip.
    func packed(_ bytes: [UInt8], members: Int) throws -> [UInt8] {
        var result: [UInt8] = []
        for m in 0..<members {
            let part = Array(bytes[bytes.count * m / members..<bytes.count * (m + 1) / members])
            let source = try write(part, "part")
            let gzip = Process()
            gzip.executableURL = URL(filePath: "/bin/gzip")
            gzip.arguments = ["-nkf", source]
            try gzip.run()
            gzip.waitUntilExit()
            result += try self.bytes("part.gz")
        }
        return result
    }

    func blocks(_ bytes: [UInt8]) throws -> [UInt8] {
        let sink = try ByteSink(path: path("blocks.gz"))
        try sink.write(bytes)
        try sink.finish()
        return try self.bytes("blocks.gz")
    }
}

let dnaLetters: [LetterKind] = (0..<256).map { byte in
    "ACGTNacgtn".utf8.contains(UInt8(byte))
        ? .plain : "RYSWKMBDHVryswkmbdhv".utf8.contains(UInt8(byte)) ? .ambiguous : .none
}

private struct Pair: Equatable {
    var a: String
    var b: String
    var line: Int
}

/// All pairs of a file, and the error that ended it.
private func pairs(_ path: String, chunk: Int = 1 << 16, columns: PairColumns = .init()) -> ([Pair], InputError?) {
    var reader = PairReader(paths: [path], columns: columns, letters: dnaLetters, chunk: chunk)
    var batch = PairBatch()
    var result: [Pair] = []
    var failure: InputError?
    func collect() {
        for entry in batch.entries {
            if entry.kind == .rejected, failure == nil { failure = batch.rejections[entry.rejection] }
            guard entry.kind == .pair, failure == nil else { continue }
            func text(_ range: Range<Int>) -> String { String(decoding: batch.bytes[range], as: UTF8.self) }
            result.append(Pair(a: text(entry.strandA), b: text(entry.strandB), line: entry.line))
        }
    }
    do throws(InputError) {
        while try reader.fill(&batch, bytes: 40) { collect() }
    } catch {
        collect()
        failure = failure ?? error
    }
    return (result, failure)
}

@Suite(.timed) struct PairReaderTests {
    private static let table = "strandA\tstrandB\tnote\n# remark\n\nACGT\tTTGA\tx\nacgtn\tAC\t\tmore\nRYACG\tA\tz"
    private static let fasta = ">a one\nAC\nGT\n\n>b\nTTGA\n>c\nacgtn\n>d two\nA\nC"
    private static let fastq = "@a\nACGT\n+\n@@@@\n@b\nTT\nGA\n+b\nII\n@I\n@c\nacgtn\n+\n+++++\n@d\nAC\n+\nII"
    private static let tablePairs = [
        Pair(a: "ACGT", b: "TTGA", line: 4), Pair(a: "acgtn", b: "AC", line: 5), Pair(a: "RYACG", b: "A", line: 6),
    ]

    @Test(arguments: [1, 2, 3, 5, 8, 13, 17, 64], ["\n", "\r\n"])
    func everyChunkEndingAndPackingGivesTheSamePairs(chunk: Int, ending: String) throws {
        let folder = try Sandbox()
        let expected: [(String, [Pair])] = [
            (Self.table, Self.tablePairs),
            (Self.fasta, [Pair(a: "ACGT", b: "TTGA", line: 1), Pair(a: "acgtn", b: "AC", line: 7)]),
            (Self.fastq, [Pair(a: "ACGT", b: "TTGA", line: 1), Pair(a: "acgtn", b: "AC", line: 11)]),
        ]
        for (text, wanted) in expected {
            for last in ["", ending] {
                let bytes = Array((text.replacingOccurrences(of: "\n", with: ending) + last).utf8)
                for packing in [
                    bytes, try folder.packed(bytes, members: 1), try folder.packed(bytes, members: 3),
                    try folder.blocks(bytes),
                ] {
                    let (found, failure) = pairs(try folder.write(packing), chunk: chunk)
                    #expect(failure == nil)
                    #expect(found == wanted)
                }
            }
        }
    }

    @Test func columnsAreFoundByName() throws {
        let folder = try Sandbox()
        let file = try folder.write(Array("id\tx\ty\n1\tAC\tGT\n".utf8))
        var columns = PairColumns()
        columns.strandA = .name("y")
        columns.strandB = .name("x")
        #expect(pairs(file, columns: columns).0 == [Pair(a: "GT", b: "AC", line: 2)])
        columns.strandA = .name("z")
        #expect(pairs(file, columns: columns).1?.description.contains("column 'z'") == true)
    }

    @Test func everyTruncationOfPackedInputIsAnError() throws {
        let folder = try Sandbox()
        let bytes = Array(Self.table.utf8)
        for packed in [try folder.packed(bytes, members: 1), try folder.blocks(bytes)] {
            for length in 3..<packed.count {
                let (found, failure) = pairs(try folder.write(Array(packed[..<length])))
                #expect(failure != nil, "\(length) of \(packed.count) bytes")
                #expect(found == Array(Self.tablePairs.prefix(found.count)))
            }
        }
    }

    @Test func aFlippedBitIsNeverAQuietDifference() throws {
        let folder = try Sandbox()
        let bytes = Array(Self.table.utf8)
        for packed in [try folder.packed(bytes, members: 1), try folder.blocks(bytes)] {
            for at in packed.indices {
                var damaged = packed
                damaged[at] ^= 1 << UInt8(at % 8)
                let (found, failure) = pairs(try folder.write(damaged))
                // Some header bits (time, system) mean nothing; then all must be as it was.
                #expect(failure != nil || found == Self.tablePairs, "byte \(at)")
            }
        }
    }

    @Test func garbageBehindAMemberIsAnErrorAndPaddingIsNot() throws {
        let folder = try Sandbox()
        let packed = try folder.packed(Array(Self.table.utf8), members: 1)
        #expect(pairs(try folder.write(packed + Array("junk".utf8))).1 != nil)
        let (found, failure) = pairs(try folder.write(packed + [0, 0, 0, 0]))
        #expect(failure == nil && found == Self.tablePairs)
        // However much is read at a time, nothing but padding follows padding.
        for chunk in [1, 2, packed.count + 2, 1 << 16] {
            let (found, failure) = pairs(try folder.write(packed + [0, 0] + packed), chunk: chunk)
            #expect(failure?.description.contains("garbage") == true, "chunks of \(chunk)")
            // The last line has no end, and may be cut off.
            #expect(found == Self.tablePairs.dropLast())
        }
    }

    /// What ordinary gzip takes as whole: nothing else shows that a block is lost.
    @Test func aBlockThatBecomesAnotherMemberIsNotLostInSilence() throws {
        let folder = try Sandbox()
        let lines = (0..<6000).map { "ACGT\tACGTAC\t\($0 % 10)\n" }
        let blocks = try folder.blocks(Array(lines.joined().utf8))
        let second = Int(blocks[16]) + Int(blocks[17]) << 8 + 1
        let endMarker = blocks.count - 28
        #expect(blocks[second..<second + 4] == [0x1f, 0x8b, 8, 4] && blocks[endMarker] == 0x1f)
        let whole = pairs(try folder.write(blocks))
        #expect(whole.1 == nil && whole.0.count == 6000)

        /// The pairs of the first block, and then an error that says `what`.
        func expectFirstBlock(of damaged: [UInt8], _ what: String) throws {
            let (found, failure) = pairs(try folder.write(damaged))
            #expect(found.count > 4000 && found == Array(whole.0.prefix(found.count)))
            #expect(failure?.description.contains(what) == true, "\(failure as Any)")
        }
        var swallowed = blocks
        let extra = endMarker + 18 - (second + 12)  // an extra field up to the end marker's own empty text
        swallowed[second + 10] = UInt8(extra & 255)
        swallowed[second + 11] = UInt8(extra >> 8)
        try expectFirstBlock(of: swallowed, "no BGZF block follows")
        try expectFirstBlock(of: blocks[..<second] + [UInt8](repeating: 0, count: 512), "no BGZF block follows")
        try expectFirstBlock(of: Array(blocks[..<(second + 40)]), "truncated")
        // A length that leads behind the file: the text is whole, its block is not.
        var long = blocks
        long[second + 17] = 255
        try expectFirstBlock(of: long, "the length that its header gives")
        let other = try folder.packed(Array("AC\tGT\t1\n".utf8), members: 1)
        let (found, failure) = pairs(try folder.write(blocks + other + [0, 0]))
        #expect(failure == nil && found.count == 6001)
    }

    @Test(arguments: [
        ("AC\tGT\nAC\n", 2, "1 column, expected at least 2"), ("AC\t\n", 1, "an empty strand"),
        (">a\nAC\n", 1, "alone"), (">a\nAC\n>b\n>c\nA\n>d\nC\n", 3, "without a sequence"),
        ("@a\nACGT\n+\nIII\n@b\nAC\n+\nII\n", 4, "3 qualities"), ("@a\nACGT\n", 2, "the end of the input"),
        ("AC\tGT\n\u{0}\u{1}\n", 2, "1 column"),
    ])
    func whatIsWrongIsSaidWithItsLine(text: String, line: Int, words: String) throws {
        let folder = try Sandbox()
        let path = try folder.write(Array(text.utf8))
        let failure = try #require(pairs(path).1)
        #expect(failure.description.hasPrefix("\(path):\(line): "), "\(failure)")
        #expect(failure.description.contains(words), "\(failure)")
    }

    @Test func aMissingFileAndAFolderAreErrors() throws {
        let folder = try Sandbox()
        #expect(pairs(folder.path("none")).1?.description.contains("cannot open") == true)
        #expect(pairs(folder.folder.path).1?.description.contains("cannot read") == true)
    }
}

@Suite(.timed) struct ByteSinkTests {
    @Test func aFileAppearsWholeOrNotAtAll() throws {
        let folder = try Sandbox()
        let path = try folder.write(Array("old".utf8), "out")
        do {
            let sink = try ByteSink(path: path)
            try sink.write(Array("new".utf8))
        }
        #expect(try folder.bytes("out") == Array("old".utf8))
        let sink = try ByteSink(path: path)
        try sink.write(Array("new".utf8))
        try sink.finish()
        #expect(try folder.bytes("out") == Array("new".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.folder.path) == ["out"])
    }

    @Test func aFullDiskIsSeen() throws {
        let sink = try ByteSink(path: "/dev/full")
        try sink.write([1, 2, 3])
        #expect(throws: OutputError.self) { try sink.finish() }
    }

    @Test func aLinkToTheInputIsTheSameFile() throws {
        let folder = try Sandbox()
        let path = try folder.write([1], "a")
        try FileManager.default.createSymbolicLink(atPath: folder.path("b"), withDestinationPath: path)
        #expect(ByteSink.isSameFile(folder.path("b"), as: [path]))
        #expect(!ByteSink.isSameFile(folder.path("c"), as: [path]))
    }
}
