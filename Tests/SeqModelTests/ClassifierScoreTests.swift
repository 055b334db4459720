// ClassifierScoreTests: the scores of classifiers of every kind and shape, from their model files by other means.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct ClassifierScoreTests {
    static let hasNumpy = Sandbox.succeeds("python3 -c 'import numpy'")

    /// Condition `text` with a mean and a deviation, and the values of the training data.
    private static func condition(
        _ text: String, _ mean: Double, _ deviation: Double, _ trained: ClosedRange<Double>
    ) -> Condition {
        guard var condition = Condition(text) else { preconditionFailure(text) }
        (condition.mean, condition.deviation, condition.trained) = (mean, deviation, trained)
        condition.usual = trained.lowerBound
        return condition
    }

    private static let temperature = condition("temperature", 3.1, 0.2, 5...95)
    private static let sodium = condition("sodium", -1.7, 1.5, 0.01...1.2)
    private static let concentration = condition("concentration", -15, 3, 1e-9...5e-5)
    private static let dose = condition("dose", 4, 2.5, 0...8)
    private static let time = condition("time:log", 1, 0.7, 0.5...20)

    /// A shape of a duplex classifier.
    struct Shape: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var alphabet = "ACGT"
        var heads = 8
        var head = DuplexHead.network
        var conditions: [Condition] = []
        var orientation = Orientation.antiparallel
        var isSymmetric = true
        var hasSelfMaps = true
        var hasSelfBulges = true
        var positions = (a: 0, b: 0)

        func configuration() throws -> DuplexConfiguration {
            var configuration = DuplexConfiguration(alphabet: try #require(Alphabet(named: alphabet)))
            (configuration.heads, configuration.hidden, configuration.head) = (heads, 16, head)
            (configuration.conditions, configuration.orientation) = (conditions, orientation)
            (configuration.isSymmetric, configuration.hasSelfMaps) = (isSymmetric, hasSelfMaps)
            (configuration.rowPositions, configuration.columnPositions) = positions
            configuration.hasSelfBulges = hasSelfBulges
            return configuration
        }
    }

    private static let shapes = [
        Shape(
            testDescription: "equilibrium at conditions", head: .equilibrium,
            conditions: [temperature, sodium, concentration]),
        Shape(
            testDescription: "network at conditions", heads: 16, conditions: [concentration, temperature],
            isSymmetric: false),
        Shape(
            testDescription: "self maps without bulges", head: .equilibrium,
            conditions: [temperature, sodium, concentration], hasSelfBulges: false),
        Shape(testDescription: "no conditions"),
        Shape(testDescription: "equilibrium without conditions", heads: 4, head: .equilibrium, isSymmetric: false),
        Shape(
            testDescription: "positions", heads: 16, conditions: [time], isSymmetric: false, positions: (24, 7)),
        Shape(
            testDescription: "parallel", head: .equilibrium, conditions: [dose], orientation: .parallel,
            hasSelfMaps: false),
        Shape(
            testDescription: "parallel with self maps and positions", heads: 4, orientation: .parallel,
            positions: (5, 5)),
        Shape(
            testDescription: "twenty letters", alphabet: "ACDEFGHIKLMNPQRSTVWY", heads: 4, conditions: [temperature]),
    ]

    /// Random strands of 1 to 45 letters, most of them short, and values of the conditions in the range of the training
    /// data.
    private func pairs(
        _ count: Int, _ letters: Int, _ conditions: [Condition], longest: Int = 45, _ random: inout RandomSource
    ) -> (pairs: [(a: [UInt8], b: [UInt8])], points: PairConditions) {
        var (pairs, points) = ([(a: [UInt8], b: [UInt8])](), PairConditions(width: conditions.count))
        for k in 0..<count {
            func strand() -> [UInt8] {
                let length = 1 + random.index(below: k % 10 == 0 ? longest : min(longest, 18))
                return (0..<length).map { _ in UInt8(random.index(below: letters)) }
            }
            pairs.append((strand(), strand()))
            points.append(
                conditions.map {
                    let (lowest, highest) = (Float($0.trained.lowerBound), Float($0.trained.upperBound))
                    return lowest + random.uniform() * (highest - lowest)
                })
        }
        return (pairs, points)
    }

    /// The logits that testdata/classifier_score.py computes. It is made from the manual page of the format, not from
    /// the program.
    private func logitsFromTheFile(
        _ model: ModelFile, _ pairs: [(a: [UInt8], b: [UInt8])], _ points: PairConditions
    ) throws -> [Double] {
        let sandbox = try Sandbox()
        try sandbox.write(model.encoded(), "model.seqgan")
        let letters = model.classifier.alphabet.letters
        func text(_ strand: [UInt8]) -> String { String(decoding: strand.map { letters[Int($0)] }, as: UTF8.self) }
        let names = model.classifier.conditions.map { "\t" + $0.name }.joined()
        let rows = pairs.enumerated().map { k, pair in
            "\(text(pair.a))\t\(text(pair.b))" + points[k].map { "\t\($0)" }.joined() + "\n"
        }
        try sandbox.write("strand A\tstrand B\(names)\n" + rows.joined(), "pairs.tsv")
        let script = Sandbox.testdata.appending(path: "classifier_score.py").path
        let result = try sandbox.run("python3 '\(script)' --logit model.seqgan pairs.tsv")
        #expect(result.code == 0, "\(result.errors)")
        return result.output.split(separator: "\n").compactMap { Double($0) }
    }

    private func compare(
        _ classifier: PairClassifier, _ pairs: [(a: [UInt8], b: [UInt8])], _ points: PairConditions
    ) throws {
        let found = try logitsFromTheFile(ModelFile(classifier: classifier, record: [:]), pairs, points)
        var all = Pairs(alphabet: classifier.alphabet)
        for pair in pairs { all.append(pair.a[...], pair.b[...]) }
        var logits: [Float] = []
        classifier.logits(all, 0..<all.count, at: points, workspace: Workspace(), into: &logits)
        #expect(found.count == logits.count && Set(found).count > 900)
        for (k, (logit, found)) in zip(logits, found).enumerated() where abs(Double(logit) - found) > 1e-4 {
            Issue.record("\(pairs[k]) at \(points[k]): \(logit), from the file \(found)")
            break
        }
    }

    @Test(.enabled(if: hasNumpy, "numpy is not installed"), arguments: shapes)
    func aDuplexScoresByTheFormulasOfItsFormat(described: Shape) throws {
        let configuration = try described.configuration()
        let shape = configuration.shape
        var random = RandomSource(seed: 29)
        let parameters = FloatBuffer(count: shape.count)
        parameters.initialise(shape.tensors, &random)
        // Nothing is 0, as much is at the start of a training, and strands of a symmetric pair are not standardised
        // alike.
        for tensor in shape.tensors where tensor.count > 0 {
            for k in tensor.range { parameters[k] += 0.1 * random.normal() }
            guard tensor.name.hasPrefix("feature.") else { continue }
            for k in tensor.range { parameters[k] += tensor.name == "feature.mean" ? 3 : 0.25 }
        }
        /// Adds to the energies of a tensor by their head and their row, the number of those before in that head.
        func add(_ name: String, _ energy: (_ row: Int, _ head: Int) -> Float) {
            for tensor in shape.tensors where tensor.name == name {
                for (place, k) in tensor.range.enumerated() {
                    parameters[k] += energy(place / shape.heads, place % shape.heads)
                }
            }
        }
        // In one head each: weights of structures that are held at the largest, and fall again; sums below the least;
        // loops whose extension is held at 1; initiations and ends that are held.
        add("energy.stack") { row, head in head == 0 ? (row % 2 == 0 ? 9 : -1) : 0 }
        add("energy.gaps") { _, head in head == 2 ? 2 : 0 }
        add("energy.pair") { row, head in head == 1 ? -78 : head == 3 ? (row % 2 == 0 ? -150 : 150) : 0 }
        // Duplexes that are next to nothing in the equilibrium, where it is known what small numbers become.
        #if arch(x86_64)
            if described.conditions.isEmpty { add("energy.equilibrium") { row, _ in row == 0 ? -45 : 0 } }
        #endif
        let classifier = PairClassifier.duplex(DuplexClassifier(configuration, parameters: parameters))
        let (pairs, points) = pairs(1_000, shape.letters, configuration.conditions, &random)
        try compare(classifier, pairs, points)
    }

    @Test(
        .enabled(if: hasNumpy, "numpy is not installed"),
        arguments: [
            (ConvolutionalConfiguration.Size.compact, PairImageLayout.channels, Orientation.antiparallel),
            (.compact, .stacked, .parallel), (.full, .channels, .antiparallel),
        ])
    func aNetScoresByTheFormulasOfItsFormat(
        size: ConvolutionalConfiguration.Size, layout: PairImageLayout, orientation: Orientation
    ) throws {
        var configuration = ConvolutionalConfiguration(alphabet: .dna, size: size, length: 24)
        (configuration.layout, configuration.orientation) = (layout, orientation)
        var random = RandomSource(seed: 30)
        let net = configuration.net
        let weights = net.initialWeights(&random)
        for k in 0..<net.count where weights[k] == 0 || weights[k] == 1 { weights[k] += 0.1 * random.normal() }
        let classifier = PairClassifier.convolutional(ConvolutionalClassifier(configuration, weights: weights))
        let (pairs, points) = pairs(1_000, 4, [], longest: 24, &random)
        try compare(classifier, pairs, points)
    }
}
