// ModelFile+Acceptance: the tensors of a generator's rejection sampler.

import Kernels

extension ModelFile {
    private static let factorTensor = "generator.acceptance", scaleTensor = "generator.acceptance.scale"
    private static let kmerTensor = "generator.acceptance.words"
    private static let profileTensor = "generator.acceptance.profiles"
    private static let facingTensor = "generator.acceptance.facing", partnerTensor = "generator.acceptance.partners"

    /// The tensors of a rejection sampler.
    static func tensors(of acceptance: RejectionSampler, letters: Int) -> [WeightArchive.Tensor] {
        let bins = LogitBins.count
        let profiles = acceptance.profiles.contains { $0 != nil } ? [tensor(profileTensor, acceptance.profiles)] : []
        let factors = WeightArchive.Tensor(
            name: factorTensor, shape: [2, bins], values: Array(acceptance.factors.joined()))
        let kmers = WeightArchive.Tensor(
            name: kmerTensor, shape: [2, KmerDensityRatio.count(letters: letters)],
            values: Array(acceptance.kmerRatios.map(\.weights).joined()))
        return [factors]
            + (acceptance.bins.scale.map { [WeightArchive.Tensor(name: scaleTensor, shape: [1], values: [$0])] } ?? [])
            + [kmers] + profiles + (acceptance.facing.map { tensors(of: $0) } ?? [])
    }

    /// The frequencies of bins, of each label: (label, data and generator, terms, bins), without the generator's where
    /// those are counted. Zeros stand for a label without pairs to compare.
    private static func tensor(_ name: String, _ profiles: [RejectionSampler.Profile?]) -> WeightArchive.Tensor {
        let known = profiles.compactMap { $0 }
        let (bins, width) = (known[0].data.bins, known[0].data.weights.count)
        let parts = known.contains { $0.generated == nil } ? 1 : 2
        let values = profiles.flatMap { profile -> [Float] in
            guard let profile else { return [Float](repeating: 0, count: parts * width) }
            return profile.data.weights + (parts > 1 ? profile.generated?.weights ?? [] : [])
        }
        return WeightArchive.Tensor(name: name, shape: [2, parts, width / bins, bins], values: values)
    }

    private static func tensors(of facing: FacingRatio) -> [WeightArchive.Tensor] {
        let letters = facing.letters
        return [
            tensor(facingTensor, facing.profiles),
            WeightArchive.Tensor(
                name: partnerTensor, shape: [letters.partners.count + 1],
                values: [Float(letters.offset)] + letters.partners.map(Float.init)),
        ]
    }

    /// Reads a rejection sampler from the first tensors of `rest` and removes these.
    static func acceptance(_ rest: inout ArraySlice<WeightArchive.Tensor>, _ classifier: PairClassifier)
        throws(ModelError) -> RejectionSampler
    {
        let bins = LogitBins.count
        guard let tensor = rest.popFirst(), tensor.name == factorTensor, tensor.shape == [2, bins] else {
            throw .inconsistent(field: "a tensor", found: "another", expected: "\(factorTensor) [2, \(bins)]")
        }
        let factors = tensor.values
        guard factors.allSatisfy({ (0...ModelFile.largestWeight).contains($0) }) else {
            throw .inconsistent(
                field: factorTensor, found: "another number", expected: "0 to \(ModelFile.largestWeight)")
        }
        let ofLogits = LogitBins(threshold: classifier.threshold, scale: try scale(&rest))
        let kmerRatios = try kmerRatios(&rest, letters: classifier.alphabet.count)
        let profiles = try profiles(&rest, conditions: classifier.conditions.count)
        return RejectionSampler(
            factors: [Array(factors[..<bins]), Array(factors[bins...])], kmerRatios: kmerRatios,
            facing: try facing(&rest, classifier), profiles: profiles, bins: ofLogits)
    }

    /// The scale of the bins; nil where there is none, as in early files.
    private static func scale(_ rest: inout ArraySlice<WeightArchive.Tensor>) throws(ModelError) -> Float? {
        guard let tensor = rest.first, tensor.name == scaleTensor else { return nil }
        guard tensor.shape == [1], LogitBins.scales.contains(tensor.values[0]) else {
            throw .inconsistent(
                field: scaleTensor, found: "another",
                expected: "a number from \(LogitBins.scales.lowerBound) to \(LogitBins.scales.upperBound)")
        }
        rest.removeFirst()
        return tensor.values[0]
    }

