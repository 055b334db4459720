// ModelFile: a classifier with the record of its training, to bytes and back.

import Kernels

/// A model as it is kept in a file: the classifier, and how it was trained.
public struct ModelFile: Sendable {
    /// The classifier.
    public let classifier: DuplexClassifier
    /// The generator that learned beside it, where there is one.
    public var generator: PairGenerator?
    /// How it was trained: command, seed, digest of the data, figures. No dates: equal runs give equal bytes.
    public var record: [String: String]

    private static let recordPrefix = "training."
    /// What no training comes near, and from which no score is infinite or not a number.
    static let largestWeight: Float = 100_000

    /// A model to be written.
    public init(classifier: DuplexClassifier, generator: PairGenerator? = nil, record: [String: String]) {
        self.classifier = classifier
        self.generator = generator
        self.record = record
    }

    /// The file's bytes.
    public func encoded() -> [UInt8] { archive().encoded() }

    /// Metadata and tensors of the file.
    func archive() -> WeightArchive {
        let c = classifier.configuration
        var metadata: [String: String] = [
            "kind": "duplex", "alphabet": c.alphabet.name, "heads": "\(c.heads)",
            "orientation": c.orientation.rawValue, "symmetric": "\(c.isSymmetric)", "self-maps": "\(c.hasSelfMaps)",
            "positions-a": "\(c.rowPositions)", "positions-b": "\(c.columnPositions)", "hidden": "\(c.hidden)",
            "threshold": "\(c.threshold)", "shortest": "\(c.trainedLengths.lowerBound)",
            "longest": "\(c.trainedLengths.upperBound)",
        ]
        for (key, value) in record { metadata[ModelFile.recordPrefix + key] = value }
        var tensors = ModelFile.sections(classifier.shape).map { section in
            WeightArchive.Tensor(
                name: section.name, shape: section.shape,
                values: classifier.parameters[section.offset..<section.offset + section.count])
        }
        if let generator {
            metadata.merge(ModelFile.metadata(of: generator)) { _, new in new }
            tensors += ModelFile.tensors(of: generator)
        }
        return WeightArchive(metadata: metadata, tensors: tensors)
    }

    /// Reads a file's bytes. Throws where they are not what `encoded` writes.
    public init(decoding bytes: [UInt8]) throws(ModelError) { try self.init(try WeightArchive(decoding: bytes)) }

    init(_ archive: WeightArchive) throws(ModelError) {
        let configuration = try ModelFile.configuration(archive.metadata)
        let shape = configuration.shape
        let sections = ModelFile.sections(shape)
        let hasGenerator = archive.metadata["generator"] != nil
        guard archive.tensors.count == sections.count || hasGenerator && archive.tensors.count > sections.count else {
            throw .inconsistent(
                field: "number of tensors", found: "\(archive.tensors.count)", expected: "\(sections.count)")
        }
        let parameters = FloatBuffer(count: shape.count)
        for (tensor, section) in zip(archive.tensors, sections) {
            guard tensor.name == section.name, tensor.shape == section.shape else {
                throw .inconsistent(
                    field: "tensor \(tensor.name)", found: "\(tensor.shape)",
                    expected: "\(section.name) \(section.shape)")
            }
            if let weight = tensor.values.first(where: { abs($0) > ModelFile.largestWeight }) {
                throw .inconsistent(
                    field: "a weight of \(tensor.name)", found: "\(weight)",
                    expected: "at most \(ModelFile.largestWeight) in size")
            }
            parameters[section.offset..<section.offset + section.count] = tensor.values
        }
        classifier = DuplexClassifier(configuration, parameters: parameters)
        generator = try ModelFile.generator(archive, configuration, tensorsFrom: sections.count)
        record = [:]
        for (key, value) in archive.metadata where key.hasPrefix(ModelFile.recordPrefix) {
            record[String(key.dropFirst(ModelFile.recordPrefix.count))] = value
        }
    }

