// MetadataTests: what a model's file says of itself, in other words than are written: refused, key by key, kind by
// kind.

import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct MetadataTests {
    /// Other spellings of a value; none means what the value means.
    private static func others(_ value: String) -> [String] {
        let always = ["", " \(value)", "\(value) ", "\(value)\n", "\(value)\0", "\(value)\0 n/a"]
        if Int(value) != nil {
            return always + ["+\(value)", "0\(value)", "\(value).0", "\(value)e0", "0x\(value)", "nan", "-0", "٨"]
        }
        if Float(value) != nil { return always + ["+\(value)", "0x1p-1", "nan", "inf", "1.1", "-0.1", "half", "0,5"] }
        let flags = ["true", "false"].contains(value) ? ["1", "0", "yes", "T"] : []
        let cases = [value.uppercased(), value.lowercased(), value.prefix(1).uppercased() + value.dropFirst()]
        return always + flags + cases.filter { $0 != value }
    }

    @Test(arguments: [0, 1, 2, 3, 4, 6]) func aValueInAnotherSpellingIsRefused(kind: Int) throws {
        let archive = try WeightArchive(decoding: DamageTests.file(kind))
        let keys = archive.metadata.keys.filter { !$0.hasPrefix("training.") }
        #expect(keys.count >= 10)
        for key in keys {
            let value = try #require(archive.metadata[key])
            // Any number may be that of a condition.
            let isOfCondition = key.hasPrefix("condition.") && Float(value) != nil
            for other in Self.others(value) where !isOfCondition || Double(decimal: other.utf8) == nil {
                // Another name is another condition.
                if key.hasSuffix(".name"), value != "temperature", Condition(other) != nil { continue }
                var changed = archive
                changed.metadata[key] = other
                let error = #expect(throws: ModelError.self, "\(key): \(other.debugDescription)") {
                    try ModelFile(decoding: changed.encoded())
                }
                #expect(error?.description.contains("\n") == false && error?.description.contains("\0") == false)
            }
            var without = archive
            without.metadata[key] = nil
            // Files of before these were written have 64.
            guard !["generator.channels", "generator.strand-units"].contains(key) else { continue }
            #expect(throws: ModelError.self, "without \(key)") { try ModelFile(decoding: without.encoded()) }
        }
    }

    @Test(arguments: [0, 1, 2, 3, 4, 6]) func aKeyOfALaterProgramIsPassedOver(kind: Int) throws {
        let bytes = DamageTests.file(kind)
        var archive = try WeightArchive(decoding: bytes)
        archive.metadata["margin"] = "2"
        archive.metadata["generator.margin"] = "2"
        #expect(try ModelFile(decoding: archive.encoded()).encoded() == bytes)
    }

    @Test func numbersAreDecimalAndNothingElse() {
        let numbers: [(String, Double)] = [
            ("0", 0), ("1", 1), ("-1", -1), ("0.97", 0.97), (".5", 0.5), ("1.", 1), ("-0.0", 0), ("1e-3", 0.001),
            ("1E+2", 100), ("00.50", 0.5), ("1e-400", 0), ("1e400", .infinity), ("0e99999999999999999999", 0),
            ("0." + String(repeating: "3", count: 400), 1 / 3),
        ]
        for (text, number) in numbers { #expect(Double(decimal: text.utf8) == number, "\(text)") }
        for text in [
            "", "-", ".", "-.", "e", ".e1", "1e", "1e-", "1e1.5", "1e 5", "+1", "--1", "1-", " 1", "1 ", "1\n", "1\t",
            "1\0", "1\0 n/a", "\01", "nan", "-nan", "inf", "infinity", "0x1p-1", "0x1", "1f", "1_000", "1,5", "1.2.3",
            "١", "１", "1½", "½", "true", "\u{feff}1",
        ] {
            #expect(Double(decimal: text.utf8) == nil && Float(decimal: text.utf8) == nil, "\(text.debugDescription)")
        }
    }
}
