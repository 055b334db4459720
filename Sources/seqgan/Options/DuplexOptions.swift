// DuplexOptions: what a duplex looks like, and which of its ends must be bound.

import ArgumentParser
import SeqModel

/// What is told of the duplex of a pair.
struct DuplexOptions: ParsableArguments {
    @Flag(
        help: """
            Add the columns duplex, sites and paired: the most probable duplex in dots and brackets, as A&B; the first \
            and last paired letters of A and of B, counted from 1; the expected number of base pairs.
            """)
    var duplex = false

    @Option(
        help: ArgumentHelp(
            """
            Write the probability, from 0 to 1, of each base pair to this file, a float32 .npy array of (pairs, \
            letters of A, letters of B). (default: none)
            """, valueName: "FILE"), completion: .file(extensions: ["npy"]))
    var posterior: String?

    /// Whether duplexes are looked at.
    var isWanted: Bool { duplex || posterior != nil }

    /// Throws a usage error where they do not go with `classifier`.
    func require(_ classifier: PairClassifier) throws {
        for (option, isGiven) in [("--duplex", duplex), ("--posterior", posterior != nil)]
        where isGiven && !classifier.hasPairings {
            throw ValidationError("\(option) needs a model that pairs letters: a convolutional one does not")
        }
    }
}

/// Scores by 3' ends.
struct ThreePrimeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Score only the duplexes in which the last N bases of a strand, A or B, are paired without a bulge or \
            mismatch: a polymerase extends these. N is from 1 to 30. (default: all duplexes)
            """, valueName: "N"), takes: whole(1...30))
    var threePrime: Int?

    /// `classifier`, counting such duplexes only, where there is a number; of strand A alone where `isOfFirstOnly`.
    /// Throws a usage error where it cannot.
    func applied(to classifier: PairClassifier, isOfFirstOnly: Bool = false) throws -> PairClassifier {
        guard let threePrime else { return classifier }
        guard classifier.hasThreePrimeScores else {
            throw ValidationError(
                "--three-prime needs a model of antiparallel strands with the equilibrium head "
                    + "(train --orientation antiparallel --head equilibrium)")
        }
        return classifier.counting(ThreePrimeEnds(length: threePrime, isOfFirstOnly: isOfFirstOnly))
    }
}
