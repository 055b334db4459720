// TrainingData: the pairs of a training, held back and not, and what is found from them before it begins.

import Kernels
import SeqModel

/// The pairs of a training and what was found from them.
struct TrainingData {
    /// The pairs that a model learns from, and those that it is chosen by.
    let training, validation: LabelledPairs
    /// Number of pairs that were read for both; a file of validation pairs is not counted.
    let count: Int
    /// Of the data, and of the data with all that decides what is learned from it.
    let digests: (data: String, all: String)
    /// What the pairs say of their relation.
    let survey: DataSurvey
    /// See `LabelledPairs.contradictions`.
    let contradictions: Int

    /// Looks at `pairs` from all sides at once. Throws what `split`, which holds some back, throws.
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
