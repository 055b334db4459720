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

/// The 3' ends that count, re-exported for users of the kernels.
public typealias ThreePrimeEnds = KernelShapes.ThreePrimeEnds

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

    /// The share of the duplexes of strand `a` of one list with strand `b` of another in which `ends` are bound:
    /// the last letters of a strand are one helix to its end. From 0 to 1. `rule` (K, K) is 1 where a letter of A pairs
    /// with one of B, else 0. No strand may have an ambiguous code.
    public func threePrimeShare(
        _ weights: DuplexWeights, _ a: Int, of first: StrandCodes, _ b: Int, of second: StrandCodes,
        ends: ThreePrimeEnds,
        rule: [UInt8], workspace: Workspace
    ) -> Float {
        let shape = weights.shape
        precondition(shape.isAntiparallel && shape.head == .equilibrium && ends.length > 0)
        precondition(rule.count == shape.letters * shape.letters)
        precondition(first.letters == shape.letters && second.letters == shape.letters)
        precondition((0..<first.count).contains(a) && (0..<second.count).contains(b))
        let memory = reserve(workspace, shape, longest: max(first.longest, second.longest))
        return rule.withUnsafeBufferPointer { rule in
            first.withStrandList { first in
                second.withStrandList { second in
                    rule.baseAddress.map {
                        processor.loops.duplexThreePrimeShare(
                            shape, weights.numbers, a: a, of: first, b: b, of: second, ends: ends, rule: $0,
                            workspace: memory)
                    } ?? 0
                } ?? 0
            } ?? 0
        }
    }

    private func reserve(_ workspace: Workspace, _ shape: DuplexShape, longest: Int) -> UnsafeMutableRawPointer {
        workspace.reserve(
            bytes: Loops.duplexWorkspaceBytes(shape, longest: longest, forGradient: true, inDouble: false))
    }
}
