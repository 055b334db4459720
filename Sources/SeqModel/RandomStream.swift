// RandomStream: which stream of the random source each use has, so that no two in one run draw the same numbers.

import Kernels

/// A use of random numbers.
enum RandomStream {
    /// Parameters of a duplex before training; the letters of the pairs that its standards are found from.
    case duplexParameters, duplexStandards
    /// The data of an epoch of a duplex: fresh negatives, letters for ambiguous ones, their order.
    case duplexEpoch(Int)
    /// Parameters of a convolutional net before training; the data of an epoch; the order of strands and the dropout of a step.
    case convolutionalParameters, convolutionalEpoch(Int), convolutionalStep(Int)
    /// Which pairs are held back; the negatives beside them.
    case heldBack, validationNegatives
    /// The letters of a generator's data, and then its parameters before training.
    case generatorData
    /// Strand A's network: which strands are held back, and its parameters; the strands of a row of a step.
    case strandTraining, strandRow(Int)
    /// A row of a step of the paired generator: the critic's draws, and the generator's.
    case generatorRow(Int)
    /// A sample of the data; the pairs that acceptance is found from; a generated pair that is looked at.
    case surveyData, acceptance, surveyPair(Int)
    /// A plain GAN: parameters before training, a step, a sample of the data, a generated pair that is looked at.
    case imageParameters, imageStep(Int), imageSurvey, imagePair(Int)
    /// The order in which samples are compared; the pairs of strands whose identity is measured.
    case comparedOrder, comparedStrands

    /// The number of the stream. Released models were trained with these: they stay as they are.
    var number: UInt64 {
        switch self {
        case .duplexParameters: 1
        case .duplexStandards: 2
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
        case .generatorRow(let row): UInt64(row) | 1 << 62
        case .strandRow(let row): UInt64(row) | 3 << 60
        }
    }
}

extension RandomSource {
    /// The stream of `use` of `seed`.
    init(seed: UInt64, _ use: RandomStream) { self.init(seed: seed, stream: use.number) }
}
