// TrainingData: the pairs of a training, split, with statistics and digests.

import Kernels
import SeqModel

/// The pairs of a training, and what is computed from them before it begins.
struct TrainingData {
    /// The pairs that are trained on, and those that are held out.
    let training, validation: LabelledPairs
    /// The number of pairs that were read for both; those of a file of validation pairs are not counted.
    let count: Int
    /// The digest of the data, and that of the data with all options that affect the result.
    let digests: (data: String, all: String)
    /// The statistics from which defaults are derived.
    let survey: DataSurvey
    /// The number of contradictory labels, see `LabelledPairs.contradictions`.
    let contradictions: Int

    /// Computes split, statistics and digests of `pairs` in parallel.
    ///
    /// `settings` are the options that affect the result, `model` the bytes of the model given by `--from`. Throws the
    /// error of `split`.
    init(
        _ pairs: LabelledPairs, _ alphabet: Alphabet, threshold: Float, settings: String, model: [UInt8], threads: Int,
        split: @escaping @Sendable () throws -> (training: LabelledPairs, held: LabelledPairs)
    ) throws {
        let (halves, survey, digests, contradictions) = Parallel.all(
            threads: threads,
            { Result { try split() } },
            { DataSurvey(pairs, threshold: threshold, alphabet: alphabet) },
            { pairs.digests(settings, model: model) },
            { pairs.contradictions(above: threshold) })
        (training, validation) = try halves.get()
        (count, self.survey, self.digests, self.contradictions) = (pairs.count, survey, digests, contradictions)
    }
}
