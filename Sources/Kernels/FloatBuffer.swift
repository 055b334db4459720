// FloatBuffer: the one owner of a flat, aligned buffer of floats, and the growing memory of a worker.

/// A flat buffer of floats, aligned for the widest vectors, zero at first.
///
/// @unchecked Sendable: workers read it together; whoever writes (an optimiser step, a gradient of its own) is the
/// only one to touch that range meanwhile. The phases are kept apart by `Parallel.run`, which returns when all are done.
public final class FloatBuffer: @unchecked Sendable {
    /// Number of floats.
    public let count: Int
    @usableFromInline let base: UnsafeMutablePointer<Float>

    /// A buffer of `count` zeros.
    public init(count: Int) {
        self.count = count
        // SAFETY: freed in deinit only; every access below is checked against `count`.
        base = UnsafeMutableRawPointer.allocate(byteCount: max(1, count) * 4, alignment: 64)
            .bindMemory(to: Float.self, capacity: max(1, count))
        base.initialize(repeating: 0, count: max(1, count))
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }

    /// One number. Inlined into the nets, which lay letters and noise before their loops number by number.
    @inlinable public subscript(_ index: Int) -> Float {
        get {
            precondition(index >= 0 && index < count)
            return base[index]
        }
        set {
            precondition(index >= 0 && index < count)
            base[index] = newValue
        }
    }

    /// A copy of a range.
    public subscript(_ range: Range<Int>) -> [Float] {
        get {
            precondition(range.lowerBound >= 0 && range.upperBound <= count)
            return Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
        }
        set {
            precondition(range.lowerBound >= 0 && range.upperBound <= count && newValue.count == range.count)
            newValue.withUnsafeBufferPointer { values in
                guard let start = values.baseAddress else { return }
                (base + range.lowerBound).update(from: start, count: range.count)
            }
        }
    }

    /// Sets a range to what lies from `start` on in `other`.
    public func copy(_ range: Range<Int>, from other: FloatBuffer, at start: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        precondition(start >= 0 && start + range.count <= other.count)
        (base + range.lowerBound).update(from: other.base + start, count: range.count)
    }

    /// The sum of the squares of a range, each eighth number to one of eight sums.
    public func sumOfSquares(_ range: Range<Int>) -> Double {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        var sums = SIMD8<Double>()
        let whole = range.count / 8
        for k in 0..<whole {
            let numbers = UnsafeRawPointer(base + range.lowerBound + 8 * k).loadUnaligned(as: SIMD8<Float>.self)
            let wide = SIMD8<Double>(numbers)
            sums += wide * wide
        }
        for k in 8 * whole..<range.count {
            let number = Double(base[range.lowerBound + k])
            sums[k % 8] += number * number
        }
        return sums.sum()
    }

    /// Sets a range to zero.
    public func clear(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        (base + range.lowerBound).update(repeating: 0, count: range.count)
    }
}

/// The memory in which a worker runs the loops; grows to the longest strand seen and is kept.
///
/// @unchecked Sendable: each belongs to one worker at a time.
public final class Workspace: @unchecked Sendable {
    private var bytes = 0
    private var base: UnsafeMutableRawPointer?

    /// An empty workspace.
    public init() {}

    deinit { base?.deallocate() }

    /// What a user of the workspace keeps in it from one call to the next.
    private var kept: AnyObject?

    /// What was kept by `make` before and `fits`, else what `make` gives now.
    public func keep<T: AnyObject>(_ make: () -> T, where fits: (T) -> Bool) -> T {
        if let old = kept as? T, fits(old) { return old }
        let fresh = make()
        kept = fresh
        return fresh
    }

    func reserve(bytes needed: Int) -> UnsafeMutableRawPointer {
        if let base, bytes >= needed { return base }
        base?.deallocate()
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: needed, alignment: 64)
        base = fresh
        bytes = needed
        return fresh
    }
}
