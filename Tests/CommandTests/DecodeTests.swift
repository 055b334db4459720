// DecodeTests: arrays back to letters: what NumPy writes is read, and what is not one-hot is refused with its record.

import TestSupport
import Testing

@Suite(.timed) struct DecodeTests {
    /// Runs `script`, Python that has numpy as `n` and writes arrays, and then `line`.
    private func run(_ script: String, _ line: String, _ sandbox: Sandbox) throws -> Sandbox.Result {
        let made = try sandbox.run("python3 -c 'import numpy as n\n\(script)'")
        #expect(made.code == 0, "\(made.errors)")
        return try sandbox.run(line)
    }

    private static let hasNumpy = Sandbox.succeeds("python3 -c 'import numpy'")

    /// Two records of two strands, ACGTAC and GT, TTGCA and AACGG, as an array `a`.
    private static let pairs = """
        a = n.zeros((2, 2, 4, 6), "u1")
        for r, pair in enumerate([["ACGTAC", "GT"], ["TTGCA", "AACGG"]]):
            for s, strand in enumerate(pair):
                for c, letter in enumerate(strand): a[r, s, "ACGT".index(letter), c] = 1
        """
    private static let lines = "ACGTAC\tGT\nTTGCA\tAACGG\n"

    @Test(.enabled(if: hasNumpy, "numpy is not installed"), arguments: ["u1", "?", "i1", "<i4", "<i8", "<f4", "<f8"])
    func everyTypeThatIsReadGivesTheLetters(type: String) throws {
        let sandbox = try Sandbox()
        let result = try run(
            "\(Self.pairs)\nn.save(\"a.npy\", a.astype(\"\(type)\"))", "seqgan encode -q --decode a.npy", sandbox)
        #expect(result.output == Self.lines && result.code == 0, "\(result.errors)")
        let rounded = try run(
            "\(Self.pairs)\nn.save(\"a.npy\", n.where(a == 0, -0.0, 1.0).astype(\"<f4\"))",
            "seqgan encode -q --decode a.npy", sandbox)
        #expect(rounded.output == Self.lines, "\(rounded.errors)")
    }

    @Test(
        .enabled(if: hasNumpy, "numpy is not installed"),
        arguments: [
            ("a[1, 0, 0, 2] = 0.7; a[1, 0, 2, 2] = 0.3", "record 2 is not one-hot in column 3 of strand A"),
            ("a[1, 1, :, 1] = [.7, .1, .1, .1]", "record 2 is not one-hot in column 2 of strand B"),
            ("a[1, 0, 0, 0] = n.nan", "record 2 is not one-hot in column 1 of strand A"),
            ("a[1, 0, 0, 0] = n.inf", "record 2"), ("a[1, 0, 3, 1] = -1", "record 2 is not one-hot in column 2"),
            ("a[1, 0, 3, 1] = 2", "record 2"), ("a[1] = 0", "record 2 is not one-hot in column 1 of strand A"),
            ("a[1, 1] = 0", "record 2 is not one-hot in column 1 of strand B"),
            ("a[1, 0, 0, 5] = 1; a[1, 0, :, 4] = 0", "record 2 is not one-hot in column 6 of strand A"),
            ("a[1, 0, 0, 0] = 1e-30", "record 2"),
        ])
    func whatIsNotOneHotIsRefusedBehindWhatIs(change: String, words: String) throws {
        let sandbox = try Sandbox()
        let script = "\(Self.pairs)\na = a.astype(\"<f4\")\n\(change)\nn.save(\"a.npy\", a)"
        let result = try run(script, "seqgan encode -q --decode a.npy", sandbox)
        #expect(result.code == 65 && result.output == "ACGTAC\tGT\n", "\(result.output)")
        #expect(result.errors.hasPrefix("seqgan: a.npy: ") && result.errors.contains(words), "\(result.errors)")
        let file = try sandbox.run("echo old > old; seqgan encode -q --decode a.npy -o old; cat old")
        #expect(file.output == "old\n")
    }

    @Test func ambiguityLettersComeBackFromBothTypes() throws {
        let pairs = "RYSWKM\tBDHVN\nACGTN\tNNNRA\n"
        for type in ["uint8", "float32"] {
            let back = try Sandbox().run(
                "seqgan encode -q --dtype \(type) | seqgan encode -q --decode", stdin: pairs)
            #expect(back.output == pairs, "\(back.errors)")
        }
    }

