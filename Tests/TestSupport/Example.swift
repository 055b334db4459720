// Example: labelled pairs made by a seed, and a model trained on them by the program itself, once for all tests.

import Kernels
import SeqModel

/// Every second pair is a strand and its reverse complement, of label 1; the strands of the others have nothing in
/// common.
public enum Example {
    /// Letter codes of DNA's `count` pairs; B is as long as A.
    public static func strands(
        _ count: Int, seed: UInt64 = 1, lengths: ClosedRange<Int> = 8...14
    ) -> [(a: [UInt8], b: [UInt8], label: Int)] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { k in
            let length = lengths.lowerBound + random.index(below: lengths.count)
            let a = (0..<length).map { _ in UInt8(random.index(below: 4)) }
            let b = k % 2 == 0 ? a.reversed().map { 3 - $0 } : a.map { _ in UInt8(random.index(below: 4)) }
            return (a, b, 1 - k % 2)
        }
    }

    /// Lines of strand A, strand B and label.
    public static func pairs(_ count: Int, seed: UInt64 = 1, lengths: ClosedRange<Int> = 8...14) -> String {
        let letters = Array("ACGT")
        func text(_ strand: [UInt8]) -> String { String(strand.map { letters[Int($0)] }) }
        return strands(count, seed: seed, lengths: lengths)
            .map { "\(text($0.a))\t\(text($0.b))\t\($0.label)\n" }.joined()
    }

    /// The pairs as training takes them.
    public static func labelled(_ count: Int, seed: UInt64, lengths: ClosedRange<Int> = 8...12) -> LabelledPairs {
        var pairs = LabelledPairs(alphabet: .dna)
        for pair in strands(count, seed: seed, lengths: lengths) {
            pairs.append(pair.a, pair.b, target: Float(pair.label))
        }
        return pairs
    }

    /// A model that tells the pairs apart.
    public static let model: Result<[UInt8], any Error> = Result {
        let sandbox = try Sandbox()
        let outcome = try sandbox.run("seqgan train --epochs 14 --batch 32 -o m.seqgan", stdin: pairs(600))
        guard outcome.code == 0 else { throw Failed(errors: outcome.errors) }
        return try sandbox.bytes("m.seqgan")
    }

    /// A command that prepares a test failed.
    public struct Failed: Error {
        /// Its stderr.
        public let errors: String
        /// That of a run with this stderr.
        public init(errors: String) { self.errors = errors }
    }

    /// A sandbox that holds the model, `m.seqgan`, and pairs, `pairs.tsv`.
    public static func sandbox(pairs count: Int = 200) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.write(model.get(), "m.seqgan")
        try sandbox.write(pairs(count, seed: 2), "pairs.tsv")
        return sandbox
    }
}
