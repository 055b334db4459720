// ModelFile+Duplex: the duplex classifier's part of a model file.

import Kernels

extension ModelFile {
    /// The metadata of a duplex classifier.
    static func metadata(of classifier: DuplexClassifier) -> [String: String] {
        let c = classifier.configuration
        var own = [
            "kind": "duplex", "heads": "\(c.heads)", "self-maps": "\(c.hasSelfMaps)", "hidden": "\(c.hidden)",
            "positions-a": "\(c.rowPositions)", "positions-b": "\(c.columnPositions)",
        ]
        if c.hasSelfMaps, !c.hasSelfBulges { own["self-bulges"] = "false" }
        if c.head != .network { own["head"] = c.head.rawValue }
        if let bound = c.bound {
            own["bound-head"] = "\(bound.head + 1)"
            own["bound-margin"] = "\(bound.margin)"
        }
        own.merge(Metadata.of(c.conditions)) { _, new in new }
        return Metadata.of(c, own: own)
    }

    /// The tensors of a duplex classifier.
    static func tensors(of classifier: DuplexClassifier) -> [WeightArchive.Tensor] {
        tensors(tensors(of: classifier.shape), of: classifier.parameters)
    }

    /// The oldest format version whose energies have their present meaning, the oldest with heads and conditions,
    /// with a bound, and with self maps without bulges.
    private static let oldestDuplex = 2, firstWithConditions = 3, firstWithBound = 4, firstWithoutBulges = 5

    /// Reads a duplex classifier, and returns the number of its tensors; they are the first of the file.
    ///
    /// Throws `olderVersion` for version 1, `inconsistent` if a value is missing or invalid.
    static func duplex(_ archive: WeightArchive) throws(ModelError) -> (classifier: DuplexClassifier, tensors: Int) {
        guard archive.version >= oldestDuplex else {
            throw .olderVersion(found: archive.version, oldest: oldestDuplex)
        }
        let configuration = try duplexConfiguration(archive)
        let shape = configuration.shape
        let tensors = tensors(of: shape)
        let parameters = FloatBuffer(count: shape.count)
        try read(tensors, of: archive, into: parameters)
        return (DuplexClassifier(configuration, parameters: parameters), tensors.count)
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
        configuration.hasSelfMaps = try metadata.flag("self-maps")
        if archive.version >= firstWithoutBulges, metadata.has("self-bulges") {
            configuration.hasSelfBulges = try metadata.flag("self-bulges")
        }
        let longest = DuplexShape.maximumLength
        configuration.rowPositions = try metadata.number("positions-a", 0...longest)
        configuration.columnPositions = try metadata.number("positions-b", 0...longest)
        guard (configuration.rowPositions == 0) == (configuration.columnPositions == 0) else {
            throw .inconsistent(
                field: "positions-b", found: "\(configuration.columnPositions)", expected: "as positions-a")
        }
        if archive.version >= firstWithConditions {
            if archive.metadata["head"] != nil { configuration.head = try metadata.choice("head") }
            configuration.conditions = try metadata.conditions()
        }
        try metadata.read(into: &configuration)
        if archive.version >= firstWithBound { configuration.bound = try metadata.bound(of: configuration) }
        return configuration
    }

    /// The tensors of a shape that are stored in a file: those that are not empty.
    static func tensors(of shape: DuplexShape) -> [TensorSpec] { shape.tensors.filter { $0.count > 0 } }
}

extension ModelFile.Metadata {
    /// The largest absolute value of a bound's margin.
    private static let largestMargin: Float = 1_000

    /// The bound of a duplex classifier; nil where there is none.
    func bound(of configuration: DuplexConfiguration) throws(ModelError) -> DuplexBound? {
        guard has("bound-head") else { return nil }
        let head = try number("bound-head", 1...configuration.heads)
        guard configuration.shape.canHaveBound else {
            throw .inconsistent(field: "bound-head", found: "\(head)", expected: "none for such a classifier")
        }
        let margin = try text("bound-margin")
        guard let number = Float(decimal: margin.utf8), abs(number) <= ModelFile.Metadata.largestMargin else {
            throw .inconsistent(field: "bound-margin", found: margin, expected: "a number")
        }
        return DuplexBound(head: head - 1, margin: number)
    }
}
