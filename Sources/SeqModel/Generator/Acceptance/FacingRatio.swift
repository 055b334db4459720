// FacingRatio: the density ratio of pairs in the data and of a generator, by how many of their letters pair.

import Kernels

/// Which letters of a pair are partners, as far as one alignment without gaps tells.
struct FacingLetters: Sendable, Equatable {
    /// The bins of `bin`: exact pairs, then eleven intervals of the share of letters without a partner.
    static let bins = 12

    let orientation: Orientation
    /// Letters that B is shifted by, see `ContingencyTable`.
    let offset: Int
    /// For each letter of A, the letter of B that it faces most often.
    let partners: [UInt8]

    /// The alignment and the partners of a table.
    init(_ table: ContingencyTable) {
        self.init(orientation: table.orientation, offset: table.offset, partners: table.partners.map(UInt8.init))
    }

    init(orientation: Orientation, offset: Int, partners: [UInt8]) {
        (self.orientation, self.offset, self.partners) = (orientation, offset, partners)
    }

    /// The bin of a pair without ambiguous letters, by the share of the longer strand's letters that do not face their
    /// partner.
    func bin(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Int {
        let longest = max(a.count, b.count)
        var alone = longest
        ContingencyTable.forEachFacing(a, b, letters: partners.count, orientation, offset: offset) { _, x, y in
            alone -= y == Int(partners[x]) ? 1 : 0
        }
        return alone == 0 ? 0 : min(FacingLetters.bins - 1, 1 + (FacingLetters.bins - 1) * alone / longest)
    }
}

/// The ratio (density in the data) / (density in the generator's output) of pairs by the bin of their facing letters, a
/// function of the conditions.
///
/// It sees what neither the score nor the k-mers of strand B tell: exact pairs, and pairs beyond whose bulge no letter
/// faces its partner.
struct FacingRatio: Sendable, Equatable {
    /// The largest ratio, and the reciprocal of the smallest.
    private static let largest: Float = 20
    /// What is added to both frequencies, so that those of rare bins have ratios near 1.
    private static let least: Float = 0.002

    let letters: FacingLetters
    /// By label, the frequencies of the bins.
    let profiles: [RejectionSampler.Profile]
    /// By label and bin, the ratios at the conditions of `at`, before that at the mean ones.
    private var ratios: [[Float]]

    /// The ratios of these frequencies.
    init(letters: FacingLetters, profiles: [RejectionSampler.Profile]) {
        (self.letters, self.profiles) = (letters, profiles)
        ratios = profiles.map { FacingRatio.ratios($0, at: []) }
    }

    /// The same with other frequencies of a label.
    func with(_ profile: RejectionSampler.Profile, label: Int) -> FacingRatio {
        var profiles = profiles
        profiles[label] = profile
        return FacingRatio(letters: letters, profiles: profiles)
    }

    /// The ratios at conditions with the numbers `inputs`.
    func at(_ inputs: ArraySlice<Float>) -> FacingRatio {
        var result = self
        result.ratios = profiles.map { FacingRatio.ratios($0, at: inputs) }
        return result
    }

    /// The ratio of a pair.
    func ratio(label: Int, _ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Float {
        ratios[label][letters.bin(a, b)]
    }

    /// The ratio of each bin at conditions with the numbers `inputs`; 1 where the generator's pairs are to be counted.
    static func ratios(_ profile: RejectionSampler.Profile, at inputs: ArraySlice<Float>) -> [Float] {
        let data = profile.data.shares(at: inputs)
        return zip(data, profile.generated?.shares(at: inputs) ?? data).map { real, made in
            min(max((real + least) / (made + least), 1 / largest), largest)
        }
    }
}
