// OneHotRowsTests: one-hot images of strands against their definition, cell by cell.

import TestSupport
import Testing

@testable import Kernels

@Suite(.timed) struct OneHotRowsTests {
    /// Alphabets of 2, 4 and 26 letters, with some codes that stand for several of them.
    private static let members: [(letters: Int, members: [UInt32])] = [
        (2, [1, 2, 3]), (4, [1, 2, 4, 8, 5, 10, 15]), (26, (0..<26).map { 1 << $0 } + [0x3ff_ffff]),
    ]

    @Test(arguments: members.indices, [1, 7, 8, 9, 26, 33, 64, 100]) func everyCellIsThatOfItsLetter(
        _ alphabet: Int, columns: Int
    ) {
        let (letters, members) = Self.members[alphabet]
        for codes in [letters, members.count] {
            for reversesB in [false, true] {
                var random = RandomSource(seed: UInt64(columns), stream: 3)
                var strands = StrandCodes(letters: letters, members: members)
                for _ in 0..<9 {
                    let strand = (0..<1 + random.index(below: columns)).map { _ in UInt8(random.index(below: codes)) }
                    strands.append(strand[...])
                }
                // Earlier contents of the image are overwritten, whether it was larger or smaller.
                for size in [0, 7, 100_000] {
                    var image = [UInt8](repeating: 9, count: size), floats = image
                    let rows = OneHotRows(columns: columns, reversesB: reversesB)
                    rows.write(2..<8, of: strands, to: &image)
                    rows.writeFloats(2..<8, of: strands, to: &floats)
                    let cells = (2..<8).flatMap { Self.cells(strands, $0, columns, reversesB) }
                    let expected = cells.map { UInt8($0 > 0 ? 1 : 0) }
                    let expectedFloats = cells.flatMap { cell -> [UInt8] in
                        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: cell.bitPattern >> $0) }
                    }
                    #expect(image == expected)
                    #expect(floats == expectedFloats)
                }
            }
        }
    }

    /// The cells of a strand, row by row, from their definition.
    private static func cells(_ strands: StrandCodes, _ s: Int, _ columns: Int, _ reversesB: Bool) -> [Float] {
        var codes = Array(strands.codes[strands.starts[s]..<strands.starts[s + 1]])
        if reversesB && s % 2 == 1 { codes.reverse() }
        return (0..<strands.letters).flatMap { letter in
            (0..<columns).map { column in
                guard column < codes.count else { return 0 }
                let members = strands.members[Int(codes[column])]
                return members & (1 << UInt32(letter)) != 0 ? 1 / Float(members.nonzeroBitCount) : 0
            }
        }
    }
}
