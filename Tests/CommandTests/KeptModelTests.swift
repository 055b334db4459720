// KeptModelTests: models of each version of the format, kept as bytes in testdata/models, score and make for ever what
// is written here.

import Kernels
import TestSupport
import Testing

@Suite(.timed) struct KeptModelTests {
    /// A model, the scores of `pairs` to six decimals and their logits, and the first pairs that its generator makes of
    /// seed 3.
    struct Kept: Sendable {
        let name: String
        let scores: String
        let logits: [Double]
        var generated: String?
    }

    private static let pairs = "GATCACA\tTGTGATC\nACGTA\tTACGT\nTTGGCCAA\tACGTGCA\nAACCC\tGGGTTAAC\n"

    /// The scores and pairs are those of the program that wrote the file. They are not to be changed.
    static let all = [
        Kept(
            name: "cnn-1", scores: "0.973620 0.898026 0.012861 0.008998",
            logits: [3.608422, 2.175484, -4.340572, -4.701672]),
        Kept(
            name: "duplex-2", scores: "1.000000 0.999545 0.000001 0.000667",
            logits: [14.598972, 7.694230, -13.534895, -7.312263]),
        Kept(
            name: "positions-2", scores: "1.000000 0.991795 0.000005 0.995251",
            logits: [15.015557, 4.794798, -12.221126, 5.345014]),
        Kept(
            name: "cnn-2", scores: "0.973620 0.898026 0.012861 0.008998",
            logits: [3.608422, 2.175484, -4.340572, -4.701672]),
        Kept(
            name: "paired-2", scores: "0.999999 0.999479 0.000001 0.000692",
            logits: [14.342289, 7.559812, -13.415662, -7.275839],
            generated: "CACCATA TATGGTG GATTCACA TGTGAATC GTCGCATC GATGCGAC AATCCGCA TGCGGATT"),
        Kept(
            name: "autoregressive-2", scores: "1.000000 0.999545 0.000001 0.000667",
            logits: [14.598972, 7.694230, -13.534895, -7.312263],
            generated: "CACCCTA TAGGGTG GAGTCAGC GCTGACTC TTCTCATG CATGAGAA AATGGGCC GGCCCATT"),
        Kept(
            name: "dense-2", scores: "1.000000 0.991795 0.000005 0.995251",
            logits: [15.015557, 4.794798, -12.221126, 5.345014],
            generated: "TGAGGA ACTAGC TGAGGA ACTAGC TGAGGA ACACTAGC TGAGGA ACTAGC"),
        Kept(
            name: "dcgan-2", scores: "0.973620 0.898026 0.012861 0.008998",
            logits: [3.608422, 2.175484, -4.340572, -4.701672],
            generated: "AAGGG AAAAAAAA AAGGG AAAAAAAA AAGGG AAAAAAAA AAAAA AAAAAAAA"),
        Kept(
            name: "equilibrium-3", scores: "0.808621 0.098482 0.002481 0.072993",
            logits: [1.441071, -2.214207, -5.996509, -2.541590]),
        Kept(
            name: "pair-hmm-3", scores: "0.808621 0.098482 0.002481 0.072993",
            logits: [1.441071, -2.214207, -5.996509, -2.541590],
            generated: "GCTATTT AAATAGC GTCAGCCGT ACGGTTGAC CTCATCTCC GGAGATGAG ATCGAAAA TTGTCGAT"),
        Kept(
            name: "bounded-4", scores: "0.698895 0.098482 0.002481 0.072993",
            logits: [0.842041, -2.214207, -5.996509, -2.541590]),
        Kept(
            name: "straight-5", scores: "0.803007 0.094440 0.002531 0.050589",
            logits: [1.405193, -2.260594, -5.976731, -2.932111],
            generated: "TCGCTAA TTAGCGA GTCAGCCGT ACGGTTGAC GCCGTGA TCACGGC TGGTCCG CGGACCAT"),
    ]

    private static func sandbox(_ name: String) throws -> Sandbox {
        let sandbox = try Sandbox()
        let packed = Sandbox.testdata.appending(path: "models/\(name).seqgan.gz").path
        #expect(try sandbox.run("gzip -dc '\(packed)' > m.seqgan").code == 0)
        try sandbox.write(pairs, "pairs.tsv")
        return sandbox
    }

    @Test(arguments: all, Processor.allCases.filter(\.isUsable))
    func aKeptModelScoresAndMakesWhatItAlwaysDid(kept: Kept, processor: Processor) throws {
        let sandbox = try Self.sandbox(kept.name)
        let seqgan = "SEQGAN_CPU=\(processor.rawValue) seqgan"
        func column(_ options: String) throws -> [Double] {
            let result = try sandbox.run("\(seqgan) classify -q -m m.seqgan \(options) pairs.tsv | cut -f4")
            #expect(result.code == 0, "\(result.errors)")
            return result.output.split(separator: "\n").compactMap { Double($0) }
        }
        let scores = try column("")
        let written = kept.scores.split(separator: " ").compactMap { Double($0) }
        #expect(scores.count == written.count && written.count == 4)
        // A unit of the last decimal is what rounding may differ by.
        for (score, written) in zip(scores, written) { #expect(abs(score - written) < 1.5e-6, "\(scores)") }
        for (logit, written) in zip(try column("--logit"), kept.logits) { #expect(abs(logit - written) < 1e-4) }
        let made = try sandbox.run("\(seqgan) generate -q -m m.seqgan -n 4 -s 3 --format tsv | cut -f1,2")
        guard let generated = kept.generated else {
            #expect(made.code == 65 && made.errors.contains("no generator"), "\(made.errors)")
            return
        }
        #expect(made.code == 0 && made.output.split(whereSeparator: \.isWhitespace).joined(separator: " ") == generated)
    }

    @Test(arguments: all) func aKeptModelTellsItsVersion(kept: Kept) throws {
        let shown = try Self.sandbox(kept.name).run("seqgan inspect m.seqgan")
        #expect(
            shown.code == 0 && shown.output.hasPrefix("format version\t\(kept.name.suffix(1))\n"), "\(shown.errors)")
    }

    @Test func aDuplexOfTheFirstVersionIsRefusedByName() throws {
        let sandbox = try Self.sandbox("duplex-1")
        for command in ["classify -m m.seqgan pairs.tsv", "inspect m.seqgan", "generate -m m.seqgan"] {
            let result = try sandbox.run("seqgan \(command)")
            #expect(result.code == 65 && result.bytes.isEmpty)
            #expect(
                result.errors
                    == "seqgan: m.seqgan: made by an older seqgan (format version 1; a duplex is read from version 2 "
                    + "on): train it again\n")
        }
    }

    @Test func theBuiltInModelsTellTheirVersions() throws {
        for name in ["dna", "rna"] {
            let shown = try Sandbox().run("seqgan inspect \(name)")
            #expect(shown.output.contains("format version\t5\n"), "\(shown.output.prefix(500))")
        }
    }

    @Test func noKeptModelIsForgotten() throws {
        let files = try Sandbox().run("ls '\(Sandbox.testdata.path)/models'").output.split(separator: "\n").map(
            String.init)
        let names = Self.all.map(\.name) + ["duplex-1"]
        #expect(Set(files) == Set(names.map { "\($0).seqgan.gz" } + ["README.md"]))
    }
}
