// Tests of the part of acceptance that sees how many letters of a pair face their partner.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct FacingRatioTests {
    private static let letters = FacingLetters(orientation: .antiparallel, offset: 0, partners: [3, 2, 1, 0])

    private static func bin(_ a: String, _ b: String, _ letters: FacingLetters = letters) -> Int {
        func codes(_ strand: String) -> ArraySlice<UInt8> {
            strand.utf8.map { UInt8(Array("ACGT".utf8).firstIndex(of: $0) ?? 0) }[...]
        }
        return letters.bin(codes(a), codes(b))
    }

    @Test func theBinIsTheShareOfLettersWithoutAPartner() {
        #expect(Self.bin("ACGTT", "AACGT") == 0)
        // One letter of five, one of ten, all of three.
        #expect(Self.bin("ACGTT", "CACGT") == 1 + 11 / 5)
        #expect(Self.bin("ACGTTACGTT", "AACGTAACGG") == 1 + 11 / 10)
        #expect(Self.bin("AAA", "AAA") == 11)
        // A letter more is one without a partner.
        #expect(Self.bin("ACGTT", "CAACGT") == 1 + 11 * 1 / 6)
        // Shifted by one, and side by side.
        let shifted = FacingLetters(orientation: .antiparallel, offset: 1, partners: [3, 2, 1, 0])
        #expect(Self.bin("ACG", "CGTG", shifted) == 1 + 11 / 4)
        #expect(Self.bin("ACG", "TGC", FacingLetters(orientation: .parallel, offset: 0, partners: [3, 2, 1, 0])) == 0)
    }

    @Test func ratiosAreThoseOfTheFrequenciesAtEachPoint() {
        let bins = FacingLetters.bins
        // Without a condition: e^1 times as many exact pairs in the data as of each other kind.
        var data = [Float](repeating: 0, count: bins)
        data[0] = 1
        let equal = RejectionSampler.Profile.equal(bins, conditions: 0)
        let plain = RejectionSampler.Profile(data: BinShares(bins: bins, weights: data), generated: equal.generated)
        let ratios = FacingRatio.ratios(plain, at: [])
        let (exact, made) = (Float(exponential(1.0) / (11 + exponential(1.0))), Float(1) / 12)
        #expect(abs(ratios[0] - (exact + 0.002) / (made + 0.002)) < 1e-4 && ratios[1] < 1)
        #expect(FacingRatio.ratios(equal, at: []).allSatisfy { $0 == 1 })
        // With one: the more exact pairs, the larger its number, within bounds.
        data = [Float](repeating: 0, count: 2 * bins)
        data[bins] = 2
        let sloped = RejectionSampler.Profile(
            data: BinShares(bins: bins, weights: data), generated: BinShares(bins: bins, conditions: 1))
        let facing = FacingRatio(letters: Self.letters, profiles: [.equal(bins, conditions: 1), sloped])
        let (a, b): (ArraySlice<UInt8>, ArraySlice<UInt8>) = ([0, 1], [2, 3])
        let found = ([-1, 0, 1, 40] as [Float]).map { facing.at([$0]).ratio(label: 1, a, b) }
        #expect(found[0] < 0.5 && found[1] == 1 && found[2] > 2 && found[3] > found[2] && found[3] <= 20)
        #expect(facing.ratio(label: 1, a, b) == 1 && facing.at([1]).ratio(label: 0, a, b) == 1)
    }

    @Test func binsThatCountMoreOftenAreMoreFrequent() {
        let bins = [Int](repeating: 0, count: 300) + [Int](repeating: 1, count: 300)
        let shares = BinShares(
            bins: 2, of: bins, inputs: .none, frequencies: bins.map { $0 == 0 ? 1.5 : 0.5 }
        ).shares(at: [])
        #expect(abs(shares[0] - 0.75) < 0.01, "\(shares)")
    }

    /// One pair in `exact` is an exact one, of the others every third letter is changed; all scores are alike.
    private static func scored(exact: Int, _ count: Int, seed: UInt64) -> RejectionSampler.Scored {
        var random = RandomSource(seed: seed)
        var pairs = Pairs(alphabet: .dna)
        for p in 0..<count {
            let a = (0..<12).map { _ in UInt8(random.index(below: 4)) }
            let partner = a.reversed().map { 3 - $0 }
            let b = partner.enumerated().map { k, code in
                p % exact > 0 && k % 3 == 0 ? (code + UInt8(1 + random.index(below: 3))) % 4 : code
            }
            pairs.append(a[...], b[...])
        }
        return RejectionSampler.Scored(pairs: pairs, logits: [Float](repeating: 2, count: count))
    }

    @Test func exactPairsAreKeptAsOftenAsTheDataHasThem() {
        let none = RejectionSamplerTests.scored([])
        let made = Self.scored(exact: 12, 4_200, seed: 71)
        let acceptance = RejectionSampler(
            real: [none, Self.scored(exact: 8, 4_200, seed: 72)], generated: [none, made], letters: Self.letters,
            threshold: 0.5)
        var kept = (exact: Float(0), all: Float(0))
        for p in 0..<made.pairs.count {
            let (a, b) = (made.pairs.a(p), made.pairs.b(p))
            let probability = acceptance.probability(label: 1, logit: 2, a: a, b: b)
            kept.all += probability
            if Self.letters.bin(a, b) == 0 { kept.exact += probability }
        }
        #expect(abs(kept.exact / kept.all - 1 / 8) < 0.015, "\(kept)")
    }

    /// Pairs with logits around `mean`, independent of which are exact, all at the conditions `inputs`.
    private static func scored(
        exact: Int, mean: Float, _ count: Int, seed: UInt64, at inputs: [Float]
    ) -> RejectionSampler.Scored {
        RejectionSampler.Scored(
            pairs: scored(exact: exact, count, seed: seed).pairs,
            logits: RejectionSamplerTests.logits(mean, count, seed: seed + 100),
            inputs: inputs.isEmpty ? .none : PairConditions(repeating: inputs, count: count))
    }

    private static func joined(_ parts: [RejectionSampler.Scored]) -> RejectionSampler.Scored {
        var (pairs, logits, inputs) = (Pairs(alphabet: .dna), [Float](), PairConditions(width: 1))
        for part in parts {
            for p in 0..<part.pairs.count {
                pairs.append(pair: p, of: part.pairs)
                inputs.append(part.inputs[p])
            }
            logits += part.logits
        }
        return RejectionSampler.Scored(pairs: pairs, logits: logits, inputs: inputs)
    }

    /// The generator makes other shares at each point than anywhere in training: counting them is what helps.
    @Test(arguments: [-1, 1] as [Float])
    func pairsThatAreCountedAreKeptAsOftenAsTheDataHasThemAtAPoint(x: Float) {
        let none = RejectionSampler.Scored(pairs: Pairs(alphabet: .dna), logits: [], inputs: PairConditions(width: 1))
        let data = Self.joined([
            Self.scored(exact: 12, mean: 2, 4_200, seed: 73, at: [-1]),
            Self.scored(exact: 4, mean: 4, 4_200, seed: 74, at: [1]),
        ])
        let usual = Self.scored(exact: 8, mean: 3, 4_200, seed: 75, at: [0])
        let fitted = RejectionSampler(
            real: [none, data], generated: [none, usual], letters: Self.letters, threshold: 0.5)
        let counting = RejectionSampler(
            real: [none, data], generated: [none, usual], letters: Self.letters, threshold: 0.5, asked: [none, data])
        #expect(!fitted.counts(label: 1) && counting.counts(label: 1) && !counting.counts(label: 0))
        let made = Self.scored(exact: x < 0 ? 6 : 16, mean: x < 0 ? 2.8 : 3.2, 4_200, seed: 76, at: [])
        /// The share of exact pairs and the mean logit of what is kept.
        func kept(_ acceptance: RejectionSampler) -> (exact: Float, logit: Float) {
            var (exact, sum, all): (Float, Float, Float) = (0, 0, 0)
            for (p, logit) in made.logits.enumerated() {
                let (a, b) = (made.pairs.a(p), made.pairs.b(p))
                let probability = acceptance.probability(label: 1, logit: logit, a: a, b: b)
                all += probability
                sum += probability * logit
                if Self.letters.bin(a, b) == 0 { exact += probability }
            }
            return (exact / all, sum / all)
        }
        let counted = kept(counting.at([x], label: 1, generated: made)), before = kept(fitted.at([x]))
        let wanted: Float = x < 0 ? 0.0833 : 0.25
        let asked = data.logits.indices.filter { data.inputs[$0].first == x && data.logits[$0] > 0 }
        let mean = asked.reduce(Float(0)) { $0 + data.logits[$1] } / Float(asked.count)
        #expect(abs(counted.exact - wanted) < 0.015 && abs(counted.logit - mean) < 0.1, "\(counted) \(mean)")
        #expect(abs(before.exact - wanted) > 0.03, "\(before)")
    }

    @Test func aModelFileKeepsFrequenciesThatAreToBeCounted() throws {
        var model = PairGeneratorFileTests.autoregressive(PairGeneratorFileTests.conditions)
        guard case .paired(var generator) = model.generator else { return }
        let terms = BinShares(bins: 1, conditions: PairGeneratorFileTests.conditions.count).weights.count
        func profile(_ bins: Int) -> RejectionSampler.Profile {
            let weights = (0..<bins * terms).map { 0.01 * Float($0 + 1) }
            return RejectionSampler.Profile(data: BinShares(bins: bins, weights: weights), generated: nil)
        }
        let letters = FacingLetters(orientation: model.classifier.orientation, offset: 1, partners: [3, 2, 1, 0])
        let none = RejectionSampler.Profile.equal(
            FacingLetters.bins, conditions: PairGeneratorFileTests.conditions.count)
        generator.acceptance.facing = FacingRatio(
            letters: letters, profiles: [none, profile(FacingLetters.bins)])
        generator.acceptance.profiles = [nil, profile(LogitBins.count)]
        model.generator = .paired(generator)
        let loaded = try ModelFile(decoding: model.encoded())
        let found = try #require(loaded.generator?.paired?.acceptance)
        #expect(found.counts(label: 1) && !found.counts(label: 0))
        #expect(found.profiles == generator.acceptance.profiles)
        #expect(found.facing?.profiles[1] == generator.acceptance.facing?.profiles[1])
        #expect(loaded.encoded() == model.encoded())
    }

    @Test(arguments: [[], PairGeneratorFileTests.conditions])
    func aModelFileKeepsThem(conditions: [Condition]) throws {
        var model = PairGeneratorFileTests.autoregressive(conditions)
        guard case .paired(var generator) = model.generator else { return }
        let width = FacingLetters.bins * (1 + conditions.count)
        func shares(_ first: Float) -> BinShares {
            BinShares(bins: FacingLetters.bins, weights: (0..<width).map { first + 0.1 * Float($0) })
        }
        let profiles = (0...1).map {
            RejectionSampler.Profile(data: shares(Float($0)), generated: shares(Float($0) - 5))
        }
        let old = generator.acceptance
        generator.acceptance = RejectionSampler(
            factors: old.factors, kmerRatios: old.kmerRatios,
            facing: FacingRatio(
                letters: FacingLetters(
                    orientation: model.classifier.orientation, offset: -2, partners: [3, 2, 1, 0]), profiles: profiles),
            bins: LogitBins(threshold: model.classifier.threshold, scale: 1.5))
        model.generator = .paired(generator)
        let loaded = try ModelFile(decoding: model.encoded())
        #expect(loaded.generator?.paired?.acceptance.facing == generator.acceptance.facing)
        #expect(loaded.generator?.paired?.acceptance.bins == generator.acceptance.bins)
        #expect(loaded.encoded() == model.encoded())
        // What cannot be is refused.
        let archive = try WeightArchive(decoding: model.encoded())
        for (name, values) in [
            ("generator.acceptance.facing", [Float](repeating: 90, count: 4 * width)),
            ("generator.acceptance.scale", [0]), ("generator.acceptance.scale", [.nan]),
            ("generator.acceptance.partners", [0, 3, 2, 1, 4]), ("generator.acceptance.partners", [1e9, 3, 2, 1, 0]),
        ] {
            var forged = archive
            forged.tensors = archive.tensors.map {
                $0.name == name ? WeightArchive.Tensor(name: name, shape: $0.shape, values: values) : $0
            }
            #expect(throws: ModelError.self, "\(name)") { try ModelFile(decoding: forged.encoded()) }
        }
    }
}
