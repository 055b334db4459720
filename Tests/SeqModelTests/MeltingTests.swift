// Tests of melting temperatures and binding energies, of a model whose energies are made by hand.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

/// A classifier of DNA in which only A-T and C-G pair, with an equilibrium and without a correction by the network.
enum HandmadeModel {
    /// Mean and deviation of 1000/T: an x of 0 is 50 C.
    private static let mean = 1000 / 323.15, deviation = 0.1

    /// A condition whose usual value is `usual`.
    private static func condition(_ name: String, _ scale: Condition.Scale, usual: Double) -> Condition {
        var condition = Condition(name: name, scale: scale)
        (condition.usual, condition.trained) = (usual, min(usual, 1e-9)...max(usual, 100))
        if scale == .reciprocal { (condition.mean, condition.deviation) = (mean, deviation) }
        return condition
    }

    /// Stacks have a log weight of 2 + 0.25 x, hairpin loops one of -8, or, where strands `fold`, one that is large
    /// in the cold. Temperature is the second condition.
    static func classifier(fold: Bool = false, head: DuplexHead = .equilibrium) -> PairClassifier {
        var configuration = DuplexConfiguration(alphabet: .dna)
        (configuration.heads, configuration.hidden, configuration.head) = (4, 8, head)
        configuration.conditions = [
            condition("concentration", .logarithm, usual: 1e-6), condition("temperature", .reciprocal, usual: 50),
        ]
        (configuration.threshold, configuration.trainedLengths) = (0.5, 4...60)
        let s = configuration.shape
        let parameters = FloatBuffer(count: s.count)
        func set(_ offset: Int, _ rows: Int, _ own: (Int) -> Float, _ ofTemperature: (Int) -> Float = { _ in 0 }) {
            for row in 0..<rows {
                for head in 0..<s.heads {
                    parameters[offset + row * s.heads + head] = own(row)
                    parameters[s.conditionEnergies + offset + row * s.heads + head] = ofTemperature(row)
                }
            }
        }
        func isPaired(_ row: Int) -> Bool {
            let (a, b) = (row / 16, row % 16)
            return a / 4 + b / 4 == 3 && a % 4 + b % 4 == 3
        }
        set(s.pair, 32, { $0 / 2 / 4 + $0 / 2 % 4 == 3 ? -2 : -9 })
        set(s.stack, 256, { isPaired($0) ? 2 : -6 }, { isPaired($0) ? 0.25 : 0 })
        set(s.gaps, 4, { [-3, -1, -3, 0][$0] })
        set(s.hairpin, 32, { !fold || $0 < 3 ? -8 : 4 }, { !fold || $0 < 3 ? 0 : 6 })
        for f in 0..<s.features { parameters[s.scales + f] = 1 }
        return .duplex(DuplexClassifier(configuration, parameters: parameters))
    }

    /// Random strands and partners with some mismatches; every fourth has nothing in common.
    static func pairs(_ count: Int, seed: UInt64, lengths: ClosedRange<Int> = 6...24) -> Pairs {
        var random = RandomSource(seed: seed)
        var pairs = Pairs(alphabet: .dna)
        for (k, pair) in Example.strands(count, seed: seed, lengths: lengths).enumerated() {
            var b = k % 4 == 3 ? pair.b : pair.a.reversed().map { 3 - $0 }
            for place in b.indices where random.index(below: 12) == 0 { b[place] = UInt8(random.index(below: 4)) }
            pairs.append(pair.a[...], b[...])
        }
        return pairs
    }

    static func points(_ pairs: Pairs, _ point: [Float]) -> PairConditions {
        var points = PairConditions(width: 2)
        for _ in 0..<pairs.count { points.append(point) }
        return points
    }
}

@Suite(.timed) struct MeltingTests {
    /// The logits of all pairs with all other conditions as in `point`.
    private func logits(
        _ classifier: PairClassifier, _ pairs: Pairs, _ celsius: Float, concentration: Float = 1e-6
    ) -> [Float] {
        classifier.at([concentration, celsius]).logits(of: pairs, workspaces: [Workspace()])
    }

    /// By hand: the highest temperature above which the score is below one half, from the scores at 0, 1, ... 100 C
    /// and then by halving that degree; nil where the score is above one half at 100 C or nowhere.
    private func expected(_ classifier: PairClassifier, _ pairs: Pairs, concentration: Float = 1e-6) -> [Float?] {
        let every = (0...100).map { logits(classifier, pairs, Float($0), concentration: concentration) }
        return (0..<pairs.count).map { p in
            guard every[100][p] <= 0, let degree = (0..<100).last(where: { every[$0][p] > 0 }) else { return nil }
            var (low, high) = (Float(degree), Float(degree + 1))
            var one = Pairs(like: pairs)
            one.append(pair: p, of: pairs)
            for _ in 0..<10 {
                let middle = (low + high) / 2
                if logits(classifier, one, middle, concentration: concentration)[0] > 0 {
                    low = middle
                } else {
                    high = middle
                }
            }
            return (low + high) / 2
        }
    }

