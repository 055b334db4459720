// UsageTests: what the command line answers before any work is done.

import Testing

@testable import seqgan

struct UsageTests {
    @Test func anUnknownFlagIsAUsageError() throws {
        let outcome = try Sandbox().run("--no-such-flag")
        #expect(outcome.code == 64)
        #expect(outcome.stdout.isEmpty)
        #expect(outcome.stderr.hasPrefix("seqgan: Unknown option '--no-such-flag'\n"))
    }

    @Test func noSubcommandGivesTheUsageOnStderr() throws {
        let outcome = try Sandbox().run()
        #expect(outcome.code == 64)
        #expect(outcome.stdout.isEmpty)
        #expect(outcome.stderr.contains("USAGE: seqgan"))
    }

    @Test func theVersionGoesToStdout() throws {
        let outcome = try Sandbox().run("--version")
        #expect(outcome.code == 0)
        #expect(outcome.text == "seqgan \(Seqgan.version)\n")
        #expect(outcome.stderr.isEmpty)
    }

    @Test func columnsAreTwoOrThreeNamesOrNumbers() throws {
        let options = try InputOptions.parse(["--columns", "strandA,2,yield", "a.tsv", "-"])
        #expect(options.columns?.strandA == "strandA")
        #expect(options.columns?.strandB == "2")
        #expect(options.columns?.label == "yield")
        #expect(options.paths == ["a.tsv", "-"])
        for text in ["", "a", "a,", ",a", "1,2,3,4", "0,1"] {
            #expect(throws: (any Error).self) { try InputOptions.parse(["--columns", text]) }
        }
    }

    @Test func stdinIsReadWhereNothingIsNamedAndOnlyOnce() throws {
        #expect(try InputOptions.parse([]).paths == ["-"])
        #expect(throws: (any Error).self) { try InputOptions.parse(["-", "-"]) }
        #expect(throws: (any Error).self) { try InputOptions.parse(["--mates", "-"]) }
        #expect(throws: (any Error).self) { try InputOptions.parse(["a.fa", "b.fa", "--mates", "c.fa"]) }
        #expect(try InputOptions.parse(["a.fa", "--mates", "c.fa", "--skip-bad"]).skipBad)
    }

    @Test func theOutputMayNotBeAnInputByWhateverName() throws {
        let sandbox = try Sandbox()
        try sandbox.write("x".utf8, to: "a")
        let output = try OutputOptions.parse(["-o", sandbox.path("./a")])
        #expect(throws: (any Error).self) { try output.refuseInputs(["-", sandbox.path("a")]) }
        try output.refuseInputs(["-", sandbox.path("b")])
        #expect(try OutputOptions.parse(["-o", "-"]).path == nil)
        #expect(throws: (any Error).self) { try OutputOptions.parse(["-o", ""]) }
    }

    @Test func threadsAreThoseOfTheAffinityMaskUnlessGiven() throws {
        #expect(Cores.allowed(inStatus: "Name:\tx\nCpus_allowed:\t00000000,0000ff01\nCpus_allowed_list:\t0\n") == 9)
        #expect(Cores.allowed(inStatus: "Name:\tx\n") == nil)
        #expect(try RunOptions.parse([]).threadCount == Cores.available)
        #expect(try RunOptions.parse(["-t", "7"]).threadCount == 7)
        #expect(try RunOptions.parse([]).seed == 11)
        for text in ["0", "-1", "1025", "x"] {
            #expect(throws: (any Error).self) { try RunOptions.parse(["-t", text]) }
        }
    }
}
