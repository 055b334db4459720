// GeneratorProbabilityTests: the probabilities of an autoregressive generator, from its model file by other means.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct GeneratorProbabilityTests {
    private static let hasNumpy = Sandbox.succeeds("python3 -c 'import numpy'")

    /// testdata/generator_probability.py is made from the manual page of the format, not from the program.
    @Test(.enabled(if: hasNumpy, "numpy is not installed"), arguments: [[], PairGeneratorFileTests.conditions])
    func probabilitiesFromTheFileAreThoseThatAreTrained(conditions: [Condition]) throws {
        var random = RandomSource(seed: 22)
        // Strands that are longer than the table of distances, too.
        let (longest, lengthsB) = (80, 3...75)
        let net = EncoderDecoder(letters: 4, longestA: longest, lengthsB: lengthsB, conditions: conditions.count)
        let weights = net.initialWeights(&random)
        // Biases, gains and shifts are not those of the start, which are 0 and 1.
        for k in 0..<net.count { weights[k] += 0.1 * random.normal() }
        // Small inputs of the first normalisation show what is added to a variance.
        for rows in net.tensors
        where rows.name.hasPrefix("generator.encoder.") && rows.name.contains(/letters|from|labels/) {
            for k in rows.range { weights[k] *= 0.02 }
        }
        for convolution in net.aConvolutions {
            for k in convolution.bias..<convolution.end { weights[k] *= 0.02 }
        }
        let strands = StrandNet(letters: 4, length: longest, units: 8, conditions: conditions.count)
        let composition = StrandComposition(
            net: strands, weights: strands.initialWeights(&random), lengths: [[], [.init(a: 9, b: 8, share: 1)]])
        var model = conditions.isEmpty ? ModelFileTests.model() : PairGeneratorFileTests.conditioned(conditions)
        model.generator = .paired(
            PairGenerator(.autoregressive(net, weights), composition: composition, conditions: conditions))
        var points = PairConditions(width: conditions.count)
        for point: [Float] in [[37, 0.05], [10, 1], [90.5, 0.01], [-5, 0.2], [60, 0.3]] {
            points.append(point.prefix(conditions.count))
        }
        let inputs = points.standardised(conditions)
        let lengths = [(80, 75, 1), (1, 3, 0), (70, 9, 0), (9, 70, 1), (26, 26, 1)]
        let pairs = zip(lengths, lengths.indices).map { sizes, k in
            let (a, b, label) = sizes
            func strand(_ length: Int) -> ArraySlice<UInt8> {
                (0..<length).map { _ in UInt8(random.index(below: 4)) }[...]
            }
            return TrainingPair(a: strand(a), b: strand(b), label: label, inputs: inputs[k])
        }
        let sandbox = try Sandbox()
        try sandbox.write(model.encoded(), "model.seqgan")
        func text(_ strand: ArraySlice<UInt8>) -> String { String(strand.map { Array("ACGT")[Int($0)] }) }
        try sandbox.write(
            pairs.enumerated().map { k, pair in
                let values = points[k].map { "\t\($0)" }.joined()
                return "\(text(pair.a))\t\(text(pair.b))\t\(pair.label)\(values)\n"
            }.joined(), "pairs.tsv")
        let script = Sandbox.testdata.appending(path: "generator_probability.py").path
        let result = try sandbox.run("python3 '\(script)' model.seqgan pairs.tsv")
        let rows = result.output.split(separator: "\n").map { $0.split(separator: "\t").compactMap { Double($0) } }
        #expect(rows.map(\.count) == pairs.map { $0.b.count + 2 }, "\(result.errors)")
        let tape = EncoderDecoder.Tape(net, strands: 1)
        for (pair, row) in zip(pairs, rows) {
            let nats = net.loss(tape, [pair], weights: weights, LayerKernels()).nats
            #expect(abs(nats + row[0]) < 1e-4 * nats, "\(nats), from the file \(row[0])")
        }
    }
}
