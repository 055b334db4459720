// Tests of conditions: names, units, what is possible, and how values are written.

import SeqModel
import Testing
import TestSupport

@Suite(.timed) struct ConditionTests {
    @Test func scalesAndUnitsFollowFromTheName() {
        let expected: [(String, Condition.Scale, Condition.Unit)] = [
            ("temperature", .reciprocal, .celsius), ("sodium", .logarithm, .molar),
            ("concentration", .logarithm, .molar), ("concentration:log", .logarithm, .molar),
            ("dose", .linear, .none), ("time:log", .logarithm, .none), ("pH-2_x.y", .linear, .none),
        ]
        for (text, scale, unit) in expected {
            let condition = Condition(text)
            #expect(condition?.scale == scale && condition?.unit == unit, "\(text)")
            #expect(condition?.name == String(text.prefix { $0 != ":" }))
        }
        for text in [
            "", ":log", "a:ln", "a:log:log", "a b", "temperature:log", "d\u{f6}se", String(repeating: "a", count: 65),
        ] {
            #expect(Condition(text) == nil, "\(text)")
        }
    }

    @Test func valuesAreReadInTheirUnits() throws {
        let expected: [(String, String, Double?)] = [
            ("temperature", "37", 37), ("temperature", "37C", 37), ("temperature", "310.15K", 37),
            ("temperature", "-3.5e1C", -35), ("temperature", "37F", nil), ("temperature", "37 C", nil),
            ("temperature", "-300", nil), ("temperature", "0K", nil), ("temperature", "37mM", nil),
            ("temperature", "", nil), ("temperature", "C", nil), ("temperature", "nan", nil),
            ("temperature", "1e999", nil), ("sodium", "1", 1), ("sodium", "50mM", 0.05), ("sodium", "0.05M", 0.05),
            ("concentration", "0.2uM", 2e-7), ("concentration", "0.2\u{b5}M", 2e-7),
            ("concentration", "0.2\u{3bc}M", 2e-7), ("concentration", "10nM", 1e-8), ("concentration", "5pM", 5e-12),
            ("sodium", "0", nil), ("sodium", "-1mM", nil), ("sodium", "50mm", nil), ("sodium", "50C", nil),
            ("dose", "-2.5", -2.5), ("dose", "3M", nil), ("time:log", "0", nil), ("time:log", "3", 3),
        ]
        for (name, text, value) in expected {
            let read = try #require(Condition(name)).value(text)
            if let value {
                #expect(read.map { abs($0 - value) <= 1e-12 * max(1, abs(value)) } == true, "\(name)=\(text)")
            } else {
                #expect(read == nil, "\(name)=\(text)")
            }
        }
    }

    @Test func valuesAreWrittenAsTheyAreRead() throws {
        let expected: [(String, Float, String)] = [
            ("temperature", 37, "37C"), ("temperature", 310.15 - 273.15, "37C"), ("temperature", -0.25, "-0.25C"),
            ("sodium", 1, "1M"), ("sodium", 0.05, "50mM"), ("sodium", 0.75, "750mM"), ("sodium", 0.164, "164mM"),
            ("sodium", 1.2, "1.2M"),
            ("concentration", 1e-6, "1uM"), ("concentration", 2e-7, "200nM"), ("concentration", 1e-9, "1nM"),
            ("concentration", 5e-12, "5pM"), ("concentration", 5e-15, "0.005pM"), ("sodium", 5_000, "5000M"),
            ("dose", 6, "6"), ("dose", -2.5, "-2.5"), ("dose", 0, "0"), ("dose", 0.001, "0.001"),
            ("dose", 1.0 / 3, "0.3333"), ("time:log", 1e-20, "1e-20"), ("time:log", 1e20, "1e+20"),
        ]
        for (name, value, text) in expected {
            let condition = try #require(Condition(name))
            #expect(condition.text(Double(value)) == text)
            let back = try #require(condition.value(text))
            #expect(abs(Float(back) - value) <= 2e-4 * abs(value), "\(text)")
        }
    }
}
