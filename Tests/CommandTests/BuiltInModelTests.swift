// BuiltInModelTests: the bytes in the program are those of the file that was embedded; the pairs it learns from are the
// same for the same seed.

import BuiltInModel
import Foundation
import TestSupport
import Testing

@Suite(.timed) struct BuiltInModelTests {
    private static let folder = Sandbox.root.appending(path: "Sources/BuiltInModel")

    @Test func whatIsEmbeddedComesOutAgain() throws {
        // In base64, both take at most 1.5 MB of the program.
        #expect(BuiltInModel.allCases.reduce(0) { $0 + $1.bytes().count } <= 1_125_000)
        for model in BuiltInModel.allCases {
            let sandbox = try Sandbox()
            try sandbox.write(model.bytes(), "m.seqgan")
            let outcome = try sandbox.run("cp '\(Self.folder.path)/embed.sh' . && ./embed.sh \(model) m.seqgan")
            #expect(outcome.code == 0, "\(outcome.errors)")
            let name = "\(model.rawValue.uppercased())Model.swift"
            let file = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
            #expect(try sandbox.read(name) == file)
            // The same model, behind the card that the built-in one has.
            let card = model.card.map { "\($0.name)\t\($0.text)\n" }.joined()
            let inspected = try sandbox.run("seqgan inspect -m m.seqgan").output
            #expect(!inspected.isEmpty)
            #expect(try sandbox.run("seqgan inspect -m \(model)").output == card + inspected)
        }
    }

    @Test func theNamesOfBuiltInModelsStandForThem() throws {
        let sandbox = try Example.sandbox()
        let pair = "ACGTTGCATCGGATCTAGCA\tTGCTAGATCCGATGCAACGT\n"
        let unnamed = try sandbox.run("seqgan classify -q", stdin: pair)
        #expect(unnamed.code == 0)
        #expect(try sandbox.run("seqgan classify -q -m dna", stdin: pair).output == unnamed.output)
        #expect(try sandbox.run("SEQGAN_MODEL=dna seqgan classify -q", stdin: pair).output == unnamed.output)
        let rna = try sandbox.run("seqgan classify -q -m rna --at temperature=70C", stdin: pair)
        #expect(rna.code == 0 && rna.output.hasPrefix("ACGTTGCATCGGATCTAGCA\t"), "\(rna)")
        #expect(try sandbox.run("SEQGAN_MODEL=rna seqgan generate -q --format tsv").output.contains("U"))
        #expect(try sandbox.run("SEQGAN_MODEL=rna seqgan inspect").output.contains("alphabet\tACGU\n"))
        // A file is named by its path.
        #expect(try sandbox.run("cp m.seqgan rna && seqgan inspect ./rna").output.contains("alphabet\tACGT\n"))
        #expect(try sandbox.run("seqgan inspect rna").output.contains("alphabet\tACGU\n"))
        let trained = try sandbox.run(
            "seqgan train -q --learn generator --steps 2 --from rna --columns 1,2,3 pairs.tsv -o new.seqgan")
        #expect(trained.code == 65 && trained.errors.contains("a column 'temperature'"), "\(trained)")
    }

    @Test func thePictureOfTheReadmeIsOfTheBuiltInModel() throws {
        let sandbox = try Sandbox()
        #expect(try sandbox.run("seqgan inspect --svg pairing.svg > /dev/null").code == 0)
        let kept = try String(contentsOf: Sandbox.root.appending(path: "man/pairing.svg"), encoding: .utf8)
        #expect(try sandbox.read("pairing.svg") == kept)
    }

    /// Energies are shown with the sign of thermodynamics: what binds is negative, and comes first.
    @Test func complementaryBasesHaveTheLowestEnergies() throws {
        let rows = try Sandbox().run("seqgan inspect --tables").output.split(separator: "\n").map {
            $0.split(separator: "\t").map(String.init)
        }
        #expect(rows.first?.prefix(3) == ["table", "letters", "dG_kT"])
        for (table, count, complements) in [("pair", 16, 4), ("stack", 256, 8)] {
            let energies = rows.filter { $0[0] == table }.map { ($0[1], Double($0[2]) ?? .nan) }
            #expect(energies.count == count)
            #expect(zip(energies, energies.dropFirst()).allSatisfy { $0.1 <= $1.1 })
            for (letters, energy) in energies.prefix(complements) {
                let sides = letters.split(separator: "-").map(Array.init)
                #expect(energy < 0, "\(letters) \(energy)")
                let facing = sides[0].map { ["A": "T", "C": "G", "G": "C", "T": "A"][String($0)] ?? "" }
                #expect(facing.reversed().joined() == String(sides[1]), "\(letters) \(energy)")
            }
        }
    }

    @Test func aModelTooLargeIsNotEmbedded() throws {
        let sandbox = try Sandbox()
        let outcome = try sandbox.run(
            "cp '\(Self.folder.path)/embed.sh' . && head -c 560001 /dev/zero > m.seqgan && ./embed.sh dna m.seqgan")
        #expect(outcome.code == 65)
        #expect(try sandbox.files() == ["embed.sh", "m.seqgan"])
        #expect(try sandbox.run("./embed.sh protein m.seqgan").code == 64)
    }

    @Test(.enabled(if: Sandbox.has("python3"), "python3 is not installed"))
    func thePairsDependOnTheSeedAlone() throws {
        // Any command labels: here one that is quick.
        func make(_ options: String) throws -> Sandbox.Result {
            let label = #"awk '{ print $1 "\t" $2 "\t0\t0.0000" }'"#
            return try Sandbox().run(
                "python3 '\(Self.folder.path)/make_pairs.py' --count 2500 --lengths 12:30 \(options) -- \(label)")
        }
        let one = try make("--seed 4")
        #expect(one.code == 0, "\(one.errors)")
        #expect(try make("--seed 4 --processes 3").output == one.output)
        #expect(try make("--seed 5").output != one.output)
        let rows = one.output.split(separator: "\n").dropFirst().map { $0.split(separator: "\t") }
        #expect(rows.count == 2500)
        #expect(Set(rows.map { $0[4] }).count == 10)
        for strand in rows.flatMap({ $0.prefix(2) }) {
            #expect((12...30).contains(strand.count) && strand.allSatisfy("ACGT".contains), "\(strand)")
        }
        #expect(try make("--kinds none").code != 0)
    }
}
