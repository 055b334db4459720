// FloatBuffer: the owner of a flat, aligned buffer of floats; and the workspace of a thread.

/// A flat buffer of floats, aligned to 64 bytes for the widest vectors, zero at first. Indices and ranges are checked.
///
/// @unchecked Sendable: threads read it at the same time. A thread that writes (an optimiser step, a gradient) is the
/// only one that uses that range at the time: phases are separated by `Parallel.run`, which returns when all threads
/// are done.
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

    /// One number. Inlinable, as nets write letters and noise one number at a time.
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

    /// Sets a range to the numbers of `other` from `start` on.
    public func copy(_ range: Range<Int>, from other: FloatBuffer, at start: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        precondition(start >= 0 && start + range.count <= other.count)
        (base + range.lowerBound).update(from: other.base + start, count: range.count)
    }

    /// The sum of the squares of a range, in double precision. Number k goes to sum k mod 8 of eight sums.
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

/// The memory in which a thread runs the loops. It grows to the longest strand so far and is kept.
///
/// @unchecked Sendable: each belongs to one thread at a time.
public final class Workspace: @unchecked Sendable {
    private var bytes = 0
    private var base: UnsafeMutableRawPointer?

    /// An empty workspace.
    public init() {}

    deinit { base?.deallocate() }

    /// An object that a user of the workspace keeps in it between calls.
    private var kept: AnyObject?

    /// The object that was kept before, if it has type `T` and `fits`; otherwise the result of `make`, which is kept.
    public func keep<T: AnyObject>(_ make: () -> T, where fits: (T) -> Bool) -> T {
        if let old = kept as? T, fits(old) { return old }
        let fresh = make()
        kept = fresh
        return fresh
    }

    /// At least `needed` bytes, aligned to 64; the contents of earlier calls may be lost.
    func reserve(bytes needed: Int) -> UnsafeMutableRawPointer {
        if let base, bytes >= needed { return base }
        base?.deallocate()
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: needed, alignment: 64)
        base = fresh
        bytes = needed
        return fresh
    }
}
