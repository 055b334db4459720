// SiteBound: the least sum of end weights with which a window of a target can reach the threshold.

import Kernels

/// The bound below which no window of a target can be called a site.
///
/// The logit of a window follows from the constants of the equilibrium (see `LogConstants`). That of the duplex is
/// the logarithm of the sum of all duplexes in the window, less what folding costs both strands, plus a correction by
/// the network. The folds and homodimers of the probe are known, those of the window can only lower the score.
///
/// The correction is measured for each probe, at the conditions of the run: on windows with more or less of its partner
/// in them, whose scores are near the threshold. It differs little between the windows of a probe: of 9,097 windows
/// above the threshold, for probes of 8 to 60 bases at conditions over the whole range of the built-in models, none
/// exceeded the largest of some fifty by 1.5 kT, and 8 exceeded it by 1 kT.
struct SiteBound {
    private let classifier: DuplexClassifier
    /// The logit of the threshold.
    private let threshold: Double
    private let workspace = Workspace()
    /// What faces each letter best.
    private let partners: [UInt8]

    /// Windows whose corrections are measured, and what is added to the largest, in kT.
    private static let windows = 96, safety = 2.0
    /// Scores count as near the threshold up to this difference of logits.
    private static let near = 4.0
    /// The correction that is allowed for where too few windows come near the threshold.
    private static let usual = 3.0

    init(_ classifier: DuplexClassifier, threshold: Float) {
        (self.classifier, self.threshold) = (classifier, Double(threshold))
        let (k, pairing) = (classifier.shape.letters, EnergyTables(classifier).pairing)
        partners = (0..<k).map { a in UInt8((0..<k).max { pairing[a * k + $0] < pairing[a * k + $1] } ?? 0) }
    }

    /// For each probe, without ambiguity letters, the least sum of end weights of a window whose score may be above
    /// the threshold.
    func leastWeights(_ probes: StrandCodes) -> [Float] {
        (0..<probes.count).map { p in
            let own = OwnStructures(classifier, probes[p], like: probes, workspace)
            let least = leastLogSum(own, threshold) - largestCorrection(probes, p, own)
            // Weights are clamped at 2^100.
            return Float(exponential(min(least - Double(DuplexKernels.endWeightShift), 69)))
        }
    }

    /// The least logarithm of the sum of duplexes at which the logit is `u` without a correction, where the window has
    /// no structures of its own.
    private func leastLogSum(_ probe: OwnStructures, _ u: Double) -> Double {
        u + probe.fold - probe.free(atLogit: u) - Double(classifier.logConcentration)
    }

    /// The largest correction by the network to allow for.
    private func largestCorrection(_ probes: StrandCodes, _ p: Int, _ own: OwnStructures) -> Double {
        var pairs = Pairs(like: probes)
        var random = RandomSource(seed: 1)
        for _ in 0..<SiteBound.windows { pairs.append(probes[p], window(of: probes[p], &random)[...]) }
        var (logits, sums): ([Float], [Float]) = ([], [])
        classifier.logits(pairs, 0..<pairs.count, workspace: workspace, into: &logits)
        let corrections = (0..<pairs.count).map { k -> (distance: Double, correction: Double) in
            let letters = Array(pairs.b(k))
            classifier.endWeights(probes, p..<p + 1, letters, 0..<letters.count, workspace: workspace, into: &sums)
            let sum = logarithm(Double(sums.reduce(0, +))) + Double(DuplexKernels.endWeightShift)
            let logit = Double(logits[k])
            return (abs(logit - threshold), leastLogSum(own, logit) - sum)
        }
        let known = corrections.filter { $0.correction.isFinite }
        for distance in [SiteBound.near, 2 * SiteBound.near] {
            let close = known.filter { $0.distance < distance }.map(\.correction)
            if close.count >= 8, let largest = close.max() { return largest + SiteBound.safety }
        }
        return SiteBound.usual
    }

    /// Random letters with a part of the partner of `probe` among them, some of its letters changed.
    private func window(of probe: ArraySlice<UInt8>, _ random: inout RandomSource) -> [UInt8] {
        let letters = classifier.shape.letters
        func drawn(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(random.index(below: letters)) } }
        var site = probe.map { partners[Int($0)] }
        if classifier.configuration.orientation == .antiparallel { site.reverse() }
        for _ in 0..<random.index(below: 1 + site.count / 3) {
            site[random.index(below: site.count)] = UInt8(random.index(below: letters))
        }
        let kept = min(site.count, 5 + random.index(below: max(1, site.count - 4)))
        let first = random.index(below: site.count - kept + 1)
        return drawn(DuplexSites.flank) + site[first..<first + kept] + drawn(DuplexSites.flank)
    }
}
