// DesignOptions: what the records of an input are as designs, and which letters pair.

import ArgumentParser
import SeqModel

/// What makes a design.
enum DesignKind: String, EnumerableFlag {
    case pairs, single, complement, group

    static func help(for kind: DesignKind) -> ArgumentHelp? {
        switch kind {
        case .pairs: "A design is a pair of strands that are meant to bind each other. (default, except with --pools)"
        case .single: "A design is a single strand."
        case .complement: "A design is a single strand and its exact partner, the reverse complement."
        case .group:
            """
            A design is all records with the same name, apart from /1 and /2, -F and -R or _LEFT and _RIGHT, such as \
            the two primers of an amplicon. All of the input is read first. (default with --pools)
            """
        }
    }

    /// The number of strands that a record gives.
    var strandsOfRecord: Int { self == .pairs || self == .complement ? 2 : 1 }
    /// Whether two strands of a design are meant to bind each other.
    var isPaired: Bool { strandsOfRecord == 2 }
}

/// Which letters pair in exact partners.
struct PartnerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Pairs of letters that face each other in exact partners, such as AT,CG. (default: those of DNA or RNA; \
            other alphabets have none)
            """,
            valueName: "PAIRS"))
    var complementOf: String?

    /// The rule of exact partners for strands of `classifier`; nil where there is none. Throws a usage error where it
    /// is given and not one of the alphabet.
    func rule(_ classifier: PairClassifier) throws -> PartnerRule? {
        guard let complementOf else { return PartnerRule(classifier.alphabet, classifier.orientation) }
        guard let rule = PartnerRule(complementOf, classifier.alphabet, classifier.orientation) else {
            throw ValidationError(
                "--complement-of takes pairs of letters, each letter of \(classifier.alphabet.name) with one partner, "
                    + "such as AT,CG: '\(complementOf)'")
        }
        return rule
    }

    /// The same where a rule is needed, for `option`.
    func requiredRule(_ classifier: PairClassifier, for option: String) throws -> PartnerRule {
        guard let rule = try rule(classifier) else {
            throw ValidationError(
                "\(option) with a model of the letters \(classifier.alphabet.name) needs --complement-of: which "
                    + "of them pair")
        }
        return rule
    }
}
