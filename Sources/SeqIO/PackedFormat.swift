// PackedFormat: compressed and binary formats that are not unpacked here, known by their first bytes.

/// A format of compressed or binary data. Only gzip text is unpacked by this program.
public enum PackedFormat: String, Sendable, CaseIterable {
    /// Gzip, by its first bytes 1f 8b 08. Text is unpacked from it; models and arrays are not.
    case gzip
    /// Formats by their usual names.
    case bzip2, xz, zstd, lz4, lzip, zip, rar, tar
    /// 7-Zip.
    case sevenZip = "7z"
    /// Unix compress (`.Z`).
    case compress
    /// Aligned reads.
    case bam = "BAM", cram = "CRAM"

    /// The format of data that begin with `bytes`; nil where none of these formats matches.
    public init?(_ bytes: some Collection<UInt8>) {
        let first = Array(bytes.prefix(264))
        let signs: [(PackedFormat, [UInt8])] = [
            (.gzip, [0x1f, 0x8b, 8]), (.bzip2, Array("BZh".utf8)), (.xz, [0xfd] + Array("7zXZ".utf8) + [0]),
            (.zstd, [0x28, 0xb5, 0x2f, 0xfd]), (.lz4, [4, 0x22, 0x4d, 0x18]), (.lzip, Array("LZIP".utf8) + [1]),
            (.zip, Array("PK".utf8) + [3, 4]), (.zip, Array("PK".utf8) + [5, 6]), (.zip, Array("PK".utf8) + [7, 8]),
            (.rar, Array("Rar!".utf8) + [0x1a, 7]), (.sevenZip, Array("7z".utf8) + [0xbc, 0xaf, 0x27, 0x1c]),
            (.compress, [0x1f, 0x9d]), (.bam, Array("BAM".utf8) + [1]), (.cram, Array("CRAM".utf8) + [2]),
            (.cram, Array("CRAM".utf8) + [3]),
        ]
        guard let (format, sign) = signs.first(where: { first.starts(with: $0.1) }) else {
            // A zstd file may begin with a skippable frame; a tar file begins with the name of its first member.
            if first.count >= 4, first[0] & 0xf0 == 0x50, first[1...3] == [0x2a, 0x4d, 0x18] {
                self = .zstd
            } else if first.dropFirst(257).starts(with: "ustar".utf8), first[..<257].contains(0) {
                self = .tar
            } else {
                return nil
            }
            return
        }
        // Text could begin with BZh; the magic number of a block (digits of pi or of its square root) decides.
        if format == .bzip2 {
            let block = first.dropFirst(sign.count + 1)
            guard block.starts(with: Array("1AY&SY".utf8)) || block.starts(with: [0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
            else { return nil }
        }
        self = format
    }

    /// The command that writes the contents of such a file to standard output.
    public var reader: String {
        switch self {
        case .gzip: "gzip -dc"
        case .bzip2: "bzcat"
        case .xz: "xzcat"
        case .zstd: "zstdcat"
        case .lz4: "lz4cat"
        case .lzip: "lzip -dc"
        case .zip: "unzip -p"
        case .rar: "unrar p -inul"
        case .tar: "tar -xOf"
        case .sevenZip: "7z x -so"
        case .compress: "gzip -dc"
        case .bam, .cram: "samtools fastq"
        }
    }

    /// The error for packed data where text is expected.
    func error(at location: Location) -> InputError {
        let file = location.path == "<stdin>" ? "FILE" : location.path
        return .malformed(
            location, seen: "\(rawValue) data",
            expected: "text, plain or packed by gzip: try \(reader) \(file) | seqgan ...")
    }
}
