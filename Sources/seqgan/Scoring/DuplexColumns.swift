// DuplexColumns: duplexes as text in the columns of classify, and the probabilities of their pairs as an array.

import SeqIO
import SeqModel

/// The columns of the duplexes of a batch, as text.
struct DuplexColumns: Sendable {
    /// The titles of the columns: the structure of both strands, its place on them, the expected number of pairs.
    static let titles = ["duplex", "sites", "paired"]

    private var text: [UInt8] = []
    private var ends: [Int] = []
    /// The expected numbers of pairs.
    private(set) var paired: [Float] = []

    /// Appends the columns of a pair of strands of `n` and `m` letters, each after a delimiter.
    ///
    /// Places are those of the first and last paired letters, from 1; none where nothing pairs.
    mutating func append(_ pairing: DuplexPairing, _ n: Int, _ m: Int, _ delimiter: Delimiter) {
        text.append(delimiter.byte)
        text.append(contentsOf: pairing.dotBracket(n, m))
        text.append(delimiter.byte)
        if let first = pairing.pairs.first, let last = pairing.pairs.last {
            let ofB = min(first.b, last.b)...max(first.b, last.b)
            let sites = "\(first.a + 1)-\(last.a + 1):\(ofB.lowerBound + 1)-\(ofB.upperBound + 1)"
            text.append(contentsOf: sites.utf8)
        }
        text.append(delimiter.byte)
        paired.append(pairing.expectedPairs)
        writeFixed(pairing.expectedPairs, decimals: 2, into: &text)
        ends.append(text.count)
    }

    /// Appends the columns of pair `pair` to `output`.
    func write(_ pair: Int, into output: inout [UInt8]) {
        output.append(contentsOf: text[(pair == 0 ? 0 : ends[pair - 1])..<ends[pair]])
    }
}

/// The probabilities of the pairs of letters of some pairs of strands, kept for an array of all.
struct PairProbabilities: Sendable {
    private var values: [Float] = []
    private var sizes: [SIMD2<Int>] = []

    /// The most numbers of an array: 1 GB.
    private static let mostNumbers = 1 << 28

    /// Appends those of strands of `n` and `m` letters.
    mutating func append(_ pairing: DuplexPairing, _ n: Int, _ m: Int) {
        values.append(contentsOf: pairing.probabilities)
        sizes.append(SIMD2(n, m))
    }

    static func += (sum: inout PairProbabilities, more: PairProbabilities) {
        sum.values += more.values
        sum.sizes += more.sizes
    }

    /// Writes the array (pairs, n, m), n and m those of the longest strands A and B; zeros beyond the ends of strands.
    /// Throws a failure where that is too large.
    func write(to sink: ByteSink) throws {
        let n = sizes.reduce(0) { max($0, $1[0]) }, m = sizes.reduce(0) { max($0, $1[1]) }
        guard sizes.count * n * m <= PairProbabilities.mostNumbers else {
            throw Failure(
                message: "--posterior: an array of \(sizes.count) x \(n) x \(m) numbers, expected at most "
                    + "\(PairProbabilities.mostNumbers): take fewer pairs", code: ExitCodes.badData)
        }
        try sink.write(NumpyHeader(type: "<f4", shape: [sizes.count, n, m]).encoded())
        var start = 0
        for size in sizes {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(4 * n * m)
            for i in 0..<n {
                for j in 0..<m {
                    let value = i < size[0] && j < size[1] ? values[start + i * size[1] + j] : 0
                    for shift in stride(from: UInt32(0), to: 32, by: 8) {
                        bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
                    }
                }
            }
            try sink.write(bytes)
            start += size[0] * size[1]
        }
    }
}
