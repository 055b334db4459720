// ModelClaimTests: model files whose checksums agree and whose claims do not hold, given to every command that reads one.

import Testing

@Suite struct ModelClaimTests {
    /// CRC-32 as in gzip, bit by bit, as the manual of the format says it.
    private static func checksum(_ bytes: some Sequence<UInt8>) -> String {
        var crc = ~UInt32(0)
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
        }
        let digits = String(~crc, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// A model's header as text, and its data.
    static func parts(_ bytes: [UInt8]) -> (header: String, data: [UInt8]) {
        let length = bytes[..<8].enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        return (String(decoding: bytes[8..<8 + length], as: UTF8.self), Array(bytes[(8 + length)...]))
    }

    /// The file of a header and data, with both checksums made anew.
    static func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
        func with(_ key: String, _ digits: String, _ text: String) -> String {
            guard let found = text.firstRange(of: "\"\(key)\":\"") else { return text }
            let end = text.index(found.upperBound, offsetBy: 8)
            return text.replacingCharacters(found.upperBound..<end, with: digits)
        }
        let zeroed = with("crc32.header", "00000000", with("crc32.data", checksum(data), header))
        let whole = Array(with("crc32.header", checksum(zeroed.utf8), zeroed).utf8)
        return (0..<8).map { UInt8(truncatingIfNeeded: whole.count >> (8 * $0)) } + whole + data
    }

    @Test func whatAFileClaimsIsHeldAgainstWhatItHoldsByEveryCommandInLittleMemory() throws {
        let sandbox = try Example.sandbox()
        let (header, data) = Self.parts(try sandbox.bytes("m.seqgan"))
        #expect(Self.file(header, data) == (try sandbox.bytes("m.seqgan")))
        let shape = try #require(header.firstMatch(of: /"shape":\[[0-9,]+\]/)).0
        var notANumber = data
        notANumber.replaceSubrange(0..<4, with: [0, 0, 0xc0, 0x7f])
        var infinite = data
        infinite.replaceSubrange(data.count - 4..<data.count, with: [0, 0, 0x80, 0x7f])
        let files: [(name: String, bytes: [UInt8], words: String)] = [
            (
                "newer", Self.file(header.replacing("\"version\":\"2\"", with: "\"version\":\"3\""), data),
                "update seqgan"
            ),
            ("nan", Self.file(header, notANumber), "not finite"),
            ("infinite", Self.file(header, infinite), "not finite"),
            (
                "many", Self.file(header.replacing(shape, with: "\"shape\":[1152921504606846976]"), data),
                "shape of"
            ),
            ("long", [0, 0, 0, 0, 0, 0, 0, 16] + Array(header.utf8) + data, "no safetensors header"),
            ("longer", [255, 255, 255, 127, 0, 0, 0, 0] + Array(header.utf8) + data, "it ends inside its header"),
            ("none", Self.file(header, []), "the model is damaged"),
            (
                "twice", Self.file(header.replacing("\"kind\":", with: "\"kind\":\"cnn\",\"kind\":"), data),
                "its header has the key 'kind' twice"
            ),
            (
                "loud", Self.file(header.replacing("\"symmetric\":\"true\"", with: "\"symmetric\":\"TRUE\""), data),
                "symmetric is TRUE, expected true or false"
            ),
        ]
        for (name, bytes, words) in files {
            try sandbox.write(bytes, name)
            for command in [
                "inspect \(name)", "classify -m \(name) pairs.tsv", "classify -m \(name) --all-pairs pairs.tsv",
                "evaluate -m \(name) pairs.tsv", "generate -m \(name)",
                "train --learn generator --from \(name) pairs.tsv -o x",
            ] {
                let result = try sandbox.run("ulimit -v 600000; seqgan \(command)")
                #expect(result.code == 65 && result.bytes.isEmpty, "\(command): \(result.code)")
                #expect(
                    result.errors.hasPrefix("seqgan: \(name): ") && result.errors.contains(words),
                    "\(command): \(result.errors)")
            }
            let resumed = try sandbox.run("ulimit -v 600000; seqgan train pairs.tsv -o x --resume \(name)")
            #expect(resumed.code == 65 && resumed.errors.hasPrefix("seqgan: \(name): "), "\(resumed.errors)")
        }
        #expect(try sandbox.files().count == files.count + 2)
    }
}

extension String {
    fileprivate func replacingCharacters(_ range: Range<Index>, with text: String) -> String {
        var copy = self
        copy.replaceSubrange(range, with: text)
        return copy
    }
}
