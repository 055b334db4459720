// StepFigures: what the steps of a generator's training came to.

import Kernels

/// Means over the pairs of some steps.
public struct StepFigures: Sendable {
    /// Losses of critic and generator.
    public private(set) var criticLoss = 0.0, generatorLoss = 0.0
    /// D of the data less D of the generator's pairs.
    public private(set) var margin = 0.0
    /// Share of rows whose pair of the data is above 0, and whose generated pair is below.
    public private(set) var realAccuracy = 0.0, fakeAccuracy = 0.0
    private var rows = 0.0

    /// Adds a row: D(P), D(F), the critic's loss, the generator's loss.
    mutating func add(_ row: [Float]) {
        margin += Double(row[0] - row[1])
        criticLoss += Double(row[2])
        generatorLoss += Double(row[3])
        realAccuracy += row[0] > 0 ? 1 : 0
        fakeAccuracy += row[1] < 0 ? 1 : 0
        rows += 1
    }

    /// The means of what was added.
    var mean: StepFigures {
        var result = self
        let count = max(1, rows)
        result.criticLoss /= count
        result.generatorLoss /= count
        result.margin /= count
        result.realAccuracy /= count
        result.fakeAccuracy /= count
        result.rows = 1
        return result
    }
}
