// ConditionOptions: the option --at, which sets a condition for a whole run.

import ArgumentParser
import SeqModel

/// The conditions of all pairs of a run.
struct ConditionOptions: ParsableArguments {
    @Option(
        name: .customLong("at"),
        help: ArgumentHelp(
            """
            Value of a condition for all pairs, such as temperature=37C, sodium=50mM or concentration=200nM. Repeat \
            it for each condition. (default: the table's column of that name, else the model's default)
            """,
            valueName: "NAME=VALUE"),
        transform: ConditionSetting.init)
    var settings: [ConditionSetting] = []

    func validate() throws {
        for (place, setting) in settings.enumerated()
        where settings[..<place].contains(where: { $0.name == setting.name }) {
            throw ValidationError("--at sets '\(setting.name)' twice")
        }
    }

    /// The conditions of a run with a model that knows `conditions`. Throws a usage error where one that is set is
    /// none of them, or has a value that it cannot have.
    func resolved(_ conditions: [Condition]) throws -> RunConditions { try settings.resolved(conditions) }
}

/// The conditions that must all be met, those of some designs.
struct RepeatedConditionOptions: ParsableArguments {
    @Option(
        name: .customLong("at"),
        help: ArgumentHelp(
            """
            Value of a condition, such as temperature=37C, sodium=50mM or concentration=200nM. Repeat it for each \
            condition. With several values of one condition, all limits hold at each of them. (default: the model's \
            default)
            """,
            valueName: "NAME=VALUE"),
        transform: ConditionSetting.init)
    var settings: [ConditionSetting] = []

    /// Every combination of the values, the first value of each condition first. Throws as `ConditionOptions`.
    func resolved(_ conditions: [Condition]) throws -> [RunConditions] {
        var combinations: [[ConditionSetting]] = [[]]
        var names: [String] = []
        for setting in settings where !names.contains(setting.name) { names.append(setting.name) }
        for name in names {
            let values = settings.filter { $0.name == name }
            combinations = combinations.flatMap { chosen in values.map { chosen + [$0] } }
        }
        return try combinations.map { try $0.resolved(conditions) }
    }
}

extension [ConditionSetting] {
    /// See `ConditionOptions.resolved`.
    func resolved(_ conditions: [Condition]) throws -> RunConditions {
        guard let first else { return RunConditions(conditions) }
        guard !conditions.isEmpty else {
            throw ValidationError("--at \(first.name)=\(first.value): the model has no conditions")
        }
        var (given, buffer): ([String: Float], Buffer) = ([:], Buffer())
        for setting in self {
            if let component = Buffer.Component(rawValue: setting.name), component.isUnderstood(by: conditions) {
                guard let amount = component.amount(setting.value) else {
                    throw ValidationError("--at \(setting.name)=\(setting.value): expected \(component.expected)")
                }
                buffer.set(component, to: amount)
                continue
            }
            guard let condition = conditions.first(where: { $0.name == setting.name }) else {
                throw ValidationError(
                    "the model has no condition '\(setting.name)': it knows "
                        + conditions.map(\.name).joined(separator: ", "))
            }
            guard let value = condition.storedValue([UInt8](setting.value.utf8)[...]) else {
                throw ValidationError(
                    "--at \(setting.name)=\(setting.value): expected \(condition.expected)")
            }
            given[setting.name] = value
        }
        if buffer.amounts[.dntp] != nil, buffer.amounts[.magnesium] == nil {
            throw ValidationError("--at dntp=... goes with --at magnesium=...: dNTPs bind magnesium")
        }
        return RunConditions(conditions, given: given, buffer: buffer)
    }
}

extension Buffer.Component {
    /// Whether a model with `conditions` has none of this name, but the one that it is turned into.
    fileprivate func isUnderstood(by conditions: [Condition]) -> Bool {
        let names = conditions.map(\.name)
        return !names.contains(rawValue) && names.contains(self == .formamide ? "temperature" : "sodium")
    }
}

/// A condition and its value as typed.
struct ConditionSetting: Sendable {
    let name: String
    let value: String

    /// Parses `NAME=VALUE`. Throws a usage error for other text.
    init(_ text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw ValidationError("expected a name and a value such as temperature=37C")
        }
        (name, value) = (parts[0], parts[1])
    }
}
