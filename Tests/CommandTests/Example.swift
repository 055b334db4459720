// Example: labelled pairs made by a seed, and a model trained on them by the program itself, once for all tests.

import Foundation
import Kernels

enum Example {
    /// `count` lines of strand A, strand B and label; every second pair is a strand and its reverse complement.
    static func pairs(_ count: Int, seed: UInt64 = 1, lengths: ClosedRange<Int> = 8...14) -> String {
        var random = RandomSource(seed: seed)
        let letters = Array("ACGT")
        return (0..<count).map { k in
            let a = (0..<lengths.lowerBound + random.index(below: lengths.count)).map { _ in random.index(below: 4) }
            let b = k % 2 == 0 ? a.reversed().map { 3 - $0 } : a.map { _ in random.index(below: 4) }
            let strands = [a, b].map { String($0.map { letters[$0] }) }
            return "\(strands[0])\t\(strands[1])\t\(1 - k % 2)\n"
        }.joined()
    }

    /// A model that tells the pairs apart.
    static let model: Result<[UInt8], any Error> = Result {
        let sandbox = try Sandbox()
        let outcome = try sandbox.run("seqgan train --epochs 14 --batch 32 -o m.seqgan", stdin: pairs(600))
        guard outcome.code == 0 else { throw Failed(errors: outcome.errors) }
        return try sandbox.bytes("m.seqgan")
    }

    struct Failed: Error { let errors: String }

    /// A sandbox that holds the model, `m.seqgan`, and pairs, `pairs.tsv`.
    static func sandbox(pairs count: Int = 200) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.write(model.get(), "m.seqgan")
        try sandbox.write(pairs(count, seed: 2), "pairs.tsv")
        return sandbox
    }
}
