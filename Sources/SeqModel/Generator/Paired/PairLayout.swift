// PairLayout: where the letters of a pair lie in the columns that the generator and the critic see.

import Kernels

/// The columns of a pair: B lies from column 0, turned round where the strands are antiparallel, so that facing letters
/// share a column; A lies in two frames, one flush with B's first column and one with its last.
///
/// In the near frame column i shows A[i + nearOffset], in the far frame A[i + n - m + farOffset] (n, m the lengths of A
/// and B). The offsets are those at which facing letters of positive pairs tell most of each other.
public struct PairLayout: Sendable, Equatable {
    /// Letters K of the alphabet.
    public let letters: Int
    /// Columns: the longest strand.
    public let length: Int
    /// How the strands face each other.
    public let orientation: Orientation
    /// Letters of A that each frame is moved by.
    public var nearOffset = 0, farOffset = 0

    /// The two places that A is laid in.
    enum Frame { case near, far }

    /// A layout with A flush with B.
    public init(letters: Int, length: Int, orientation: Orientation) {
        self.letters = letters
        self.length = length
        self.orientation = orientation
    }

    /// The letter of A in column 0 of a frame.
    func start(_ frame: Frame, a n: Int, b m: Int) -> Int {
        switch frame {
        case .near: nearOffset
        case .far: n - m + farOffset
        }
    }

    /// The column of B's letter `index`, and the letter of column `index`: each is the other's inverse.
    func facing(_ index: Int, b m: Int) -> Int { orientation == .antiparallel ? m - 1 - index : index }

    /// Finds the offsets on up to 4,000 of the pairs `chosen`.
    mutating func align(to pairs: Pairs, chosen: [Int]) {
        let some = chosen.prefix(4_000)
        nearOffset = bestOffset(.near, pairs, some)
        farOffset = bestOffset(.far, pairs, some)
    }

    private func bestOffset(_ frame: Frame, _ pairs: Pairs, _ chosen: ArraySlice<Int>) -> Int {
        var best = (offset: 0, information: information(frame, pairs, chosen, offset: 0) * 1.05)
        for offset in -(length - 1)..<length where offset != 0 {
            let bits = information(frame, pairs, chosen, offset: offset)
            if bits > best.information { best = (offset, bits) }
        }
        return best.offset
    }

    /// Mutual information of facing letters in nats, times their number, less what chance would give.
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
