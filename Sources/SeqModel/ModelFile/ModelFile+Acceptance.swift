// ModelFile+Acceptance: the tensors of a generator's rejection sampler.

import Kernels

extension ModelFile {
    private static let factorTensor = "generator.acceptance", kmerTensor = "generator.acceptance.words"
    private static let profileTensor = "generator.acceptance.profiles"

    /// The tensors of a rejection sampler.
    static func tensors(of acceptance: RejectionSampler, letters: Int) -> [WeightArchive.Tensor] {
        let bins = RejectionSampler.bins
        let width = acceptance.profiles.compactMap { $0?.data.weights.count }.first ?? 0
        let profiles = acceptance.profiles.flatMap { profile in
            profile.map { $0.data.weights + $0.generated.weights } ?? [Float](repeating: 0, count: 2 * width)
        }
        return [
            WeightArchive.Tensor(
                name: factorTensor, shape: [2, bins], values: Array(acceptance.factors.joined())),
            WeightArchive.Tensor(
                name: kmerTensor, shape: [2, KmerDensityRatio.count(letters: letters)],
                values: Array(acceptance.kmerRatios.map(\.weights).joined())),
        ]
            + (width > 0
                ? [WeightArchive.Tensor(name: profileTensor, shape: [2, 2, width / bins, bins], values: profiles)] : [])
    }

    /// Reads a rejection sampler from the first tensors of `rest` and removes these.
    static func acceptance(_ rest: inout ArraySlice<WeightArchive.Tensor>, _ classifier: PairClassifier)
        throws(ModelError) -> RejectionSampler
    {
        let bins = RejectionSampler.bins
        guard let tensor = rest.popFirst(), tensor.name == factorTensor, tensor.shape == [2, bins] else {
            throw .inconsistent(field: "a tensor", found: "another", expected: "\(factorTensor) [2, \(bins)]")
        }
        let factors = tensor.values
        guard factors.allSatisfy({ (0...ModelFile.largestWeight).contains($0) }) else {
            throw .inconsistent(
                field: factorTensor, found: "another number", expected: "0 to \(ModelFile.largestWeight)")
        }
        return RejectionSampler(
            factors: [Array(factors[..<bins]), Array(factors[bins...])],
            kmerRatios: try kmerRatios(&rest, letters: classifier.alphabet.count),
            profiles: try profiles(&rest, conditions: classifier.conditions.count), threshold: classifier.threshold)
    }

    /// The frequencies of the scores as functions of the conditions, of each label. Files without conditions, and the
    /// first ones with, have none.
    private static func profiles(_ rest: inout ArraySlice<WeightArchive.Tensor>, conditions: Int) throws(ModelError)
        -> [RejectionSampler.Profile?]
    {
        guard let tensor = rest.first, tensor.name == profileTensor else { return [nil, nil] }
        let bins = RejectionSampler.bins
        let shape = [2, 2, 1 + conditions, bins], width = (1 + conditions) * bins
        guard conditions > 0, tensor.shape == shape, tensor.values.allSatisfy({ abs($0) < 80 }) else {
            throw .inconsistent(
                field: profileTensor, found: "\(tensor.shape)", expected: "\(shape), below 80 in absolute value")
        }
        rest.removeFirst()
        let parts = (0..<4).map { Array(tensor.values[$0 * width..<($0 + 1) * width]) }
        return [0, 1].map { label in
            let (data, generated) = (parts[2 * label], parts[2 * label + 1])
            // Zeros stand for a label without pairs to compare.
            guard (data + generated).contains(where: { $0 != 0 }) else { return nil }
            return .init(
                data: BinShares(bins: bins, weights: data), generated: BinShares(bins: bins, weights: generated))
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
