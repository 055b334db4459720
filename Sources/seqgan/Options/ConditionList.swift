// ConditionList: the option --conditions of train: the conditions that a model is to know.

import ArgumentParser
import SeqModel

/// Conditions by name, each with the model's default where one is given.
struct ConditionList: Sendable, Equatable, CustomStringConvertible {
    private(set) var conditions: [Condition] = []
    /// The default of each; nil: set from the data.
    private(set) var usualValues: [Double?] = []
    /// The text as typed.
    let description: String

    /// Parses a list such as `temperature=57C,sodium,time:log`. Throws a usage error for other text.
    init(_ text: String) throws {
        description = text
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard var condition = sides.first.flatMap({ Condition($0) }) else {
                throw ValidationError(
                    "expected names of columns, such as temperature,sodium,dose or, where the logarithm matters, "
                        + "time:log: '\(part)'")
            }
            if conditions.contains(where: { $0.name == condition.name }) {
                throw ValidationError("'\(condition.name)' twice")
            }
            var usual: Double?
            if sides.count == 2 {
                guard let value = condition.storedValue(Array(sides[1].utf8)[...]) else {
                    throw ValidationError("expected \(condition.expected): '\(part)'")
                }
                condition.usual = Double(value)
                usual = condition.usual
            }
            conditions.append(condition)
            usualValues.append(usual)
        }
    }
}

extension TrainingOptions {
    /// The conditions that are read beside the labels: those of the model `start`, of `--from`, else of
    /// `--conditions`. Throws a usage error where both are given and differ, or where the generator cannot know them.
    func readConditions(from start: ModelFile?) throws -> [Condition] {
        guard let known = start?.classifier.conditions else { return conditions?.conditions ?? [] }
        let names = known.map(\.name).joined(separator: ",")
        if let conditions {
            let isSame = conditions.conditions.map(\.name).sorted() == known.map(\.name).sorted()
            guard isSame, conditions.usualValues.allSatisfy({ $0 == nil }) else {
                throw ValidationError(
                    "--conditions \(conditions): the conditions are those of the model of --from, "
                        + (names.isEmpty ? "which has none" : names))
            }
        }
        guard known.isEmpty || generator.knowsConditions else {
            throw ValidationError(
                "--generator \(generator.rawValue): \(TrainingOptions.conditionsRule), and the model of --from knows "
                    + names)
        }
        return known
    }

    /// Which kinds of models know conditions, for messages.
    static let conditionsRule =
        "conditions go with the duplex classifier and the generators autoregressive and pair-hmm"
}
