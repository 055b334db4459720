// Tests of the columns of conditions: found by their titles in each file, and never lost without a message.

import Foundation
import SeqIO
import TestSupport
import Testing

/// The conditions of every pair, `-` where there is no column; then the error that ended the reading, if any.
private func conditions(
    _ paths: [String], _ names: [String], required: Bool = false, header: HeaderRule = .auto, mates: String? = nil,
    shard: InputShard? = nil, chunk: Int = 1 << 16, label: PairColumn? = nil
) -> ([String], String?) {
    var columns = PairColumns(label: label)
    (columns.conditions, columns.areConditionsRequired, columns.header) = (names, required, header)
    var reader = PairReader(
        paths: paths, columns: columns, letters: dnaLetters, mates: mates, shard: shard, chunk: chunk)
    var batch = PairBatch()
    var (rows, failure): ([String], String?) = ([], nil)
    func collect() {
        for entry in batch.entries {
            if entry.kind == .rejected, failure == nil { failure = batch.rejections[entry.rejection].description }
            guard entry.kind == .pair, failure == nil else { continue }
            let fields = names.indices.map { place in
                guard !batch.hasConditions.isEmpty, batch.hasConditions[place] else { return "-" }
                return String(decoding: batch.bytes[batch.conditions[entry.firstCondition + place]], as: UTF8.self)
            }
            rows.append(
                ([String(decoding: batch.bytes[entry.strandB], as: UTF8.self)] + fields).joined(separator: " "))
        }
    }
    do throws(InputError) {
        while try reader.fill(&batch, bytes: 40) { collect() }
    } catch {
        collect()
        failure = failure ?? error.description
    }
    return (rows, failure.map { $0.replacing(/\/\S*\//, with: "") })
}

@Suite(.timed) struct ConditionColumnTests {
    @Test(arguments: [1, 3, 8, 64, 1 << 16], ["\n", "\r\n"])
    func theyAreFoundByTheirTitles(chunk: Int, ending: String) throws {
        let folder = try Sandbox()
        let text = "A\tB\tdose\tsalt\n# remark\nACGT\tAC\t5\t1\n\nACGT\tGT\t\t\nACGT\tRY\t7\t2e-1\tmore"
        let bytes = Array(text.replacingOccurrences(of: "\n", with: ending).utf8)
        for packing in [bytes, try folder.packed(bytes, members: 2), try folder.blocks(bytes)] {
            let file = try folder.write(packing)
            let all = conditions([file], ["salt", "none", "dose"], chunk: chunk)
            #expect(all == (["AC 1 - 5", "GT  - ", "RY 2e-1 - 7"], nil))
            #expect(conditions([file], ["dose"], required: true, chunk: chunk) == (["AC 5", "GT ", "RY 7"], nil))
            #expect(conditions([file], ["none"], chunk: chunk) == (["AC -", "GT -", "RY -"], nil))
            #expect(conditions([file], [], chunk: chunk) == (["AC", "GT", "RY"], nil))
        }
    }

    @Test func aTitleMakesAHeaderOfAFirstLineThatCouldBeAPair() throws {
        let folder = try Sandbox()
        let file = try folder.write(Array("ACA\tCAC\tdose\nACGT\tAC\t5\n".utf8))
        #expect(conditions([file], []).0 == ["CAC", "AC"])
        #expect(conditions([file], ["dose"]).0 == ["AC 5"])
        #expect(conditions([file], ["dose"], header: .no).0 == ["CAC -", "AC -"])
    }

    @Test func aTableWithoutAHeaderHasNone() throws {
        let folder = try Sandbox()
        let file = try folder.write(Array("ACGT\tAC\t5\n".utf8))
        #expect(conditions([file], ["dose"]) == (["AC -"], nil))
        #expect(
            conditions([file], ["dose"], required: true)
                == ([], "input:1: columns 'ACGT\\tAC\\t5', expected a header with a column 'dose'"))
        #expect(
            conditions([file], ["dose"], required: true, header: .no)
                == (
                    [],
                    "input:1: columns that are asked for by name, expected a header, but the table is said to have none"
                ))
    }

    @Test func aTitleTwiceIsAnErrorAndSoIsOneOfAStrandOrLabel() throws {
        let folder = try Sandbox()
        let file = try folder.write(Array("A\tB\tdose\tdose\nACGT\tAC\t5\t6\n".utf8))
        for required in [false, true] {
            #expect(
                conditions([file], ["dose"], required: required) == ([], "input:1: 2 columns 'dose', expected one"))
        }
        let other = try folder.write(Array("A\tB\tdose\nACGT\tAC\t1\n".utf8))
        #expect(
            conditions([other], ["dose"], label: .number(3))
                == ([], "input:1: column 3 'dose' as a label, expected another one, as this holds a condition"))
        #expect(
            conditions([other], ["B"])
                == ([], "input:1: column 2 'B' as a strand, expected another one, as this holds a condition"))
    }

    @Test func aLineThatEndsBeforeOneIsABadRecord() throws {
        let folder = try Sandbox()
        let file = try folder.write(Array("A\tB\tx\tdose\nACGT\tAC\t1\t5\nACGT\tGT\t1\n".utf8))
        let expected = (["AC 5"], Optional("input:3: 3 columns, expected at least 4, separated by tabs"))
        #expect(conditions([file], ["dose"]) == expected)
    }

    @Test func eachFileHasItsOwnOrderAndNoneLosesAColumnQuietly() throws {
        let folder = try Sandbox()
        func file(_ name: String, _ text: String) throws -> String { try folder.write(Array(text.utf8), name) }
        let a = try file("a", "A\tB\tdose\tsalt\nACGT\tAC\t5\t1\n")
        let b = try file("b", "A\tB\tsalt\tdose\nACGT\tGT\t2\t6\n")
        let c = try file("c", "# remark\nA\tB\tdose\nACGT\tGG\t2\n")
        let (bare, empty) = (try file("bare", "ACGT\tCC\n"), try file("empty", ""))
        let fasta = try file("fasta", ">a\nACGT\n>b\nAA\n"), late = try file("late", "# remark\n>a\nACGT\n>b\nAA\n")
        let names = ["salt", "dose"]
        #expect(conditions([a, empty, b], names) == (["AC 1 5", "GT 2 6"], nil))
        #expect(conditions([bare, fasta, c, a], names) == (["CC - -", "AA - -", "GG - 2", "AC 1 5"], nil))
        for (last, place, kind) in [
            (c, "c:2", "a table"), (bare, "bare:1", "a table"), (fasta, "fasta:1", "records"),
            (late, "late:2", "records"),
        ] {
            #expect(
                conditions([a, b, last], names)
                    == (["AC 1 5", "GT 2 6"], "\(place): \(kind) without a column 'salt', expected one, as in a"))
        }
        for (records, place) in [(fasta, "fasta:1"), (late, "late:2")] {
            #expect(
                conditions([records], names, required: true)
                    == ([], "\(place): records, expected a table with a column 'salt'"))
        }
        let mates = conditions([fasta], names, required: true, mates: fasta)
        #expect(mates == ([], "fasta:1: records, expected a table with a column 'salt'"))
    }

    @Test(arguments: [false, true]) func partsOfTheInputKnowThem(isPacked: Bool) throws {
        let folder = try Sandbox()
        func file(_ name: String, _ first: Int, _ header: String) throws -> String {
            let rows = (first..<first + 300).map { "ACGTACGT\tACGTACG\tremark\t\($0)\n" }
            let bytes = Array((header + rows.joined()).utf8)
            return try folder.write(isPacked ? try folder.blocks(bytes) : bytes, name)
        }
        let header = "A\tB\tnote\tdose\n"
        let files = [try file("a", 0, header), try file("b", 300, header)]
        let whole = conditions(files, ["dose"]).0
        #expect(whole.count == 600 && whole.last == "ACGTACG 599")
        for count in [2, 3, 7] {
            let parts = (1...count).map {
                conditions(files, ["dose"], shard: InputShard($0, of: count), chunk: 1 << 10)
            }
            #expect(parts.flatMap(\.0) == whole && parts.allSatisfy { $0.1 == nil })
        }
        let bare = try file("bare", 0, "")
        let last = conditions([files[0], bare], ["dose"], shard: InputShard(4, of: 4))
        #expect(last == ([], "bare:1: a table without a column 'dose', expected one, as in a"))
    }
}
