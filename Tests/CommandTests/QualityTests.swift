// QualityTests: FASTQ as Cock et al. (Nucleic Acids Research 38:1767, 2010) specify it: what is refused, and on which
// line.

import TestSupport
import Testing

@Suite(.timed) struct QualityTests {
    private static let letters = "GATGTGCAATACCTTTGTAG"
    private static let qualities = "YYYYYYYYYYYYYWYWYYSU"

    /// Five records, the third of which, on lines 9 to 12, is `third`.
    private static func text(_ third: String) -> String {
        let records = (1...5).map { $0 == 3 ? third : "@r\($0) x\n\(letters)\n+r\($0) x\n\(qualities)\n" }
        return records.joined()
    }

    private static func record(letters: String = letters, plus: String = "", qualities: String) -> String {
        "@r3 x\n\(letters)\n+\(plus)\n\(qualities)\n"
    }

    /// What is wrong with the third record, the line, the words, and whether `--skip-bad` passes over it.
    private static let faults: [(text: String, line: Int, words: String, isSkipped: Bool)] = {
        var faults: [(String, Int, String, Bool)] = []
        for (byte, shown) in [
            ("\0", "'\\x00'"), ("\t", "'\\t'"), ("\u{b}", "'\\x0b'"), ("\u{1b}", "'\\x1b'"), ("\u{1f}", "'\\x1f'"),
            (" ", "' '"), ("\u{7f}", "'\\x7f'"),
        ] {
            for at in [0, 19] {
                let damaged = String(qualities.prefix(at)) + byte + String(qualities.dropFirst(at + 1))
                faults.append((record(qualities: damaged), 12, "\(shown) for a quality", true))
            }
        }
        for title in ["r3 y", "r3", "r3 xx", "r", "x", "R3 x", "@r3 x"] {
            faults.append((record(plus: title, qualities: qualities), 11, "the title '\(title)' after '+'", false))
        }
        let spaced = ["GATGTGCAA TACCTTTGTAG", "GATGTGCAA\tTACCTTTGTAG"]
        for letters in spaced {
            for qualities in ["YYYYYYYYY YYYYWYWYYSU", "YYYYYYYYYYYYYYWYWYYSU"] {
                let gap = letters.contains(" ") ? " " : "\\t"
                faults.append((record(letters: letters, qualities: qualities), 10, "the letter '\(gap)'", true))
            }
        }
        let same = record(qualities: qualities)
        faults += [
            (record(qualities: qualities + "Y"), 12, "21 qualities in record 'r3'", false),
            (record(qualities: String(qualities.dropLast())), 12, "19 qualities in record 'r3'", false),
            (record(qualities: ""), 12, "0 qualities in record 'r3'", false),
            (same + "+r3 x\n\(qualities)\n", 13, "'+r3 x', expected a FASTQ header", false),
            (same + "\(qualities)\n", 13, "expected a FASTQ header", false),
            ("@r3 x\n\(letters)\n@r3 x\n\(letters)\n+\n\(qualities)\n", 11, "'@r3 x' among the letters", false),
            ("@r3 x\n\(letters)\n", 11, "'@r4 x' among the letters", false),
            ("@r3 x\n\(letters)\n\(qualities)\n", 12, "'@r4 x' among the letters", false),
        ]
        return faults
    }()

