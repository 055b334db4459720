// SampleDuplex: duplexes made from the pairing that a classifier learned, to show its melting curves without data.

import Kernels

/// A strand and the one that it pairs with, in codes.
public struct SampleDuplex: Sendable, Equatable {
    /// The strands, as written.
    public let a: [UInt8], b: [UInt8]
    /// For each letter of A, from its first, the letter of B that it faces.
    public let facing: [UInt8]
    /// The letters of A, counted from 0, that do not pair with the one that they face.
    public let mismatches: [Int]

    /// The lengths, as far as a classifier was trained on them.
    private static let lengths = [12, 20, 30]

    /// Perfect duplexes of 12, 20 and 30 letters, or of the nearest lengths of the training, and a last one of the
    /// middle length with two mismatches; empty for a classifier without energies.
    ///
    /// Strand A has each letter equally often; each letter of B is the most stable partner, in a mismatch the least
    /// stable one. The same model gives the same duplexes.
    public static func all(of classifier: PairClassifier) -> [SampleDuplex] {
        guard case .duplex(let duplex) = classifier else { return [] }
        let (tables, k) = (EnergyTables(duplex), duplex.shape.letters)
        func row(_ letter: UInt8) -> ArraySlice<Float> { tables.pairing[Int(letter) * k..<(Int(letter) + 1) * k] }
        func best(_ letter: UInt8) -> UInt8 {
            let row = row(letter)
            return UInt8((row.indices.max { row[$0] < row[$1] } ?? row.startIndex) - row.startIndex)
        }
        func worst(_ letter: UInt8) -> UInt8 {
            let row = row(letter)
            return UInt8((row.indices.min { row[$0] < row[$1] } ?? row.startIndex) - row.startIndex)
        }
        func duplexOf(_ a: ArraySlice<UInt8>, without places: [Int] = []) -> SampleDuplex {
            let facing = a.enumerated().map { places.contains($0) ? worst($1) : best($1) }
            return SampleDuplex(
                a: Array(a), b: duplex.shape.isAntiparallel ? facing.reversed() : facing, facing: facing,
                mismatches: places)
        }
        let trained = classifier.trainedLengths
        let lengths = Set(lengths.map { min(max($0, trained.lowerBound), trained.upperBound) }).sorted()
        let strand = mixed(lengths[lengths.count - 1], letters: k)
        let middle = lengths[lengths.count / 2]
        let mismatched = middle < 6 ? [] : [duplexOf(strand[..<middle], without: [middle / 3, 2 * middle / 3])]
        return lengths.map { duplexOf(strand[..<$0]) } + mismatched
    }

    /// For each table of pairing energies, the logit of a strand with the partner whose letters are its strongest
    /// pairs.
    static func scores(_ classifier: DuplexClassifier, ofPairings tables: [[Float]]) -> [Float] {
        let (k, trained) = (classifier.shape.letters, classifier.configuration.trainedLengths)
        let strand = mixed(min(max(lengths[1], trained.lowerBound), trained.upperBound), letters: k)
        var pairs = Pairs(alphabet: classifier.configuration.alphabet)
        for table in tables {
            let facing = strand.map { letter in
                let row = table[Int(letter) * k..<(Int(letter) + 1) * k]
                return UInt8((row.indices.max { row[$0] < row[$1] } ?? row.startIndex) - row.startIndex)
            }
            pairs.append(strand[...], classifier.shape.isAntiparallel ? facing.reversed()[...] : facing[...])
        }
        var logits: [Float] = []
        classifier.logits(pairs, 0..<pairs.count, workspace: Workspace(), into: &logits)
        return logits
    }

    /// A strand in which every letter occurs once in each `letters` letters, in an order drawn at random.
    private static func mixed(_ length: Int, letters: Int) -> [UInt8] {
        var random = RandomSource(seed: 3)
        var strand: [UInt8] = []
        while strand.count < length {
            var rest = (0..<letters).map(UInt8.init)
            while !rest.isEmpty { strand.append(rest.remove(at: random.index(below: rest.count))) }
        }
        return Array(strand[..<length])
    }
}