    /// The ratio by facing letters; nil in early files, which have none.
    private static func facing(_ rest: inout ArraySlice<WeightArchive.Tensor>, _ classifier: PairClassifier)
        throws(ModelError) -> FacingRatio?
    {
        guard rest.first?.name == facingTensor else { return nil }
        let profiles = try profiles(
            &rest, facingTensor, conditions: classifier.conditions.count, bins: FacingLetters.bins)
        let letters = classifier.alphabet.count
        let offsets = Float(-DuplexShape.maximumLength)...Float(DuplexShape.maximumLength)
        guard let partners = rest.popFirst(), partners.name == partnerTensor, partners.shape == [letters + 1],
            offsets.contains(partners.values[0]),
            partners.values.dropFirst().allSatisfy({ (0..<Float(letters)).contains($0) })
        else {
            throw .inconsistent(
                field: partnerTensor, found: "others", expected: "an offset and \(letters) letter codes")
        }
        return FacingRatio(
            letters: FacingLetters(
                orientation: classifier.orientation, offset: Int(partners.values[0]),
                partners: partners.values.dropFirst().map { UInt8($0) }),
            profiles: profiles)
    }

    /// The frequencies of the scores as functions of the conditions, of each label. Files without conditions, and the
    /// first ones with, have none.
    private static func profiles(_ rest: inout ArraySlice<WeightArchive.Tensor>, conditions: Int) throws(ModelError)
        -> [RejectionSampler.Profile?]
    {
        guard conditions > 0, rest.first?.name == profileTensor else { return [nil, nil] }
        return try profiles(&rest, profileTensor, conditions: conditions, bins: LogitBins.count).map { profile in
            // Zeros stand for a label without pairs to compare.
            (profile.data.weights + (profile.generated?.weights ?? [])).contains { $0 != 0 } ? profile : nil
        }
    }

    /// Reads the frequencies of bins, of each label, from the first tensor of `rest`, and removes it.
    private static func profiles(
        _ rest: inout ArraySlice<WeightArchive.Tensor>, _ name: String, conditions: Int, bins: Int
    ) throws(ModelError) -> [RejectionSampler.Profile] {
        // Early files have no products of conditions, but frequencies of the generator's pairs.
        let own = rest.first?.shape ?? []
        let terms = own.dropFirst(2).first == 1 + conditions ? 1 + conditions : QuadraticTerms.count(conditions)
        let parts = own.dropFirst().first == 2 ? 2 : 1
        let shape = [2, parts, terms, bins], width = terms * bins
        guard let tensor = rest.popFirst(), tensor.shape == shape, tensor.values.allSatisfy({ abs($0) < 80 }) else {
            throw .inconsistent(field: name, found: "another", expected: "\(shape), below 80 in absolute value")
        }
        let shares = (0..<2 * parts).map {
            BinShares(bins: bins, weights: Array(tensor.values[$0 * width..<($0 + 1) * width]))
        }
        return [0, 1].map { label in
            RejectionSampler.Profile(
                data: shares[parts * label], generated: parts > 1 ? shares[parts * label + 1] : nil)
        }
    }

    /// The k-mer density ratio of each label. Early files have none: the ratio is then 1.
    private static func kmerRatios(_ rest: inout ArraySlice<WeightArchive.Tensor>, letters: Int) throws(ModelError)
        -> [KmerDensityRatio]
    {
        let (name, count) = (kmerTensor, KmerDensityRatio.count(letters: letters))
        guard let tensor = rest.first, tensor.name == name else {
            return [KmerDensityRatio](repeating: KmerDensityRatio(letters: letters), count: 2)
        }
        guard tensor.shape == [2, count], tensor.values.allSatisfy({ abs($0) < 80 }) else {
            throw .inconsistent(
                field: name, found: "\(tensor.shape)", expected: "[2, \(count)], below 80 in absolute value")
        }
        rest.removeFirst()
        return [0, 1].map {
            KmerDensityRatio(letters: letters, weights: Array(tensor.values[$0 * count..<($0 + 1) * count]))
        }
    }
}
