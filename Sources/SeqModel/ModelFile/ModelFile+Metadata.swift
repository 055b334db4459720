// ModelFile+Metadata: the values of a file's metadata, read and validated.

import Kernels

extension ModelFile {
    /// The metadata of a file. Unknown keys are ignored, so that later programs can add some.
    ///
    /// Every reading method throws `ModelError.inconsistent` if the key is missing or its value is invalid.
    struct Metadata {
        private let values: [String: String]

        init(_ archive: WeightArchive) { values = archive.metadata }

        /// Whether there is a value of a key.
        func has(_ key: String) -> Bool { values[key] != nil }

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

        /// A case of `Choice` by its raw value, or `missing` where there is none.
        func choice<Choice: RawRepresentable<String> & CaseIterable>(
            _ key: String, missing: Choice? = nil
        ) throws(ModelError) -> Choice {
            if let missing, values[key] == nil { return missing }
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

        /// Reads what all kinds of classifiers have, apart from the alphabet, into `configuration`.
        func read(into configuration: inout some ClassifierProperties) throws(ModelError) {
            configuration.orientation = try choice("orientation")
            configuration.isSymmetric = try flag("symmetric")
            configuration.threshold = try threshold()
            configuration.trainedLengths = try lengths()
            configuration.scoredLengths = try scoredLengths(
                configuration.trainedLengths, upTo: configuration.longestStrand)
        }

        /// What is written of all kinds of classifiers; `own` is what is written of one kind alone.
        static func of(_ c: any ClassifierProperties, own: [String: String]) -> [String: String] {
            [
                "alphabet": c.alphabet.name, "orientation": c.orientation.rawValue, "symmetric": "\(c.isSymmetric)",
                "threshold": "\(c.threshold)",
                "shortest": "\(c.trainedLengths.lowerBound)", "longest": "\(c.trainedLengths.upperBound)",
                "shortest-scored": "\(c.scoredLengths.lowerBound)", "longest-scored": "\(c.scoredLengths.upperBound)",
            ].merging(own) { _, own in own }
        }

        /// Rows for people of how the strands lie.
        static func strandRows(_ c: any ClassifierProperties) -> [[String]] {
            [["orientation", c.orientation.rawValue], ["strands", c.isSymmetric ? "symmetric" : "ordered"]]
        }

        /// Rows for people of the threshold and of the lengths of strands.
        static func rangeRows(_ c: any ClassifierProperties) -> [[String]] {
            func text(_ lengths: ClosedRange<Int>) -> String { "\(lengths.lowerBound) to \(lengths.upperBound)" }
            return [
                ["threshold", "\(c.threshold)"], ["trained lengths", text(c.trainedLengths)],
                ["scored lengths", text(c.scoredLengths)], ["longest strand", "\(c.longestStrand)"],
            ]
        }

        /// A row for people of a tensor: its name and its shape.
        static func row(ofTensor name: String, _ shape: [Int]) -> [String] {
            ["tensor \(name)", shape.map(String.init).joined(separator: " x ")]
        }
    }
}
