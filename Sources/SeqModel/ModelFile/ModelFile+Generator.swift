// ModelFile+Generator: the pair generator's part of a model file.

import Kernels

extension ConvolutionShape {
    /// The tensors of a layer of a generator's net: weights and bias.
    func tensors(_ name: String) -> [TensorSpec] {
        [
            TensorSpec("generator.\(name).weight", [width, inputs, outputs], at: offset),
            TensorSpec("generator.\(name).bias", [outputs], at: bias),
        ]
    }
}

extension ModelFile {
    /// The metadata of a pair generator.
    static func metadata(of generator: PairGenerator) -> [String: String] {
        var found = metadata(of: generator.partner, leastFraction: generator.leastFraction)
        found["generator"] = generator.method.rawValue
        let net = generator.composition.net
        found["generator.strand-length"] = "\(net.length)"
        found[type(of: net).sizeKey] = "\(net.size)"
        return found
    }

    /// The tensors of a pair generator.
    static func tensors(of generator: PairGenerator) -> [WeightArchive.Tensor] {
        let composition = generator.composition
        let lengths = composition.lengths.enumerated().flatMap { label, choices in
            choices.flatMap { [Float(label), Float($0.a), Float($0.b), $0.share] }
        }
        return tensors(of: generator.acceptance, letters: composition.net.letters) + [
            WeightArchive.Tensor(name: "generator.lengths", shape: [lengths.count / 4, 4], values: lengths)
        ] + tensors(composition.net.tensors, of: composition.weights)
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
        let strands = try strandModel(method, metadata, classifier)
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
        let (net, specs, count) = try partner(method, metadata, classifier, longestA: strands.length)
        let lengths = try lengths(try next("generator.lengths", nil), a: strands.length, b: net.lengthsB)
        let composition = StrandComposition(
            net: strands, weights: try weights(strands.tensors, count: strands.count), lengths: lengths)
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

    /// The shapes of the model of strand A. Throws `inconsistent` if a value is missing or invalid.
    private static func strandModel(
        _ method: PairGenerator.Method, _ metadata: Metadata, _ classifier: PairClassifier
    ) throws(ModelError) -> any StrandModel {
        let (letters, conditions) = (classifier.alphabet.count, classifier.conditions.count)
        let length = try metadata.number("generator.strand-length", 1...DuplexShape.maximumLength)
        guard method == .aligned else {
            return StrandNet(
                letters: letters, length: length, units: try metadata.channels(StrandNet.sizeKey),
                conditions: conditions)
        }
        return MarkovMixture(
            letters: letters, length: length, order: try metadata.order(MarkovMixture.sizeKey, letters: letters),
            conditions: conditions)
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
