// TrainingReport: the page of a training: curves, figures on held-out pairs, energies, generated pairs.

import Kernels
import Report
import SeqModel
import Synchronization

/// The contents of the page of a training.
struct TrainingReport {
    let file: ModelFile
    let log: TrainingLog
    let training: LabelledPairs, validation: LabelledPairs
    let seed: UInt64
    let threads: Int

    private static let samples = 1_000

    /// The page.
    func page() throws -> Page {
        let classifier = file.classifier
        let evaluation = ClassifierEvaluation(classifier, validation, threshold: nil, threads: threads, isQuiet: true)
        let compared = try comparison()
        let melting = MeltingCurves(classifier, at: classifier.conditions.map { Float($0.usual) })
        let curves = TrainingCurves(
            log: log, bestEpoch: file.record["best-epoch"].flatMap { Int($0) },
            bestStep: file.record["generator-best-step"].flatMap { Int($0) })
        let ofGenerator = compared.map { [$0.page.facts[2], $0.page.facts[3]] } ?? []
        return Page(
            title: "A training on \(groupedPairs(training.count + validation.count))",
            lead:
                "The figures below are those on the \(groupedPairs(validation.count)) held back. The first sections "
                + "show the course of the training, the next the model on pairs that it was not trained on, the last "
                + "what it learned.",
            facts: evaluation.facts + ofGenerator,
            sections: curves.sections + evaluation.sections
                + [EnergyPictures(classifier)?.section, melting?.section].compactMap { $0 }
                + (compared?.sections ?? []), footer: ReportFile.footer)
    }

    /// A comparison of pairs as `generate` writes them with those of the training; nil without a generator.
    private func comparison() throws -> ComparedPairs? {
        guard let generator = file.generator, generator.knows(label: 1) else { return nil }
        var known = Pairs(alphabet: file.classifier.alphabet)
        let threshold = file.classifier.threshold
        for p in 0..<training.count where training.targets[p] > threshold {
            known.append(pair: p, of: training.pairs)
        }
        // The pairs that generate makes without --at.
        let point = file.classifier.conditions.map { Float($0.usual) }
        let classifier = file.classifier.at(point)
        let design = PairDesign(
            classifier: classifier, generator: generator, point: point, label: 1,
            constraints: StrandConstraints(gc: nil, longestRun: nil, motifs: []),
            lengths: 1...DuplexShape.maximumLength, scores: nil, seed: seed,
            mostDraws: 100 * TrainingReport.samples, threads: threads)
        var written = AcceptedPairs(isUnique: false, leastDistance: 0, isSymmetric: false)
        let drawn = Mutex(Pairs(alphabet: file.classifier.alphabet))
        _ = try design.fill(places: TrainingReport.samples, each: TrainingReport.samples, given: [], &written) {
            _, candidate in
            drawn.withLock { $0.append(candidate.pair.a[...], candidate.pair.b[...]) }
        }
        let made = drawn.withLock { $0 }
        guard made.count > 0, known.count > 0 else { return nil }
        let comparison = SampleComparison(
            generated: made, real: known, classifier: classifier, seed: seed, threads: threads)
        return ComparedPairs(
            comparison, made, known, file.classifier.alphabet, threshold: Double(file.classifier.threshold),
            classifier: classifier)
    }
}
