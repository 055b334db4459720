// ModelFile+Generator: the generator's part of a model file.

import Kernels

extension ModelFile {
    /// Convolutions of a generator by their names in a file.
    private static func layers(_ net: PartnerNet) -> [(name: String, shape: ConvolutionShape)] {
        [("first", net.first), ("second", net.second), ("third", net.third), ("head", net.head)]
    }

    /// What a file's metadata say of a generator.
    static func metadata(of generator: PairGenerator) -> [String: String] {
        let layout = generator.layout
        return [
            "generator": "paired", "generator.length": "\(layout.length)",
            "generator.near-offset": "\(layout.nearOffset)", "generator.far-offset": "\(layout.farOffset)",
            "generator.order": "\(generator.composition.order)",
        ]
    }

    /// A generator's tensors in a file.
    static func tensors(of generator: PairGenerator) -> [WeightArchive.Tensor] {
        let composition = generator.composition
        let contexts = StrandComposition.contexts(letters: composition.letters, order: composition.order)
        let lengths = composition.lengths.enumerated().flatMap { label, choices in
            choices.flatMap { [Float(label), Float($0.a), Float($0.b), $0.share] }
        }
        var tensors = [
            WeightArchive.Tensor(
                name: "generator.composition", shape: [2, contexts, composition.letters],
                values: composition.cumulative),
            WeightArchive.Tensor(
                name: "generator.acceptance", shape: [2, ScoreAcceptance.bins],
                values: Array(generator.acceptance.kept.joined())),
            WeightArchive.Tensor(name: "generator.lengths", shape: [lengths.count / 4, 4], values: lengths),
        ]
        for (name, layer) in layers(generator.net) {
            tensors.append(
                WeightArchive.Tensor(
                    name: "generator.\(name).weight", shape: [layer.width, layer.inputs, layer.outputs],
                    values: generator.weights[layer.offset..<layer.bias]))
            tensors.append(
                WeightArchive.Tensor(
                    name: "generator.\(name).bias", shape: [layer.outputs],
                    values: generator.weights[layer.bias..<layer.end]))
        }
        return tensors
    }

    /// Reads a generator from the tensors behind the classifier's; nil where the file has none.
    static func generator(_ archive: WeightArchive, _ configuration: DuplexConfiguration, tensorsFrom first: Int)
        throws(ModelError) -> PairGenerator?
    {
        guard let kind = archive.metadata["generator"] else { return nil }
        guard kind == "paired" else {
            throw .inconsistent(field: "generator", found: kind, expected: "paired")
        }
        func number(_ key: String, _ range: ClosedRange<Int>) throws(ModelError) -> Int {
            let text = archive.metadata["generator.\(key)"] ?? "missing"
            guard let number = Int(text), range.contains(number) else {
                throw .inconsistent(
                    field: "generator.\(key)", found: text, expected: "\(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        let longest = DuplexShape.maximumLength
        var layout = PairLayout(
            letters: configuration.alphabet.count, length: try number("length", 1...longest),
            orientation: configuration.orientation)
        layout.nearOffset = try number("near-offset", -longest...longest)
        layout.farOffset = try number("far-offset", -longest...longest)
        let order = try number("order", 0...3)
        let contexts = StrandComposition.contexts(letters: layout.letters, order: order)
        var rest = archive.tensors[first...]
        func next(_ name: String, _ shape: [Int]?) throws(ModelError) -> WeightArchive.Tensor {
            guard let tensor = rest.popFirst(), tensor.name == "generator.\(name)",
                shape == nil || tensor.shape == shape
            else {
                throw .inconsistent(
                    field: "a tensor", found: "another", expected: "generator.\(name) \(shape ?? [])")
            }
            if let weight = tensor.values.first(where: { abs($0) > largestWeight }) {
                throw .inconsistent(
                    field: "a weight of \(tensor.name)", found: "\(weight)",
                    expected: "at most \(largestWeight) in size")
            }
            return tensor
        }
        let table = try next("composition", [2, contexts, layout.letters]).values
        guard table.allSatisfy({ (0...1.01).contains($0) }) else {
            throw .inconsistent(field: "generator.composition", found: "a number outside 0 to 1", expected: "shares")
        }
        let bins = ScoreAcceptance.bins
        let kept = try next("acceptance", [2, bins]).values
        guard kept.allSatisfy({ (0...1).contains($0) }) else {
            throw .inconsistent(field: "generator.acceptance", found: "a number outside 0 to 1", expected: "shares")
        }
        let lengths = try lengths(try next("lengths", nil), longest: layout.length)
        let net = PartnerNet(layout)
        let weights = FloatBuffer(count: net.count)
        for (name, layer) in layers(net) {
            weights[layer.offset..<layer.bias] =
                try next("\(name).weight", [layer.width, layer.inputs, layer.outputs]).values
            weights[layer.bias..<layer.end] = try next("\(name).bias", [layer.outputs]).values
        }
        guard rest.isEmpty else {
            throw .inconsistent(field: "number of tensors", found: "\(rest.count) too many", expected: "none more")
        }
        let composition = StrandComposition(
            letters: layout.letters, order: order, cumulative: table, lengths: lengths)
        var generator = PairGenerator(net, weights: weights, composition: composition)
        generator.acceptance = ScoreAcceptance(kept: [Array(kept[..<bins]), Array(kept[bins...])])
        return generator
    }

    private static func lengths(_ tensor: WeightArchive.Tensor, longest: Int) throws(ModelError)
        -> [[StrandComposition.Lengths]]
    {
        var lengths: [[StrandComposition.Lengths]] = [[], []]
        let range = 1...Float(longest)
        for at in stride(from: 0, to: tensor.values.count - 3, by: 4) {
            let row = tensor.values[at..<at + 4].map { $0 }
            guard tensor.shape.last == 4, row[0] == 0 || row[0] == 1, range.contains(row[1]), range.contains(row[2]),
                (0...1.01).contains(row[3])
            else { throw .inconsistent(field: "generator.lengths", found: "\(row)", expected: "label, lengths, share") }
            lengths[Int(row[0])].append(.init(a: Int(row[1]), b: Int(row[2]), share: row[3]))
        }
        return lengths
    }
}
