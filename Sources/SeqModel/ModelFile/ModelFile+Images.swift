// ModelFile+Images: the image generator's part of a model file.

import Kernels

extension ModelFile {
    private static let prefix = "generator.layer"

    /// The metadata of an image generator.
    static func metadata(of generator: ImageGenerator) -> [String: String] {
        [
            "generator": generator.kind.rawValue, "generator.length": "\(generator.length)",
            "generator.orientation": generator.orientation.rawValue,
            "generator.shortest-a": "\(generator.lengths[0].lowerBound)",
            "generator.longest-a": "\(generator.lengths[0].upperBound)",
            "generator.shortest-b": "\(generator.lengths[1].lowerBound)",
            "generator.longest-b": "\(generator.lengths[1].upperBound)",
        ]
    }

    /// The tensors of an image generator.
    static func tensors(of generator: ImageGenerator) -> [WeightArchive.Tensor] {
        tensors(generator.net.tensors(prefix), of: generator.weights)
    }

    /// Reads an image generator from the tensors after those of the classifier.
    ///
    /// Throws `inconsistent` if a value is missing or invalid, if the classifier has conditions, or if the generator's
    /// outputs could become infinite.
    static func images(
        _ kind: ImageGeneratorKind, _ archive: WeightArchive, _ classifier: PairClassifier, tensorsFrom first: Int
    ) throws(ModelError) -> ImageGenerator {
        guard classifier.conditions.isEmpty else {
            throw .inconsistent(
                field: "generator", found: kind.rawValue, expected: "autoregressive, as the model has conditions")
        }
        let metadata = Metadata(archive)
        let length = try metadata.number("generator.length", 1...DuplexShape.maximumLength)
        let orientation: Orientation = try metadata.choice("generator.orientation")
        let lengths = try ["a", "b"].map { side throws(ModelError) in
            try metadata.lengths("generator.shortest-\(side)", "generator.longest-\(side)", upTo: length)
        }
        let alphabet = classifier.alphabet
        let net = kind.generator(letters: alphabet.count, length: length)
        let tensors = net.tensors(prefix)
        guard archive.tensors.count == first + tensors.count else {
            throw .inconsistent(
                field: "number of tensors", found: "\(archive.tensors.count)",
                expected: "\(first + tensors.count)")
        }
        let weights = FloatBuffer(count: net.count)
        try read(tensors, of: archive, from: first, into: weights)
        try requireVariances(net, weights)
        try requireBound(net, weights, input: ImageGeneratorKind.largestNoise)
        let image = PairImage(alphabet: alphabet, length: length, layout: .channels, orientation: orientation)
        return ImageGenerator(kind, image: image, lengths: lengths, weights: weights)
    }

    /// Throws `inconsistent` if a running variance of batch normalisation is negative.
    static func requireVariances(_ net: BatchNet, _ weights: FloatBuffer) throws(ModelError) {
        for stage in net.stages where stage.variances > 0 {
            for k in stage.variances..<stage.variances + stage.outputs where weights[k] < 0 {
                throw .inconsistent(field: "a variance", found: "\(weights[k])", expected: "0 or more")
            }
        }
    }
}
