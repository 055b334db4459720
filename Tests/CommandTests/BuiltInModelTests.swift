// BuiltInModelTests: the bytes in the program are those of the file that was embedded; the pairs it learns from are the
// same for the same seed.

import BuiltInModel
import Foundation
import TestSupport
import Testing

@Suite(.timed) struct BuiltInModelTests {
    private static let folder = Sandbox.root.appending(path: "Sources/BuiltInModel")

    @Test func whatIsEmbeddedComesOutAgain() throws {
        let bytes = BuiltInModel.bytes()
        #expect((1...600_000).contains(bytes.count))
        let sandbox = try Sandbox()
        try sandbox.write(bytes, "m.seqgan")
        let outcome = try sandbox.run("cp '\(Self.folder.path)/embed.sh' . && ./embed.sh m.seqgan")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let file = try String(contentsOf: Self.folder.appending(path: "BuiltInModel.swift"), encoding: .utf8)
        #expect(try sandbox.read("BuiltInModel.swift") == file)
        // The same model, behind the card that the built-in one has.
        let card = BuiltInModel.card.map { "\($0.name)\t\($0.text)\n" }.joined()
        let inspected = try sandbox.run("seqgan inspect -m m.seqgan").output
        #expect(!inspected.isEmpty)
        #expect(try sandbox.run("seqgan inspect").output == card + inspected)
    }

    /// Energies are shown with the sign of thermodynamics: what binds is negative, and comes first.
    @Test func complementaryBasesHaveTheLowestEnergies() throws {
        let rows = try Sandbox().run("seqgan inspect --tables").output.split(separator: "\n").map {
            $0.split(separator: "\t").map(String.init)
        }
        #expect(rows.first == ["table", "letters", "dG_kT"])
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
            "cp '\(Self.folder.path)/embed.sh' . && head -c 600001 /dev/zero > m.seqgan && ./embed.sh m.seqgan")
        #expect(outcome.code == 65)
        #expect(try sandbox.files() == ["embed.sh", "m.seqgan"])
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
        #expect(Set(rows.map { $0[4] }).count == 9)
        for strand in rows.flatMap({ $0.prefix(2) }) {
            #expect((12...30).contains(strand.count) && strand.allSatisfy("ACGT".contains), "\(strand)")
        }
        #expect(try make("--kinds none").code != 0)
    }
}
