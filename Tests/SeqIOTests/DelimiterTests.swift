// DelimiterTests: fields of lines with quotes, by a plain reading of RFC 4180.

import SeqIO
import TestSupport
import Testing

@Suite(.timed) struct DelimiterTests {
    private static func text(_ fields: [some Collection<UInt8>]) -> [String] {
        fields.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The fields of a line, and whether its quotes are right, read byte by byte.
    private static func plain(_ line: String, _ delimiter: Character) -> (fields: [String], isRight: Bool) {
        var (fields, field, isRight) = ([String](), "", true)
        var (isQuoted, wasQuoted, isStart) = (false, false, true)
        let bytes = Array(line)
        var k = 0
        while k < bytes.count {
            let byte = bytes[k]
            if isQuoted {
                if byte == "\"", k + 1 < bytes.count, bytes[k + 1] == "\"" {
                    field.append("\"")
                    k += 1
                } else if byte == "\"" {
                    (isQuoted, wasQuoted) = (false, true)
                } else {
                    field.append(byte)
                }
            } else if byte == delimiter {
                fields.append(field)
                (field, wasQuoted, isStart) = ("", false, true)
                k += 1
                continue
            } else if byte == "\"", isStart {
                isQuoted = true
            } else {
                if wasQuoted { isRight = false }
                field.append(byte)
            }
            isStart = false
            k += 1
        }
        return (fields + [field], isRight && !isQuoted)
    }

    @Test(arguments: [
        ("a,b,,c", ["a", "b", "", "c"]), ("", [""]), (",", ["", ""]), ("\"a,b\",c", ["a,b", "c"]),
        ("\"a \"\"b\"\"\",\"\"", ["a \"b\"", ""]), ("a\"b,c\"", ["a\"b", "c\""]), (" \"a,b\"", [" \"a", "b\""]),
        ("\"\"\"\",x", ["\"", "x"]), ("é,\"ü,\"", ["é", "ü,"]),
    ])
    func fieldsAreThoseOfTheStandard(line: String, fields: [String]) {
        #expect(Self.text(Delimiter.comma.fields(of: Array(line.utf8)[...])) == fields)
        let semicolons = line.replacing(",", with: ";")
        #expect(
            Self.text(Delimiter.semicolon.fields(of: Array(semicolons.utf8)[...]))
                == fields.map { $0.replacing(",", with: ";") })
        #expect(Self.text(Delimiter.tab.fields(of: Array(line.utf8)[...])) == [line], "quotes mean nothing among tabs")
    }

    @Test func whatIsWrittenIsReadAgain() {
        var random = TestRandom(state: 3)
        for _ in 0..<2000 {
            let fields = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                String((0..<Int.random(in: 0...6, using: &random)).map { _ in "ab,;\"\t "[random.index(7)] })
            }
            for delimiter in [Delimiter.comma, .semicolon] {
                let line = delimiter.line(fields)
                #expect(Self.text(delimiter.fields(of: line[...])) == fields, "\(fields)")
            }
        }
    }

    /// The reader finds what a plain reading finds, and refuses what that refuses, wherever the line ends.
    @Test func linesOfAnyBytesAreReadAsTheStandardSays() throws {
        let sandbox = try Sandbox()
        var random = TestRandom(state: 9)
        var columns = PairColumns(label: .number(3))
        (columns.delimiter, columns.header, columns.areGiven) = (.comma, .no, true)
        var rejected = 0
        let lines = (0..<3000).map { _ in
            "A" + String((0..<Int.random(in: 0...12, using: &random)).map { _ in "AC,,\"\""[random.index(6)] })
        }.map { line in
            // Quotes at the beginning too.
            line.hasSuffix("C") ? String(line.dropFirst()) + "T" : line
        }
        let path = try sandbox.write(Array(lines.map { $0 + "\n" }.joined().utf8), "any.csv")
        var reader = PairReader(paths: [path], columns: columns, letters: dnaLetters, chunk: 100)
        var (batch, found) = (PairBatch(), [Int: (kind: PairEntryKind, fields: [String])]())
        while try reader.fill(&batch, bytes: 300) {
            for entry in batch.entries {
                let ranges = [entry.strandA, entry.strandB, entry.label]
                found[entry.line] = (entry.kind, Self.text(ranges.map { batch.bytes[$0] }))
                #expect(Self.text([batch.bytes[entry.text]]) == [lines[entry.line - 1]])
            }
        }
        for (k, line) in lines.enumerated() {
            let (fields, isRight) = Self.plain(line, ",")
            let entry = try #require(found[k + 1], "\(line)")
            let isPair = isRight && fields.count >= 3 && !fields[0].isEmpty && !fields[1].isEmpty
            #expect((entry.kind == .pair) == isPair, "\(line)")
            if isPair { #expect(entry.fields == Array(fields.prefix(3)), "\(line)") } else { rejected += 1 }
        }
        #expect(rejected > 500 && rejected < 2900)
    }

    @Test func namesAndCharactersAreDelimiters() {
        #expect(["tab", "\t", "comma", ",", "semicolon", ";"].map { Delimiter($0)?.byte } == [9, 9, 44, 44, 59, 59])
        for text in ["", "tabs", ",,", "|", "Comma"] { #expect(Delimiter(text) == nil, "\(text)") }
        #expect(Delimiter(ofFile: "x.csv") == .comma && Delimiter(ofFile: "a/X.CSV.gz") == .comma)
        #expect(Delimiter(ofFile: "x.tsv") == nil && Delimiter(ofFile: "csv") == nil)
    }
}

extension TestRandom {
    fileprivate mutating func index(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
}

extension String {
    fileprivate subscript(place: Int) -> Character { self[index(startIndex, offsetBy: place)] }
}
