// TrainingOptions: the options of train that choose model, hyperparameters and limits.

import ArgumentParser
import Kernels
import SeqModel

extension Orientation: ExpressibleByArgument {}
extension PairImageLayout: ExpressibleByArgument {}
extension ConvolutionalConfiguration.Size: ExpressibleByArgument {}
extension AdversarialLoss: ExpressibleByArgument {}
extension DuplexHead: ExpressibleByArgument {}

/// What is trained, and how. An option that is nil is set from the data.
struct TrainingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Part to train: the classifier; the generator, for a given classifier; or both.", valueName: "PART"))
    var learn = Part.classifier

    @Option(
        help: ArgumentHelp(
            """
            Columns of numbers that the interaction depends on, such as temperature,sodium,concentration or dose. \
            :log takes the logarithm; =VALUE sets the default of the model. (default: none; default of a condition: \
            the most frequent value of the data, else the median)
            """,
            valueName: "NAME[:log][=VALUE],..."),
        transform: ConditionList.init)
    var conditions: ConditionList?

    @Option(
        help: ArgumentHelp(
            "Letters of the strands: dna, rna, protein, or a list of 2 to 26 letters.", valueName: "LETTERS"))
    var alphabet = "dna"

    @Option(
        help: ArgumentHelp(
            "Count labels above this as 1. It is also the threshold of the model for scores, from 0 to 1.",
            valueName: "LABEL"),
        takes: number("a number from 0 to below 1") { (0..<1).contains($0) })
    var labelThreshold: Float = 0.5

    @Flag(exclusivity: .exclusive)
    var order: StrandOrder?

    @Option(
        help: ArgumentHelp("How the strands face each other. (default: found from the data)", valueName: "ORIENTATION"))
    var orientation: Orientation?

    @Flag(
        inversion: .prefixedNo,
        help: "Learn weights of positions, for pairs in a fixed register. (default: found from the data)")
    var positions: Bool?

    @Option(
        help: ArgumentHelp(
            "Number of new random negatives for each positive in each epoch. (default: found from the data)",
            valueName: "N"),
        takes: whole(0...1000))
    var negatives: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Share of the pairs that is held back, between 0 and 1; or a file of pairs. (default: 0.05)",
            valueName: "SHARE|FILE"))
    var validation: String?

    @Option(
        help: ArgumentHelp(
            "Number of passes over all pairs. (default: by the number of pairs)", valueName: "N"),
        takes: whole(1...10_000))
    var epochs: Int?

    @Option(
        help: ArgumentHelp(
            """
            Number of pairs in a step. (default: by the number of pairs; with --learn generator 64, for dense and \
            dcgan 32)
            """, valueName: "N"),
        takes: whole(1...65_536))
    var batch: Int?

    @Option(
        help: ArgumentHelp(
            "Peak learning rate of the classifier, up to 10. (default: 0.03; with positions 0.02; for a cnn 0.002)",
            valueName: "RATE"),
        takes: number("a number above 0 and up to 10") { $0 > 0 && $0 <= 10 })
    var learningRate: Float?

    @Option(
        help: ArgumentHelp(
            """
            Stop after this time, in seconds, with the best model so far. With --learn both, the classifier gets half \
            of it. (default: no limit)
            """, valueName: "SECONDS"),
        takes: number("a number from 0 to 1000000000") { (0...1e9).contains($0) })
    var maxSeconds: Double?

    @Option(
        help: ArgumentHelp(
            "Number of parallel energy models of a duplex: 4, 8 or 16. (default: 8; with positions 16)",
            valueName: "N"),
        takes: number("4, 8 or 16") { [4, 8, 16].contains($0) })
    var heads: Int?

    @Option(
        help: ArgumentHelp(
            """
            Kind of generator: autoregressive draws B letter by letter given A, pair-hmm along an alignment with A. \
            paired is a GAN that draws B given A; dense and dcgan are GANs on one-hot images.
            """, valueName: "KIND"))
    var generator = GeneratorKind.autoregressive

    @Option(
        help: ArgumentHelp(
            """
            Number of training steps of the generator. (default: by the number of pairs; paired 4500, pair-hmm, dense \
            and dcgan 4000)
            """, valueName: "N"),
        takes: whole(1...10_000_000))
    var steps: Int?

    @Option(
        help: ArgumentHelp(
            "Number of steps that train the critic of --generator paired on labelled pairs first.", valueName: "N"),
        takes: whole(0...10_000_000))
    var criticSteps = 0

    @Option(help: ArgumentHelp("Loss function of --generator paired.", valueName: "LOSS"))
    var adversarialLoss = AdversarialLoss.relativistic

    @Option(
        help: ArgumentHelp(
            "Stop after this many epochs without improvement. (default: 6; with conditions never)", valueName: "N"),
        takes: whole(1...))
    var patience: Int?

    @Option(
        help: ArgumentHelp(
            "Kind of classifier: duplex learns energies, cnn is a convolutional net on one-hot images.",
            valueName: "KIND"))
    var classifier = Kind.duplex

    @Option(
        help: ArgumentHelp(
            """
            What computes the score of a duplex: a network, or the equilibrium by mass balance. (default: \
            equilibrium for labels between 0 and 1 with conditions, else network)
            """, valueName: "HEAD"))
    var head: DuplexHead?

    @Option(
        help: ArgumentHelp("Image of a cnn: channels has the shape (2, K, L), stacked (2K, L).", valueName: "LAYOUT"))
    var layout = PairImageLayout.channels

    @Option(help: ArgumentHelp("Size of a cnn: full is the shape of CNN-Lite.", valueName: "SIZE"))
    var size = ConvolutionalConfiguration.Size.compact

    @Option(
        help: ArgumentHelp(
            "Longest strand, in letters. A longer one is an error. (default: 512)", valueName: "N"),
        takes: whole(1...DuplexShape.maximumLength))
    var length: Int?

    /// The kinds of classifier.
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case duplex, cnn
    }

    /// The kinds of generator.
    enum GeneratorKind: String, ExpressibleByArgument, CaseIterable {
        case autoregressive
        case pairHMM = "pair-hmm"
        case paired, dense, dcgan

        /// Whether its pairs may depend on conditions.
        var knowsConditions: Bool { self == .autoregressive || self == .pairHMM }
        /// The kind of plain GAN; nil for a generator that draws B given A.
        var images: ImageGeneratorKind? { ImageGeneratorKind(rawValue: rawValue) }
        /// The kind of the network that draws B given A; nil for a plain GAN.
        var method: PairGenerator.Method? { PairGenerator.Method(rawValue: rawValue) }
    }

    /// The parts of a model that are trained.
    enum Part: String, ExpressibleByArgument, CaseIterable {
        case classifier, generator, both
    }

    /// Whether the strands of a pair may be swapped.
    enum StrandOrder: String, EnumerableFlag {
        case symmetric, ordered

        static func help(for order: StrandOrder) -> ArgumentHelp? {
            switch order {
            case .symmetric: "A and B may be swapped: A.B is the same pair as B.A. (default: found from the data)"
            case .ordered: "A and B differ in kind, such as microRNA and site. (default: found from the data)"
            }
        }
    }

    func validate() throws {
        if generator != .autoregressive, learn == .classifier {
            throw ValidationError("--generator goes with --learn generator or both")
        }
        if generator != .paired {
            for (option, isGiven) in [
                ("--critic-steps", criticSteps != 0), ("--adversarial-loss", adversarialLoss != .relativistic),
            ] where isGiven {
                throw ValidationError(
                    "\(option) goes with --generator paired: no other generator has a critic of pairs")
            }
        }
        if conditions != nil {
            for (option, isOther) in [
                ("--classifier \(classifier)", classifier != .duplex),
                ("--generator \(generator.rawValue)", !generator.knowsConditions),
            ] where isOther {
                throw ValidationError("--conditions and \(option): \(TrainingOptions.conditionsRule)")
            }
        }
        if head != nil, classifier == .cnn {
            throw ValidationError("--head goes with --classifier duplex: a cnn has no partition functions")
        }
        if let validation, let share = Double(validation), !(share > 0 && share < 1) {
            throw ValidationError("--validation takes a share between 0 and 1, or a file")
        }
    }

    /// All options that affect the result, as text for a checkpoint's digest: without the time limit.
    func settings(seed: UInt64) -> String {
        let numbers: [Any?] = [
            learn, alphabet, labelThreshold, order, orientation, positions, negatives, validation, epochs, batch,
            learningRate, heads, steps, patience ?? 6, classifier, layout, size, generator, length, adversarialLoss,
            criticSteps,
        ]
        return numbers.map { $0.map { "\($0)" } ?? "-" }.joined(separator: " ") + " \(seed)"
            + (conditions.map { " \($0)" } ?? "") + (head.map { " \($0)" } ?? "")
    }

    /// The options of the classifier and its training that were given.
    var choices: TrainingChoices {
        var choices = TrainingChoices()
        choices.threshold = labelThreshold
        choices.isSymmetric = order.map { $0 == .symmetric }
        (choices.orientation, choices.hasPositions, choices.heads) = (orientation, positions, heads)
        (choices.negatives, choices.epochs, choices.batch) = (negatives, epochs, batch)
        (choices.learningRate, choices.head) = (learningRate, head)
        choices.conditions = conditions?.conditions ?? []
        choices.usualValues = conditions?.usualValues ?? []
        return choices
    }

    /// The options for the classifier: if only a plain GAN is trained, `--orientation` is that of its images.
    var forClassifier: TrainingOptions {
        var options = self
        if generator.images != nil, learn == .generator { options.orientation = nil }
        return options
    }
}
