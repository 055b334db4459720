// MeltingCurves: draws how the scores of pairs depend on temperature, all other conditions being equal.

import Kernels
import Report
import SeqModel

/// Duplexes made from what a classifier learned, and how their scores depend on temperature.
struct MeltingCurves {
    private let classifier: PairClassifier
    private let point: [Float]
    private let duplexes: [SampleDuplex]
    /// The scores of each duplex at each temperature, and where it melts.
    private let curves: [[(x: Double, y: Double)]], melting: [Float?]

    /// Nil where the classifier has no temperature. `point` has the values of its conditions, of which the temperature
    /// does not matter.
    init?(_ classifier: PairClassifier, at point: [Float]) {
        guard let temperature = classifier.temperatureIndex else { return nil }
        (self.classifier, self.point) = (classifier, point)
        duplexes = SampleDuplex.all(of: classifier.at(point))
        let celsius = Array(stride(from: Float(0), through: 100, by: 2))
        let workspace = Workspace()
        var (pairs, points) = (Pairs(alphabet: classifier.alphabet), PairConditions(width: point.count))
        func append(_ duplex: SampleDuplex, at degrees: Float) {
            var point = point
            point[temperature] = degrees
            pairs.append(duplex.a[...], duplex.b[...])
            points.append(point)
        }
        for duplex in duplexes { for degrees in celsius { append(duplex, at: degrees) } }
        var logits: [Float] = []
        classifier.logits(pairs, 0..<pairs.count, at: points, workspace: workspace, into: &logits)
        curves = duplexes.indices.map { k in
            celsius.enumerated().map { (Double($1), Double(PairClassifier.score(logits[k * celsius.count + $0]))) }
        }
        pairs.removeAll()
        points.removeAll()
        for duplex in duplexes { append(duplex, at: 0) }
        melting = classifier.meltingTemperatures(pairs, 0..<pairs.count, at: points, workspace: workspace)
    }

    /// The curves, and the duplexes.
    var section: Section {
        let conditions = zip(classifier.conditions, point).filter { $0.0.unit != .celsius }
            .map { "\($0.name)=\($0.text(Double($1)))" }
        let place = conditions.isEmpty ? "" : " at " + conditions.joined(separator: " ")
        let curves = Figure(
            "Score against temperature", chart.drawn(),
            caption:
                "Curves are named by the number of letters and the melting temperature, at which half of the strands "
                + "are bound in the duplex: the score is one half (dashed line)."
                + (duplexes.contains { !$0.mismatches.isEmpty }
                    ? " An asterisk, and orange, mark a duplex with mismatches." : ""),
            isTall: true)
        return Section(
            "Melting curves",
            lead:
                "The scores of duplexes against temperature\(place). Good curves fall once, from about 1 to 0, and the "
                + "more steeply the longer the duplex; longer duplexes melt at higher temperatures, and mismatches "
                + "lower them. The strands are not from data: each letter faces the one with which it is most stable, "
                + "or, in a mismatch, least stable.",
            figures: [curves] + duplexes.indices.map(picture))
    }

    private var chart: LineChart {
        var chart = LineChart(title: "Score against temperature", x: "temperature, \u{b0}C", y: "score")
        (chart.xRange, chart.yRange) = (0...100, 0...1.02)
        chart.series = [.init("", [(0, 0.5), (100, 0.5)], .reference, isDashed: true)]
        for (k, duplex) in duplexes.enumerated() {
            let isPerfect = duplex.mismatches.isEmpty
            let name = "\(duplex.a.count)\(isPerfect ? "" : "*")"
            chart.series.append(
                .init(
                    name + (melting[k].map { ": \(fixed(Double($0), 0)) \u{b0}C" } ?? ""), curves[k],
                    isPerfect ? .first : .second))
        }
        return chart
    }

    private func picture(_ k: Int) -> Figure {
        let duplex = duplexes[k]
        let heading =
            "\(duplex.a.count) letters"
            + (duplex.mismatches.isEmpty ? "" : ", \(duplex.mismatches.count) mismatches")
            + (melting[k].map { ": melts at \(fixed(Double($0), 1)) \u{b0}C" } ?? ": no melting from 0 to 100 \u{b0}C")
        func letter(_ code: UInt8) -> Character {
            Character(UnicodeScalar(classifier.alphabet.codeLetters[Int(code)]))
        }
        let columns = zip(duplex.a, duplex.facing).enumerated().map { place, facing in
            DuplexDrawing.Column(
                a: letter(facing.0), b: letter(facing.1), isPair: !duplex.mismatches.contains(place))
        }
        let drawing = PairPictures.drawing(heading, columns, classifier.alphabet, classifier.orientation)
        return Figure(heading, drawing, caption: "")
    }
}
