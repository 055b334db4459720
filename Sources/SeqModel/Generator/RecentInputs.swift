// RecentInputs: what was computed for the last labels and conditions.

/// What was computed for a label and the numbers that a model sees beside it, for the last few of these: pairs at one
/// condition have numbers for each of their levels.
struct RecentInputs<Value> {
    private var entries: [(label: Int, inputs: [Float], value: Value)] = []
    /// The entry that was used last, and the oldest one.
    private var (last, oldest) = (0, 0)

    /// The value for a label and numbers. Where there is none, `compute` returns it; it may use the memory of the value
    /// whose place it takes.
    mutating func value(label: Int, _ inputs: ArraySlice<Float>, compute: (Value?) -> Value) -> Value {
        func fits(_ k: Int) -> Bool { entries[k].label == label && entries[k].inputs[...] == inputs }
        if last < entries.count, fits(last) { return entries[last].value }
        if let found = entries.indices.first(where: fits) {
            last = found
            return entries[found].value
        }
        if entries.count < ScoreLevels.count {
            last = entries.count
            entries.append((label, Array(inputs), compute(nil)))
        } else {
            last = oldest
            oldest = (oldest + 1) % entries.count
            entries[last] = (label, Array(inputs), compute(entries[last].value))
        }
        return entries[last].value
    }

    /// Replaces the value that was used last.
    mutating func replaceLast(_ value: Value) { entries[last].value = value }
}
