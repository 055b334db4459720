// MultiQCTests: the files for MultiQC say what evaluate says. In a real report they are looked at by .ci/engines.

import Foundation
import TestSupport
import Testing

@Suite(.timed) struct MultiQCTests {
    private struct Section: Decodable {
        struct Configuration: Decodable {
            let id: String
            let title: String
        }
        enum CodingKeys: String, CodingKey {
            case id, headers, pconfig, data
            case plotType = "plot_type"
        }
        let id: String
        let plotType: String
        let headers: [String: [String: Value]]?
        let pconfig: Configuration?
        let data: [String: Value]
    }

    private enum Value: Decodable {
        case number(Double), text(String), flag(Bool), list([Value]), fields([String: Value])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Bool.self) {
                self = .flag(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .text(value)
            } else if let value = try? container.decode([Value].self) {
                self = .list(value)
            } else {
                self = .fields(try container.decode([String: Value].self))
            }
        }

        var number: Double? { if case .number(let value) = self { value } else { nil } }
        subscript(name: String) -> Double? { if case .fields(let fields) = self { fields[name]?.number } else { nil } }
        var points: [[Double]] {
            guard case .list(let points) = self else { return [] }
            return points.map { if case .list(let pair) = $0 { pair.compactMap(\.number) } else { [] } }
        }
    }

    private static func section(_ name: String, _ sandbox: Sandbox) throws -> Section {
        try JSONDecoder().decode(Section.self, from: Data(sandbox.bytes(name)))
    }

    @Test func theFilesSayWhatTheTableSays() throws {
        let sandbox = try Example.sandbox()
        let before = try sandbox.files()
        let outcome = try sandbox.run("seqgan evaluate -q -m m.seqgan pairs.tsv --multiqc 'my \"test\"_mqc.json'")
        #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
        let names = ["", "_confusion", "_roc", "_calibration"].map { "my \"test\"\($0)_mqc.json" }
        #expect(try sandbox.files() == (before + names).sorted())
        let table: [String: Double] = Dictionary(
            uniqueKeysWithValues: outcome.output.split(separator: "\n").compactMap { line in
                let fields = line.split(separator: "\t")
                return Double(fields[1]).map { (String(fields[0]), $0) }
            })
        let statistics = try Self.section(names[0], sandbox)
        #expect(statistics.plotType == "generalstats" && Set(statistics.data.keys) == ["my \"test\""])
        for name in statistics.headers?.keys ?? [:].keys {
            #expect(statistics.data["my \"test\""]?[name] == table[name], "\(name)")
        }
        #expect(statistics.headers?.count == 11)
        let confusion = try Self.section(names[1], sandbox)
        for name in ["true_positives", "false_positives", "true_negatives", "false_negatives"] {
            #expect(confusion.data["my \"test\""]?[name] == table[name], "\(name)")
        }
        let roc = try Self.section(names[2], sandbox)
        let points = roc.data["my \"test\""]?.points ?? []
        #expect(roc.plotType == "linegraph" && points.first == [0, 0] && points.last == [1, 1])
        let area = zip(points, points.dropFirst()).reduce(0) { $0 + ($1.1[0] - $1.0[0]) * ($1.1[1] + $1.0[1]) / 2 }
        #expect(abs(area - (table["AUROC"] ?? 9)) < 0.01)
        let calibration = try Self.section(names[3], sandbox)
        #expect(calibration.data["my \"test\""]?.points.isEmpty == false)
        #expect(Set([confusion, roc, calibration].compactMap(\.pconfig?.id)).count == 3)
    }

    @Test func withOneLabelAloneThereIsNoCurveAndNoFigureThatIsNone() throws {
        let sandbox = try Example.sandbox()
        let outcome = try sandbox.run("grep '1$' pairs.tsv | seqgan evaluate -q -m m.seqgan --multiqc x_mqc.json")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try Self.section("x_roc_mqc.json", sandbox).data.isEmpty)
        let figures = try Self.section("x_mqc.json", sandbox).data["x"]
        #expect(figures?["AUROC"] == nil && figures?["pairs"] == 100)
    }

    @Test(arguments: [
        "pairs.tsv --multiqc x.json", "pairs.tsv --multiqc _mqc.json", "pairs.tsv --multiqc d/_mqc.json",
        "p_mqc.json --multiqc p_mqc.json", "pairs.tsv --multiqc x_mqc.json -o x_roc_mqc.json",
        "--generated pairs.tsv --real p_mqc.json --multiqc x_mqc.json",
    ])
    func aNameThatMultiQCDoesNotFindIsRefused(words: String) throws {
        let sandbox = try Example.sandbox()
        try sandbox.write("ACGT\tACGT\t1\n", "p_mqc.json")
        let before = try sandbox.files()
        let outcome = try sandbox.run("seqgan evaluate -m m.seqgan \(words)")
        #expect(outcome.code == 64 && outcome.bytes.isEmpty, "\(outcome.errors)")
        #expect(try sandbox.files() == before)
    }
}
