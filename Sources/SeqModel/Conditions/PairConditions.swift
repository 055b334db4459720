// PairConditions: the values of the conditions of each pair.

/// The values of all conditions of each pair, in their own units: as many for each pair as there are conditions.
public struct PairConditions: Sendable, Equatable {
    /// Number of conditions; 0 where pairs have none.
    public let width: Int
    /// The values, pair by pair.
    public private(set) var values: [Float] = []

    /// No pairs yet, with `width` conditions each.
    public init(width: Int) { self.width = width }

    /// Number of pairs; 0 without conditions.
    public var count: Int { width == 0 ? 0 : values.count / width }

    /// The values of pair `p`; empty without conditions.
    public subscript(_ p: Int) -> ArraySlice<Float> { values[p * width..<(p + 1) * width] }

    /// The values of one condition.
    func column(_ condition: Int) -> [Float] {
        stride(from: condition, to: values.count, by: max(1, width)).map { values[$0] }
    }

    /// Replaces the value of condition `condition` of pair `p`.
    mutating func set(_ condition: Int, of p: Int, to value: Float) { values[p * width + condition] = value }

    /// Adds the values of a pair.
    public mutating func append(_ point: some Collection<Float>) {
        precondition(point.count == width)
        values.append(contentsOf: point)
    }

    /// Removes all pairs and keeps the memory.
    public mutating func removeAll() { values.removeAll(keepingCapacity: true) }

    /// The pairs `chosen` in the order of their values, so that pairs with equal values are neighbours. The condition
    /// `last` is compared last.
    func sorted(_ chosen: some Collection<Int>, last: Int? = nil) -> [Int] {
        let columns = (0..<width).filter { $0 != last } + (last.map { [$0] } ?? [])
        return chosen.sorted { p, q in
            for column in columns {
                let (a, b) = (values[p * width + column], values[q * width + column])
                if a != b { return a < b }
            }
            return p < q
        }
    }

    /// A hash of the values of pair `p`; 0 without conditions.
    func hash(ofPair p: Int) -> UInt64 {
        self[p].reduce(0) { hash, value in
            let product = (hash ^ UInt64(value.bitPattern) ^ 0x9e37_79b9_7f4a_7c15)
                .multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
            return product.high ^ product.low
        }
    }

    /// The values of the pairs `order`, in that order.
    func gathered(_ order: ArraySlice<Int>) -> PairConditions {
        var result = PairConditions(width: width)
        if width > 0 { for p in order { result.append(self[p]) } }
        return result
    }
}
