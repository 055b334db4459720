// ModelFile: a model as bytes: classifier, generator and training record.

import Kernels

/// The contents of a model file: a classifier, an optional generator, and how they were trained.
public struct ModelFile: Sendable {
    /// The classifier.
    public let classifier: PairClassifier
    /// The generator that was trained with this classifier, if there is one.
    public var generator: TrainedGenerator?
    /// How it was trained: seed, digest of the data, figures. No dates, so that equal runs give equal bytes.
    public var record: [String: String]
    /// The format version that it was read from. It is written in the oldest that has what the model needs.
    public private(set) var version: Int

    private static let recordPrefix = "training."
    /// The largest absolute value of a weight. Sound trainings stay far below it; up to it, all scores are finite.
    public static let largestWeight: Float = 100_000

    /// Creates the contents of a new file; the keys of `record` have no prefix.
    public init(classifier: PairClassifier, generator: TrainedGenerator? = nil, record: [String: String]) {
        self.classifier = classifier
        self.generator = generator
        self.record = record
        version = ModelFile.version(of: classifier)
    }

    /// The oldest format version that has what a classifier needs.
    private static func version(of classifier: PairClassifier) -> Int {
        guard case .duplex(let duplex) = classifier else { return WeightArchive.plainVersion }
        let c = duplex.configuration
        if c.hasSelfMaps, !c.hasSelfBulges { return WeightArchive.newestVersion }
        if c.bound != nil { return WeightArchive.boundVersion }
        return c.conditions.isEmpty && c.head == .network
            ? WeightArchive.plainVersion : WeightArchive.equilibriumVersion
    }

    /// The bytes of the file.
    public func encoded() -> [UInt8] { archive().encoded() }

    /// Metadata and tensors of the file.
    func archive() -> WeightArchive {
        var metadata: [String: String]
        var tensors: [WeightArchive.Tensor]
        switch classifier {
        case .duplex(let duplex):
            metadata = ModelFile.metadata(of: duplex)
            tensors = ModelFile.tensors(of: duplex)
        case .convolutional(let net):
            metadata = ModelFile.metadata(of: net)
            tensors = ModelFile.tensors(of: net)
        }
        for (key, value) in record { metadata[ModelFile.recordPrefix + key] = value }
        switch generator {
        case .paired(let generator):
            metadata.merge(ModelFile.metadata(of: generator)) { _, new in new }
            tensors += ModelFile.tensors(of: generator)
        case .images(let generator):
            metadata.merge(ModelFile.metadata(of: generator)) { _, new in new }
            tensors += ModelFile.tensors(of: generator)
        case nil: break
        }
        return WeightArchive(
            metadata: metadata, tensors: tensors, version: ModelFile.version(of: classifier))
    }

    /// Reads the bytes of a file. Throws a `ModelError` if they are not a valid model of a known version.
    public init(decoding bytes: [UInt8]) throws(ModelError) { try self.init(try WeightArchive(decoding: bytes)) }

    /// Reads a model from an archive. Throws as `init(decoding:)` does.
    init(_ archive: WeightArchive) throws(ModelError) {
        let count: Int
        switch try Metadata(archive).text("kind") {
        case "duplex":
            let (duplex, tensors) = try ModelFile.duplex(archive)
            classifier = .duplex(duplex)
            count = tensors
        case "cnn":
            let (net, tensors) = try ModelFile.convolutional(archive)
            classifier = .convolutional(net)
            count = tensors
        case let kind:
            throw .inconsistent(field: "kind", found: kind, expected: "duplex or cnn")
        }
        if let kind = archive.metadata["generator"].flatMap(ImageGeneratorKind.init(rawValue:)) {
            generator = .images(try ModelFile.images(kind, archive, classifier, tensorsFrom: count))
        } else {
            generator = try ModelFile.generator(archive, classifier, tensorsFrom: count).map { .paired($0) }
        }
        guard generator != nil || archive.tensors.count == count else {
            throw .inconsistent(field: "number of tensors", found: "\(archive.tensors.count)", expected: "\(count)")
        }
        version = archive.version
        record = [:]
        for (key, value) in archive.metadata where key.hasPrefix(ModelFile.recordPrefix) {
            record[String(key.dropFirst(ModelFile.recordPrefix.count))] = value
        }
    }

    /// The tensors `specs` with their values from `parameters`.
    static func tensors(_ specs: [TensorSpec], of parameters: FloatBuffer) -> [WeightArchive.Tensor] {
        specs.map { WeightArchive.Tensor(name: $0.name, shape: $0.shape, values: parameters[$0.range]) }
    }

    /// Copies the tensors of `archive` from index `first` on into `parameters`.
    ///
    /// Throws `inconsistent` if their names and shapes are not those of `specs`, or if an absolute value exceeds
    /// `largestWeight`.
    static func read(
        _ specs: [TensorSpec], of archive: WeightArchive, from first: Int = 0, into parameters: FloatBuffer
    ) throws(ModelError) {
        guard archive.tensors.count - first >= specs.count else {
            throw .inconsistent(
                field: "number of tensors", found: "\(archive.tensors.count)",
                expected: "\(first + specs.count)")
        }
        for (tensor, spec) in zip(archive.tensors[first...], specs) {
            guard tensor.name == spec.name, tensor.shape == spec.shape else {
                throw .inconsistent(
                    field: "tensor \(tensor.name)", found: "\(tensor.shape)",
                    expected: "\(spec.name) \(spec.shape)")
            }
            if let weight = tensor.values.first(where: { abs($0) > ModelFile.largestWeight }) {
                throw .inconsistent(
                    field: "a weight of \(tensor.name)", found: "\(weight)",
                    expected: "at most \(ModelFile.largestWeight) in absolute value")
            }
            parameters[spec.range] = tensor.values
        }
    }
}