    /// A header and 48 bytes: an array (1, 2, 4, 6) of A and C.
    private func array(_ header: String, version: [UInt8] = [1, 0]) -> [UInt8] {
        var cells = [UInt8](repeating: 0, count: 48)
        (cells[0], cells[30]) = (1, 1)
        let length = (0..<(version[0] == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
        return [0x93] + Array("NUMPY".utf8) + version + length + Array(header.utf8) + cells
    }

    @Test(arguments: [
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2, 4, 6), }          \n",
        "{'shape': (1, 2, 4, 6), 'descr': '|u1', 'fortran_order': False}\n",
        "{'shape':(1,2,4,6),'fortran_order':False,'descr':'|u1'}",
        "{ \"descr\" : \"|u1\" , \"fortran_order\" : False , \"shape\" : ( 1 , 2L , 4 , 6 , ) , }\n",
    ])
    func headersAreReadInAnyOrderAndSpacing(header: String) throws {
        let sandbox = try Sandbox()
        for version in [[1, 0], [2, 0], [3, 0]] as [[UInt8]] {
            try sandbox.write(array(header, version: version), "a.npy")
            let result = try sandbox.run("seqgan encode -q --decode a.npy")
            #expect(result.output == "A\tC\n", "\(header): \(result.errors)")
        }
    }

    @Test(arguments: [
        ("{'descr': '|u1', 'fortran_order': True, 'shape': (1, 2, 4, 6)}", "Fortran order"),
        ("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 2, 4, 6)}", "numbers of type '>f4'"),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (1, 2, 4, 6)}", "numbers of type '|O'"),
        ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 2, 4, 6)}", "a structured type"),
        ("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1, 2, 4, 6)}", "'descr' twice"),
        ("{'descr': '|u1', 'fortran_order': False}", "no shape"),
        ("{'descr': '|u1', 'shape': (1, 2, 4, 6)}", "no fort"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (1, -2, 4, 6)}", "'-2"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999, 2)}", "where a size should be"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (4611686018427387904, 2, 4, 6)}", "bytes of data"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (48)}", "not a tuple"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2, 4, 6)} x", "after it"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2, 4, 6), 'x': 1}", "the key 'x'"),
        ("{", "where a string should be"), ("", "where '{' should be"), ("{'descr", "where a string should be"),
    ])
    func headersThatCannotBeReadAreNamedInOneLine(header: String, words: String) throws {
        let sandbox = try Sandbox()
        try sandbox.write(array(header), "a.npy")
        let result = try sandbox.run("seqgan encode -q --decode a.npy")
        #expect(result.code == 65 && result.output.isEmpty, "\(result.output)")
        #expect(result.errors.hasPrefix("seqgan: a.npy: ") && result.errors.contains(words), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1 && !result.errors.contains("   "), "\(result.errors)")
    }

    @Test func anUnknownVersionIsNamedAndATruncatedFileToo() throws {
        let sandbox = try Sandbox()
        let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2, 4, 6)}"
        for version in [[9, 0], [0, 0], [4, 0], [1, 1]] as [[UInt8]] {
            try sandbox.write(array(header, version: version), "a.npy")
            let result = try sandbox.run("seqgan encode --decode a.npy")
            #expect(result.code == 65 && result.errors.contains("version \(version[0]) of the .npy format"))
        }
        let whole = array(header)
        for length in 0..<whole.count {
            try sandbox.write(Array(whole[..<length]), "a.npy")
            let result = try sandbox.run("seqgan encode --decode a.npy")
            #expect(result.code == 65 && result.output.isEmpty, "\(length) bytes: \(result.output)")
        }
    }

    @Test func anArrayIsNotWrittenToATerminal() throws {
        let sandbox = try Example.sandbox()
        let result = try sandbox.run("script -qec 'seqgan encode -q pairs.tsv; echo code $?' /dev/null")
        #expect(
            result.output.contains("cannot be shown on a terminal") && result.output.contains("code 64"),
            "\(result.output)")
        let text = try sandbox.run("script -qec 'seqgan encode -q --format text pairs.tsv; echo code $?' /dev/null")
        #expect(text.output.contains("code 0"))
    }
}
