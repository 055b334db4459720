// RandomStream: the stream of the random source for each use, so that no two uses in a run draw the same numbers.

import Kernels

/// A use of random numbers.
enum RandomStream {
    /// The initial parameters of a duplex; the letters of the pairs that the standardisation is computed from.
    case duplexParameters, duplexStandards
    /// The letters of the pairs that the bound of a duplex is fitted to.
    case duplexBound
    /// The data of an epoch of a duplex: negatives, letters in place of ambiguity letters, the order of the pairs.
    case duplexEpoch(Int)
    /// The initial parameters of a convolutional net; the data of an epoch; the order of strands and the dropout of a
    /// step.
    case convolutionalParameters, convolutionalEpoch(Int), convolutionalStep(Int)
    /// Which pairs are held out for validation; the negatives added to them.
    case heldBack, validationNegatives
    /// Letters in place of ambiguity letters in the data of a generator, and then its initial parameters.
    case generatorData
    /// The network of strands A: which strands are held out, and its initial parameters; the strands of a row of a
    /// step.
    case strandTraining, strandRow(Int)
    /// A row of a step of the adversarial training of strand B: the draws of the critic and of the generator.
    case generatorRow(Int)
    /// The pairs of a step of the encoder-decoder; the dropout of a row of a step.
    case partnerStep(Int), partnerDropout(Int)
    /// A sample of the data; the pairs that acceptance is calibrated on; a generated pair of a survey.
    case surveyData, acceptance, surveyPair(Int)
    /// A pair that is drawn to count what a generator makes at a point.
    case countedPair(Int)
    /// A plain GAN: initial parameters, a step, a sample of the data, a generated pair of a survey.
    case imageParameters, imageStep(Int), imageSurvey, imagePair(Int)
    /// The order in which samples are compared; the pairs of strands whose identity is computed.
    case comparedOrder, comparedStrands

    /// The number of the stream. These must not change: the same seed would then train another model.
    var number: UInt64 {
        switch self {
        case .duplexParameters: 1
        case .duplexStandards: 2
        case .duplexBound: 3
        case .heldBack: 7
        case .validationNegatives: 9
        case .generatorData: 21
        case .surveyData: 31
        case .acceptance: 32
        case .strandTraining: 33
        case .convolutionalParameters: 41
        case .imageParameters: 51
        case .imageSurvey: 52
        case .comparedOrder: 61
        case .comparedStrands: 62
        case .duplexEpoch(let epoch): UInt64(1_000 + epoch)
        // A duplex and a convolutional net are never trained in one run.
        case .convolutionalEpoch(let epoch): UInt64(3_000 + epoch)
        case .imagePair(let index): UInt64(index) | 1 << 58
        case .imageStep(let step): UInt64(step) | 1 << 59
        case .convolutionalStep(let step): UInt64(step) | 1 << 60
        case .surveyPair(let index): UInt64(index) | 1 << 61
        case .countedPair(let index): UInt64(index) | 3 << 58
        case .generatorRow(let row): UInt64(row) | 1 << 62
        case .strandRow(let row): UInt64(row) | 3 << 60
        case .partnerStep(let step): UInt64(step) | 5 << 57
        case .partnerDropout(let row): UInt64(row) | 7 << 57
        }
    }
}

extension RandomSource {
    /// The stream of `use` of `seed`.
    init(seed: UInt64, _ use: RandomStream) { self.init(seed: seed, stream: use.number) }
}
