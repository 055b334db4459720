// LabelTarget: labelled pairs as train and evaluate read them, what is found from them, and what is held back.

import ArgumentParser
import Kernels

@testable import SeqIO
@testable import SeqModel
@testable import seqgan

enum LabelTarget {
    private static let input = MemoryFile()
    private static let choicesOfColumns: [[String]] = [
        [], ["--columns", "2,1,3"], ["--columns", "a,b,label"], ["--columns", "1,2,4"],
    ]

    /// The first byte: bit 0 bad records are passed over, bits 1 and 2 the columns, bit 3 the packing, bit 4 a limit.
    static func run(_ bytes: [UInt8]) {
        var choices = Choices(bytes)
        let options = choices.byte()
        let text = choices.bytes
        let skipsBad = options & 1 != 0
        let alphabet = Alphabet.dna
        let limits = options & 16 != 0 ? LengthLimits(1...20, option: "--length ") : LengthLimits()
        func read(_ packed: [UInt8]) -> (pairs: LabelledPairs, skipped: Int, message: String) {
            input.hold(packed)
            do {
                let arguments =
                    [input.path] + (skipsBad ? ["--skip-bad"] : []) + choicesOfColumns[Int(options >> 1 & 3)]
                let result = try readLabelled(
                    InputOptions.parse(arguments), alphabet, limits, isQuiet: true)
                return (result.pairs, result.skipped.bad, "")
            } catch {
                guard let failure = failure(error), failure.code == ExitCodes.badData else {
                    require(false, "an undocumented error: \(error)")
                    return (LabelledPairs(alphabet: alphabet), 0, "")
                }
                require(
                    failure.message.hasPrefix(input.path + ":")
                        && failure.message.dropFirst(input.path.count + 1).first?.isNumber == true, failure.message)
                return (LabelledPairs(alphabet: alphabet), 0, failure.message)
            }
        }
        guard !text.starts(with: [0x1f, 0x8b]) else { return }
        let (pairs, skipped, message) = read(text)
        let again = read(options & 0x68 == 0x68 ? Packing.blocks(text, size: 99) : Packing.members(text, size: 300))
        require(
            again.pairs.pairs.strands.codes == pairs.pairs.strands.codes && again.pairs.targets == pairs.targets,
            "when packed")
        require(again.skipped == skipped && again.message == message, "\(again.message), not \(message)")
        require(pairs.count == pairs.pairs.count, "\(pairs.count) targets, \(pairs.pairs.count) pairs")
        require(pairs.targets.allSatisfy { (0...1).contains($0) }, "a target outside 0 to 1")
        guard pairs.count > 0 else { return }
        survey(pairs, alphabet, threshold: Float(choices.byte()) / 255)
    }

    private static func survey(_ pairs: LabelledPairs, _ alphabet: Alphabet, threshold: Float) {
        let survey = DataSurvey(pairs, threshold: threshold, alphabet: alphabet)
        require(survey.positives + survey.negatives == pairs.count, "pairs that are neither")
        require(survey.lengths.upperBound == pairs.pairs.longest, "\(survey.lengths) of \(pairs.pairs.longest)")
        require(
            survey.mutualInformation.values.allSatisfy { $0.isFinite }, "information of \(survey.mutualInformation)")
        let (training, held) = pairs.split(share: 0.05, seed: 11, threads: 2)
        require(training.count + held.count == pairs.count && held.count > 0, "\(held.count) held of \(pairs.count)")
        guard pairs.count <= 8, pairs.pairs.longest <= 16, training.count > 0 else { return }
        var configuration = DuplexConfiguration(alphabet: alphabet)
        (configuration.heads, configuration.hidden, configuration.trainedLengths) = (4, 8, survey.lengths)
        configuration.orientation = survey.orientation
        configuration.isSymmetric = survey.isSymmetric
        var plan = TrainingPlan()
        (plan.batch, plan.epochs, plan.negatives) = (4, 1, survey.negatives == 0 ? 1 : 0)
        let trainer = ClassifierTrainer(.duplex(configuration), plan: plan, training: training, validation: held)
        guard let report = trainer.runEpoch(shouldStop: { false }, afterStep: { _, _ in }) else {
            return require(false, "no epoch")
        }
        require(report.trainingLoss.isFinite && report.validationLoss.isFinite, "a loss of \(report.trainingLoss)")
        let written = ModelFile(classifier: trainer.classifier, record: [:]).encoded()
        do throws(ModelError) { _ = try ModelFile(decoding: written) } catch { require(false, "\(error)") }
    }
}
