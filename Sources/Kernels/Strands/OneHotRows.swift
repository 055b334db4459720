// OneHotRows: strands as rows of ones and zeros, a row a letter.

/// One-hot images of strands, one behind the other: K rows of `columns` numbers each, 1 where the row's letter stands.
public struct OneHotRows: Sendable {
    /// Numbers in a row, at least as many as the longest strand has letters; those behind a strand are zero.
    public let columns: Int
    /// Whether each second strand is written from its end.
    public let reversesB: Bool

    /// Images with rows of `columns` numbers.
    public init(columns: Int, reversesB: Bool) {
        self.columns = columns
        self.reversesB = reversesB
    }

    /// Columns that are written at a time, the bytes of a word.
    private static let block = 8
    /// No code, whatever the alphabet.
    private static let nothing: UInt8 = 255

    /// Makes `image` those of a range of strands, a byte a number. An ambiguous letter is 1 in the row of each letter that it
    /// stands for.
    public func write(_ range: Range<Int>, of strands: StrandCodes, to image: inout [UInt8]) {
        let (letters, columns) = (strands.letters, columns)
        // A row is written in whole blocks; what is too much is written over by the next one.
        resize(&image, range.count * letters * columns + OneHotRows.block)
        eachLine(range, of: strands) { k, line, isAmbiguous in
            image.withUnsafeMutableBufferPointer { image in
                // SAFETY: rows of image k of those that `image` was made large enough for, with a block behind the last.
                guard var row = image.baseAddress.map({ $0 + k * letters * columns }) else { return }
                for letter in 0..<letters {
                    if isAmbiguous {
                        for j in 0..<columns { row[j] = strands.holds(line[j], letter) ? 1 : 0 }
                    } else {
                        let sought = UInt64(letter) &* 0x0101_0101_0101_0101
                        for j in stride(from: 0, to: columns, by: OneHotRows.block) {
                            let codes = UnsafeRawPointer(line + j).loadUnaligned(as: UInt64.self)
                            UnsafeMutableRawPointer(row + j).storeBytes(
                                of: OneHotRows.areEqual(codes, sought), as: UInt64.self)
                        }
                    }
                    row += columns
                }
            }
        }
        image.removeLast(OneHotRows.block)
    }

    /// The same in floats, little-endian; an ambiguous letter is shared evenly by the letters that it stands for.
    public func writeFloats(_ range: Range<Int>, of strands: StrandCodes, to image: inout [UInt8]) {
        let (letters, columns) = (strands.letters, columns)
        resize(&image, range.count * letters * columns * MemoryLayout<Float>.size)
        eachLine(range, of: strands) { k, line, isAmbiguous in
            image.withUnsafeMutableBytes { image in
                // SAFETY: rows of image k of those that `image` was made large enough for, each number in its place.
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

    /// 1 in each byte in which two words are the same, else 0.
    @inline(__always) private static func areEqual(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let difference = a ^ b
        // &+ : no byte's sum is above 254, so that none carries into the next. It reaches 128 where one of the lower bits is set.
        let isOther = ((difference & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7f7f_7f7f_7f7f_7f7f) | difference
        return ~isOther &>> 7 & 0x0101_0101_0101_0101
    }

    private func resize(_ image: inout [UInt8], _ count: Int) {
        if image.count > count { image.removeLast(image.count - count) }
        image.append(contentsOf: repeatElement(0, count: count - image.count))
    }

    /// Calls `body` with the number of each strand of a range, its codes in the order in which they are written, no codes behind
    /// them to the end of a block, and whether one of them is ambiguous.
    private func eachLine(
        _ range: Range<Int>, of strands: StrandCodes, _ body: (Int, UnsafePointer<UInt8>, Bool) -> Void
    ) {
        let size = (columns + OneHotRows.block - 1) / OneHotRows.block * OneHotRows.block
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { line in
            // SAFETY: `size` codes; a strand has no more of them than there are columns.
            guard let line = line.baseAddress else { return }
            line.initialize(repeating: OneHotRows.nothing, count: size)
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
                    if count < filled { (line + count).update(repeating: OneHotRows.nothing, count: filled - count) }
                    filled = count
                    let isAmbiguous = strands.isAmbiguous && (0..<count).contains { line[$0] >= strands.letters }
                    body(s - range.lowerBound, line, isAmbiguous)
                }
            }
        }
    }
}

extension StrandCodes {
    /// Whether a code stands for a letter; what is no code stands for none.
    fileprivate func holds(_ code: UInt8, _ letter: Int) -> Bool {
        Int(code) < members.count && members[Int(code)] & (1 << UInt32(letter)) != 0
    }
}
