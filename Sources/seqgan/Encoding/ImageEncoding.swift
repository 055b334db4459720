// ImageEncoding: writes strands as one-hot arrays or pictures, and reads arrays back to letters.

import Kernels
import SeqIO
import SeqModel
import Synchronization

/// Writes the images of strands in blocks that are made in parallel and written in order.
struct ImageEncoder: Sendable {
    let oneHot: OneHot
    let strands: StrandCodes
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

    /// Writes, for each strand, a line for each letter of the alphabet: the letter where it occurs, dots elsewhere.
    /// An empty line follows each record.
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
        let count = strands.count
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

/// Converts one-hot arrays back to letters.
struct ImageDecoder {
    let alphabet: Alphabet
    let reversesB: Bool
    /// What separates strands A and B.
    var delimiter = Delimiter.tab

    /// Writes a line for each record and returns their number. Throws where `bytes` are not an array as `encode`
    /// makes it; the records before a bad one have then been written.
    func decode(_ bytes: [UInt8], path: String, to sink: ByteSink) throws -> Int {
        func bad(_ seen: String, _ expected: String) -> Failure {
            Failure(message: "\(path): \(seen), expected \(expected)", code: ExitCodes.badData)
        }
        let (header, size): (NumpyHeader, Int)
        do throws(NumpyHeader.Fault) {
            (header, size) = try NumpyHeader.decode(bytes)
        } catch {
            throw bad("\(error)", "what numpy.save or seqgan encode writes, in C order, of version 1 to 3")
        }
        let k = alphabet.count
        let shape = header.shape
        let perRecord: Int
        switch shape.count {
        case 4 where shape[1] == 2 && shape[2] == k: perRecord = 2
        case 3 where shape[1] == 2 * k: perRecord = 2
        case 3 where shape[1] == k: perRecord = 1
        default: throw bad("an array of shape \(shape)", "(N, 2, \(k), L), (N, \(2 * k), L) or (N, \(k), L)")
        }
        guard let numbers = ArrayNumbers(header.type) else {
            throw bad("numbers of type \(excerpt(header.type.utf8))", ArrayNumbers.expected)
        }
        let (length, records) = (shape[shape.count - 1], shape[0])
        let needed = shape.reduce((value: numbers.width, overflows: false)) { sum, size in
            let (product, overflows) = sum.value.multipliedReportingOverflow(by: size)
            return (product, sum.overflows || overflows)
        }
        guard !needed.overflows, needed.value == bytes.count - size else {
            throw bad(
                counted(bytes.count - size, "bytes") + " of data",
                "the \(needed.overflows ? "(too many)" : "\(needed.value)") of shape \(shape)")
        }
        // Records without columns take no bytes: a small file could stand for any number of empty lines.
        guard length > 0 || records == 0 else { throw bad("an array of shape \(shape)", "at least one column") }
        let oneHot = OneHot(alphabet: alphabet, length: length, reversesB: reversesB)
        for record in 0..<records {
            var line: [UInt8] = []
            for part in 0..<perRecord {
                let start = size + (record * perRecord + part) * oneHot.area * numbers.width
                let (letters, badColumn) = oneHot.letters(isB: part == 1) { row, column in
                    numbers.value(bytes, at: start + (row * length + column) * numbers.width)
                }
                if let badColumn {
                    try sink.flush()
                    let strand = perRecord == 1 ? "" : " of strand \(part == 0 ? "A" : "B")"
                    throw bad(
                        "record \(record + 1) is not one-hot in column \(badColumn + 1)\(strand)",
                        "zeros and a 1, or the equal fractions of an ambiguity letter, and only zeros after the strand")
                }
                line += part == 0 ? letters : [delimiter.byte] + letters
            }
            try sink.write(line + [10])
        }
        return records
    }
}

/// The element types that can be read, by NumPy's names.
enum ArrayNumbers: String, CaseIterable {
    case bytes = "|u1", booleans = "|b1", signedBytes = "|i1", floats = "<f4", doubles = "<f8", integers = "<i4"
    case longIntegers = "<i8"

    init?(_ type: String) { self.init(rawValue: type) }

    /// The readable types, as messages list them.
    static var expected: String {
        let types = allCases.map(\.rawValue)
        return types.dropLast().joined(separator: ", ") + " or \(types[types.count - 1]) (little-endian)"
    }

    /// The size of an element in bytes.
    var width: Int {
        switch self {
        case .bytes, .booleans, .signedBytes: 1
        case .floats, .integers: 4
        case .doubles, .longIntegers: 8
        }
    }

    /// The number that begins at index `place`.
    func value(_ bytes: [UInt8], at place: Int) -> Double {
        var bits: UInt64 = 0
        for k in 0..<width { bits |= UInt64(bytes[place + k]) << UInt64(8 * k) }
        switch self {
        case .bytes, .booleans: return Double(bits)
        case .signedBytes: return Double(Int8(truncatingIfNeeded: bits))
        case .floats: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case .doubles: return Double(bitPattern: bits)
        case .integers: return Double(Int32(truncatingIfNeeded: bits))
        case .longIntegers: return Double(Int64(bitPattern: bits))
        }
    }
}
