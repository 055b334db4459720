// ModelFile+Generator: the pair generator's part of a model file.

import Kernels

extension ModelFile {
    /// The tensors of a layer: weights and bias.
    static func tensors(_ name: String, _ layer: ConvolutionShape) -> [TensorSpec] {
        [
            TensorSpec("generator.\(name).weight", [layer.width, layer.inputs, layer.outputs], at: layer.offset),
            TensorSpec("generator.\(name).bias", [layer.outputs], at: layer.bias),
        ]
    }

    private static func tensors(_ net: StrandNet) -> [TensorSpec] {
        let tables = [
            ("letters", net.letters + 1, net.letterRows), ("labels", 2, net.labelRows),
            ("from_start", StrandNet.places, net.startRows), ("from_end", StrandNet.places, net.endRows),
        ]
        return tensors("strand.unit", net.unit) + tensors("strand.head", net.head)
            + tables.map { TensorSpec("generator.strand.\($0.0)", [$0.1, net.row], at: $0.2) }
            + tensors(net.conditions, of: "strand") + (net.lengths.map(tensors) ?? [])
    }

    /// The rows of conditions, where there are any.
    private static func tensors(_ rows: ConditionRows, of net: String) -> [TensorSpec] {
        rows.count > 0 ? [TensorSpec("generator.\(net).conditions", [rows.count, rows.width], at: rows.offset)] : []
    }

    private static func tensors(_ net: LengthNet) -> [TensorSpec] {
        [TensorSpec("generator.strand.length.labels", [2, LengthNet.hidden], at: net.labelRows)]
            + tensors(net.conditions, of: "strand.length") + tensors("strand.length.out", net.out)
    }

    /// The metadata of a pair generator.
    static func metadata(of generator: PairGenerator) -> [String: String] {
        [
            "generator": generator.method.rawValue,
            "generator.strand-length": "\(generator.composition.net.length)",
            "generator.strand-units": "\(generator.composition.net.units)",
        ].merging(metadata(of: generator.partner, leastFraction: generator.leastFraction)) { _, new in new }
    }

    /// The tensors of a pair generator.
    static func tensors(of generator: PairGenerator) -> [WeightArchive.Tensor] {
        let composition = generator.composition
        let lengths = composition.lengths.enumerated().flatMap { label, choices in
            choices.flatMap { [Float(label), Float($0.a), Float($0.b), $0.share] }
        }
        return tensors(of: generator.acceptance, letters: composition.net.letters) + [
            WeightArchive.Tensor(name: "generator.lengths", shape: [lengths.count / 4, 4], values: lengths)
        ] + tensors(tensors(composition.net), of: composition.weights)
            + tensors(of: generator.partner)
    }

    /// Reads a pair generator from the tensors after those of the classifier; nil if the file has none.
    ///
    /// Throws `inconsistent` if a value is missing or invalid, or if tensors are left over.
    static func generator(_ archive: WeightArchive, _ classifier: PairClassifier, tensorsFrom first: Int)
        throws(ModelError) -> PairGenerator?
    {
        guard let kind = archive.metadata["generator"] else { return nil }
        guard let method = PairGenerator.Method(rawValue: kind) else {
            throw .inconsistent(
                field: "generator", found: kind, expected: "autoregressive, pair-hmm, paired, dense or dcgan")
        }
        let metadata = Metadata(archive)
        let letters = classifier.alphabet.count
        let strandNet = StrandNet(
            letters: letters,
            length: try metadata.number("generator.strand-length", 1...DuplexShape.maximumLength),
            units: try metadata.channels("generator.strand-units"), conditions: classifier.conditions.count)
        guard method != .adversarial || classifier.conditions.isEmpty else {
            throw .inconsistent(
                field: "generator", found: kind, expected: "autoregressive or pair-hmm, as the model has conditions")
        }
        var rest = archive.tensors[first...]
        func next(_ name: String, _ shape: [Int]?) throws(ModelError) -> WeightArchive.Tensor {
            guard let tensor = rest.popFirst(), tensor.name == name, shape == nil || tensor.shape == shape else {
                throw .inconsistent(field: "a tensor", found: "another", expected: "\(name) \(shape ?? [])")
            }
            return tensor
        }
        func weights(_ specs: [TensorSpec], count: Int) throws(ModelError) -> FloatBuffer {
            let weights = FloatBuffer(count: count)
            try read(specs, of: archive, from: rest.startIndex, into: weights)
            rest = rest.dropFirst(specs.count)
            return weights
        }
        let acceptance = try acceptance(&rest, classifier)
        let (net, specs, count) = try partner(method, metadata, classifier, longestA: strandNet.length)
        let lengths = try lengths(try next("generator.lengths", nil), a: strandNet.length, b: net.lengthsB)
        let composition = StrandComposition(
            net: strandNet, weights: try weights(tensors(strandNet), count: strandNet.count), lengths: lengths)
        var generator = PairGenerator(
            net.partner(try weights(specs, count: count)), composition: composition,
            conditions: classifier.conditions)
        generator.leastFraction = try metadata.leastFraction(method)
        guard rest.isEmpty else {
            throw .inconsistent(field: "number of tensors", found: "\(rest.count) too many", expected: "none more")
        }
        generator.acceptance = acceptance
        return generator
    }

    /// The rows of the tensor of lengths (label, length of A, length of B, cumulative share), by label; A has at most
    /// `a` letters, B `b`.
    private static func lengths(_ tensor: WeightArchive.Tensor, a: Int, b: ClosedRange<Int>) throws(ModelError)
        -> [[StrandComposition.Lengths]]
    {
        guard tensor.shape.count == 2, tensor.shape[1] == 4 else {
            throw .inconsistent(field: "generator.lengths", found: "\(tensor.shape)", expected: "rows of 4 numbers")
        }
        var lengths: [[StrandComposition.Lengths]] = [[], []]
        for at in stride(from: 0, to: tensor.values.count, by: 4) {
            let row = tensor.values[at..<at + 4].map { $0 }
            guard row[0] == 0 || row[0] == 1, (1...Float(a)).contains(row[1]),
                (Float(b.lowerBound)...Float(b.upperBound)).contains(row[2]), (0...1.01).contains(row[3])
            else { throw .inconsistent(field: "generator.lengths", found: "\(row)", expected: "label, lengths, share") }
            lengths[Int(row[0])].append(.init(a: Int(row[1]), b: Int(row[2]), share: row[3]))
        }
        return lengths
    }
}
