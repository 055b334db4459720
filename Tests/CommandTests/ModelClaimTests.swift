// ModelClaimTests: model files whose checksums agree and whose claims do not hold, given to every command that reads
// one.

import TestSupport
import Testing

@Suite(.timed) struct ModelClaimTests {
    @Test func whatAFileClaimsIsHeldAgainstWhatItHoldsByEveryCommandInLittleMemory() throws {
        let sandbox = try Example.sandbox()
        let (header, data) = ModelBytes.parts(try sandbox.bytes("m.seqgan"))
        #expect(ModelBytes.file(header, data) == (try sandbox.bytes("m.seqgan")))
        let shape = try #require(header.firstMatch(of: /"shape":\[[0-9,]+\]/)).0
        var notANumber = data
        notANumber.replaceSubrange(0..<4, with: [0, 0, 0xc0, 0x7f])
        var infinite = data
        infinite.replaceSubrange(data.count - 4..<data.count, with: [0, 0, 0x80, 0x7f])
        let files: [(name: String, bytes: [UInt8], words: String)] = [
            (
                "newer", ModelBytes.file(header.replacing("\"version\":\"2\"", with: "\"version\":\"6\""), data),
                "update seqgan"
            ),
            ("nan", ModelBytes.file(header, notANumber), "not finite"),
            ("infinite", ModelBytes.file(header, infinite), "not finite"),
            (
                "many", ModelBytes.file(header.replacing(shape, with: "\"shape\":[1152921504606846976]"), data),
                "shape of"
            ),
            ("long", [0, 0, 0, 0, 0, 0, 0, 16] + Array(header.utf8) + data, "no safetensors header"),
            ("longer", [255, 255, 255, 127, 0, 0, 0, 0] + Array(header.utf8) + data, "it ends inside its header"),
            ("none", ModelBytes.file(header, []), "the model is damaged"),
            (
                "twice", ModelBytes.file(header.replacing("\"kind\":", with: "\"kind\":\"cnn\",\"kind\":"), data),
                "its header has the key 'kind' twice"
            ),
            (
                "loud",
                ModelBytes.file(header.replacing("\"symmetric\":\"true\"", with: "\"symmetric\":\"TRUE\""), data),
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
