// ModelFile+Convolutional: the convolutional classifier's part of a model file.

import Kernels

extension ModelFile {
    private static let prefix = "layer"

    /// The metadata of a convolutional classifier.
    static func metadata(of classifier: ConvolutionalClassifier) -> [String: String] {
        let c = classifier.configuration
        return Metadata.of(
            c,
            own: [
                "kind": "cnn", "layout": c.layout.rawValue, "size": c.size.rawValue, "length": "\(c.length)",
            ])
    }

    /// The tensors of a convolutional classifier.
    static func tensors(of classifier: ConvolutionalClassifier) -> [WeightArchive.Tensor] {
        tensors(classifier.net.tensors(prefix), of: classifier.weights)
    }

    /// Reads a convolutional classifier, and returns the number of its tensors; they are the first of the file.
    ///
    /// Throws `inconsistent` if a value is missing or invalid, or if its scores could become infinite.
    static func convolutional(_ archive: WeightArchive) throws(ModelError)
        -> (classifier: ConvolutionalClassifier, tensors: Int)
    {
        let metadata = Metadata(archive)
        let size: ConvolutionalConfiguration.Size = try metadata.choice("size")
        let least = ConvolutionalConfiguration.leastLength(size)
        var configuration = ConvolutionalConfiguration(
            alphabet: try metadata.alphabet(), size: size,
            length: try metadata.number("length", least...DuplexShape.maximumLength))
        configuration.layout = try metadata.choice("layout")
        try metadata.read(into: &configuration)
        let net = configuration.net
        let tensors = net.tensors(prefix)
        let weights = FloatBuffer(count: net.count)
        try read(tensors, of: archive, into: weights)
        try requireVariances(net, weights)
        let (scoring, scoringWeights) = net.folded(weights)
        try requireBound(scoring, scoringWeights, input: 1)
        return (ConvolutionalClassifier(configuration, weights: weights), tensors.count)
    }

    /// Rows of name and value, as `inspect` prints them.
    static func description(of classifier: ConvolutionalClassifier) -> [[String]] {
        let c = classifier.configuration
        var rows = [
            ["kind", "cnn"], ["alphabet", c.alphabet.name], ["layout", c.layout.rawValue], ["size", c.size.rawValue],
        ]
        rows += Metadata.strandRows(c) + Metadata.rangeRows(c)
        rows += classifier.net.tensors(prefix).map { Metadata.row(ofTensor: $0.name, $0.shape) }
        rows.append(["parameters", "\(classifier.net.trained)"])
        return rows
    }
}
