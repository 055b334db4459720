// Tests of the metrics against scikit-learn's figures.

import Foundation
import SeqModel
import TestSupport
import Testing

@Suite(.timed) struct MetricsTests {
    @Test func agreeWithScikitLearnOnTiesAndExtremes() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../testdata/metrics.tsv")
        let cases = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
        #expect(cases.count == 40)
        for line in cases {
            let fields = line.split(separator: "\t")
            let scores = fields[0].split(separator: " ").compactMap { Double($0) }
            let labels = fields[1].split(separator: " ").compactMap { Double($0) }
            let expected = fields[2...].compactMap { Double($0) }
            let m = ClassificationMetrics(scores: scores, targets: labels, threshold: 0.5)
            let found = [
                m.areaUnderROC, m.averagePrecision, m.matthewsCorrelation, m.f1, m.accuracy, m.brierScore,
                m.crossEntropy, m.precision, m.recall, m.bestMatthewsCorrelation,
            ]
            #expect(expected.count == found.count)
            for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-9, "\(line)") }
        }
    }

    @Test func areDefinedWhereAClassIsMissing() {
        let m = ClassificationMetrics(scores: [0.2, 0.9], targets: [1, 1], threshold: 0.5)
        #expect(m.areaUnderROC.isNaN && m.averagePrecision.isNaN)
        #expect(m.matthewsCorrelation == 0 && m.recall == 0.5)
    }
}
