// MeltingCurves: draws how the scores of pairs depend on temperature, all other conditions being equal.

import Kernels
import Report
import SeqModel

/// Pairs whose scores are drawn against temperature.
struct MeltingCurves {
    /// A pair with its conditions, of which the temperature does not matter.
    struct Sample {
        /// The name of its curve, the strands, and what the table says of it.
        let name: String, a: [UInt8], b: [UInt8], note: String
        let point: [Float]
        var role = Role.first
    }

    private let classifier: PairClassifier
    private let samples: [Sample]
    /// The scores of each sample at each temperature, and where it melts.
    private let curves: [[(x: Double, y: Double)]], melting: [Float?]

    /// Nil where the classifier has no temperature, or where there are no samples.
    init?(_ classifier: PairClassifier, _ samples: [Sample]) {
        guard let temperature = classifier.temperatureIndex, !samples.isEmpty else { return nil }
        (self.classifier, self.samples) = (classifier, samples)
        let celsius = Array(stride(from: Float(0), through: 100, by: 2))
        var (pairs, points) = (Pairs(alphabet: classifier.alphabet), PairConditions(width: samples[0].point.count))
        let workspace = Workspace()
        var logits: [Float] = []
        for sample in samples {
            for degrees in celsius {
                var point = sample.point
                point[temperature] = degrees
                pairs.append(sample.a[...], sample.b[...])
                points.append(point)
            }
        }
        classifier.logits(pairs, 0..<pairs.count, at: points, workspace: workspace, into: &logits)
        curves = samples.indices.map { k in
            celsius.enumerated().map { (Double($1), Double(PairClassifier.score(logits[k * celsius.count + $0]))) }
        }
        pairs.removeAll()
        points.removeAll()
        for sample in samples {
            pairs.append(sample.a[...], sample.b[...])
            points.append(sample.point)
        }
        melting = classifier.meltingTemperatures(pairs, 0..<pairs.count, at: points, workspace: workspace)
    }

    /// Duplexes made from what `classifier` learned, at the values `point` of its conditions.
    init?(_ classifier: PairClassifier, at point: [Float]) {
        self.init(
            classifier,
            SampleDuplex.all(of: classifier.at(point)).map { duplex in
                let isPerfect = duplex.mismatches == 0
                return Sample(
                    name: "\(duplex.a.count)\(isPerfect ? "" : "*")", a: duplex.a, b: duplex.b,
                    note: isPerfect ? "none" : "\(duplex.mismatches)", point: point,
                    role: isPerfect ? .first : .second)
            })
    }

    /// The curves of duplexes made from what the classifier learned.
    var section: Section {
        let conditions = zip(classifier.conditions, samples[0].point).filter { $0.0.unit != .celsius }
            .map { "\($0.name)=\($0.text(Double($1)))" }
        let place = conditions.isEmpty ? "" : " at " + conditions.joined(separator: " ")
        return Section(
            "Melting curves",
            lead:
                "The scores of duplexes against temperature\(place). Good curves fall once, from about 1 to 0, and the "
                + "more steeply the longer the duplex; longer duplexes melt at higher temperatures, and mismatches "
                + "lower them.",
            figures: [
                Figure(
                    "Score against temperature", chart.drawn(),
                    caption:
                        "Curves are named by the number of letters and the melting temperature, at which half of the "
                        + "strands are bound in the duplex: the score is one half (dashed). The strands are not from "
                        + "data: each letter faces the partner with which it is most stable, or, in the mismatches "
                        + "of *, least stable.")
            ], table: table("mismatches"))
    }

    private var chart: LineChart {
        var chart = LineChart(title: "Score against temperature", x: "temperature, \u{b0}C", y: "score")
        (chart.xRange, chart.yRange) = (0...100, 0...1.02)
        chart.series = [.init("", [(0, 0.5), (100, 0.5)], .reference, isDashed: true)]
        for (sample, (curve, melting)) in zip(samples, zip(curves, melting)) {
            let name = sample.name + (melting.map { ": \(fixed(Double($0), 0)) \u{b0}C" } ?? "")
            chart.series.append(.init(name, curve, sample.role))
        }
        return chart
    }

    /// The samples with their strands, the column `title` with their notes, and where they melt.
    private func table(_ title: String) -> Table {
        func text(_ strand: [UInt8]) -> String {
            String(strand.map { Character(UnicodeScalar(classifier.alphabet.codeLetters[Int($0)])) })
        }
        let rows = zip(samples, melting).map { sample, melting in
            [
                sample.name, text(sample.a), text(sample.b), sample.note,
                melting.map { fixed(Double($0), 1) + " \u{b0}C" } ?? "none from 0 to 100 \u{b0}C",
            ]
        }
        return Table([["", "strand A", "strand B", title, "melting temperature"]] + rows, isOfWords: true)
    }
}
