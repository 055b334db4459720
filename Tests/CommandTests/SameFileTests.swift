// SameFileTests: an output that is an input too, by whatever name, is refused before anything is written.

import TestSupport
import Testing

@Suite(.timed) struct SameFileTests {
    /// Commands with `IT`, what they read, and the file that they read.
    private static let reads = [
        ("encode IT", "pairs.tsv"), ("encode --decode IT", "pairs.npy"), ("classify -m m.seqgan IT", "pairs.tsv"),
        ("classify -m IT pairs.tsv", "m.seqgan"), ("classify -m m.seqgan --all-pairs IT", "strands.fa"),
        ("classify -m m.seqgan --against IT strands.fa", "few.fa"),
        ("classify -m m.seqgan --mates IT few.fa", "few.fa"),
        ("generate -m g.seqgan --partner-of IT", "few.fa"), ("generate -m g.seqgan --not-in IT", "few.tsv"),
        ("generate -m IT", "g.seqgan"), ("evaluate -m m.seqgan IT", "pairs.tsv"),
        ("evaluate -m IT pairs.tsv", "m.seqgan"),
        ("evaluate --generated IT --real pairs.tsv", "few.tsv"),
        ("evaluate --generated few.tsv --real IT", "pairs.tsv"),
        ("inspect IT", "m.seqgan"), ("train --epochs 1 IT", "pairs.tsv"),
        ("train --epochs 1 --validation IT pairs.tsv", "few.tsv"),
        ("train --learn generator --generator dcgan --steps 2 --from m.seqgan IT", "pairs.tsv"),
    ]

    private func refused(_ sandbox: Sandbox, _ line: String, _ file: String, _ bytes: [UInt8]) throws {
        let result = try sandbox.run(line)
        #expect(
            result.code == 64 && result.errors.contains("is an input too"), "\(line): \(result.code) \(result.errors)")
        #expect(try sandbox.bytes(file) == bytes, "\(line)")
    }

    @Test func anOutputThatIsAnInputIsRefusedByWhateverName() throws {
        let sandbox = try EveryCommand.sandbox()
        for (command, file) in Self.reads {
            let bytes = try sandbox.bytes(file)
            #expect(try sandbox.run("ln -sf \(file) soft; ln -f \(file) hard").code == 0)
            let line = command.replacing("IT", with: file)
            for name in [file, "./\(file)", "soft", "hard"] {
                try refused(sandbox, "seqgan \(line) -o \(name)", file, bytes)
                try refused(sandbox, "seqgan \(command.replacing("IT", with: name)) -o \(file)", file, bytes)
            }
            if !command.hasPrefix("train") { try refused(sandbox, "seqgan \(line) >> \(file)", file, bytes) }
        }
        for command in ["encode", "classify -m m.seqgan", "evaluate -m m.seqgan", "train --epochs 1"] {
            let bytes = try sandbox.bytes("pairs.tsv")
            try refused(sandbox, "seqgan \(command) -o pairs.tsv < pairs.tsv", "pairs.tsv", bytes)
        }
    }

    @Test func theOtherOutputsOfACommandAreRefusedToo() throws {
        let sandbox = try EveryCommand.sandbox()
        let pairs = try sandbox.bytes("pairs.tsv")
        let model = try sandbox.bytes("m.seqgan")
        for option in ["--log", "--report", "--checkpoint"] {
            try refused(sandbox, "seqgan train --epochs 1 pairs.tsv -o x \(option) pairs.tsv", "pairs.tsv", pairs)
            try refused(
                sandbox, "seqgan train --learn generator --from m.seqgan pairs.tsv -o x \(option) m.seqgan", "m.seqgan",
                model)
            #expect(try sandbox.run("seqgan train pairs.tsv -o x \(option) x").errors.contains("two outputs"))
        }
        try refused(sandbox, "seqgan evaluate -m m.seqgan pairs.tsv --report pairs.tsv", "pairs.tsv", pairs)
        try refused(sandbox, "seqgan inspect m.seqgan --svg m.seqgan", "m.seqgan", model)
        try refused(sandbox, "SEQGAN_MODEL=m.seqgan seqgan inspect --report m.seqgan", "m.seqgan", model)
        try refused(sandbox, "SEQGAN_MODEL=m.seqgan seqgan classify pairs.tsv -o m.seqgan", "m.seqgan", model)
    }

    @Test func aModelMayTakeThePlaceOfTheOneThatItComesFrom() throws {
        let sandbox = try EveryCommand.sandbox()
        let line = "seqgan train -q --learn generator --generator dcgan --steps 2 --from m.seqgan pairs.tsv -o m.seqgan"
        let result = try sandbox.run("\(line) && seqgan inspect m.seqgan")
        #expect(result.code == 0 && result.output.contains("dcgan"), "\(result.errors)")
    }
}
