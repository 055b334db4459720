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
    @Option(help: "Train the classifier, the generator (of pairs that the classifier accepts) or both.")
    var learn = Part.classifier

    @Option(help: "dna, rna, protein, or the letters themselves.")
    var alphabet = "dna"

    @Option(
        help: ArgumentHelp(
            "Columns of numbers, beside the strands, that the interaction depends on, such as "
                + "temperature,sodium,concentration, dose or, where its logarithm matters, time:log. =VALUE is the "
                + "model's default. [default of a condition: the most frequent value of the data, else the median]",
            valueName: "NAME[:log][=VALUE],..."),
        transform: ConditionList.init)
    var conditions: ConditionList?

    @Option(
        help: "A label above this counts as 1; also the model's threshold for scores.",
        takes: number("a number from 0 up to, but not, 1") { (0..<1).contains($0) })
    var labelThreshold: Float = 0.5

    @Flag(
        exclusivity: .exclusive,
        help: "Whether A and B may be swapped. [default: found from the data]")
    var order: StrandOrder?

    @Option(help: "antiparallel or parallel: how the strands face each other. [default: found from the data]")
    var orientation: Orientation?

    @Flag(
        inversion: .prefixedNo,
        help: "Learn weights of positions, for pairs in a fixed register. [default: found from the data]")
    var positions: Bool?

    @Option(
        help: "New random negatives for each positive in each epoch. [default: found from the data]",
        takes: whole(0...1000))
    var negatives: Int?

    @Option(
        parsing: .unconditional, help: "Share of the pairs held back, or a file of pairs. [default: 0.05]")
    var validation: String?

    @Option(
        help: "Passes over all pairs. [default: by their number]",
        takes: whole(1...10_000))
    var epochs: Int?

    @Option(
        help: "Pairs per step. [default: by their number; with --learn generator 64, for dense and dcgan 32]",
        takes: whole(1...65_536))
    var batch: Int?

    @Option(
        help: "Peak learning rate of the classifier. [default: 0.03, with positions 0.02, for a cnn 0.002]",
        takes: number("a number above 0 and up to 10") { $0 > 0 && $0 <= 10 })
    var learningRate: Float?

    @Option(
        help: "Stop after this many seconds with the best model so far; of both, the classifier in half of them.",
        takes: number("a number from 0 to 1000000000") { (0...1e9).contains($0) })
    var maxSeconds: Double?

    @Option(
        help: "Heads of a duplex: 4, 8 or 16. [default: 8, with positions 16]",
        takes: number("4, 8 or 16") { [4, 8, 16].contains($0) })
    var heads: Int?

    @Option(
        help: "autoregressive: B letter by letter from A; or a GAN: paired, or on one-hot images dense or dcgan.")
    var generator = GeneratorKind.autoregressive

    @Option(
        help: "Training steps of the generator. [default: by the number of pairs; paired 4500, dense and dcgan 4000]",
        takes: whole(1...10_000_000))
    var steps: Int?

    @Option(
        help: "Steps that pre-train the critic of --generator paired on labelled pairs.",
        takes: whole(0...10_000_000))
    var criticSteps = 0

    @Option(help: "Loss of --generator paired: relativistic, hinge, least-squares or cross-entropy.")
    var adversarialLoss = AdversarialLoss.relativistic

    @Option(
        help: "Stop after this many epochs without improvement. [default: 6; with conditions never]",
        takes: whole(1...))
    var patience: Int?

    @Option(help: "duplex, or cnn: a convolutional net on one-hot images.")
    var classifier = Kind.duplex

    @Option(
        help: "network, or equilibrium: by mass balance. [default: equilibrium for soft labels with conditions]")
    var head: DuplexHead?

    @Option(help: "Image of a cnn: channels (2 x K x L) or stacked (2K x L).")
    var layout = PairImageLayout.channels

    @Option(help: "Size of a cnn: compact, or full (CNN-Lite).")
    var size = ConvolutionalConfiguration.Size.compact

    @Option(
        help: "Longest strand allowed; a longer one is an error. [default: 512]",
        takes: whole(1...DuplexShape.maximumLength))
    var length: Int?

    /// The kinds of classifier.
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case duplex, cnn
    }

    /// The kinds of generator.
    enum GeneratorKind: String, ExpressibleByArgument, CaseIterable {
        case autoregressive, paired, dense, dcgan

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
                ("--generator \(generator)", generator != .autoregressive),
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
