// ImageEncoding: strands to the bytes of one-hot arrays and pictures, and from arrays back to letters.

import Kernels
import SeqIO
import SeqModel
import Synchronization

/// Writes the images of strands, in blocks that are made in parallel and written in order.
struct ImageEncoder: Sendable {
    let oneHot: OneHot
    let strands: PairCodes
    let perRecord: Int
    let threads: Int
    let isQuiet: Bool

    private static let block = 2048

    func writeBytes(to sink: ByteSink) throws {
        try write(to: sink) { oneHot.write($0, of: strands, to: &$1) }
    }

    func writeFloats(to sink: ByteSink) throws {
        try write(to: sink) { oneHot.writeFloats($0, of: strands, to: &$1) }
    }

    /// A line a letter and a strand: the letter where it stands, dots elsewhere; an empty line behind each record.
    func draw(to sink: ByteSink) throws {
        let letters = oneHot.alphabet.letters
        try write(to: sink) { range, bytes in
            var images: [UInt8] = []
            oneHot.write(range, of: strands, to: &images)
            bytes.removeAll(keepingCapacity: true)
            var row = 0
            for s in range {
                for letter in letters {
                    bytes.append(
                        contentsOf: images[row..<row + oneHot.length].lazy.map { $0 == 1 ? letter : UInt8(ascii: ".") })
                    bytes.append(10)
                    row += oneHot.length
                }
                if (s + 1) % perRecord == 0 { bytes.append(10) }
            }
        }
    }

    private func write(to sink: ByteSink, _ make: @Sendable (Range<Int>, inout [UInt8]) -> Void) throws {
        let count = strands.starts.count - 1
        let size = ImageEncoder.block
        let blocks = (count + size - 1) / size
        let round = 4 * threads
        let outputs = (0..<round).map { _ in Output() }
        var progress = ProgressBar(total: count / perRecord, noun: "records", isQuiet: isQuiet)
        defer { ProgressBar.clear() }
        for start in stride(from: 0, to: blocks, by: round) {
            let here = min(round, blocks - start)
            Parallel.run(pieces: here, threads: threads) { piece, _ in
                let first = (start + piece) * size
                outputs[piece].bytes.withLock { make(first..<min(first + size, count), &$0) }
            }
            for output in outputs[..<here] {
                try output.bytes.withLock { bytes throws(OutputError) in try sink.write(bytes) }
            }
            progress.update(min(count, (start + here) * size) / perRecord)
        }
    }

    private final class Output: Sendable {
        let bytes = Mutex<[UInt8]>([])
    }
}

/// Turns one-hot arrays back into letters.
struct ImageDecoder {
    let alphabet: Alphabet
    let reversesB: Bool

    /// Writes a line a record and returns how many. Throws where the bytes are no array that `encode` makes.
    func decode(_ bytes: [UInt8], path: String, to sink: ByteSink) throws -> Int {
        func bad(_ seen: String, _ expected: String) -> Failure {
            Failure(message: "\(path): \(seen), expected \(expected)", code: ExitCodes.badData)
        }
        guard let (header, size) = NumpyHeader.decode(bytes) else {
            throw bad("no header of an .npy array", "what numpy.save or seqgan encode writes")
        }
        let width = header.type == "|u1" ? 1 : header.type == "<f4" ? 4 : 0
        let k = alphabet.count
        let shape = header.shape
        let perRecord: Int
        switch shape.count {
        case 4 where shape[1] == 2 && shape[2] == k: perRecord = 2
        case 3 where shape[1] == 2 * k: perRecord = 2
        case 3 where shape[1] == k: perRecord = 1
        default: throw bad("an array of shape \(shape)", "(N, 2, \(k), L), (N, \(2 * k), L) or (N, \(k), L)")
        }
        guard width > 0 else { throw bad("numbers of type \(header.type)", "|u1 or <f4") }
        let (length, records) = (shape[shape.count - 1], shape[0])
        let needed = shape.reduce((value: width, overflows: false)) { sum, size in
            let (product, overflows) = sum.value.multipliedReportingOverflow(by: size)
            return (product, sum.overflows || overflows)
        }
        guard !needed.overflows, needed.value == bytes.count - size else {
            throw bad(
                counted(bytes.count - size, "bytes") + " of data",
                "the \(needed.overflows ? "(too many)" : "\(needed.value)") of shape \(shape)")
        }
        // Records without columns take no bytes: a few could stand for any number of empty lines.
        guard length > 0 || records == 0 else { throw bad("an array of shape \(shape)", "at least one column") }
        let oneHot = OneHot(alphabet: alphabet, length: length, reversesB: reversesB)
        for record in 0..<records {
            for part in 0..<perRecord {
                let start = size + (record * perRecord + part) * oneHot.area * width
                let letters = oneHot.letters(isB: part == 1) { row, column in
                    let at = start + (row * length + column) * width
                    return bytes[at..<at + width].contains { $0 != 0 }
                }
                guard let letters else {
                    throw bad("record \(record + 1) is not one-hot", "a letter or nothing in each column")
                }
                try sink.write(part == 0 ? letters : [9] + letters)
            }
            try sink.write([10])
        }
        return records
    }
}
