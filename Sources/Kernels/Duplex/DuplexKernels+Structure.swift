// DuplexKernels+Structure: the structure of a duplex, and whether it binds 3' ends.

import KernelLoops
import KernelShapes

/// The duplex of two strands: which letters pair, and how surely.
public struct DuplexPairing: Sendable, Equatable {
    /// A pair of letters, counted from 0 along each strand as written.
    public struct LetterPair: Sendable, Equatable {
        /// The letter of strand A and that of strand B.
        public let a: Int, b: Int

        /// A pair of letters.
        public init(a: Int, b: Int) { (self.a, self.b) = (a, b) }
    }

    /// The pairs of the most probable duplex, along A; empty where nothing pairs.
    public var pairs: [LetterPair] = []
    /// (letters of A, letters of B): the probability of each pair within the duplex, 0 to 1.
    public var probabilities: [Float] = []

    /// No duplex.
    public init() {}

    /// The expected number of pairs.
    public var expectedPairs: Float { probabilities.reduce(0, +) }
}

extension DuplexKernels {
    /// Writes the duplex of pair `pair` to `pairing`. No strand may have an ambiguous code.
    public func pairing(
        _ weights: DuplexWeights, _ pairs: Pairs, _ pair: Int, workspace: Workspace, into pairing: inout DuplexPairing
    ) {
        let shape = weights.shape
        precondition(pairs.letters == shape.letters && !pairs.isAmbiguous && (0..<pairs.count).contains(pair))
        let (n, m) = (pairs.a(pair).count, pairs.b(pair).count)
        if pairing.probabilities.count != n * m { pairing.probabilities = [Float](repeating: 0, count: n * m) }
        pairing.pairs.removeAll(keepingCapacity: true)
        guard n > 0, m > 0 else { return }
        let memory = reserve(workspace, shape, longest: pairs.longest)
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * min(n, m)) { places in
            pairing.probabilities.withUnsafeMutableBufferPointer { probabilities in
                pairs.strands.withStrandList { list in
                    guard let places = places.baseAddress, let probabilities = probabilities.baseAddress else { return }
                    let count = processor.loops.duplexStructure(
                        shape, weights.numbers, strands: list, pair: pair, workspace: memory,
                        probabilities: probabilities, places: places)
                    for k in 0..<count {
                        pairing.pairs.append(.init(a: Int(places[2 * k]), b: Int(places[2 * k + 1])))
                    }
                }
            }
        }
        // Sums of rounded weights may be above 1 by a little; those of weights that no strand could have are no
        // numbers.
        for k in pairing.probabilities.indices {
            let probability = pairing.probabilities[k]
            pairing.probabilities[k] = probability.isNaN ? 0 : min(1, max(0, probability))
        }
    }

    /// Writes for strand `a` of `rows` with the strands `range` of `columns` the share of the duplexes in which the
    /// last `length` letters of either strand are one helix to its end, 0 to 1, to `shares`, which is resized to the
    /// range. No strand may have an ambiguous code.
    public func threePrimeShares(
        _ weights: DuplexWeights, _ a: Int, of rows: StrandCodes, against columns: StrandCodes, _ range: Range<Int>,
        length: Int, workspace: Workspace, into shares: inout [Float]
    ) {
        let shape = weights.shape
        precondition(shape.isAntiparallel && shape.head == .equilibrium && length > 0)
        precondition(rows.letters == shape.letters && columns.letters == shape.letters)
        precondition((0..<rows.count).contains(a) && range.lowerBound >= 0 && range.upperBound <= columns.count)
        if shares.count != range.count { shares = [Float](repeating: 0, count: range.count) }
        let memory = reserve(workspace, shape, longest: max(rows.longest, columns.longest))
        shares.withUnsafeMutableBufferPointer { shares in
            rows.withStrandList { rows in
                columns.withStrandList { columns in
                    guard let shares = shares.baseAddress else { return }
                    processor.loops.duplexThreePrime(
                        shape, weights.numbers, a: a, of: rows, against: columns, range: range, length: length,
                        workspace: memory, shares: shares)
                }
            }
        }
    }

    private func reserve(_ workspace: Workspace, _ shape: DuplexShape, longest: Int) -> UnsafeMutableRawPointer {
        workspace.reserve(
            bytes: Loops.duplexWorkspaceBytes(shape, longest: longest, forGradient: true, inDouble: false))
    }
}