    private func melting(_ classifier: PairClassifier, _ pairs: Pairs, concentration: Float = 1e-6) -> [Float?] {
        // What stands for the temperature must not count.
        classifier.meltingTemperatures(
            pairs, 0..<pairs.count, at: HandmadeModel.points(pairs, [concentration, 77]), workspace: Workspace())
    }

    private func compare(_ measured: [Float?], _ expected: [Float?]) {
        for (p, (own, other)) in zip(measured, expected).enumerated() {
            #expect((own == nil) == (other == nil), "\(p): \(own ?? -1), by hand \(other ?? -1)")
            if let own, let other { #expect(abs(own - other) < 0.02, "\(p): \(own), by hand \(other)") }
        }
    }

    @Test func theScoreIsOneHalfAtTheMeltingTemperature() {
        let classifier = HandmadeModel.classifier()
        let pairs = HandmadeModel.pairs(160, seed: 5)
        for concentration: Float in [1e-9, 1e-4] {
            let expected = expected(classifier, pairs, concentration: concentration)
            // Some melt, some never bind, and some are bound at 100 C.
            let boundAt100 = logits(classifier, pairs, 100, concentration: concentration).count { $0 > 0 }
            let melted = expected.count { $0 != nil }
            #expect(melted > 40 && pairs.count - melted - boundAt100 > 20, "\(melted) \(boundAt100)")
            #expect(concentration < 1e-6 || boundAt100 > 5)
            compare(melting(classifier, pairs, concentration: concentration), expected)
        }
    }

    /// Strands that fold in the cold bind only between two temperatures: the upper one is where they melt.
    @Test func aPairThatBindsBetweenTwoTemperaturesMeltsAtTheUpperOne() {
        let classifier = HandmadeModel.classifier(fold: true)
        let pairs = HandmadeModel.pairs(160, seed: 6)
        let every = stride(from: 0, through: 100, by: 1).map { logits(classifier, pairs, Float($0)) }
        // A range of less than 6.25 C may fall between the temperatures that are tried.
        let chosen = (0..<pairs.count).filter { p in
            let bound = every.indices.filter { every[$0][p] > 0 }
            return bound.isEmpty || bound.count > 7
        }
        var part = Pairs(like: pairs)
        for p in chosen { part.append(pair: p, of: pairs) }
        let expected = expected(classifier, part)
        let windows = zip(chosen, expected).filter { every[0][$0] <= 0 && $1 != nil }
        #expect(windows.count > 20 && windows.count { every[50][$0.0] <= 0 } > 5, "\(windows.map { $1 ?? 0 })")
        compare(melting(classifier, part), expected)
    }

    @Test func eachPairMeltsAtItsOwnConditionsAndInAnyCompany() {
        let classifier = HandmadeModel.classifier()
        let pairs = HandmadeModel.pairs(40, seed: 7)
        var points = PairConditions(width: 2)
        for p in 0..<40 { points.append([p % 2 == 0 ? 1e-5 : 1e-8, Float(p)]) }
        let all = classifier.meltingTemperatures(pairs, 10..<40, at: points, workspace: Workspace())
        let (high, low) = (
            melting(classifier, pairs, concentration: 1e-5), melting(classifier, pairs, concentration: 1e-8)
        )
        let apart: [Float?] = (10..<40).map { $0 % 2 == 0 ? high[$0] : low[$0] }
        #expect(all == apart && high != low)
    }

    @Test func aPairWithAmbiguityLettersMeltsWhereItsMeanScoreIsOneHalf() throws {
        let classifier = HandmadeModel.classifier()
        var pairs = Pairs(alphabet: .dna)
        let a = Example.strands(1, seed: 8, lengths: 14...14)[0].a
        let any = try #require(Alphabet.dna.codeLetters.firstIndex(of: UInt8(ascii: "N")))
        var b = Array(a.reversed().map { 3 - $0 })
        pairs.append(a[...], b[...])
        b[7] = UInt8(any)
        pairs.append(a[...], b[...])
        let measured = melting(classifier, pairs)
        compare(measured, expected(classifier, pairs))
        let (plain, mean) = (try #require(measured[0]), try #require(measured[1]))
        #expect(plain - mean > 2)
        let largest = classifier.meltingTemperatures(
            pairs, 0..<2, at: HandmadeModel.points(pairs, [1e-6, 50]), workspace: Workspace(), ambiguity: .largest)
        #expect(abs((largest[1] ?? 0) - plain) < 0.01)
    }

    @Test func energiesAreThoseOfTheEquilibriumAtLowConcentration() throws {
        let classifier = HandmadeModel.classifier()
        let pairs = HandmadeModel.pairs(80, seed: 9, lengths: 6...16)
        #expect(classifier.hasBindingEnergies)
        #expect(!HandmadeModel.classifier(head: .network).hasBindingEnergies)
        let r = 1.987_204e-3
        func logConstants(_ celsius: Float) -> [Double] {
            // With s of c bound, K = s / ((1 - s)^2 c).
            logits(classifier, pairs, celsius, concentration: 1e-20).map {
                Double($0) + softplus(Double($0)) - logarithm(1e-20)
            }
        }
        for celsius: Float in [20, 60] {
            let (own, cold, warm) = (logConstants(celsius), logConstants(celsius - 1), logConstants(celsius + 1))
            let kelvin = Double(celsius) + 273.15
            let energies = classifier.bindingEnergies(
                pairs, 0..<80, at: HandmadeModel.points(pairs, [1e-5, celsius]), workspace: Workspace())
            for p in 0..<80 {
                let energy = try #require(energies[p])
                let enthalpy = -r * (cold[p] - warm[p]) / (1 / (kelvin - 1) - 1 / (kelvin + 1))
                #expect(abs(energy.freeEnergy + r * kelvin * own[p]) < 2e-3, "\(p): \(energy) \(own[p])")
                #expect(abs(energy.enthalpy - enthalpy) < 0.1 + 0.01 * abs(enthalpy), "\(p): \(energy) \(enthalpy)")
                #expect(abs(energy.freeEnergy - energy.enthalpy + kelvin * energy.entropy / 1000) < 1e-9)
            }
        }
    }

    @Test func whatBindsTooStronglyHasNoEnergies() throws {
        let classifier = HandmadeModel.classifier()
        var pairs = Pairs(alphabet: .dna)
        for length in [10, 60, 120] {
            let a = Example.strands(1, seed: 10, lengths: length...length)[0].a
            pairs.append(a[...], a.reversed().map { 3 - $0 }[...])
        }
        func energies(_ celsius: Float) -> [BindingEnergy?] {
            classifier.bindingEnergies(
                pairs, 0..<3, at: HandmadeModel.points(pairs, [1e-6, celsius]), workspace: Workspace())
        }
        #expect(energies(20)[0] != nil && energies(20)[1] == nil)
        let strong = try #require(energies(80)[1])
        // There the sums of the longest are clamped, though its folds keep ln K below 100.
        #expect(energies(80)[2] == nil)
        #expect(strong.freeEnergy < -30 && strong.enthalpy < -200, "\(strong)")
    }

    @Test func ambiguityLettersAreTheMeanConstant() throws {
        let classifier = HandmadeModel.classifier()
        var pairs = Pairs(alphabet: .dna)
        let a = Example.strands(1, seed: 11, lengths: 12...12)[0].a
        var b = Array(a.reversed().map { 3 - $0 })
        let any = try #require(Alphabet.dna.codeLetters.firstIndex(of: UInt8(ascii: "N")))
        for letter in [0, 1, 2, 3, any] {
            b[6] = UInt8(letter)
            pairs.append(a[...], b[...])
        }
        let points = HandmadeModel.points(pairs, [1e-6, 37])
        func constants(_ ambiguity: AmbiguityScore) -> [Double] {
            classifier.bindingEnergies(pairs, 0..<5, at: points, workspace: Workspace(), ambiguity: ambiguity)
                .map { exponential(-($0?.freeEnergy ?? .nan) / (1.987_204e-3 * 310.15)) }
        }
        let (mean, largest) = (constants(.mean), constants(.largest))
        #expect(abs(mean[4] / (mean[..<4].reduce(0, +) / 4) - 1) < 1e-3, "\(mean)")
        #expect(abs(largest[4] / (mean[..<4].max() ?? 0) - 1) < 1e-3 && largest[..<4] == mean[..<4])
    }

    @Test func sampleDuplexesPairAsTheModelLearned() throws {
        let classifier = HandmadeModel.classifier()
        let samples = SampleDuplex.all(of: classifier)
        #expect(samples.map(\.a.count) == [12, 20, 30, 20] && samples.map(\.mismatches.count) == [0, 0, 0, 2])
        for sample in samples {
            let unpaired = zip(sample.a, sample.b.reversed()).count { $0 + $1 != 3 }
            #expect(unpaired == sample.mismatches.count && sample.facing == sample.b.reversed())
            for letter in UInt8(0)..<4 { #expect(sample.a.count { $0 == letter } * 4 >= sample.a.count - 3) }
        }
        var pairs = Pairs(alphabet: .dna)
        for sample in samples { pairs.append(sample.a[...], sample.b[...]) }
        let celsius = melting(classifier, pairs, concentration: 1e-9).map { $0 ?? 101 }
        #expect(celsius[0] < celsius[1] && celsius[3] < celsius[1] && celsius[1] < celsius[2], "\(celsius)")
        #expect(SampleDuplex.all(of: classifier) == samples)
    }
}
