// StepFigures: losses and accuracies of the steps of a paired generator's training.

import Kernels

/// Means over the rows of some steps. A row has a pair of the data and a generated one.
public struct StepFigures: Sendable {
    /// The losses of critic and generator, without the gradient penalty.
    public private(set) var criticLoss = 0.0, generatorLoss = 0.0
    /// The mean of D(P) - D(F): the critic's output for pairs of the data minus that for generated ones.
    public private(set) var margin = 0.0
    /// The shares (0 to 1) of rows with D(P) > 0, and with D(F) < 0.
    public private(set) var realAccuracy = 0.0, fakeAccuracy = 0.0
    private var rows = 0.0

    /// Adds a row: D(P), D(F), critic's loss, generator's loss.
    mutating func add(_ row: [Float]) {
        margin += Double(row[0] - row[1])
        criticLoss += Double(row[2])
        generatorLoss += Double(row[3])
        realAccuracy += row[0] > 0 ? 1 : 0
        fakeAccuracy += row[1] < 0 ? 1 : 0
        rows += 1
    }

    /// The sums that were added as means.
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
