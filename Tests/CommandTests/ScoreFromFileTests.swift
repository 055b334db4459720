// ScoreFromFileTests: what classify writes is what testdata/classifier_score.py computes from the model file.

import BuiltInModel
import TestSupport
import Testing

@Suite(.timed) struct ScoreFromFileTests {
    private static let hasNumpy = Sandbox.succeeds("python3 -c 'import numpy'")
    private static let script = Sandbox.testdata.appending(path: "classifier_score.py").path

    /// 1,000 pairs with mixed values of the conditions and a soft label.
    private static func table(_ count: Int = 1_000, seed: UInt64) -> String {
        let rows = Example.pairs(count, seed: seed).split(separator: "\n").enumerated().map { place, line in
            let fields = line.split(separator: "\t")
            let temperature = 30 + Double(place * 7 % 410) / 10
            let isBound = fields[2] == "1" && temperature < 50
            return "\(fields[0])\t\(fields[1])\t\(isBound ? 0.875 : 0.125)\t\(temperature)\t"
                + "\([0.05, 0.15, 1][place % 3])\t\([1e-6, 2.5e-7][place / 3 % 2])\n"
        }
        return "A\tB\tyield\ttemperature\tsodium\tconcentration\n" + rows.joined()
    }

    /// Compares the columns that both write of a table, as scores and as logits, with equal options.
    private func compare(_ sandbox: Sandbox, _ options: String, _ table: String, count: Int) throws {
        for kind in ["", "--logit"] {
            let written = try sandbox.run(
                "seqgan classify -q -m m.seqgan \(kind) \(options) \(table) | awk '{ print $NF }'")
            let computed = try sandbox.run("python3 '\(Self.script)' \(kind) \(options) m.seqgan \(table)")
            #expect(written.code == 0 && computed.code == 0, "\(written.errors)\(computed.errors)")
            let (a, b) = (numbers(written.output), numbers(computed.output))
            #expect(a.count == count && b.count == count)
            let largest = zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
            #expect(largest < 1e-4, "\(kind) \(options): \(largest)")
        }
    }

    private func numbers(_ text: String) -> [Double] { text.split(separator: "\n").compactMap { Double($0) } }

    @Test(.enabled(if: hasNumpy, "numpy is not installed"), arguments: ["equilibrium", "network"])
    func aModelWithConditions(head: String) throws {
        let sandbox = try Sandbox()
        try sandbox.write(Self.table(seed: 1), "t.tsv")
        try sandbox.write(Self.table(seed: 2), "c.tsv")
        let trained = try sandbox.run(
            "seqgan train -q --conditions temperature,sodium,concentration --columns A,B,yield --head \(head) "
                + "--label-threshold 0.5 --epochs 3 --batch 32 t.tsv -o m.seqgan")
        #expect(trained.code == 0, "\(trained.errors)")
        try compare(sandbox, "--columns A,B", "c.tsv", count: 1_000)
        try compare(sandbox, "--columns A,B --at temperature=41.5 --at sodium=0.3", "c.tsv", count: 1_000)
        // At the usual values.
        try sandbox.write(Example.pairs(100, seed: 3), "p.tsv")
        try compare(sandbox, "", "p.tsv", count: 100)
    }

    @Test(.enabled(if: hasNumpy, "numpy is not installed")) func theBuiltInModels() throws {
        let sandbox = try Sandbox()
        try sandbox.write(BuiltInModel.rna.bytes(), "m.seqgan")
        try sandbox.write(Example.pairs(300, seed: 5, lengths: 10...30), "p.tsv")
        try compare(sandbox, "", "p.tsv", count: 300)
        try sandbox.write(BuiltInModel.dna.bytes(), "m.seqgan")
        #expect(try sandbox.run("gzip -dc '\(Sandbox.sample)' | awk 'NR <= 1001' | cut -f 1,2 > p.tsv").code == 0)
        try compare(sandbox, "", "p.tsv", count: 1_000)
    }

    @Test(
        .enabled(if: hasNumpy, "numpy is not installed"), arguments: ["cnn-1", "cnn-2", "duplex-2", "positions-2"])
    func aKeptModel(name: String) throws {
        let sandbox = try Sandbox()
        let packed = Sandbox.testdata.appending(path: "models/\(name).seqgan.gz").path
        #expect(try sandbox.run("gzip -dc '\(packed)' > m.seqgan").code == 0)
        try sandbox.write(Example.pairs(1_000, seed: 4, lengths: 4...8), "p.tsv")
        try compare(sandbox, "", "p.tsv", count: 1_000)
    }
}
