// Tests of what magnesium, dNTPs and formamide are equivalent to.

import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct BufferTests {
    private static func buffer(_ amounts: [(Buffer.Component, String)]) throws -> Buffer {
        var buffer = Buffer()
        for (component, text) in amounts { buffer.set(component, to: try #require(component.amount(text))) }
        return buffer
    }

    @Test func magnesiumCountsAsSodiumLessTheDNTPs() throws {
        let plain = try Self.buffer([(.magnesium, "1.5mM")])
        #expect(abs(plain.sodiumEquivalent - 0.146_969) < 1e-5 && plain.temperatureShift == 0)
        let bound = try Self.buffer([(.magnesium, "1.5mM"), (.dntp, "600uM")])
        #expect(abs(bound.sodiumEquivalent - 0.113_842) < 1e-5)
        #expect(try Self.buffer([(.magnesium, "0.5mM"), (.dntp, "0.6mM")]).sodiumEquivalent == 0)
        let (sodium, temperature) = (try #require(Condition("sodium")), try #require(Condition("temperature")))
        #expect(bound.text(for: sodium) == "magnesium 1.5mM, dntp 600uM" && bound.text(for: temperature).isEmpty)
        #expect(bound.shift(of: sodium) == bound.sodiumEquivalent && bound.shift(of: temperature) == 0)
    }

    @Test func formamideCountsAsHeat() throws {
        let half = try Self.buffer([(.formamide, "50%")])
        #expect(abs(half.temperatureShift - 31) < 1e-9 && half.sodiumEquivalent == 0)
        #expect(half.text(for: try #require(Condition("temperature"))) == "formamide 50%")
        #expect(try Self.buffer([(.formamide, "12.5")]).temperatureShift == 7.75)
    }

    @Test(arguments: [
        (Buffer.Component.magnesium, ["-1mM", "1.5%", "x", "", "nan", "20M"]),
        (.formamide, ["101%", "-1", "5mM", "%", "", "1e3"]), (.dntp, ["0.6C", "mM"]),
    ])
    func otherAmountsAreRefused(component: Buffer.Component, texts: [String]) {
        for text in texts { #expect(component.amount(text) == nil, "\(text)") }
    }
}
