// ArrayTarget: one-hot arrays in NumPy's format: what is encoded is decoded, and what is decoded is one-hot.

import Kernels
import SeqModel

@testable import SeqIO
@testable import seqgan

enum ArrayTarget {
    private static let input = MemoryFile(), output = MemoryFile()
    private static let alphabets: [Alphabet] =
        [.dna, .rna, .protein] + ["HP", "XYZ"].compactMap(Alphabet.init(named:))

    /// The first byte holds the options; the rest is a text to encode, or an array to decode: as it stands, or a
    /// header's text and data.
    static func run(_ bytes: [UInt8]) {
        output.becomeStandardOutput()
        var choices = Choices(bytes)
        let options = choices.byte()
        let alphabet = alphabets[Int(options & 7) % alphabets.count]
        let reverses = options & 8 != 0
        switch options >> 6 {
        case 0: encode(choices.bytes, alphabet, reverses, single: options & 16 != 0, floats: options & 32 != 0)
        case 1: decode(choices.bytes, alphabet, reverses)
        default:
            let text = choices.rest.prefix { $0 != 10 } + [10]
            let length = [UInt8(text.count & 255), UInt8(text.count >> 8 & 255)]
            let header =
                [0x93] + Array("NUMPY".utf8) + (options & 16 == 0 ? [1, 0] + length : [2, 0] + length + [0, 0])
            // Of bits, so that there are columns with one of them.
            let data = choices.rest.dropFirst(text.count).flatMap { byte in (0..<8).map { byte >> $0 & 1 } }
            decode(header + text + data, alphabet, reverses)
        }
    }

    private static func encode(_ text: [UInt8], _ alphabet: Alphabet, _ reverses: Bool, single: Bool, floats: Bool) {
        input.hold(text)
        var columns = PairColumns()
        if single { columns.strandB = nil }
        let reader = PairReader(paths: [input.path], columns: columns, letters: alphabet.letterKinds)
        var strands = StrandCodes(alphabet: alphabet)
        do throws(InputError) {
            _ = try forEachPair(reader, skipsBad: true) { (entry, batch) throws(InputError) in
                try strands.append(entry, of: batch, alphabet, LengthLimits())
            }
        } catch {}  // what came before it is encoded
        let perRecord = single ? 1 : 2
        let count = strands.count / perRecord
        let oneHot = OneHot(alphabet: alphabet, length: max(1, strands.longest), reversesB: reverses && !single)
        guard count * oneHot.area < 1 << 20 else { return }
        let encoder = ImageEncoder(oneHot: oneHot, strands: strands, perRecord: perRecord, threads: 2, isQuiet: true)
        let shape = [count] + (single ? [] : [2]) + [alphabet.count, oneHot.length]
        let header = NumpyHeader(type: floats ? "<f4" : "|u1", shape: shape)
        require(header.encoded().count % 64 == 0, "a header of \(header.encoded().count) bytes")
        do {
            let sink = try ByteSink(path: nil)
            try sink.write(header.encoded())
            if floats { try encoder.writeFloats(to: sink) } else { try encoder.writeBytes(to: sink) }
            try sink.finish()
        } catch { require(false, "\(error)") }
        let array = output.bytes
        guard let (read, size) = try? NumpyHeader.decode(array) else { return require(false, "no header") }
        require(read == header && size == header.encoded().count, "another header: \(read)")
        require(array.count - size == shape.reduce(floats ? 4 : 1, *), "\(array.count - size) bytes of \(shape)")
        output.becomeStandardOutput()
        let lines = decoded(array, alphabet, oneHot.reversesB)
        let expected = (0..<count).map { record in
            (0..<perRecord).map { part in
                strands[record * perRecord + part].map { alphabet.codeLetters[Int($0)] }
            }.joined(separator: [9])
        }
        require(lines?.count == count, "\(lines?.count as Any) of \(count) records decoded")
        for (line, record) in zip(lines ?? [], expected) { require(line.elementsEqual(record), "other letters") }
    }

    /// The lines that an array is decoded to; nil where it is refused.
    private static func decoded(_ array: [UInt8], _ alphabet: Alphabet, _ reverses: Bool) -> [ArraySlice<UInt8>]? {
        do {
            let sink = try ByteSink(path: nil)
            let decoder = ImageDecoder(alphabet: alphabet, reversesB: reverses)
            let count = try decoder.decode(array, path: "a.npy", to: sink)
            try sink.finish()
            let lines = output.bytes.split(separator: 10, omittingEmptySubsequences: false).dropLast()
            require(lines.count == count, "\(lines.count) lines of \(count) records")
            return Array(lines)
        } catch {
            guard let failure = error as? Failure else {
                require(false, "\(error)")
                return nil
            }
            require(failure.code == ExitCodes.badData && failure.message.hasPrefix("a.npy: "), failure.message)
            return nil
        }
    }

    private static func decode(_ array: [UInt8], _ alphabet: Alphabet, _ reverses: Bool) {
        guard let lines = decoded(array, alphabet, reverses) else { return }
        guard let (header, size) = try? NumpyHeader.decode(array) else {
            return require(false, "decoded without a header")
        }
        guard let width = ArrayNumbers(header.type)?.width else { return require(false, "decoded \(header.type)") }
        let length = header.shape.last ?? 0
        // Encoded anew, the same cells are set.
        var strands = StrandCodes(alphabet: alphabet)
        let isSingle = header.shape.count == 3 && header.shape[1] == alphabet.count
        let oneHot = OneHot(alphabet: alphabet, length: length, reversesB: reverses)
        require(header.shape[0] == lines.count, "\(lines.count) lines of shape \(header.shape)")
        let blank = [UInt8](repeating: 0, count: oneHot.area)
        for (record, line) in lines.enumerated() {
            let parts = line.split(separator: 9, omittingEmptySubsequences: false)
            require(parts.count == (isSingle ? 1 : 2), "\(parts.count) strands")
            for (part, letters) in parts.enumerated() {
                var image = blank
                if !letters.isEmpty {
                    strands.removeAll()
                    guard letters.count <= DuplexShape.maximumLength else { continue }
                    // Strand B is one at an odd place.
                    for _ in 0...part {
                        let bad = strands.append(Array(letters), 0..<letters.count, table: alphabet.codes)
                        require(bad == nil, "letters")
                    }
                    oneHot.write(part..<part + 1, of: strands, to: &image)
                }
                let start = size + (record * parts.count + part) * oneHot.area * width
                let isSame = image.indices.allSatisfy { cell in
                    (ArrayNumbers(header.type)?.value(array, at: start + cell * width) != 0) == (image[cell] != 0)
                }
                require(isSame, "record \(record): other cells than were decoded")
            }
        }
    }
}
