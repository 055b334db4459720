// QuadraticTerms: the terms of a quadratic function of several numbers.

/// The terms of a quadratic function: 1, each of some numbers, and the products of any two of them, in this order.
enum QuadraticTerms {
    /// The number of terms of so many numbers.
    static func count(_ numbers: Int) -> Int { (1 + numbers) * (2 + numbers) / 2 }

    /// The terms of `numbers`. Numbers far from those of any training are brought nearer: they must not give
    /// infinities, of which nothing follows.
    static func of(_ numbers: some Collection<Float>) -> [Float] {
        let numbers = numbers.map { min(max($0, -1e15), 1e15) }
        var terms = [1] + numbers
        for (c, x) in numbers.enumerated() {
            for y in numbers[c...] { terms.append(x * y) }
        }
        return terms
    }
}
