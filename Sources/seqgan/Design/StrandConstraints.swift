// StrandConstraints: the constraints on single strands: GC content, runs, motifs and lengths.

import ArgumentParser
import Kernels
import SeqModel

/// The options that constrain generated strands.
struct ConstraintOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "GC content of each strand, as fractions from 0 to 1, such as 0.4:0.6. (default: any)",
            valueName: "MIN:MAX"))
    var gc: String?

    @Option(
        help: ArgumentHelp("Longest run of one letter, in letters. (default: any)", valueName: "N"),
        takes: whole(1...))
    var maxRun: Int?

    @Option(
        help: ArgumentHelp(
            """
            Motif, in IUPAC letters, that no strand may contain, nor its reverse complement. Repeat it for several \
            motifs. (default: none)
            """,
            valueName: "MOTIF"))
    var avoidMotif: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Length of each strand, in letters, such as 18:22 or 20. (default: any)", valueName: "MIN:MAX"))
    var length: String?

    func validate() throws {
        _ = try gcRange
        _ = try lengths
    }

    /// Parses `MIN:MAX`, or one number that stands for both. Throws a usage error.
    private static func ends<T: LosslessStringConvertible & Comparable>(
        _ text: String, _ option: String, of kind: String, from least: T, to most: T
    ) throws -> ClosedRange<T> {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { T(String($0)) }
        guard (1...2).contains(parts.count), let low = parts[0], let high = parts[parts.count - 1], low <= high,
            low >= least, high <= most
        else { throw ValidationError("\(option) takes MIN:MAX, \(kind): '\(text)'") }
        return low...high
    }

    private var gcRange: ClosedRange<Double>? {
        get throws {
            guard let gc else { return nil }
            return try ConstraintOptions.ends(gc, "--gc", of: "fractions from 0 to 1", from: 0, to: 1)
        }
    }

    /// The lengths that `--length` allows; nil without the option.
    var lengths: ClosedRange<Int>? {
        get throws {
            guard let length else { return nil }
            return try ConstraintOptions.ends(
                length, "--length", of: "whole numbers, 1 or more", from: 1, to: Int.max)
        }
    }

    /// The constraints in the codes of an alphabet. Throws a usage error where they have no meaning in it.
    func constraints(_ alphabet: Alphabet) throws -> StrandConstraints {
        let isNucleic = alphabet == .dna || alphabet == .rna
        if gc != nil, !isNucleic { throw ValidationError("--gc needs a model of DNA or RNA") }
        var motifs: [[UInt32]] = []
        for motif in avoidMotif {
            let codes = motif.utf8.map { alphabet.codes[Int($0)] }
            guard !codes.isEmpty, !codes.contains(Alphabet.invalid) else {
                throw ValidationError("--avoid-motif takes letters of \(alphabet.name) or IUPAC: '\(motif)'")
            }
            let sets = codes.map { alphabet.members(of: $0).reduce(UInt32(0)) { $0 | 1 << UInt32($1) } }
            motifs.append(sets)
            // Codes 0 to 3 are A, C, G and T or U: the complement of a base is 3 minus its code.
            let complement = sets.reversed().map { set in
                (0..<UInt32(4)).reduce(UInt32(0)) { $0 | (set >> $1 & 1) << (3 - $1) }
            }
            if isNucleic, complement != sets { motifs.append(complement) }
        }
        // No strand has a longer run; the bound keeps `longestRun + 1` in range.
        let longestRun = maxRun.map { min($0, DuplexShape.maximumLength) }
        return StrandConstraints(gc: try gcRange, longestRun: longestRun, motifs: motifs)
    }
}

/// Constraints on a single strand, in codes.
struct StrandConstraints: Sendable {
    /// Fraction of codes 1 and 2, C and G.
    let gc: ClosedRange<Double>?
    let longestRun: Int?
    /// Motifs as bit sets of letters, position by position.
    let motifs: [[UInt32]]

    /// Whether a complete strand meets the constraints.
    func accepts(_ strand: ArraySlice<UInt8>) -> Bool { broken(by: strand) == nil }

    /// The option of the first constraint that a complete strand does not meet, without its dashes.
    func broken(by strand: ArraySlice<UInt8>) -> String? {
        if let gc, !gc.contains(share(ofGC: count(strand), in: strand.count)) { return "gc" }
        if let longestRun, run(strand) > longestRun { return "max-run" }
        let hasMotif = motifs.contains { motif in
            (0...max(0, strand.count - motif.count)).contains { ends($0 + motif.count, in: strand, with: motif) }
        }
        return hasMotif ? "avoid-motif" : nil
    }

    /// Whether a strand that met the constraints before its last letter can still meet them when it has `length`
    /// letters.
    func canGrow(_ strand: ArraySlice<UInt8>, to length: Int) -> Bool {
        if let gc {
            let found = count(strand)
            let most = found + length - strand.count
            guard share(ofGC: found, in: length) <= gc.upperBound, share(ofGC: most, in: length) >= gc.lowerBound,
                strand.count < length || gc.contains(share(ofGC: found, in: length))
            else { return false }
        }
        if let longestRun {
            let tail = strand.suffix(longestRun + 1)
            if tail.count > longestRun, tail.allSatisfy({ $0 == tail.last }) { return false }
        }
        return !motifs.contains { ends(strand.count, in: strand, with: $0) }
    }

    /// The first option that no strand of these lengths can meet, as typed; nil where each of them can be met by
    /// itself.
    func neverMet(_ lengths: ClosedRange<Int>, letters: Int) -> String? {
        if let gc {
            let isMet = lengths.contains { length in (0...length).contains { gc.contains(share(ofGC: $0, in: length)) }
            }
            if !isMet { return "--gc \(gc.lowerBound):\(gc.upperBound)" }
        }
        let everyLetter = UInt32(1) << UInt32(letters) - 1
        let isHeldByAll = motifs.contains { motif in
            motif.count <= lengths.lowerBound && motif.allSatisfy { $0 == everyLetter }
        }
        return isHeldByAll ? "--avoid-motif N" : nil
    }

    private func count(_ strand: ArraySlice<UInt8>) -> Int { strand.count { $0 == 1 || $0 == 2 } }

    private func share(ofGC count: Int, in length: Int) -> Double { Double(count) / Double(max(1, length)) }

    private func run(_ strand: ArraySlice<UInt8>) -> Int {
        var (longest, run) = (0, 0)
        var last: UInt8?
        for code in strand {
            run = code == last ? run + 1 : 1
            last = code
            longest = max(longest, run)
        }
        return longest
    }

    /// Whether the first `count` letters of a strand end with a motif.
    private func ends(_ count: Int, in strand: ArraySlice<UInt8>, with motif: [UInt32]) -> Bool {
        let start = strand.startIndex + count - motif.count
        guard start >= strand.startIndex, start + motif.count <= strand.endIndex else { return false }
        return motif.indices.allSatisfy { motif[$0] >> UInt32(strand[start + $0]) & 1 == 1 }
    }
}
