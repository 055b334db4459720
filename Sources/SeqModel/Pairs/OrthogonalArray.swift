// OrthogonalArray: 256 runs of 17 factors in which any two factors have all combinations of levels equally often.

import Kernels

/// The linear orthogonal array of 256 runs, 17 factors of 16 levels and strength two (Bose, Sankhya 3:323, 1938),
/// refined to a Latin hypercube within the levels.
enum OrthogonalArray {
    /// Number of runs.
    static let runs = 256
    /// Number of factors.
    static let factors = 17
    private static let levels = 16

    /// The ranks of all runs in a factor: a permutation of 0 ..< 256, whose rank / 16 is the run's level. The order of
    /// the levels, and of the ranks within a level, is drawn.
    static func ranks(ofFactor factor: Int, _ random: inout RandomSource) -> [Int] {
        precondition((0..<factors).contains(factor))
        var outer = Array(0..<levels)
        var inner = outer
        random.shuffle(&outer)
        random.shuffle(&inner)
        return (0..<runs).map { run in
            let (x, y) = (run / levels, run % levels)
            // Lines of slope `factor` in the plane over the field of 16 elements; those of the last factor are
            // vertical.
            let (level, along) = factor < levels ? (product(x, factor) ^ y, x) : (x, y)
            return levels * outer[level] + inner[along]
        }
    }

    /// The product of two elements of the field of 16 elements: polynomials over two elements modulo x^4 + x + 1.
    private static func product(_ a: Int, _ b: Int) -> Int {
        var (sum, shifted) = (0, a)
        for bit in 0..<4 {
            if b >> bit & 1 == 1 { sum ^= shifted }
            shifted <<= 1
            if shifted & levels != 0 { shifted ^= 0b1_0011 }
        }
        return sum
    }
}
