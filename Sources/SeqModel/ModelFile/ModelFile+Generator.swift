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
        if generator.composition.levels != nil { found[levelKey] = "\(ScoreLevels.count)" }
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
        ] + (composition.levels.map { [tensor(of: $0)] } ?? [])
            + tensors(composition.net.tensors, of: composition.weights) + tensors(of: generator.partner)
    }

    private static let levelKey = "generator.score-levels", levelTensor = "generator.levels"

    private static func tensor(of levels: ScoreLevels) -> WeightArchive.Tensor {
        let weights = levels.frequencies.map(\.weights)
        return WeightArchive.Tensor(
            name: levelTensor, shape: [2, weights[0].count / ScoreLevels.count, ScoreLevels.count],
            values: Array(weights.joined()))
    }

    private static func levels(_ tensor: WeightArchive.Tensor) throws(ModelError) -> ScoreLevels {
        guard tensor.values.allSatisfy({ abs($0) < 80 }) else {
            throw .inconsistent(field: levelTensor, found: "another number", expected: "below 80 in absolute value")
        }
        let width = tensor.values.count / 2
        return ScoreLevels(
            [0, 1].map {
                BinShares(bins: ScoreLevels.count, weights: Array(tensor.values[$0 * width..<($0 + 1) * width]))
            })
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
        // Early files have no levels.
        let hasLevels = archive.metadata[levelKey] != nil && method == .aligned
        if hasLevels { _ = try metadata.number(levelKey, ScoreLevels.count...ScoreLevels.count) }
        let conditions = classifier.conditions.count
        let inputs = conditions + (hasLevels ? 1 : 0)
        let strands = try strandModel(method, metadata, classifier, inputs: inputs)
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
        let (net, specs, count) = try partner(method, metadata, classifier, inputs: inputs, longestA: strands.length)
        let lengths = try lengths(try next("generator.lengths", nil), a: strands.length, b: net.lengthsB)
        let levels =
            hasLevels
            ? try levels(next(levelTensor, [2, QuadraticTerms.count(conditions), ScoreLevels.count])) : nil
        let composition = StrandComposition(
            net: strands, weights: try weights(strands.tensors, count: strands.count), lengths: lengths,
            levels: levels)
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

    /// The shapes of the model of strand A, which sees `inputs` numbers. Throws `inconsistent` if a value is missing or
    /// invalid.
    private static func strandModel(
        _ method: PairGenerator.Method, _ metadata: Metadata, _ classifier: PairClassifier, inputs: Int
    ) throws(ModelError) -> any StrandModel {
        let letters = classifier.alphabet.count
        let length = try metadata.number("generator.strand-length", 1...DuplexShape.maximumLength)
        guard method == .aligned else {
            return StrandNet(
                letters: letters, length: length, units: try metadata.channels(StrandNet.sizeKey),
                conditions: inputs)
        }
        return MarkovMixture(
            letters: letters, length: length, order: try metadata.order(MarkovMixture.sizeKey, letters: letters),
            conditions: inputs)
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
