// PythonTests: the recipe for Python gives what the program writes, and the examples for Python of a manual page work.

import TestSupport
import Testing

@Suite(.timed) struct PythonTests {
    private static let hasNumPy = Sandbox.succeeds("python3 -c 'import numpy'")
    private static let hasPandas = Sandbox.succeeds("python3 -c 'import pandas'")

    /// What Python prints for expressions after the recipe is imported as `recipe`, in a folder like a clone.
    private func printed(_ expressions: [String], in sandbox: Sandbox) throws -> [String] {
        let prints = expressions.map { "print(\($0))\n" }.joined()
        try sandbox.write("import numpy\nimport python as recipe\n\(prints)", "ask.py")
        let outcome = try sandbox.run("PYTHONPATH=testdata/recipes python3 -B ask.py")
        #expect(outcome.code == 0, "\(outcome.errors)")
        return outcome.output.split(separator: "\n").map(String.init)
    }

    @Test(.enabled(if: hasNumPy, "NumPy is not installed")) func scoresAndMatricesAreThoseOfTheProgram() throws {
        let sandbox = try Clone.make()
        let lines = try sandbox.run("seqgan classify -q --at temperature=37C pairs.tsv").output.split(separator: "\n")
        let scores = lines.map { Double($0.split(separator: "\t")[3]) ?? .nan }
        let bound = lines.count { $0.split(separator: "\t")[2] == "1" }
        let found = try printed(
            [
                "*recipe.scores(recipe.table('pairs.tsv'), '--at', 'temperature=37C')[1]",
                "recipe.scores(recipe.table('pairs.tsv'), '--at', 'temperature=37C')[0].sum()",
                "recipe.matrix('strands.fa').shape, recipe.matrix('strands.fa').dtype",
                "recipe.matrix('strands.fa', against='targets.fa').shape",
                "numpy.array_equal(recipe.matrix('strands.fa'), recipe.matrix('strands.fa').T)",
                "recipe.arrays('pairs.tsv', '--layout', 'stacked').shape[:2]",
                "recipe.arrays('pairs.tsv').sum() == sum(len(a) + len(b) for a, b in recipe.table('pairs.tsv'))",
            ], in: sandbox)
        #expect(found.count == 7)
        #expect(found[0].split(separator: " ").map { Double($0) ?? .nan } == scores && scores.count == 300)
        #expect(found.dropFirst() == ["\(bound)", "(50, 50) float32", "(50, 2)", "True", "(300, 8)", "True"])
    }

    @Test(.enabled(if: hasNumPy, "NumPy is not installed")) func weightsAreThoseThatInspectCounts() throws {
        let sandbox = try Clone.make()
        let found = try printed(
            [
                "len(recipe.weights('my.seqgan')[0])", "recipe.weights('my.seqgan')[1]['kind']",
                "sum(w.size for w in recipe.weights('my.seqgan')[0].values()) * 4",
                "all(numpy.isfinite(w).all() for w in recipe.weights('my.seqgan')[0].values())",
            ], in: sandbox)
        let tensors = try sandbox.run("seqgan inspect my.seqgan | grep -c ^tensor").output
        let header = try sandbox.run("head -c 8 my.seqgan | od -An -t u8; wc -c < my.seqgan").output
            .split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        #expect(found == [tensors.trimmed, "duplex", "\(header[1] - header[0] - 8)", "True"])
        let failed = try sandbox.run("python3 testdata/recipes/python.py weights 2>&1")
        #expect(failed.code == 1 && failed.output.contains("python.py scores pairs.tsv"))
    }

    @Test(.enabled(if: hasNumPy, "NumPy is not installed")) func theExamplesOfThePageWork() throws {
        let sandbox = try Clone.make()
        let blocks = try ManPage.examples("seqgan-scale.7", "run numpy")
        #expect(blocks.count == 1)
        let result = try Clone.run(blocks.joined(), in: sandbox)
        #expect(result.code == 0 && result.output.contains("300 pairs, "), "\(result.errors)")
    }

    /// Without pandas, with what stands for it: the lines that go through the program are the same.
    @Test(.enabled(if: Sandbox.has("python3"), "python3 is not installed")) func theNotebookShowsScores() throws {
        let sandbox = try Sandbox()
        if !Self.hasPandas {
            try sandbox.write(
                """
                class DataFrame(dict):
                    def to_csv(self, sep, index):
                        rows = [list(self)] + list(zip(*self.values()))
                        return "".join(sep.join(row) + "\\n" for row in rows)
                    def sort_values(self, *_, **__): return self.text
                def read_csv(file, sep):
                    frame = DataFrame()
                    frame.text = file.read()
                    return frame

                """, "pandas.py")
        }
        let blocks = try ManPage.examples("seqgan-scale.7", "run pandas")
        try sandbox.write(blocks.joined(), "cell.py")
        let result = try sandbox.run("python3 -B cell.py")
        #expect(result.code == 0 && blocks.count == 1, "\(result.errors)")
        let words = result.output.split(whereSeparator: \.isWhitespace)
        #expect(words.contains("predicted") && words.contains("score") && words.contains("TGCTAGATCCGATGCAACGT"))
        let scores = words.compactMap { Double($0) }.filter { $0 != 0 && $0 != 1 }
        #expect(scores.contains { $0 > 0.9 && $0 < 1 }, "\(result.output)")
    }
}

extension String {
    fileprivate var trimmed: String { String(filter { !$0.isWhitespace }) }
}
