// PackedInputTests: inputs that are packed in other ways than gzip, known by their first bytes; and BGZF without its
// end.

import TestSupport
import Testing

@Suite(.timed) struct PackedInputTests {
    /// The first bytes of a file as each program packs it, and what unpacks it.
    private static let formats: [(name: String, bytes: [UInt8], reader: String)] = {
        let rest: [UInt8] = [0x0d, 0x41, 0x43, 0, 0x0a, 0x47, 0x09, 0xff, 0x0a]
        func header(_ text: String, _ more: [UInt8] = []) -> [UInt8] { Array(text.utf8) + more }
        let tar = header("pairs.tsv") + Array(repeating: 0, count: 248) + header("ustar\0") + header("00ACGT\tACGT\n")
        return [
            ("bzip2", header("BZh91AY&SY"), "bzcat"),
            ("bzip2", header("BZh1", [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]), "bzcat"),
            ("xz", [0xfd] + header("7zXZ\0"), "xzcat"), ("zstd", [0x28, 0xb5, 0x2f, 0xfd], "zstdcat"),
            ("zstd", [0x5a, 0x2a, 0x4d, 0x18], "zstdcat"), ("lz4", [4, 0x22, 0x4d, 0x18], "lz4cat"),
            ("lzip", header("LZIP", [1]), "lzip -dc"), ("zip", header("PK", [3, 4]), "unzip -p"),
            ("zip", header("PK", [5, 6]), "unzip -p"), ("7z", header("7z", [0xbc, 0xaf, 0x27, 0x1c]), "7z x -so"),
            ("rar", header("Rar!", [0x1a, 7]), "unrar p -inul"), ("compress", [0x1f, 0x9d], "gzip -dc"),
            ("tar", tar, "tar -xOf"), ("BAM", header("BAM", [1]), "samtools fastq"),
            ("CRAM", header("CRAM", [3]), "samtools fastq"),
        ].map { ($0.0, $0.1 + rest, $0.2) }
    }()

    @Test func theFormatAndWhatUnpacksItAreNamed() throws {
        let sandbox = try EveryCommand.sandbox()
        for (name, bytes, reader) in Self.formats {
            try sandbox.write(bytes, "in")
            let words = "\(name) data, expected text, plain or packed by gzip: try \(reader)"
            for command in ["classify -m m.seqgan in", "classify -m m.seqgan --all-pairs in"] {
                let result = try sandbox.run("seqgan \(command)")
                #expect(result.code == 65 && result.bytes.isEmpty, "\(name): \(result.errors)")
                #expect(result.errors == "seqgan: in:1: \(words) in | seqgan ...\n", "\(result.errors)")
            }
            let piped = try sandbox.run("cat in | seqgan classify -m m.seqgan")
            #expect(
                piped.code == 65 && piped.errors == "seqgan: <stdin>:1: \(words) FILE | seqgan ...\n", "\(piped.errors)"
            )
            // Packed twice.
            let twice = try sandbox.run("gzip -c in | seqgan encode")
            #expect(twice.code == 65 && twice.errors.contains(words), "\(twice.errors)")
        }
    }

    @Test func whateverReadsThem() throws {
        let sandbox = try EveryCommand.sandbox()
        try sandbox.write(Self.formats[0].bytes, "in")
        for command in [
            "encode in", "evaluate -m m.seqgan in", "evaluate --generated in --real pairs.tsv",
            "evaluate --generated pairs.tsv --real in", "train in -o x", "train pairs.tsv --validation in -o x",
            "classify -m m.seqgan pairs.tsv in", "classify -m m.seqgan --mates in few.fa",
            "classify -m m.seqgan --against in few.fa", "classify -m m.seqgan --shard 2/2 in in",
            "classify -m m.seqgan --skip-bad in", "generate -m g.seqgan --partner-of in",
            "generate -m g.seqgan --not-in in",
        ] {
            let result = try sandbox.run("seqgan \(command)")
            #expect(result.code == 65, "\(command)")
            #expect(result.errors.contains("seqgan: in:1: bzip2 data, expected text"), "\(command): \(result.errors)")
        }
    }

    @Test func aPackedModelIsNamedToo() throws {
        let sandbox = try Example.sandbox()
        try sandbox.write(Self.formats[3].bytes, "z.seqgan")
        #expect(try sandbox.run("gzip -c m.seqgan > p.seqgan").code == 0)
        for command in ["classify -m IT pairs.tsv", "inspect IT", "train --learn generator --from IT pairs.tsv -o x"] {
            for (file, words) in [("p", "gzip data"), ("z", "zstd data")] {
                let result = try sandbox.run("seqgan \(command.replacing("IT", with: "\(file).seqgan"))")
                #expect(result.code == 65, "\(command)")
                #expect(
                    result.errors.hasPrefix("seqgan: \(file).seqgan: \(words), expected a model: unpack it first, as "),
                    "\(result.errors)")
            }
        }
    }

    @Test func textThatBeginsLikeOneIsText() throws {
        let sandbox = try Example.sandbox()
        for word in ["BZh9", "PK", "LZIP", "BAM", "CRAM", "Rar!", "7z", "ustar"] {
            let result = try sandbox.run("seqgan classify -q -m m.seqgan", stdin: "\(word)\tname\nACGTACGT\tACGTACGT\n")
            #expect(!result.errors.contains("data"), "\(word): \(result.errors)")
        }
    }

    /// htslib warns of it, zcat does not: but it may be half a file.
    @Test func blocksWithoutTheirEndAreRefusedBehindTheirText() throws {
        let sandbox = try Example.sandbox()
        let made = try sandbox.run(
            "seqgan classify -q -m m.seqgan pairs.tsv > all; head -c -28 <(seqgan classify -q -m m.seqgan pairs.tsv "
                + "-o p.gz; "
                + "cat p.gz) > cut.gz; cut -f1,2 all > two; gzip -dc cut.gz | cmp - all")
        #expect(made.code == 0, "\(made.output)\(made.errors)")
        let words =
            "no BGZF end-of-file block: the file is truncated, or was written without one: then try gzip -dc cut.gz | "
            + "seqgan"
        let result = try sandbox.run("seqgan classify -q -m m.seqgan cut.gz")
        #expect(result.code == 65 && result.errors.hasPrefix("seqgan: cut.gz:201: \(words)"), "\(result.errors)")
        #expect(result.output.split(separator: "\n").count == 200)
        for option in ["", "--skip-bad", "-t 1"] {
            let file = try sandbox.run("seqgan classify -q -m m.seqgan \(option) cut.gz -o out")
            #expect(file.code == 65 && file.errors.contains(words), "\(file.errors)")
            #expect(try !sandbox.files().contains("out"))
        }
        let unpacked = try sandbox.run("gzip -dc cut.gz | seqgan classify -q -m m.seqgan -o out && wc -l < out")
        #expect(unpacked.code == 0 && unpacked.output == "200\n", "\(unpacked.errors)")
    }
}
