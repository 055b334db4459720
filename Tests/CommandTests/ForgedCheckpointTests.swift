// ForgedCheckpointTests: states of trainings whose checksums agree and whose numbers cannot be: refused, and never a
// trap.

import Synchronization
import TestSupport
import Testing

@Suite(.timed) struct ForgedCheckpointTests {
    /// Trainings of each kind, in a moment at a state. The first state of a generator that draws strand A first is one
    /// of that.
    static let trainings =
        [
            "train --epochs 2 pairs.tsv", "train --classifier cnn --epochs 2 pairs.tsv",
            "train --learn generator --steps 250 --batch 4 --from m.seqgan pairs.tsv",
            "train --learn both --generator dense --steps 2 --epochs 1 --classifier cnn pairs.tsv",
        ] + generators

    /// Those of generators. The first two are interrupted, when they draw strands B, too.
    static let generators = [
        "train --learn generator --steps 500 --batch 4 --from m.seqgan pairs.tsv",
        "train --learn generator --generator paired --steps 500 --batch 4 --from m.seqgan pairs.tsv",
        "train --learn generator --generator dcgan --steps 2 --from m.seqgan pairs.tsv",
    ]

    /// The states of the trainings so far: each is made once.
    private static let states = Mutex<[String: (header: String, data: [UInt8])]>([:])

    /// A sandbox for a training, and the header and data of a state of it.
    private static func state(_ training: String) throws -> (sandbox: Sandbox, header: String, data: [UInt8]) {
        let (header, data) = try states.withLock { states in
            if let known = states[training] { return known }
            let made = try make(training)
            states[training] = made
            return made
        }
        return (try Example.sandbox(pairs: 60), header, data)
    }

    /// The header and data of a state of a training.
    private static func make(_ training: String) throws -> (header: String, data: [UInt8]) {
        let sandbox = try Example.sandbox(pairs: 60)
        if training.contains("--steps 500") {
            // A state is written a minute after the one before, or at a signal.
            let line = "seqgan \(training) -o x.seqgan --checkpoint c.state"
            let made = try sandbox.run(
                """
                for round in $(seq 20); do
                    : > said; \(line) 2> said & P=$!
                    until grep -q 'step 250/' said || ! kill -0 $P; do sleep 0.01; done 2> /dev/null
                    kill -INT $P 2> /dev/null; wait $P; [ $? = 130 ] && break
                done; grep -aq '"number.step":"250"' c.state || { cat said; exit 1; }
                """)
            #expect(made.code == 0, "\(made.output)")
        } else {
            let made = try sandbox.run("seqgan \(training) -q -o x.seqgan --checkpoint c.state")
            // In so few steps a paired generator learns nothing.
            #expect(made.code == 0 || made.errors.contains("the generator learned nothing"), "\(made.errors)")
        }
        let (header, data) = ModelBytes.parts(try sandbox.bytes("c.state"))
        try sandbox.write(ModelBytes.file(header, data), "forged")
        #expect(try sandbox.bytes("forged") == sandbox.bytes("c.state"))
        return (header, data)
    }

    @Test(arguments: trainings) func aNumberThatCannotBeIsRefused(training: String) throws {
        let (sandbox, header, data) = try Self.state(training)
        let numbers = header.matches(of: /"number\.([a-z-]+)":"(\d+)"/)
        #expect(numbers.count >= 1)
        for number in numbers {
            // Where they count what need not be, 0 is as good as another.
            let isCount = ["restarts", "teacher-raises", "best-step", "strand-worse", "worse"].contains(number.1)
            let others = [
                "-1", "+1", "01", "1.0", "", "x", "11", "4294967296", "9223372036854775807", "9223372036854775808",
            ]
            let values = others.filter { number.1 != "best-step" || $0 != "11" } + (isCount ? [] : ["0"])
            for forged in values.map({ "\"number.\(number.1)\":\"\($0)\"" })
                + (isCount ? [] : ["\"number.other\":\"1\""])
            {
                let words =
                    training.contains("--steps 500") && number.1 == "step"
                    ? forged.replacing("\"11\"", with: "\"501\"") : forged
                try sandbox.write(ModelBytes.file(header.replacing(number.0, with: words), data), "forged")
                let result = try sandbox.run("seqgan \(training) -q -o y.seqgan --resume forged")
                #expect(
                    result.code == 65 && result.errors.hasPrefix("seqgan: forged: "),
                    "\(words): \(result.code) \(result.errors)")
            }
        }
        #expect(try !sandbox.files().contains { $0 == "y.seqgan" || $0.hasSuffix(".tmp") })
    }

    @Test(arguments: trainings) func weightsThatCannotBeDoNotTrap(training: String) throws {
        let (sandbox, header, data) = try Self.state(training)
        // The last weights of all, and those of each buffer's first number: as large as can be, and below 0.
        for bits in [Float.greatestFiniteMagnitude, -.greatestFiniteMagnitude, -1].map(\.bitPattern) {
            let bytes = (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
            let all = [UInt8]((0..<data.count).map { bytes[$0 % 4] })
            var last = data
            last.replaceSubrange(data.count - 4..<data.count, with: bytes)
            for forged in [all, last] {
                try sandbox.write(ModelBytes.file(header, forged), "forged")
                let result = try sandbox.run("seqgan \(training) -q -o y.seqgan --resume forged")
                #expect([0, 65].contains(result.code), "\(result.code) \(result.errors)")
            }
        }
    }

    @Test(arguments: generators) func aModelInItThatDoesNotFitIsRefused(training: String) throws {
        let (sandbox, header, data) = try Self.state(training)
        for (old, new) in [
            ("\"model.alphabet\":\"ACGT\"", "\"model.alphabet\":\"ACGU\""),
            ("\"model.alphabet\":\"ACGT\"", "\"model.alphabet\":\"WXYZ\""),
            ("\"model.kind\"", "\"model.sort\""), ("\"model.", "\"mode1."),
        ] {
            try sandbox.write(ModelBytes.file(header.replacing(old, with: new), data), "forged")
            let result = try sandbox.run("seqgan \(training) -q -o y.seqgan --resume forged")
            #expect(
                result.code == 65 && result.errors.hasPrefix("seqgan: forged: "),
                "\(new): \(result.code) \(result.errors)")
        }
        // Of a training of the same data and seed, with other options: its digest is made to fit.
        for other in Self.trainings[..<2] + Self.generators where other != training {
            let (_, otherHeader, otherData) = try Self.state(other)
            let digest = try #require(header.firstMatch(of: /"digest":"[0-9a-f]+"/)).0
            let wrong = try #require(otherHeader.firstMatch(of: /"digest":"[0-9a-f]+"/)).0
            try sandbox.write(ModelBytes.file(otherHeader.replacing(wrong, with: digest), otherData), "forged")
            let result = try sandbox.run("seqgan \(training) -q -o y.seqgan --resume forged")
            #expect(
                result.code == 65 && result.errors.hasPrefix("seqgan: forged: "),
                "\(other): \(result.code) \(result.errors)")
        }
    }
}
