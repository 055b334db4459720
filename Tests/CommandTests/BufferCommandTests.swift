// BufferCommandTests: magnesium, dNTPs and formamide, through the program.

import TestSupport
import Testing

@Suite(.timed) struct BufferCommandTests {
    private static func columns(_ sandbox: Sandbox, _ line: String) throws -> [[Substring]] {
        let outcome = try sandbox.run(line)
        #expect(outcome.code == 0, "\(line): \(outcome.errors)")
        return outcome.output.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    }

    @Test func theyAreTurnedIntoSodiumAndTemperatureAndSaid() throws {
        let sandbox = try ConditionExample.sandbox()
        let classify = "seqgan classify -m c.seqgan --logit"
        let salted = try sandbox.run("\(classify) --at sodium=50mM --at magnesium=1.5mM --at dntp=0.6mM p.tsv")
        #expect(salted.code == 0 && salted.errors.contains("sodium=163.842mM (with magnesium 1.5mM, dntp 600uM)"))
        let equal = try sandbox.run("\(classify) --at sodium=0.16384199 p.tsv")
        #expect(equal.output == salted.output)
        #expect(try sandbox.run("\(classify) --at sodium=50mM p.tsv").output != salted.output)
        let hot = try sandbox.run("\(classify) --at temperature=37C --at formamide=20% p.tsv")
        #expect(hot.errors.contains("temperature=49.4C (with formamide 20%)"))
        #expect(try sandbox.run("\(classify) --at temperature=49.4 p.tsv").output == hot.output)
        // Also to what a column says.
        let own = try sandbox.run("\(classify) --at magnesium=10mM c.tsv").output
        #expect(try own != sandbox.run("\(classify) c.tsv").output)
    }

    @Test func formamideLowersMeltingTemperatures() throws {
        let sandbox = try ConditionExample.sandbox()
        let classify = "seqgan classify -q -m c.seqgan --melting"
        let plain = try Self.columns(sandbox, "\(classify) p.tsv").compactMap { $0.last.flatMap { Double($0) } }
        let lower = try Self.columns(sandbox, "\(classify) --at formamide=10 p.tsv").map { $0.last ?? "" }
        let all = try Self.columns(sandbox, "\(classify) p.tsv").map { $0.last ?? "" }
        var compared = 0
        for (before, after) in zip(all, lower) {
            guard let before = Double(before) else { continue }
            if before >= 6.3 {
                #expect(abs((Double(after) ?? -1) - (before - 6.2)) < 0.011)
                compared += 1
            }
        }
        #expect(compared > 5 && plain.count >= compared)
    }

    @Test(arguments: [
        ("--at dntp=0.6mM", "--at dntp=... goes with --at magnesium=..."),
        ("--at magnesium=1.5%", "--at magnesium=1.5%: expected a concentration such as 1.5mM"),
        ("--at formamide=120%", "--at formamide=120%: expected a share such as 50%"),
        ("--at potassium=50mM", "the model has no condition 'potassium': it knows temperature, sodium"),
    ])
    func whatCannotBeTurnedIsAUsageError(options: String, message: String) throws {
        let outcome = try ConditionExample.sandbox().run("seqgan classify -m c.seqgan \(options) p.tsv")
        #expect(outcome.code == 64 && outcome.bytes.isEmpty && outcome.errors.contains(message), "\(outcome.errors)")
    }
}
