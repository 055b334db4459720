// TrainingCheckpoint: the state of a training as bytes.

import Kernels

/// The state of a training after an epoch, or after an interval of generator steps.
///
/// The data are not part of it; a digest tells whether a run has the same data and options.
public struct TrainingCheckpoint: Sendable {
    /// Digest of the data and of all options that affect the result.
    public var digest: String
    /// Counters by name.
    public var numbers: [String: Int]
    /// Weights and Adam's moments, in the order of the trainer that wrote them.
    public var buffers: [[Float]]
    /// The finished part of the model, if there is one.
    public var model: ModelFile?

    /// The upper bound of counters. No training reaches it, and counting on from it cannot overflow.
    private static let mostSteps = 1 << 40
    private static let numberPrefix = "number.", modelPrefix = "model.", bufferPrefix = "state."

    /// Creates a checkpoint; the counters are from 0 to 2^40.
    public init(digest: String, numbers: [String: Int], buffers: [[Float]], model: ModelFile? = nil) {
        self.digest = digest
        self.numbers = numbers
        self.buffers = buffers
        self.model = model
    }

    /// The bytes of the file.
    public func encoded() -> [UInt8] {
        var metadata = ["kind": "checkpoint", "digest": digest]
        for (name, number) in numbers { metadata[TrainingCheckpoint.numberPrefix + name] = "\(number)" }
        var tensors = buffers.enumerated().map { index, values in
            WeightArchive.Tensor(
                name: "\(TrainingCheckpoint.bufferPrefix)\(index)", shape: [values.count], values: values)
        }
        var version = WeightArchive.plainVersion
        if let archive = model?.archive() {
            version = archive.version
            for (key, value) in archive.metadata { metadata[TrainingCheckpoint.modelPrefix + key] = value }
            tensors += archive.tensors.map { tensor in
                var tensor = tensor
                tensor.name = TrainingCheckpoint.modelPrefix + tensor.name
                return tensor
            }
        }
        return WeightArchive(metadata: metadata, tensors: tensors, version: version).encoded()
    }

    /// Reads the bytes of a file. Throws a `ModelError` if they are not a valid checkpoint.
    public init(decoding bytes: [UInt8]) throws(ModelError) {
        let archive = try WeightArchive(decoding: bytes)
        guard archive.metadata["kind"] == "checkpoint", let digest = archive.metadata["digest"] else {
            throw .notAModel("it is not a training checkpoint")
        }
        self.digest = digest
        numbers = [:]
        var inner = WeightArchive(metadata: [:], tensors: [], version: archive.version)
        for (key, value) in archive.metadata {
            if key.hasPrefix(TrainingCheckpoint.numberPrefix) {
                guard let number = Int(plain: value), (0...TrainingCheckpoint.mostSteps).contains(number) else {
                    throw .inconsistent(field: key, found: value, expected: "0 to \(TrainingCheckpoint.mostSteps)")
                }
                numbers[String(key.dropFirst(TrainingCheckpoint.numberPrefix.count))] = number
            } else if key.hasPrefix(TrainingCheckpoint.modelPrefix) {
                inner.metadata[String(key.dropFirst(TrainingCheckpoint.modelPrefix.count))] = value
            }
        }
        buffers = []
        for var tensor in archive.tensors {
            if tensor.name.hasPrefix(TrainingCheckpoint.modelPrefix) {
                tensor.name = String(tensor.name.dropFirst(TrainingCheckpoint.modelPrefix.count))
                inner.tensors.append(tensor)
            } else {
                buffers.append(tensor.values)
            }
        }
        model = inner.metadata.isEmpty ? nil : try ModelFile(inner)
    }
}

extension LabelledPairs {
    /// Digests (FNV-1a, 64 bits, hexadecimal): `data` of all strands and targets; `all` of these, of `settings` and of
    /// the bytes of `model`.
    public func digests(_ settings: String, model: [UInt8]) -> (data: String, all: String) {
        var hash = FowlerNollVoHash()
        hash.add(strands: 0..<2 * count, pairs.strands.codes, pairs.strands.starts)
        for target in targets + conditions.values {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                hash.add(CollectionOfOne(UInt8(truncatingIfNeeded: target.bitPattern >> shift)))
            }
        }
        let data = String(hash.value, radix: 16)
        hash.add(settings.utf8)
        hash.add(model)
        return (data, String(hash.value, radix: 16))
    }
}
