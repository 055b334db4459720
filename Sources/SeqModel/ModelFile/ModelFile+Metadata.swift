// ModelFile+Metadata: the values of a file's metadata, read and validated.

import Kernels

extension ModelFile {
    /// The metadata of a file. Unknown keys are ignored, so that later programs can add some.
    ///
    /// Every reading method throws `ModelError.inconsistent` if the key is missing or its value is invalid.
    struct Metadata {
        private let values: [String: String]

        init(_ archive: WeightArchive) { values = archive.metadata }

        /// The value of a key.
        func text(_ key: String) throws(ModelError) -> String {
            guard let value = values[key] else {
                throw .inconsistent(field: key, found: "missing", expected: "a value")
            }
            return value
        }

        /// An integer in `range`. If the key is missing, `missing` is returned where it is given.
        func number(_ key: String, _ range: ClosedRange<Int>, missing: Int? = nil) throws(ModelError) -> Int {
            if let missing, values[key] == nil { return missing }
            let value = try text(key)
            guard let number = Int(plain: value), range.contains(number) else {
                throw .inconsistent(field: key, found: value, expected: "\(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }

        /// A Boolean, `true` or `false`.
        func flag(_ key: String) throws(ModelError) -> Bool {
            let value = try text(key)
            guard value == "true" || value == "false" else {
                throw .inconsistent(field: key, found: value, expected: "true or false")
            }
            return value == "true"
        }

        /// A case of `Choice` by its raw value.
        func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String) throws(ModelError) -> Choice {
            let value = try text(key)
            guard let choice = Choice(rawValue: value) else {
                let names = Choice.allCases.map(\.rawValue).joined(separator: " or ")
                throw .inconsistent(field: key, found: value, expected: names)
            }
            return choice
        }

        /// The alphabet, in the canonical spelling of its name.
        func alphabet() throws(ModelError) -> Alphabet {
            let value = try text("alphabet")
            guard let alphabet = Alphabet(named: value), alphabet.name == value else {
                throw .inconsistent(field: "alphabet", found: value, expected: "2 to 26 different letters, as in ACGT")
            }
            return alphabet
        }

        /// The classifier's threshold, a score from 0 to 1.
        func threshold() throws(ModelError) -> Float {
            let value = try text("threshold")
            guard let threshold = Float(decimal: value.utf8), (0...1).contains(threshold) else {
                throw .inconsistent(field: "threshold", found: value, expected: "0 to 1")
            }
            return threshold
        }

        /// The range of lengths whose ends are the values of two keys, within 1 to `limit` letters.
        func lengths(
            _ shortest: String = "shortest", _ longest: String = "longest", upTo limit: Int = DuplexShape.maximumLength
        ) throws(ModelError) -> ClosedRange<Int> {
            let least = try number(shortest, 1...limit)
            return least...(try number(longest, least...limit))
        }

        /// The lengths that the model may score; they contain `trained`, the lengths it was trained on. Early files do
        /// not store them: they are then derived from `trained`.
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

        /// The metadata of the trained and the scored lengths.
        static func lengths(trained: ClosedRange<Int>, scored: ClosedRange<Int>) -> [String: String] {
            [
                "shortest": "\(trained.lowerBound)", "longest": "\(trained.upperBound)",
                "shortest-scored": "\(scored.lowerBound)", "longest-scored": "\(scored.upperBound)",
            ]
        }

        /// Both as rows of name and value, as `inspect` prints them.
        static func rows(trained: ClosedRange<Int>, scored: ClosedRange<Int>) -> [[String]] {
            [("trained lengths", trained), ("scored lengths", scored)].map { name, lengths in
                [name, "\(lengths.lowerBound) to \(lengths.upperBound)"]
            }
        }
    }
}
