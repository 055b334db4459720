// Tests of quadratic functions: their terms, the fit to numbers, and frequencies of bins that are smooth.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct QuadraticTests {
    @Test func theTermsAreOneTheNumbersAndTheirProducts() {
        #expect(QuadraticTerms.of([2, 3]) == [1, 2, 3, 4, 6, 9])
        #expect(QuadraticTerms.of([Float]()) == [1])
        for count in 0...5 {
            #expect(QuadraticTerms.of([Float](repeating: 1, count: count)).count == QuadraticTerms.count(count))
        }
        #expect(QuadraticTerms.of([3e38]).allSatisfy { $0.isFinite })
    }

    @Test func theFitIsTheNearestQuadraticFunction() {
        let buffer = FloatBuffer(count: 12)
        func values(_ body: (Float) -> Float) -> [Float] { (0..<12).map { body(Float($0)) } }
        let quadratic = values { 3 - 2 * $0 + 0.5 * $0 * $0 }
        buffer[0..<12] = quadratic
        let fit = QuadraticFit(1..<9)
        fit.apply(buffer, from: 2)
        #expect(zip(buffer[0..<12], quadratic).allSatisfy { abs($0 - $1) < 1e-4 })
        // A cubic of Legendre's kind is orthogonal to it: nothing of it is left, and what is outside stays.
        let other = values { k in
            let x = k - 6.5; return x * x * x - 9.25 * x
        }
        buffer[0..<12] = other
        fit.apply(buffer, from: 2)
        #expect(buffer[3..<11].allSatisfy { abs($0) < 1e-3 })
        #expect(buffer[0..<3] == Array(other[..<3]) && buffer[11] == other[11])
        // Three numbers or fewer are kept.
        for range in [0..<0, 4..<7] {
            buffer[0..<12] = other
            QuadraticFit(range).apply(buffer, from: 0)
            #expect(buffer[0..<12] == other)
        }
    }

    /// Frequencies that change smoothly are found nearer than bin by bin; those of the bins at the ends are their own.
    @Test func smoothFrequenciesAreFoundFromFewPairs() {
        let count = 20
        func weights(_ x: Float) -> [Float] {
            (0..<count).map { bin in
                let k = Float(bin) / 10 - 1
                let rise = (0.8 + 0.3 * x) * k - 0.5 * k * k + 0.2 * x * x
                return bin == 0 ? 6 : bin == count - 1 ? 12 : exponential(rise)
            }
        }
        var (bins, inputs, random): ([Int], PairConditions, RandomSource) = (
            [], PairConditions(width: 1), RandomSource(seed: 88)
        )
        for k in 0..<3_000 {
            let x = Float(k % 201) / 100 - 1
            let own = weights(x)
            var (rest, bin) = (random.uniform() * own.reduce(0, +), 0)
            while bin < count - 1, rest >= own[bin] { (rest, bin) = (rest - own[bin], bin + 1) }
            bins.append(bin)
            inputs.append([x])
        }
        func error(_ smooth: Range<Int>) -> Float {
            let shares = BinShares(bins: count, of: bins, inputs: inputs, smooth: smooth)
            return ([-0.9, -0.4, 0, 0.5, 0.9] as [Float]).reduce(0) { sum, x in
                let (own, found) = (weights(x), shares.shares(at: [x]))
                let total = own.reduce(0, +)
                return sum + zip(own, found).reduce(0) { $0 + abs(logarithm($1.1 * total / $1.0)) }
            } / Float(5 * count)
        }
        let (free, smooth) = (error(0..<0), error(1..<count - 1))
        #expect(free > 0.1 && smooth < 0.6 * free && smooth < 0.12, "\(free) \(smooth)")
    }
}
