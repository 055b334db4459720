// Tests of the parts of an input: together they are the whole, each record once and in order, wherever the cuts fall.

import Foundation
import SeqIO
import TestSupport
import Testing

@Suite(.timed) struct InputShardTests {
    /// What is read of files: kinds, texts, and the error that ended it.
    private static func read(
        _ paths: [String], _ shard: InputShard?, chunk: Int = 1 << 16, mates: String? = nil
    ) -> (records: [String], failure: InputError?) {
        var reader = PairReader(
            paths: paths, columns: PairColumns(), letters: dnaLetters, mates: mates, shard: shard, chunk: chunk)
        var batch = PairBatch()
        var records: [String] = []
        func collect() {
            for entry in batch.entries {
                records.append("\(entry.kind) " + String(decoding: batch.bytes[entry.text], as: UTF8.self))
            }
        }
        do throws(InputError) {
            while try reader.fill(&batch, bytes: 200) { collect() }
        } catch {
            collect()
            return (records, error)
        }
        return (records, nil)
    }

    /// The parts of files, for several numbers of them, are the whole.
    private static func expectWhole(_ paths: [String], mates: String? = nil, _ name: String = "") {
        let whole = read(paths, nil, mates: mates)
        #expect(whole.failure == nil && !whole.records.isEmpty, "\(name)")
        for (count, chunk) in [(1, 64), (2, 1 << 16), (3, 500), (7, 32), (64, 1 << 12), (301, 1 << 16)] {
            var records: [String] = []
            for index in 1...count {
                let part = read(paths, InputShard(index, of: count), chunk: chunk, mates: mates)
                #expect(part.failure == nil, "\(name): \(index)/\(count)")
                records += part.records
            }
            #expect(records == whole.records, "\(name): \(count) parts")
        }
    }

    private static let samples = Sandbox.testdata.path

    @Test(arguments: ["pairs.tsv", "pairs.bgzf.tsv.gz", "pairs.members.tsv.gz", "pairs.fa", "pairs.fq"])
    func thePartsOfAFileAreTheWhole(name: String) {
        Self.expectWhole(["\(Self.samples)/\(name)"])
    }

    @Test func thePartsOfFilesThatFollowEachOtherAreTheWhole() throws {
        let folder = try Sandbox()
        // Comments that are longer than a part, headers in the middle, empty lines, no last line end, an empty file.
        let long = String(repeating: "# a remark that goes through\n\n", count: 30)
        let table = Array((long + "strandA\tstrandB\nACGT\tTT\r\n\n# x\nA\tC\nAC\tGG\nTTT\tA").utf8)
        let files = [
            try folder.write(table, "first"), try folder.write([], "empty"),
            try folder.write(folder.blocks(table), "blocks.gz"),
            try folder.write(folder.packed(table, members: 2), "members.gz"), try folder.write(table, "last"),
        ]
        for file in files where !file.hasSuffix("empty") { Self.expectWhole([file], file) }
        Self.expectWhole(files, "all")
        Self.expectWhole([files[2], "\(Self.samples)/pairs.fa", files[0]], "tables and FASTA")
        Self.expectWhole(["\(Self.samples)/pairs.fa"], mates: "\(Self.samples)/pairs.fq", "mates")
    }

    /// Lines of 1 to 40 letters, more than a few blocks of them.
    private static let table: [UInt8] = (0..<9_000).flatMap { k in
        Array("\(String(repeating: "ACGT", count: 1 + k % 10))\tACG\t\(k)\n".utf8)
    }

    @Test func thePartsOfManyBlocksAreTheWholeWhereverLinesEnd() throws {
        let folder = try Sandbox()
        Self.expectWhole([try folder.write(folder.blocks(Self.table))])
    }

