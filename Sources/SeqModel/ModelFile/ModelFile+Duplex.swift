// ModelFile+Duplex: the duplex classifier's part of a model file.

import Kernels

extension ModelFile {
    /// What a file's metadata say of a duplex classifier.
    static func metadata(of classifier: DuplexClassifier) -> [String: String] {
        let c = classifier.configuration
        return [
            "kind": "duplex", "alphabet": c.alphabet.name, "heads": "\(c.heads)",
            "orientation": c.orientation.rawValue, "symmetric": "\(c.isSymmetric)", "self-maps": "\(c.hasSelfMaps)",
            "positions-a": "\(c.rowPositions)", "positions-b": "\(c.columnPositions)", "hidden": "\(c.hidden)",
            "threshold": "\(c.threshold)",
        ].merging(Metadata.lengths(trained: c.trainedLengths, scored: c.scoredLengths)) { _, lengths in lengths }
    }

    /// A duplex classifier's tensors in a file.
    static func tensors(of classifier: DuplexClassifier) -> [WeightArchive.Tensor] {
        sections(classifier.shape).map { section in
            WeightArchive.Tensor(
                name: section.name, shape: section.shape,
                values: classifier.parameters[section.offset..<section.offset + section.count])
        }
    }

    /// The oldest version of the format whose energies are those of the recurrence as it is.
    private static let oldestDuplex = 2

    /// Reads a duplex classifier, and says how many tensors are its.
    static func duplex(_ archive: WeightArchive) throws(ModelError) -> (classifier: DuplexClassifier, tensors: Int) {
        guard archive.version >= oldestDuplex else {
            throw .olderVersion(found: archive.version, oldest: oldestDuplex)
        }
        let configuration = try duplexConfiguration(archive)
        let shape = configuration.shape
        let sections = sections(shape)
        let parameters = FloatBuffer(count: shape.count)
        try read(sections, of: archive, into: parameters)
        return (DuplexClassifier(configuration, parameters: parameters), sections.count)
    }

    private static func duplexConfiguration(_ archive: WeightArchive) throws(ModelError) -> DuplexConfiguration {
        let metadata = Metadata(archive)
        var configuration = DuplexConfiguration(alphabet: try metadata.alphabet())
        configuration.heads = try metadata.number("heads", 4...16)
        guard [4, 8, 16].contains(configuration.heads) else {
            throw .inconsistent(field: "heads", found: "\(configuration.heads)", expected: "4, 8 or 16")
        }
        configuration.hidden = try metadata.number("hidden", 8...1024)
        guard configuration.hidden % 8 == 0 else {
            throw .inconsistent(field: "hidden", found: "\(configuration.hidden)", expected: "a multiple of 8")
        }
        configuration.orientation = try metadata.choice("orientation")
        configuration.isSymmetric = try metadata.flag("symmetric")
        configuration.hasSelfMaps = try metadata.flag("self-maps")
        let longest = DuplexShape.maximumLength
        configuration.rowPositions = try metadata.number("positions-a", 0...longest)
        configuration.columnPositions = try metadata.number("positions-b", 0...longest)
        guard (configuration.rowPositions == 0) == (configuration.columnPositions == 0) else {
            throw .inconsistent(
                field: "positions-b", found: "\(configuration.columnPositions)", expected: "as positions-a")
        }
        configuration.threshold = try metadata.threshold()
        configuration.trainedLengths = try metadata.lengths()
        configuration.scoredLengths = try metadata.scoredLengths(configuration.trainedLengths, upTo: longest)
        return configuration
    }

    /// The tensors of a shape, in the order in which they lie.
    static func sections(_ s: DuplexShape) -> [Section] {
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
