// ModelFile+Conditions: the conditions of a model in the metadata of its file.

import Kernels

extension ModelFile.Metadata {
    /// The most conditions of a model.
    private static let mostConditions = 16
    /// The largest absolute value of a number of a condition.
    private static let largest = 1e9

    /// The metadata of conditions: for condition k, from 1, the keys `condition.k.name`, `.scale`, `.mean`,
    /// `.deviation`, `.lowest`, `.highest` and `.usual`.
    static func of(_ conditions: [Condition]) -> [String: String] {
        var result: [String: String] = [:]
        for (place, condition) in conditions.enumerated() {
            let key = "condition.\(place + 1)."
            result[key + "name"] = condition.name
            result[key + "scale"] = condition.scale.rawValue
            result[key + "mean"] = "\(condition.mean)"
            result[key + "deviation"] = "\(condition.deviation)"
            result[key + "lowest"] = "\(condition.trained.lowerBound)"
            result[key + "highest"] = "\(condition.trained.upperBound)"
            result[key + "usual"] = "\(condition.usual)"
        }
        return result
    }

    /// The conditions of a model; none if there is no first one.
    func conditions() throws(ModelError) -> [Condition] {
        var result: [Condition] = []
        while has("condition.\(result.count + 1).name") {
            let condition = try condition("condition.\(result.count + 1).")
            guard !result.contains(where: { $0.name == condition.name }),
                result.count < ModelFile.Metadata.mostConditions
            else {
                throw .inconsistent(
                    field: "conditions", found: "\(condition.name) again, or too many",
                    expected: "at most 16, all different")
            }
            result.append(condition)
        }
        return result
    }

    private func condition(_ key: String) throws(ModelError) -> Condition {
        let (name, scale) = (try text(key + "name"), try choice(key + "scale") as Condition.Scale)
        guard let named = Condition(name), scale == named.scale || named.scale == .linear && scale == .logarithm else {
            throw .inconsistent(field: key + "name", found: name, expected: "the name of a condition of this scale")
        }
        var condition = Condition(name: name, scale: scale)
        condition.mean = try decimal(key + "mean")
        condition.deviation = try decimal(key + "deviation")
        guard condition.deviation > 1e-9 else {
            throw .inconsistent(field: key + "deviation", found: "\(condition.deviation)", expected: "above 0")
        }
        let (lowest, highest) = (try decimal(key + "lowest"), try decimal(key + "highest"))
        condition.usual = try decimal(key + "usual")
        guard lowest <= highest, [lowest, highest, condition.usual].allSatisfy(condition.isPossible) else {
            throw .inconsistent(
                field: key + "usual", found: "\(condition.usual), lowest \(lowest), highest \(highest)",
                expected: "possible values in order")
        }
        condition.trained = lowest...highest
        return condition
    }

    /// A decimal number.
    private func decimal(_ key: String) throws(ModelError) -> Double {
        let value = try text(key)
        guard let number = Double(decimal: value.utf8), abs(number) <= ModelFile.Metadata.largest else {
            throw .inconsistent(field: key, found: value, expected: "a number")
        }
        return number
    }
}
