// ModelFile+Metadata: what a file says of its model, read with what is expected of it: no value but those that are written.

import Kernels

extension ModelFile {
    /// A file's metadata. Keys that nobody asks for are ignored: a later version may have more.
    struct Metadata {
        private let values: [String: String]

        init(_ archive: WeightArchive) { values = archive.metadata }

        /// The value of a key that must be there.
        func text(_ key: String) throws(ModelError) -> String {
            guard let value = values[key] else {
                throw .inconsistent(field: key, found: "missing", expected: "a value")
            }
            return value
        }

        /// A whole number in `range`, or `missing` where that is given and the key is not there.
        func number(_ key: String, _ range: ClosedRange<Int>, missing: Int? = nil) throws(ModelError) -> Int {
            if let missing, values[key] == nil { return missing }
            let value = try text(key)
            guard let number = Int(plain: value), range.contains(number) else {
                throw .inconsistent(field: key, found: value, expected: "\(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }

        /// Whether something is so.
        func flag(_ key: String) throws(ModelError) -> Bool {
            let value = try text(key)
            guard value == "true" || value == "false" else {
                throw .inconsistent(field: key, found: value, expected: "true or false")
            }
            return value == "true"
        }

        /// One of the words of `Choice`.
        func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String) throws(ModelError) -> Choice {
            let value = try text(key)
            guard let choice = Choice(rawValue: value) else {
                let words = Choice.allCases.map(\.rawValue).joined(separator: " or ")
                throw .inconsistent(field: key, found: value, expected: words)
            }
            return choice
        }

        /// The letters of `alphabet`.
        func alphabet() throws(ModelError) -> Alphabet {
            let value = try text("alphabet")
            guard let alphabet = Alphabet(named: value), alphabet.name == value else {
                throw .inconsistent(field: "alphabet", found: value, expected: "2 to 26 different letters, as in ACGT")
            }
            return alphabet
        }

        /// The score of `threshold`, from 0 to 1.
        func threshold() throws(ModelError) -> Float {
            let value = try text("threshold")
            guard let threshold = Float(decimal: value.utf8), (0...1).contains(threshold) else {
                throw .inconsistent(field: "threshold", found: value, expected: "0 to 1")
            }
            return threshold
        }

        /// The lengths between the values of two keys.
        func lengths(
            _ shortest: String = "shortest", _ longest: String = "longest", upTo limit: Int = DuplexShape.maximumLength
        ) throws(ModelError) -> ClosedRange<Int> {
            let least = try number(shortest, 1...limit)
            return least...(try number(longest, least...limit))
        }

        /// The lengths at which a model holds that was trained on strands of `trained` letters; older programs wrote none, and
        /// the usual ones are meant.
        func scoredLengths(_ trained: ClosedRange<Int>, upTo limit: Int) throws(ModelError) -> ClosedRange<Int> {
            guard values["shortest-scored"] != nil || values["longest-scored"] != nil else {
                return ScoredLengths.of(trained: trained, longest: limit)
            }
            let scored = try lengths("shortest-scored", "longest-scored", upTo: limit)
            guard scored.contains(trained) else {
                throw .inconsistent(
                    field: "shortest-scored, longest-scored", found: "\(scored.lowerBound), \(scored.upperBound)",
                    expected:
                        "a range that contains the trained lengths, \(trained.lowerBound) to \(trained.upperBound)")
            }
            return scored
        }

        /// What is written of both kinds of lengths.
        static func lengths(trained: ClosedRange<Int>, scored: ClosedRange<Int>) -> [String: String] {
            [
                "shortest": "\(trained.lowerBound)", "longest": "\(trained.upperBound)",
                "shortest-scored": "\(scored.lowerBound)", "longest-scored": "\(scored.upperBound)",
            ]
        }

        /// Rows of both for people.
        static func rows(trained: ClosedRange<Int>, scored: ClosedRange<Int>) -> [[String]] {
            [("trained lengths", trained), ("scored lengths", scored)].map { name, lengths in
                [name, "\(lengths.lowerBound) to \(lengths.upperBound)"]
            }
        }
    }
}
