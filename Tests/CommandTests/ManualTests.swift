// ManualTests: what manual pages promise: exit codes as real runs give them, and every key and tensor of a model file.

import Foundation
import TestSupport
import Testing

@Suite(.timed) struct ManualTests {
    /// For each command, lines that end with a code.
    private static let runs: [String: [(code: Int32, line: String)]] = [
        "encode": [
            (64, "encode --no-such"), (65, "encode bad.tsv"), (66, "encode none.tsv"),
            (74, "encode pairs.tsv > /dev/full"),
        ],
        "train": [
            (64, "train pairs.tsv"), (65, "train one.tsv -o x.seqgan"), (66, "train none.tsv -o x.seqgan"),
            (74, "train --epochs 1 pairs.tsv -o x.seqgan --log /dev/full"),
        ],
        "classify": [
            (64, "classify --keep 2"), (65, "classify -m m.seqgan bad.tsv"),
            (65, "classify -m m.seqgan --skip-bad bad.tsv"), (65, "classify -m pairs.tsv pairs.tsv"),
            (66, "classify -m none.seqgan pairs.tsv"), (74, "classify -m m.seqgan pairs.tsv > /dev/full"),
        ],
        "generate": [
            (64, "generate -n 0"), (65, "generate -n 5 --gc 1 --max-run 1 --avoid-motif GC --max-tries 9"),
            (66, "generate --not-in none.fa"), (74, "generate > /dev/full"),
        ],
        "select": [
            (64, "select -n 5 --pools 2"), (65, "select -m m.seqgan -n 5000 pairs.tsv"), (66, "select none.tsv"),
            (74, "select -m m.seqgan --max-crosstalk 1 --max-self 1 pairs.tsv > /dev/full"),
        ],
        "evaluate": [
            (64, "evaluate --real pairs.tsv"), (65, "evaluate -m m.seqgan bad.tsv"),
            (66, "evaluate -m m.seqgan none.tsv"),
            (74, "evaluate -m m.seqgan pairs.tsv > /dev/full"),
        ],
        "inspect": [
            (64, "inspect --at temperature=37C"), (65, "inspect pairs.tsv"), (66, "inspect none.seqgan"),
            (74, "inspect > /dev/full"),
        ],
    ]

    @Test func everyCommandEndsWithTheCodesOfItsPage() throws {
        let sandbox = try Example.sandbox()
        try sandbox.write("ACGTACGTAC\tACGT!CGTAC\t1\n", "bad.tsv")
        try sandbox.write("ACGTACGTAC\tACGTACGTAC\t1\n", "one.tsv")
        let pages = try ManPage.all()
        #expect(
            Set(Self.runs.keys.map { "seqgan-\($0).1" })
                == Set(pages.keys.filter { $0.contains("-") && $0.hasSuffix(".1") }))
        for (name, lines) in Self.runs {
            let codes = try #require(pages["seqgan-\(name).1"]).exitCodes
            #expect(codes == ["0", "64", "65", "66", "74", "130", "143"], "\(name)")
            #expect(Set(lines.map { "\($0.code)" }) == Set(codes[1...4]), "\(name)")
            for (code, line) in lines {
                let result = try sandbox.run("seqgan \(line)")
                #expect(result.code == code, "\(line): \(result.code): \(result.errors)")
            }
        }
        #expect(try #require(pages["seqgan.1"]).exitCodes == ["0", "64", "65", "66", "74", "129", "130", "143", "137"])
        #expect(try sandbox.run("seqgan no-such-command").code == 64)
    }

    @Test(.enabled(if: Sandbox.hasProc), arguments: [("HUP", 129), ("INT", 130), ("KILL", 137), ("TERM", 143)])
    func signalsEndARunWithTheCodesOfThePage(signal: String, code: Int32) throws {
        let catching = signal == "KILL" ? "" : "until_catching $P \(signal); "
        let result = try Sandbox().run(
            "mkfifo pipe; seqgan classify pipe & P=$!; exec 3> pipe; until_waiting $P; \(catching)kill -\(signal) $P; "
                + "wait $P")
        #expect(result.code == code, "\(result.errors)")
    }

    /// The words of keys and tensors, without numbers, stand in the page of the file format.
    @Test func everyKeyAndTensorOfAModelIsInThePageOfTheFormat() throws {
        let page = try #require(ManPage.all()["seqgan-model.5"]).text.replacing("\\-", with: "-").replacing(
            "\\&", with: "")
        let words = Set(page.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }.map(String.init))
        let sandbox = try Sandbox()
        try sandbox.write(Example.pairs(60), "pairs.tsv")
        let made = try sandbox.run(
            """
            cp '\(Sandbox.testdata.path)'/models/*.gz . && gunzip *.gz
            awk '{ print $0 "\\t" 20 + NR % 50 "\\t1e-6\\t" NR % 9 / 8 }' pairs.tsv |
                { printf 'a\\tb\\tlabel\\ttemperature\\tconcentration\\tyield\\n'; cat; } |
                seqgan train --epochs 1 --head equilibrium --conditions temperature,concentration -o c.seqgan
            """)
        #expect(made.code == 0, "\(made.errors)")
        var keys: Set<String> = []
        for name in try sandbox.files() where name.hasSuffix(".seqgan") {
            let header = ModelBytes.parts(try sandbox.bytes(name)).0
            let object = try #require(JSONSerialization.jsonObject(with: Data(header.utf8)) as? [String: Any])
            keys.formUnion(object.keys)
            keys.formUnion(try #require(object["__metadata__"] as? [String: Any]).keys)
        }
        keys = keys.filter { !$0.hasPrefix("training.") }
        #expect(keys.count > 100 && keys.contains("energy.equilibrium") && keys.contains("condition.1.scale"))
        for key in keys {
            for part in key.split(separator: ".").map(String.init) where !words.contains(part) {
                // Numbers of layers, blocks and conditions.
                let plain = part.replacing(/\d+$/, with: "")
                #expect(plain.isEmpty || words.contains(plain), "\(key)")
            }
        }
    }
}

extension ManPage {
    /// The codes under EXIT STATUS.
    fileprivate var exitCodes: [String] {
        let section =
            text.components(separatedBy: "\n.Sh EXIT STATUS\n").last?.components(separatedBy: "\n.Sh ")[0] ?? ""
        return section.matches(of: /\.It ([\d ,]+)/).flatMap { $0.1.split { " ,".contains($0) }.map(String.init) }
    }
}
