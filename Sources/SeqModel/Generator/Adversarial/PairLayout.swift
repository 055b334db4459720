// PairLayout: the alignment of a pair's letters with the columns of the generator's and the critic's inputs.

import Kernels

/// The columns of a pair. Strand B starts in column 0; it is reversed if the strands are antiparallel, so that facing
/// letters share a column. Strand A is present in two frames: the near frame is aligned at B's first column, the far
/// frame at its last.
///
/// In the near frame, column i contains A[i + nearOffset]; in the far frame, A[i + n - m + farOffset], with n and m the
/// lengths of A and B. The offsets are those with the largest mutual information of facing letters in positive pairs.
public struct PairLayout: Sendable, Equatable {
    /// Letters K of the alphabet.
    public let letters: Int
    /// The number of columns: the length of the longest strand.
    public let length: Int
    /// How the strands face each other.
    public let orientation: Orientation
    /// Shifts of strand A in each frame, in letters.
    public var nearOffset = 0, farOffset = 0

    /// The two alignments of strand A.
    enum Frame { case near, far }

    /// Creates a layout without shifts.
    public init(letters: Int, length: Int, orientation: Orientation) {
        self.letters = letters
        self.length = length
        self.orientation = orientation
    }

    /// The index of A's letter in column 0 of a frame, for strands of `n` and `m` letters. May be negative.
    func start(_ frame: Frame, a n: Int, b m: Int) -> Int {
        switch frame {
        case .near: nearOffset
        case .far: n - m + farOffset
        }
    }

    /// The column of B's letter `index`; also the letter of column `index`, as the map is its own inverse.
    func facing(_ index: Int, b m: Int) -> Int { orientation == .antiparallel ? m - 1 - index : index }

    /// Sets the offsets by the first 4,000 (at most) of the pairs `chosen`.
    mutating func align(to pairs: Pairs, chosen: [Int]) {
        let some = chosen.prefix(4_000)
        nearOffset = bestOffset(.near, pairs, some)
        farOffset = bestOffset(.far, pairs, some)
    }

    /// The offset with the largest mutual information; 0 unless another one has 5 % more.
    private func bestOffset(_ frame: Frame, _ pairs: Pairs, _ chosen: ArraySlice<Int>) -> Int {
        var best = (offset: 0, information: information(frame, pairs, chosen, offset: 0) * 1.05)
        for offset in -(length - 1)..<length where offset != 0 {
            let bits = information(frame, pairs, chosen, offset: offset)
            if bits > best.information { best = (offset, bits) }
        }
        return best.offset
    }

    /// The mutual information of facing letters in nats, times their number, minus its expectation for independent
    /// letters, (K - 1)^2 / 2.
    private func information(_ frame: Frame, _ pairs: Pairs, _ chosen: ArraySlice<Int>, offset: Int) -> Double {
        var table = [Int](repeating: 0, count: letters * letters)
        for p in chosen {
            let a = pairs.a(p)
            let b = pairs.b(p)
            let first = start(frame, a: a.count, b: b.count) + offset - (frame == .near ? nearOffset : farOffset)
            for column in max(0, -first)..<max(0, -first, min(b.count, a.count - first)) {
                let x = Int(a[a.startIndex + first + column])
                let y = Int(b[b.startIndex + facing(column, b: b.count)])
                table[x * letters + y] += 1
            }
        }
        let total = table.reduce(0, +)
        guard total > 0 else { return 0 }
        let nats = ContingencyTable.mutualInformation(table, letters: letters) * logarithm(2.0)
        return Double(total) * nats - Double((letters - 1) * (letters - 1)) / 2
    }
}