    private static func configuration(_ metadata: [String: String]) throws(ModelError) -> DuplexConfiguration {
        func text(_ key: String) throws(ModelError) -> String {
            guard let value = metadata[key] else {
                throw .inconsistent(field: key, found: "missing", expected: "a value")
            }
            return value
        }
        func number(_ key: String, _ range: ClosedRange<Int>) throws(ModelError) -> Int {
            let value = try text(key)
            guard let number = Int(value), range.contains(number) else {
                throw .inconsistent(field: key, found: value, expected: "\(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        guard try text("kind") == "duplex" else {
            throw .inconsistent(field: "kind", found: try text("kind"), expected: "duplex")
        }
        guard let alphabet = Alphabet(named: try text("alphabet")),
            let orientation = Orientation(rawValue: try text("orientation")),
            let threshold = Float(try text("threshold")), (0...1).contains(threshold)
        else {
            throw .inconsistent(field: "alphabet, orientation or threshold", found: "unknown", expected: "known values")
        }
        var configuration = DuplexConfiguration(alphabet: alphabet)
        configuration.heads = try number("heads", 4...16)
        configuration.hidden = try number("hidden", 8...1024)
        guard [4, 8, 16].contains(configuration.heads), configuration.hidden % 8 == 0 else {
            throw .inconsistent(field: "heads", found: "\(configuration.heads)", expected: "4, 8 or 16")
        }
        configuration.orientation = orientation
        configuration.isSymmetric = try text("symmetric") == "true"
        configuration.hasSelfMaps = try text("self-maps") == "true"
        let longest = DuplexShape.maximumLength
        configuration.rowPositions = try number("positions-a", 0...longest)
        configuration.columnPositions = try number("positions-b", 0...longest)
        guard (configuration.rowPositions == 0) == (configuration.columnPositions == 0) else {
            throw .inconsistent(
                field: "positions-b", found: "\(configuration.columnPositions)", expected: "as positions-a")
        }
        configuration.threshold = threshold
        let shortest = try number("shortest", 1...longest)
        configuration.trainedLengths = shortest...(try number("longest", shortest...longest))
        return configuration
    }

    /// The tensors of a shape, in the order in which they lie.
    static func sections(_ s: DuplexShape) -> [(name: String, shape: [Int], offset: Int, count: Int)] {
        let k = s.letters
        let h = s.heads
        var sections: [(String, [Int], Int)] = [
            ("energy.pair", [k, k, DuplexShape.pairFields, h], s.pair),
            ("energy.stack", s.order == 2 ? [k, k, k, k, h] : [k, k, h], s.stack),
            ("energy.gaps", [DuplexShape.gapFields, h], s.gaps),
            ("energy.hairpin", [DuplexShape.hairpinLengths, h], s.hairpin),
        ]
        if s.hasPositions {
            sections += [
                ("energy.positions_a", [s.rowPositions, 3, h], s.rowWeights),
                ("energy.positions_b", [s.columnPositions, h], s.columnWeights),
                ("lookup.a", [s.rowPositions, k, DuplexShape.lookupWidth], s.rowLookup),
                ("lookup.b", [s.columnPositions, k, DuplexShape.lookupWidth], s.columnLookup),
            ]
        }
        sections += [
            ("network.first.weight", [s.features, s.hidden], s.firstWeights),
            ("network.first.bias", [s.hidden], s.firstBias),
            ("network.second.weight", [s.hidden, s.hidden], s.secondWeights),
            ("network.second.bias", [s.hidden], s.secondBias), ("network.last.weight", [s.hidden], s.lastWeights),
            ("network.last.bias", [1], s.lastBias), ("feature.mean", [s.features], s.means),
            ("feature.scale", [s.features], s.scales),
        ]
        return sections.map { ($0.0, $0.1, $0.2, $0.1.reduce(1, *)) }
    }
}