    @Test func whatStandsInOtherPartsIsNotRead() throws {
        let folder = try Sandbox()
        var bytes = try folder.blocks(Self.table)
        // In the second block: the first, which may hold a header, all parts read.
        bytes[Int(bytes[16]) + Int(bytes[17]) << 8 + 100] ^= 1
        let file = try folder.write(bytes)
        // Pieces so small that looking for a header does not read all of this small file.
        #expect(Self.read([file], InputShard(1, of: 2), chunk: 1 << 12).failure != nil)
        let second = Self.read([file], InputShard(2, of: 2), chunk: 1 << 12)
        #expect(second.failure == nil && second.records.count > 2_000)
    }

    @Test func aBadLineHasTheNumberThatItHasInTheWholeFile() throws {
        let folder = try Sandbox()
        var table = Self.table
        let end = try #require(table[(table.count * 3 / 4)...].firstIndex(of: 10))
        table.insert(contentsOf: Array("ACGT\n".utf8), at: end + 1)
        let line = table[...end].count { $0 == 10 } + 1
        for bytes in [table, try folder.blocks(table), try folder.packed(table, members: 1)] {
            let file = try folder.write(bytes)
            var found: [InputError] = []
            for index in 1...4 {
                var reader = PairReader(
                    paths: [file], columns: PairColumns(), letters: dnaLetters, shard: InputShard(index, of: 4))
                var batch = PairBatch()
                while try reader.fill(&batch) { found += batch.rejections.map(batch.located) }
            }
            let place = Location(path: file, line: line)
            #expect(found == [.malformed(place, seen: "1 column", expected: "at least 2, separated by tabs")])
        }
    }

    @Test func noTruncationIsQuiet() throws {
        let folder = try Sandbox()
        let packings = [try folder.blocks(Self.table), try folder.packed(Self.table, members: 1)]
        for whole in packings {
            for size in stride(from: 30, to: whole.count, by: whole.count / 37) {
                let file = try folder.write(Array(whole.prefix(size)))
                for count in [2, 9] {
                    let parts = (1...count).map { Self.read([file], InputShard($0, of: count)) }
                    let failures = parts.compactMap(\.failure)
                    #expect(!failures.isEmpty, "\(size) bytes in \(count) parts")
                    for failure in failures { #expect(failure.description.hasPrefix(file), "\(failure)") }
                }
            }
        }
    }

    @Test func whatOnlyLooksLikeABlockIsNoPlaceToCut() throws {
        let folder = try Sandbox()
        // A gzip member of another kind between blocks that hold stored bytes: blocks can't be followed through it.
        let blocks = try folder.blocks(Self.table)
        let mixed = blocks + (try folder.packed(Self.table, members: 1)) + blocks
        let file = try folder.write(mixed)
        let whole = Self.read([file], nil)
        #expect(whole.failure == nil && whole.records.count == 27_000)
        for count in [2, 3, 5, 11] {
            let parts = (1...count).map { Self.read([file], InputShard($0, of: count)) }
            // Told, or right.
            #expect(parts.contains { $0.failure != nil } || parts.flatMap(\.records) == whole.records)
        }
    }

    @Test func partsAreWrittenAsTwoNumbers() {
        #expect(InputShard("3/8") == InputShard(3, of: 8))
        for text in [
            "0/8", "9/8", "-1/8", "1/0", "1", "1/", "/1", "1/2/3", "a/b", " 1/2", "", "1/99999999999999999999",
        ] {
            #expect(InputShard(text) == nil, "\(text)")
        }
    }

    @Test func partsOfRowsHaveAboutAsManyPairs() {
        // A triangle of 1,000 rows.
        func before(_ rows: Int) -> Int { rows * 1_000 - rows * (rows - 1) / 2 }
        for count in [1, 2, 7, 1_000, 5_000] {
            var next = 0
            for index in 1...count {
                let rows = InputShard(index, of: count)?.rows(1_000, total: before(1_000), before: before) ?? 0..<0
                #expect(rows.lowerBound == next)
                next = rows.upperBound
                if count <= 7 {
                    #expect(abs(before(rows.upperBound) - before(rows.lowerBound) - 500_500 / count) <= 1_000)
                }
            }
            #expect(next == 1_000)
        }
    }
}
