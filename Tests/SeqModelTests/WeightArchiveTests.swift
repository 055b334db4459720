// Tests of the archive's bytes: where each lies, and that a file made with right checksums but wrong claims is refused.

import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct WeightArchiveTests {
    private static func metadata(version: String = "1", format: String = "seqgan") -> String {
        #""__metadata__":{"crc32.data":"DDDDDDDD","crc32.header":"HHHHHHHH","format":"\#(format)","#
            + #""version":"\#(version)"}"#
    }

    private static func file(tensors: String, data: [UInt8], version: String = "1") -> [UInt8] {
        ModelBytes.file("{\(metadata(version: version)),\(tensors)}", data)
    }

    private static func refusal(_ bytes: [UInt8]) -> ModelError? {
        do {
            _ = try WeightArchive(decoding: bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test func theChecksumIsThatOfGzip() {
        #expect(crc32([][...]) == 0)
        #expect(crc32(Array("123456789".utf8)[...]) == 0xcbf4_3926)
        #expect(crc32(Array("The quick brown fox jumps over the lazy dog".utf8)[...]) == 0x414f_a339)
        #expect(crc32([UInt8](repeating: 0xff, count: 32)[...]) == 0xff6c_ab0b)
    }

    @Test func theBytesLieWhereSafetensorsWantsThem() throws {
        let archive = WeightArchive(
            metadata: ["a": "1"],
            tensors: [
                .init(name: "w", shape: [1, 2], values: [1, -2]), .init(name: "s", shape: [], values: [0.5]),
                .init(name: "none", shape: [0, 3], values: []),
            ])
        let bytes = archive.encoded()
        let length = ModelBytes.headerLength(bytes)
        #expect(length % 8 == 0)
        #expect(bytes.count == 8 + length + 12)
        #expect(Array(bytes[(8 + length)...]) == [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f])
        let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
        #expect(header.hasPrefix(#"{"__metadata__":{"a":"1","crc32.data":""#))
        #expect(header.contains(#""w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}"#))
        #expect(header.contains(#""s":{"dtype":"F32","shape":[],"data_offsets":[8,12]}"#))
        #expect(header.contains(/}} *$/))
        #expect(try WeightArchive(decoding: bytes).metadata == ["a": "1"])
        #expect(try WeightArchive(decoding: bytes).encoded() == bytes)
    }

    @Test func anArchiveWithoutTensorsAndWithAnyTextIsReadAgain() throws {
        let text = "\"quoted\" \\ \n\t\u{1}\u{7f} e\u{301} \u{1F9EC} \"crc32.header\":\"12345678\""
        let archive = WeightArchive(metadata: [text: text, "": ""], tensors: [])
        #expect(try WeightArchive(decoding: archive.encoded()) == archive)
    }

    @Test func aNewerVersionSaysWhatToDo() {
        let bytes = Self.file(
            tensors: #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#, data: [0, 0, 0, 0], version: "6")
        #expect(Self.refusal(bytes) == .newerVersion(found: 6, known: 5))
        #expect(Self.refusal(bytes)?.description.contains("update seqgan") == true)
        for version in ["0", "-1", "x", ""] {
            #expect(Self.refusal(ModelBytes.file("{\(Self.metadata(version: version))}", [])) != nil, "\(version)")
        }
        #expect(Self.refusal(ModelBytes.file("{\(Self.metadata(format: "other"))}", [])) != nil)
    }

    @Test func claimsThatDoNotFitAreRefusedWithoutTrap() {
        let good = #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
        #expect(Self.refusal(Self.file(tensors: good, data: [0, 0, 0, 0])) == nil)
        let wrong = [
            #""a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}"#,
            #""a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}"#,
            #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}"#,
            #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,3]}"#,
            #""a":{"dtype":"F32","shape":[1],"data_offsets":[0]}"#,
            #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}"#,
            #""a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}"#,
            #""a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}"#,
            #""a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}"#,
            #""a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}"#,
            #""a":{"dtype":"F64","shape":[1],"data_offsets":[0,4]}"#,
            #""a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}"#,
            #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,1e300]}"#,
            #""a":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,4611686018427387904]}"#,
            #""a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,4]}"#,
            #""a":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[0,4]}"#,
            #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}"#,
            #""a":{"dtype":"F32","shape":[1],"data_offsets":[-9223372036854775808,9223372036854775807]}"#,
            good + #","b":{"dtype":"F32","shape":[1],"data_offsets":[4,-9223372036854775808]}"#,
            good + #","b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#,
            good + #","b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}"#,
            good + #","b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}"#,
            #""a":[]"#, #""a":null"#, #""a":"# + String(repeating: "[", count: 100_000),
        ]
        for tensors in wrong {
            for count in [4, 8] {
                let bytes = Self.file(tensors: tensors, data: [UInt8](repeating: 0, count: count))
                #expect(Self.refusal(bytes) != nil, "\(tensors.prefix(100)), \(count) bytes")
            }
        }
    }

    @Test func aKeyThatComesTwiceIsRefusedHoweverItIsWritten() {
        let tensor = #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
        let metadata = Self.metadata()
        func refusal(_ header: String) -> String {
            Self.refusal(ModelBytes.file(header, [0, 0, 0, 0]))?.description ?? "none"
        }
        #expect(refusal("{\(metadata),\(tensor)}") == "none")
        let spaced = metadata.replacing(":{", with: " :\r\n{ ")
        #expect(refusal("{ \t\(spaced) ,\n\(tensor.replacing(",", with: " ,\t")) } \n") == "none")
        for (key, header) in [
            ("a", "{\(metadata),\(tensor),\(tensor)}"),
            ("a", "{\(metadata),\(tensor),\(tensor.replacing("\"a\"", with: "\"\\u0061\""))}"),
            ("__metadata__", "{\(metadata),\(tensor),\"__metadata__\":{}}"),
            ("__metadata__", "{\"\\u005f_metadata__\":{},\(metadata),\(tensor)}"),
            ("format", "{\(metadata.replacing("{", with: "{\"format\":\"seqgan\",")),\(tensor)}"),
            ("format", "{\(metadata.replacing("{", with: "{\"\\u0066ormat\":\"seqgan\",")),\(tensor)}"),
            ("crc32.data", "{\(metadata.replacing("}", with: ",\"crc32.data\":\"DDDDDDDD\"}")),\(tensor)}"),
            ("dtype", "{\(metadata),\(tensor.replacing("}", with: ",\"dtype\":\"F32\"}"))}"),
            ("shape", "{\(metadata),\(tensor.replacing("}", with: ",\"sh\\u0061pe\":[1]}"))}"),
            ("data_offsets", "{\(metadata),\(tensor.replacing("{", with: "{\"data_offsets\":[0,4],"))}"),
        ] {
            #expect(refusal(header).contains("its header has the key '\(key)' twice"), "\(header): \(refusal(header))")
        }
    }

    @Test func aHeaderThatIsNoJSONOfSafetensorsIsRefused() throws {
        let tensor = #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
        let good = "{\(Self.metadata()),\(tensor)}"
        func refusal(_ header: String) -> ModelError? { Self.refusal(ModelBytes.file(header, [0, 0, 0, 0])) }
        #expect(refusal(good) == nil)
        let wrong: [(String, String)] = [
            ("}}", "},}"), ("},", "}"), (",\"a\"", ",,\"a\""), ("[1]", "[1,]"), ("[1]", "[01]"), ("[1]", "[+1]"),
            ("[1]", "[1.0]"), ("[1]", "[1e0]"), ("[1]", "[\"1\"]"), ("[1]", "1"), ("[1]", "[[1]]"),
            ("[1]", "[99999999999999999999]"), ("[1]", "[1"), ("\"F32\"", "F32"), ("\"F32\"", "null"),
            ("\"F32\"", "\"F32\",\"more\":\"1\""), ("\"dtype\":\"F32\",", ""), ("\"seqgan\"", "\"seqgan\\\""),
            ("\"seqgan\"", "true"), ("\"seqgan\"", "{}"), ("\"format\":", "\"format\""),
            ("\"format\":", "\"x\":\"\n\",\"format\":"), ("\"format\":", "\"x\":\"\\x\",\"format\":"),
            ("\"format\":", "\"x\":\"\\u00g0\",\"format\":"), ("\"format\":", "\"x\":\"\\ud800\",\"format\":"),
            ("\"format\":", "\"x\":\"\\udc00\\ud800\",\"format\":"),
            ("\"format\":", "\"x\":\"\\ud800\\u0041\",\"format\":"), ("\"a\"", "a"), ("\"a\"", "'a'"),
        ]
        for (old, new) in wrong {
            let header = good.replacing(old, with: new, maxReplacements: 1)
            #expect(header != good && refusal(header) != nil, "\(header)")
        }
        for behind in ["x", "{}", "\0", ","] { #expect(refusal(good + behind) != nil, "\(behind)") }
        let escaped = good.replacing("\"a\"", with: #""\ud83e\uDDEC \"\\\/\b\f\n\r\t""#)
        #expect(refusal(escaped) == nil)
        // Bytes that are no UTF-8, in text that is asked for by nobody.
        let unread = good.replacing("\"format\":", with: "\"x\":\"??\",\"format\":")
        #expect(refusal(unread) == nil)
        var header = Array(unread.utf8)
        let place = try #require(header.firstRange(of: Array("??".utf8)))
        header.replaceSubrange(place, with: [0xc3, 0x28])
        let bytes = ModelBytes.file(header, [0, 0, 0, 0])
        #expect(Self.refusal(bytes)?.description.contains("its header is not the JSON") == true)
    }

    @Test func aHeaderLengthBeyondTheFileIsRefused() {
        for top in UInt8(0)...255 {
            for length in [0, 8, 9, 16] {
                let bytes: [UInt8] = [0, 0, 0, 0, 0, 0, 0, top] + [UInt8](repeating: 0x7b, count: length)
                #expect(Self.refusal(bytes) != nil)
            }
        }
    }

    @Test func whatIsNoSuchFileIsCalledSo() {
        for text in ["", "ACGT", ">a\nACGT\n", "ACGTACGTAC\tACGTACGTAC\t1\n", "\u{1f}\u{8b}aaaaaaaaaaaaaa"] {
            guard case .notAModel = Self.refusal(Array(text.utf8)) else {
                Issue.record("\(text): \(String(describing: Self.refusal(Array(text.utf8))))")
                continue
            }
        }
    }
}