    @Test(arguments: [("\n", "3"), ("\r\n", "1")])
    func aFaultIsRefusedOnItsLine(ending: String, threads: String) throws {
        let sandbox = try Example.sandbox()
        try sandbox.write(Self.text(Self.record(qualities: Self.qualities)), "good.fq")
        for fault in Self.faults {
            try sandbox.write(Self.text(fault.text).replacing("\n", with: ending), "x.fq")
            let place = "x.fq:\(fault.line): "
            // What is wrong behind a record leaves it whole.
            let mated = fault.words.hasSuffix("a FASTQ header") ? 3 : 2
            for (command, lines) in [
                ("classify -q --force-lengths -m m.seqgan", 1),
                ("classify -q --force-lengths -m m.seqgan --all-pairs", 0),
                ("classify -q --force-lengths -m m.seqgan --mates good.fq", mated), ("encode -q --format text", 0),
            ] {
                let result = try sandbox.run("seqgan \(command) -t \(threads) x.fq")
                #expect(
                    result.code == 65 && result.errors.hasPrefix("seqgan: \(place)")
                        && result.errors.contains(fault.words), "\(command), \(fault.text): \(result.errors)")
                #expect(result.output.split(separator: "\n").count == lines, "\(command), \(fault.text)")
            }
            let other = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan --mates x.fq good.fq")
            #expect(
                other.code == 65 && other.errors.contains(place) && other.errors.contains(fault.words),
                "\(fault.text): \(other.errors)")
            let skipped = try sandbox.run(
                "seqgan classify -q --force-lengths -m m.seqgan --skip-bad --mates good.fq x.fq")
            #expect(
                skipped.code == 65 && skipped.output.split(separator: "\n").count == (fault.isSkipped ? 4 : mated),
                "\(fault.text): \(skipped.errors)")
        }
    }

    @Test func anEndAnywhereIsRefusedOnTheLastLine() throws {
        let sandbox = try Example.sandbox()
        let text = Self.text(Self.record(plus: "r3 x", qualities: Self.qualities)).split(separator: "\n")
        let four = text.prefix(16).joined(separator: "\n") + "\n"
        for (rest, line) in [
            ("@r", 17), ("@r5 x\n", 17), ("@r5 x\nGATGTG", 18), ("@r5 x\n\(Self.letters)\n", 18),
            ("@r5 x\n\(Self.letters)\n+r", 19), ("@r5 x\n\(Self.letters)\n+r5 x\n", 19),
            ("@r5 x\n\(Self.letters)\n+r5 x\nYYY", 20),
        ] {
            let result = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan", stdin: four + rest)
            #expect(
                result.code == 65 && result.errors.hasPrefix("seqgan: <stdin>:\(line): "), "\(rest): \(result.errors)")
            #expect(result.output.split(separator: "\n").count == 2)
        }
        // The last record has no partner, and what is wrong with it says more.
        let odd = try sandbox.run(
            "seqgan classify -q --force-lengths -m m.seqgan", stdin: four + "@r5\nACGT\n+\nII\u{1b}I\n")
        #expect(odd.errors.hasPrefix("seqgan: <stdin>:20: '\\x1b' for a quality"), "\(odd.errors)")
    }

    @Test func aRecordWithoutATitleHasNoneBehindPlusEither() throws {
        let sandbox = try Example.sandbox()
        for title in ["", " ", " \t"] {
            let record = "@\(title)\n\(Self.letters)\n+x\n\(Self.qualities)\n"
            let result = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan", stdin: record)
            #expect(result.code == 65 && result.output.isEmpty)
            #expect(result.errors.hasPrefix("seqgan: <stdin>:3: the title 'x' after '+'"), "\(result.errors)")
        }
    }

    @Test func whatTheSpecificationAllowsIsRead() throws {
        let sandbox = try Example.sandbox()
        let every = String((33...126).map { Character(UnicodeScalar(UInt8($0))) })
        let long = String(String(repeating: Self.letters, count: 5).prefix(94))
        let plain = try sandbox.run(
            "seqgan classify -q --force-lengths -m m.seqgan",
            stdin: "@a\n\(long)\n+\n\(every)\n@b\n\(Self.letters)\n+\n\(Self.qualities)\n")
        #expect(plain.code == 0 && plain.output.split(separator: "\n").count == 1, "\(plain.errors)")
        // Wrapped, with qualities that look like other lines; titles repeated, with white space that no one sees.
        for text in [
            "@a\n\(long.prefix(40))\n\(long.dropFirst(40))\n+a\n@\(every.dropFirst())\n@b\n\(Self.letters)\n"
                + "+\n+@+@+@+@+@\n@+@+@+@+@+\n",
            "@a \n\n\(long)\n+a\n\(every)\n\n@b\n\(Self.letters.prefix(9))\n\n\(Self.letters.dropFirst(9))\n"
                + "+ \n\(Self.qualities)\n",
            "@a x  y\t\n\(long)\n+a x  y \n\(every)\n@b\n\(Self.letters)\n+b\t\n\n\(Self.qualities)\n",
        ] {
            let result = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan", stdin: text)
            let fields = result.output.split(separator: "\t").suffix(4)
            #expect(
                result.code == 0 && fields == plain.output.split(separator: "\t").suffix(4), "\(text): \(result.errors)"
            )
            #expect(
                try sandbox.run(
                    "seqgan classify -q --force-lengths -m m.seqgan", stdin: text.replacing("\n", with: "\r\n")
                ).code == 0)
            #expect(
                try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan --all-pairs", stdin: text).code == 0)
        }
    }
}
