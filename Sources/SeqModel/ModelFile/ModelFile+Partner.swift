// ModelFile+Partner: the network for strand B, as a part of a pair generator's part of a model file.

import Kernels

extension ModelFile {
    /// The shapes of a network for strand B, without weights.
    enum PartnerShape {
        case autoregressive(EncoderDecoder)
        case aligned(PairHMM)
        case adversarial(PartnerNet)

        /// The lengths that strand B may have.
        var lengthsB: ClosedRange<Int> {
            switch self {
            case .autoregressive(let net): net.lengthsB
            case .aligned(let net): net.lengthsB
            case .adversarial(let net): 1...net.layout.length
            }
        }

        /// The network with its weights.
        func partner(_ weights: FloatBuffer) -> PairGenerator.Partner {
            switch self {
            case .autoregressive(let net): .autoregressive(net, weights)
            case .aligned(let net): .aligned(net, weights)
            case .adversarial(let net): .adversarial(net, weights)
            }
        }
    }

    private static func tensors(_ net: PartnerNet) -> [TensorSpec] {
        [
            ("first", net.first), ("second", net.second), ("third", net.third), ("head", net.head),
            ("context", net.context),
        ].flatMap { $0.1.tensors($0.0) }
    }

    /// The metadata of a network for strand B.
    static func metadata(of partner: PairGenerator.Partner, leastFraction: Float) -> [String: String] {
        switch partner {
        case .autoregressive(let net, _):
            [
                "generator.shortest-b": "\(net.lengthsB.lowerBound)",
                "generator.longest-b": "\(net.lengthsB.upperBound)",
                "generator.blocks": "\(net.blocks.count)", "generator.least-fraction": "\(leastFraction)",
            ]
        case .aligned(let net, _):
            [
                "generator.shortest-b": "\(net.lengthsB.lowerBound)",
                "generator.longest-b": "\(net.lengthsB.upperBound)", "generator.blocks": "\(net.shape.blocks)",
                "generator.terms": net.terms.rawValue,
            ]
        case .adversarial(let net, _):
            [
                "generator.length": "\(net.layout.length)", "generator.near-offset": "\(net.layout.nearOffset)",
                "generator.far-offset": "\(net.layout.farOffset)", "generator.channels": "\(net.channels)",
            ]
        }
    }

    /// The tensors of a network for strand B.
    static func tensors(of partner: PairGenerator.Partner) -> [WeightArchive.Tensor] {
        switch partner {
        case .autoregressive(let net, let weights): tensors(net.tensors, of: weights)
        case .aligned(let net, let weights): tensors(net.tensors, of: weights)
        case .adversarial(let net, let weights): tensors(tensors(net), of: weights)
        }
    }

    /// The shapes of the network for strand B, which sees `inputs` numbers, its tensors and its number of weights.
    /// Throws `inconsistent` if a value is missing or invalid.
    static func partner(
        _ method: PairGenerator.Method, _ metadata: Metadata, _ classifier: PairClassifier, inputs: Int, longestA: Int
    ) throws(ModelError) -> (net: PartnerShape, tensors: [TensorSpec], count: Int) {
        let letters = classifier.alphabet.count
        let longest = DuplexShape.maximumLength
        switch method {
        case .autoregressive:
            let lengths = try metadata.lengths("generator.shortest-b", "generator.longest-b")
            let net = EncoderDecoder(
                letters: letters, longestA: longestA, lengthsB: lengths,
                blocks: try metadata.number("generator.blocks", 1...16), conditions: inputs)
            return (.autoregressive(net), net.tensors, net.count)
        case .aligned:
            let net = PairHMM(
                letters: letters, longestA: longestA,
                lengthsB: try metadata.lengths("generator.shortest-b", "generator.longest-b"),
                isAntiparallel: classifier.orientation == .antiparallel,
                blocks: try metadata.number("generator.blocks", 1...16), conditions: inputs,
                terms: try metadata.choice("generator.terms", missing: .linear))
            return (.aligned(net), net.tensors, net.count)
        case .adversarial:
            var layout = PairLayout(
                letters: letters, length: try metadata.number("generator.length", 1...longest),
                orientation: classifier.orientation)
            layout.nearOffset = try metadata.number("generator.near-offset", -longest...longest)
            layout.farOffset = try metadata.number("generator.far-offset", -longest...longest)
            guard longestA <= layout.length else {
                throw .inconsistent(
                    field: "generator.strand-length", found: "\(longestA)", expected: "at most \(layout.length)")
            }
            let net = PartnerNet(layout, channels: try metadata.channels("generator.channels"))
            return (.adversarial(net), tensors(net), net.count)
        }
    }
}

extension ModelFile.Metadata {
    /// A number of channels or units. Early files do not store it and have 64.
    func channels(_ key: String) throws(ModelError) -> Int {
        let size = try number(key, 8...256, missing: 64)
        guard size % 8 == 0 else {
            throw .inconsistent(field: key, found: "\(size)", expected: "a multiple of 8")
        }
        return size
    }

    /// The order of Markov chains over `letters` letters: with at most 10,000 contexts.
    func order(_ key: String, letters: Int) throws(ModelError) -> Int {
        let order = try number(key, 0...12)
        let contexts = (0..<order).reduce(1) { product, _ in min(product, 10_000) * letters }
        guard contexts <= 10_000 else {
            throw .inconsistent(field: key, found: "\(order)", expected: "fewer of \(letters) letters")
        }
        return order
    }

    /// The fraction of the most probable letter's probability below which a letter is not drawn, 0 to 1.
    func leastFraction(_ method: PairGenerator.Method) throws(ModelError) -> Float {
        guard method == .autoregressive else { return 0 }
        let (key, range) = ("generator.least-fraction", Float(0)...1)
        let value = try text(key)
        guard let fraction = Float(decimal: value.utf8), range.contains(fraction) else {
            throw .inconsistent(field: key, found: value, expected: "0 to 1")
        }
        return fraction
    }
}
