// TrainingCheckpoint: where a training stands, to bytes and back.

import Kernels

/// Where a training stands at the end of an epoch, or of an interval of the generator's steps.
///
/// What can be found again from the data is not in it; a digest of data and plan says whether they are the same.
public struct TrainingCheckpoint: Sendable {
    /// Digest of the data and of all that decides the result.
    public var digest: String
    /// Counters by name.
    public var numbers: [String: Int]
    /// Weights and moments, in the order of the trainer that they belong to.
    public var buffers: [[Float]]
    /// The model so far, where a part of it is done.
    public var model: ModelFile?

    /// No training comes so far; what is counted on from there cannot overflow.
    private static let mostSteps = 1 << 40
    private static let numberPrefix = "number.", modelPrefix = "model.", bufferPrefix = "state."

    /// A checkpoint.
    public init(digest: String, numbers: [String: Int], buffers: [[Float]], model: ModelFile? = nil) {
        self.digest = digest
        self.numbers = numbers
        self.buffers = buffers
        self.model = model
    }

    /// The file's bytes.
    public func encoded() -> [UInt8] {
        var metadata = ["kind": "checkpoint", "digest": digest]
        for (name, number) in numbers { metadata[TrainingCheckpoint.numberPrefix + name] = "\(number)" }
        var tensors = buffers.enumerated().map { index, values in
            WeightArchive.Tensor(
                name: "\(TrainingCheckpoint.bufferPrefix)\(index)", shape: [values.count], values: values)
        }
        if let archive = model?.archive() {
            for (key, value) in archive.metadata { metadata[TrainingCheckpoint.modelPrefix + key] = value }
            tensors += archive.tensors.map { tensor in
                var tensor = tensor
                tensor.name = TrainingCheckpoint.modelPrefix + tensor.name
                return tensor
            }
        }
        return WeightArchive(metadata: metadata, tensors: tensors).encoded()
    }

    /// Reads a file's bytes. Throws where they are not what `encoded` writes.
    public init(decoding bytes: [UInt8]) throws(ModelError) {
        let archive = try WeightArchive(decoding: bytes)
        guard archive.metadata["kind"] == "checkpoint", let digest = archive.metadata["digest"] else {
            throw .notAModel("it is no checkpoint of a training")
        }
        self.digest = digest
        numbers = [:]
        var inner = WeightArchive(metadata: [:], tensors: [])
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
    /// A digest of all strands and targets (FNV-1a, 64 bits), and one of these, of `settings` and of a model's bytes.
    public func digests(_ settings: String, model: [UInt8]) -> (data: String, all: String) {
        var hash = FowlerNollVoHash()
        hash.add(strands: 0..<2 * count, pairs.strands.codes, pairs.strands.starts)
        for target in targets {
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
