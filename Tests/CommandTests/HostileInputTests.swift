// HostileInputTests: inputs that no one would send on purpose, each with the outcome that seqgan(1) documents: scored
// rightly, or a message with file and line and exit code 65, in little memory.

import TestSupport
import Testing

@Suite(.timed) struct HostileInputTests {
    private static let pair = "ACGTACGTAC\tGTACGTACGT"
    /// Kilobytes of address space in which runs on endless input have to do; what they read is many times as much.
    private static let little = "ulimit -v 600000;"

    /// Runs classify on what `make` writes and expects this code, these words, and this many lines.
    private func classify(
        _ make: String, options: String = "", code: Int32, _ words: String = "", lines: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let sandbox = try Example.sandbox()
        let result = try sandbox.run(
            "\(Self.little) set +o pipefail; (\(make)) | seqgan classify -q -t 2 --force-lengths -m m.seqgan "
                + "\(options) > out; C=${PIPESTATUS[1]}; "
                + "wc -l < out; exit $C")
        #expect(
            result.code == code && (words.isEmpty || result.errors.contains(words)),
            "\(make): \(result.code) \(result.errors)", sourceLocation: sourceLocation)
        #expect(result.output == "\(lines)\n", "\(make)", sourceLocation: sourceLocation)
    }

    private func printf(_ text: String) -> String { "printf '\(text)'" }

    @Test func aLineOfTwoGigabytesEndsTheRunInLittleMemory() throws {
        let first = "printf '\(Self.pair)\\n'"
        let endless = "head -c 2147483648 /dev/zero | tr '\\0' A"
        let words = "a line of more than 4194304 bytes"
        try classify("\(first); \(endless)", code: 65, "<stdin>:2: \(words)", lines: 1)
        try classify("\(first); printf 'ACGT\\tACGT\\t'; \(endless)", code: 65, "<stdin>:2: \(words)", lines: 1)
        // A record of FASTA is over where the next one's first line is read, so the pair before that is not done yet.
        try classify(
            "printf '>a\\nACGTACGT\\n>b\\nACGTACGT\\n>c '; \(endless)", code: 65, "<stdin>:5: \(words)", lines: 0)
        let folded = "yes ACGTACGTACGTACGTACGTACGTACGTACGTACGTACGT | head -c 2147483648"
        let record = "a record of more than 4194304 bytes"
        try classify(
            "printf '>a\\nACGTACGT\\n>b\\nACGTACGT\\n>c\\n'; \(folded)", code: 65, "<stdin>:5: \(record)", lines: 1)
        try classify("printf '@a\\n'; \(folded)", code: 65, "<stdin>:1: \(record)", lines: 0)
        for command in ["train -o x", "classify -m m.seqgan --all-pairs"] {
            let result = try Example.sandbox().run(
                "\(Self.little) (\(first); \(endless)) | seqgan \(command); exit ${PIPESTATUS[1]}")
            #expect(result.code == 65 && result.errors.contains("<stdin>:"), "\(command): \(result.errors)")
        }
    }

    @Test func aGzipBombIsReadInLittleMemory() throws {
        // A thousand to one, and more.
        try classify("head -c 50000000 /dev/zero | tr '\\0' A | gzip", code: 65, "<stdin>:1: a line of", lines: 0)
        try classify(
            "(head -c 2000000 /dev/zero | tr '\\0' '\\n'; printf '\(Self.pair)\\nACGT\\n') | gzip", code: 65,
            "<stdin>:2000002: 1 column", lines: 1)
        let wide = "printf '\(Self.pair)\\t'; head -c 1000000 /dev/zero | tr '\\0' x; echo"
        try classify("for k in $(seq 100); do \(wide); done | gzip", code: 0, lines: 100)
    }

    @Test func aMillionColumnsAreCarriedAlong() throws {
        let sandbox = try Example.sandbox()
        let result = try sandbox.run(
            "(printf '\(Self.pair)'; yes $'\\tA' | tr -d '\\n' | head -c 2000000; echo) > wide; "
                + "seqgan classify -q -m m.seqgan wide > a; seqgan classify -q --force-lengths -m m.seqgan --columns "
                + "1000001,2 wide > b; "
                + "awk -F'\\t' '{ print NF }' a b; printf '\(Self.pair)\\n' | seqgan classify -q -m m.seqgan | "
                + "cut -f3,4; "
                + "rev a | cut -f1,2 | rev")
        let lines = result.output.split(separator: "\n")
        #expect(result.code == 0 && lines.count == 4, "\(result.errors)")
        #expect(lines[0] == "1000004" && lines[1] == "1000004" && lines[2] == lines[3])
    }

    @Test func nulBytesAreNoLettersAndElsewhereTheyGoThrough() throws {
        try classify(printf("AC\\0GT\\tACGT\\n"), code: 65, "<stdin>:1: the letter '\\x00' in strand A", lines: 0)
        try classify(
            printf("\(Self.pair)\\nACGT\\tAC\\0\\n"), code: 65, "<stdin>:2: the letter '\\x00' in strand B", lines: 1)
        try classify(printf("\\0\\0\\0\\n"), code: 65, "<stdin>:1: a byte 0", lines: 0)
        try classify("head -c 100000 /dev/zero", code: 65, "<stdin>:1: a byte 0", lines: 0)
        let sandbox = try Example.sandbox()
        let result = try sandbox.run("printf '\(Self.pair)\\tx\\0y\\n' | seqgan classify -q -m m.seqgan")
        #expect(result.code == 0 && result.output.hasPrefix("\(Self.pair)\tx\0y\t1\t"), "\(result.errors)")
    }

    @Test func aMarkOfByteOrderIsPassedOverInUTF8AndToldInUTF16() throws {
        try classify(printf("\\xef\\xbb\\xbf\(Self.pair)\\n"), code: 0, lines: 1)
        try classify(printf("\\xef\\xbb\\xbf>a\\nACGTACGT\\n>b\\nACGTACGT\\n"), code: 0, lines: 1)
        try classify(printf("\\xff\\xfeA\\0C\\0"), code: 65, "<stdin>:1: a byte 255, expected text in UTF-8", lines: 0)
        try classify(printf("\\xfe\\xff\\0A\\0C"), code: 65, "<stdin>:1: a byte 254, expected text in UTF-8", lines: 0)
        try classify(printf("A\\0C\\0\\t\\0A\\0C\\0\\n\\0"), code: 65, "<stdin>:1: the letter '\\x00'", lines: 0)
        try classify(printf("\\0A\\0C\\0\\t\\0A\\0C\\0\\n"), code: 65, "<stdin>:1: a byte 0", lines: 0)
    }

    @Test func lineEndsMayMixButForThoseOfOldMacs() throws {
        let (a, words) = (Self.pair, "a carriage return inside the line, expected lines that end in LF or CR LF")
        try classify(printf("\(a)\\n\(a)\\r\\n\(a)\\n\\r\\n\(a)"), code: 0, lines: 4)
        try classify(printf(">a\\r\\nACGTACGT\\n>b\\nACGT\\r\\nACGT\\r\\n"), code: 0, lines: 1)
        try classify(printf("\(a)\\r\(a)\\r"), code: 65, "<stdin>:1: \(words)", lines: 0)
        try classify(printf("\(a)\\n\(a)\\tx\\r\(a)\\ty\\r\\n"), code: 65, "<stdin>:2: \(words)", lines: 1)
        try classify(printf("#\\r\(a)\\r"), code: 65, "<stdin>:1: \(words)", lines: 0)
        try classify(printf("strandA\\tstrandB\\r\(a)\\r"), code: 65, "<stdin>:1: \(words)", lines: 0)
        try classify(printf(">a\\rACGT\\r>b\\rACGT\\r"), code: 65, "<stdin>:1: \(words)", lines: 0)
        try classify(printf("\(a)\\n\(a)\\r\\r\\n"), code: 65, "<stdin>:2: \(words)", lines: 1)
        for command in ["encode", "train -o x", "evaluate -m m.seqgan"] {
            let result = try Example.sandbox().run("printf '\(a)\\t1\\r\(a)\\t0\\r' | seqgan \(command)")
            #expect(result.code == 65 && result.errors.contains("<stdin>:1: \(words)"), "\(command): \(result.errors)")
        }
    }

    @Test func aMillionEmptyRecordsAreNothingOrBadOnes() throws {
        let million = "| head -n 1000000"
        try classify("yes '' \(million)", code: 0, lines: 0)
        try classify("yes '>' \(million)", code: 65, "<stdin>:1: a record without a sequence", lines: 0)
        try classify("yes '>' \(million)", options: "--skip-bad", code: 65, "500000 bad records", lines: 0)
        try classify("yes $'\\t' \(million)", code: 65, "<stdin>:1: an empty strand", lines: 0)
        try classify("yes $'@a\\n\\n+\\n' \(million)", code: 65, "<stdin>:1: a record without a sequence", lines: 0)
    }

    @Test func aHeaderAloneOrNothingAtAllIsNoPairs() throws {
        try classify("true", code: 0, lines: 0)
        try classify(printf("strandA\\tstrandB\\n"), code: 0, lines: 1)
        let sandbox = try Example.sandbox()
        for input in ["", "strandA\\tstrandB\\tlabel\\n", "# nothing\\n", "\\n"] {
            for (command, code, words) in [
                ("encode", Int32(0), ""), ("classify -m m.seqgan --all-pairs", 0, ""),
                ("classify -m m.seqgan --matrix --all-pairs", 0, ""), ("evaluate -m m.seqgan", 65, "no labelled pairs"),
                ("train -o x", 65, "0 labelled pairs: training needs at least 2"),
                ("train --classifier cnn -o x", 65, "0 labelled pairs"),
                ("train --learn generator --from m.seqgan -o x", 65, "0 labelled pairs"),
                ("evaluate --generated - --real pairs.tsv", 65, "no pairs to compare"),
            ] {
                let result = try sandbox.run("printf '\(input)' | seqgan \(command)")
                #expect(
                    result.code == code && (words.isEmpty || result.errors.contains(words)),
                    "\(command): \(result.errors)")
            }
        }
        let array = try sandbox.run("seqgan encode < /dev/null | tail -c +11 | head -c 64").output
        #expect(array.contains("'shape': (0, 2, 4, 1"), "\(array)")
    }

    @Test func aFirstLineWithAWrongLetterIsNoHeader() throws {
        try classify(printf("ACGTACGTAC\\tGTACGTXCGT\\n"), code: 65, "<stdin>:1: the letter 'X' in strand B", lines: 0)
        try classify(printf("ACGTACGZ\\tGTACG-CGT\\n"), code: 65, "<stdin>:1: the letter 'Z' in strand A", lines: 0)
        for header in [
            "strandA\\tstrandB", "A\\tB", "seq_1\\tseq_2", "target\\tguide", "a\\tpartner", "sequence A\\tsequence B",
        ] {
            try classify(printf("\(header)\\n\(Self.pair)\\n"), code: 0, lines: 2)
        }
    }

    @Test func namesEndAtWhiteSpaceAndQuotesAreLetters() throws {
        let sandbox = try Example.sandbox()
        let input = ">\"a'b\"\tx y\nACGTACGTAC\n>,;|\\\\ z\nGTACGTACGT\n"
        try sandbox.write(input, "a.fa")
        let result = try sandbox.run("seqgan classify -q -m m.seqgan a.fa")
        #expect(result.output.hasPrefix("\"a'b\"\t,;|\\\\\tACGTACGTAC\tGTACGTACGT\t1\t"), "\(result.output)")
        #expect(try sandbox.run("seqgan classify -q -m m.seqgan --keep 1 a.fa").output == input)
        try classify(printf("\"ACGTACGT\"\\t\"ACGTACGT\"\\n"), code: 65, "the letter '\"' in strand A", lines: 0)
    }

    @Test func qualitiesMayBeginWithAnAtSign() throws {
        try classify(printf("@a\\nACGT\\n+\\n@@@@\\n@b\\nACGT\\n+\\n@+@>\\n"), code: 0, lines: 1)
        try classify(
            printf("@a\\nACGT\\n+\\n@@@@\\n@b\\nACGT\\n+\\n@@@\\n@c\\n"), code: 65,
            "<stdin>:8: 3 qualities in record 'b'",
            lines: 0)
    }

    @Test func aThirdColumnOfTextIsCarriedAlongWhereNoLabelIsNeeded() throws {
        try classify(printf("\(Self.pair)\\tgood pair\\n"), code: 0, lines: 1)
        for command in ["train -o x", "train --classifier cnn -o x", "evaluate -m m.seqgan"] {
            let result = try Example.sandbox().run(
                "printf '\(Self.pair)\\t1\\n\(Self.pair)\\tgood pair\\n' | seqgan \(command)")
            #expect(result.code == 65, "\(command)")
            #expect(
                result.errors.contains("<stdin>:2: the label 'good pair', expected a number from 0 to 1"),
                "\(command): \(result.errors)")
        }
    }

    @Test func aLabelIsADecimalNumberAndNothingBesideIt() throws {
        let sandbox = try Example.sandbox()
        let wrong: [(label: String, shown: String)] = [
            ("nan", "nan"), ("inf", "inf"), ("-0.1", "-0.1"), ("1.1", "1.1"), ("1e400", "1e400"), ("0x", "0x"),
            ("0x1p-1", "0x1p-1"), ("", ""), (" 1", " 1"), ("1 ", "1 "), ("+1", "+1"), ("1\\0", "1\\x00"),
            ("1\\0 n/a", "1\\x00 n/a"), ("\\0001", "\\x001"), ("0\\x1b", "0\\x1b"), ("0,5", "0,5"), ("1;", "1;"),
            ("1%%", "1%"), ("true", "true"), ("\\xd9\\xa1", "١"), ("1\\xc2\\xa0", "1\u{a0}"),
        ]
        for (label, shown) in wrong {
            let words = "<stdin>:2: the label '\(shown)', expected a number from 0 to 1"
            let table = "printf '\(Self.pair)\\t1\\n\(Self.pair)\\t\(label)\\n'"
            for command in ["train -o x", "evaluate -m m.seqgan"] {
                let result = try sandbox.run("\(table) | seqgan \(command)")
                #expect(result.code == 65 && result.errors.contains(words), "\(label), \(command): \(result.errors)")
            }
            let compared = try sandbox.run("\(table) | seqgan evaluate --generated pairs.tsv --real -")
            #expect(compared.code == 65 && compared.errors.contains(words), "\(label): \(compared.errors)")
            guard !label.isEmpty, !label.contains(" ") else { continue }
            let records = try sandbox.run(
                "printf '>a label=\(label)\\nACGTACGT\\n>b\\nACGTACGT\\n' | seqgan evaluate -m m.seqgan")
            #expect(records.code == 65 && records.errors.contains("the label '\(shown)'"), "\(records.errors)")
        }
        let right = ["0", "1", "-0.0", "1.0", ".5", "1.", "00.50", "1e-3", "1E-3", "1e-400", "0.99999999999999999999"]
        let lines = right.map { "\(Self.pair)\\t\($0)\\n" }.joined()
        let result = try sandbox.run("printf '\(lines)' | seqgan evaluate -q -m m.seqgan | head -n 1")
        #expect(result.code == 0 && result.output == "pairs\t\(right.count)\n", "\(result.errors)")
    }
}
