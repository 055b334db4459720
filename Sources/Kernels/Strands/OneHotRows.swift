// OneHotRows: one-hot images of strands, a row for each letter of the alphabet.

/// One-hot images of strands, one after the other: K rows of `columns` numbers each, 1 where the strand has the row's
/// letter.
public struct OneHotRows: Sendable {
    /// Numbers in a row, at least the length of the longest strand. Columns after the end of a strand are zero.
    public let columns: Int
    /// Whether strands with odd numbers (B of pairs) are written from the end.
    public let reversesB: Bool

    /// Images with rows of `columns` numbers.
    public init(columns: Int, reversesB: Bool) {
        self.columns = columns
        self.reversesB = reversesB
    }

    /// Columns that are written at once, the bytes of a block.
    private static let block = MemoryLayout<Block>.size
    private typealias Block = SIMD2<UInt64>
    /// A value that is no code of any alphabet.
    private static let noCode: UInt8 = 255

    /// Sets `image` to the images of a range of strands, one byte a number. An ambiguous letter is 1 in the row of
    /// each letter that it stands for.
    public func write(_ range: Range<Int>, of strands: StrandCodes, to image: inout [UInt8]) {
        let (letters, columns) = (strands.letters, columns)
        // Rows are written in whole blocks. Excess bytes are overwritten by the next row.
        resize(&image, range.count * letters * columns + OneHotRows.block)
        eachLine(range, of: strands) { k, line, isAmbiguous in
            image.withUnsafeMutableBufferPointer { image in
                // SAFETY: `image` has room for the rows of image k, and for one block after the last image.
                guard var row = image.baseAddress.map({ $0 + k * letters * columns }) else { return }
                for letter in 0..<letters {
                    if isAmbiguous {
                        for j in 0..<columns { row[j] = strands.holds(line[j], letter) ? 1 : 0 }
                    } else {
                        let sought = Block(repeating: UInt64(letter) &* 0x0101_0101_0101_0101)
                        for j in stride(from: 0, to: columns, by: OneHotRows.block) {
                            let codes = UnsafeRawPointer(line + j).loadUnaligned(as: Block.self)
                            UnsafeMutableRawPointer(row + j).storeBytes(
                                of: OneHotRows.areEqual(codes, sought), as: Block.self)
                        }
                    }
                    row += columns
                }
            }
        }
        image.removeLast(OneHotRows.block)
    }

    /// The same as little-endian floats. An ambiguous letter is 1/n in the rows of the n letters that it stands for.
    public func writeFloats(_ range: Range<Int>, of strands: StrandCodes, to image: inout [UInt8]) {
        let (letters, columns) = (strands.letters, columns)
        resize(&image, range.count * letters * columns * MemoryLayout<Float>.size)
        eachLine(range, of: strands) { k, line, isAmbiguous in
            image.withUnsafeMutableBytes { image in
                // SAFETY: `image` has room for the rows of image k; each number is written inside its row.
                guard var row = image.baseAddress.map({ $0 + k * letters * columns * MemoryLayout<Float>.size }) else {
                    return
                }
                for letter in 0..<letters {
                    for j in 0..<columns {
                        var number: Float = Int(line[j]) == letter ? 1 : 0
                        if isAmbiguous, strands.holds(line[j], letter) {
                            number = 1 / Float(strands.members[Int(line[j])].nonzeroBitCount)
                        }
                        row.storeBytes(of: number.bitPattern.littleEndian, toByteOffset: 4 * j, as: UInt32.self)
                    }
                    row += columns * MemoryLayout<Float>.size
                }
            }
        }
    }

    /// A block with 1 in each byte where two blocks are equal, and 0 in the others.
    @inline(__always) private static func areEqual(_ a: Block, _ b: Block) -> Block {
        let (difference, low) = (a ^ b, Block(repeating: 0x7f7f_7f7f_7f7f_7f7f))
        // &+: no carry between bytes, as each sum is at most 254. A sum is 128 or more if one of the lower bits is
        // set.
        let isOther = ((difference & low) &+ low) | difference
        return ~isOther &>> 7 & Block(repeating: 0x0101_0101_0101_0101)
    }

    private func resize(_ image: inout [UInt8], _ count: Int) {
        if image.count > count { image.removeLast(image.count - count) }
        image.append(contentsOf: repeatElement(0, count: count - image.count))
    }

    /// Calls `body` for each strand of a range with its number in the range, its codes in writing order, padded with
    /// `noCode` to whole blocks, and whether one of them is ambiguous.
    private func eachLine(
        _ range: Range<Int>, of strands: StrandCodes, _ body: (Int, UnsafePointer<UInt8>, Bool) -> Void
    ) {
        let size = (columns + OneHotRows.block - 1) / OneHotRows.block * OneHotRows.block
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { line in
            // SAFETY: `size` codes are allocated; a strand has at most `columns`, as checked below.
            guard let line = line.baseAddress else { return }
            line.initialize(repeating: OneHotRows.noCode, count: size)
            var filled = 0
            strands.codes.withUnsafeBufferPointer { codes in
                for s in range {
                    let (start, end) = (strands.starts[s], strands.starts[s + 1])
                    let count = end - start
                    precondition(count <= columns)
                    if let codes = codes.baseAddress {
                        if reversesB && s % 2 == 1 {
                            for j in 0..<count { line[j] = codes[end &- 1 &- j] }
                        } else {
                            line.update(from: codes + start, count: count)
                        }
                    }
                    if count < filled { (line + count).update(repeating: OneHotRows.noCode, count: filled - count) }
                    filled = count
                    let isAmbiguous = strands.isAmbiguous && (0..<count).contains { line[$0] >= strands.letters }
                    body(s - range.lowerBound, line, isAmbiguous)
                }
            }
        }
    }
}

extension StrandCodes {
    /// Whether a code stands for a letter. `noCode` stands for none.
    fileprivate func holds(_ code: UInt8, _ letter: Int) -> Bool {
        Int(code) < members.count && members[Int(code)] & (1 << UInt32(letter)) != 0
    }
}
