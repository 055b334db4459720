// Lanes: the operations of SIMD vectors that the loops use. A lane is one head of a duplex, or one unit of a network.

#if FUSED
    import _Builtin_intrinsics.intel
#endif

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A SIMD vector.
///
/// The loops are generic over it, so that one source serves blocks of 4 and of 8 heads, and tests of the gradients in
/// Double. The types that conform are concrete: the compiler then emits vector instructions, and no loops over the
/// lanes.
protocol Lanes: SIMD where Scalar: BinaryFloatingPoint & SIMDScalar {
    /// The vector type of the network on top of the heads.
    associatedtype Wide: Lanes where Wide.Scalar == Scalar, Wide.Wide == Wide

    /// c + a * b, fused where the build has such an instruction.
    static func sum(_ c: Self, _ a: Self, times b: Self) -> Self
    /// a * b.
    static func product(_ a: Self, _ b: Self) -> Self
    /// a + b.
    static func plus(_ a: Self, _ b: Self) -> Self
    /// The minimum of a and b in each lane.
    static func least(_ a: Self, _ b: Self) -> Self
    /// The maximum of a and b in each lane.
    static func greatest(_ a: Self, _ b: Self) -> Self
    /// exp, with a relative error below 3e-7 in Float. The argument is clamped so that the result is normal and finite.
    static func exponential(_ x: Self) -> Self
    /// Natural logarithm of a positive normal number, with an error below 2e-7 times the absolute value of the result
    /// in Float.
    static func logarithm(_ x: Self) -> Self
    /// The square root.
    static func root(_ x: Self) -> Self
    /// `a` in the lanes where `x` is below `bound`, else zero. `x` must not be negative.
    static func keep(_ a: Self, where x: Self, below bound: Self) -> Self
    /// Whether all lanes of `a` are below `bound`; false for NaN. `a` must not be negative.
    static func areBelow(_ a: Self, _ bound: Self) -> Bool
    /// The sum of the lanes.
    static func total(_ a: Self) -> Scalar
    /// The matrix product c = a b, see `matrixProduct`.
    static func writeProduct(
        rows: Int, columns: Int, depth: Int, _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>,
        _ c: UnsafeMutablePointer<Scalar>, _ strides: ProductStrides)
}

extension Lanes {
    @inline(__always) static func fill(_ x: Scalar) -> Self { Self(repeating: x) }
    @inline(__always) static func greatest(_ a: Self, _ b: Self) -> Self { b.replacing(with: a, where: a .> b) }
    @inline(__always) static func root(_ x: Self) -> Self { x.squareRoot() }
    @inline(__always) static func areBelow(_ a: Self, _ bound: Self) -> Bool { all(a .< bound) }
}

extension Lanes where Scalar == Float {
    @inline(__always)
    static func writeProduct(
        rows: Int, columns: Int, depth: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
        _ c: UnsafeMutablePointer<Float>, _ strides: ProductStrides
    ) { matrixProduct(rows: rows, columns: columns, depth: depth, a, b, c, strides, adding: false) }
}

extension SIMD4<Float>: Lanes {
    typealias Wide = SIMD8<Float>
    @inline(__always) static func sum(_ c: Self, _ a: Self, times b: Self) -> Self { fused(c, a, b) }
    @inline(__always) static func product(_ a: Self, _ b: Self) -> Self { a * b }
    @inline(__always) static func plus(_ a: Self, _ b: Self) -> Self { a + b }
    @inline(__always) static func least(_ a: Self, _ b: Self) -> Self {
        b.replacing(with: a, where: a .< b)
    }
    @inline(__always) static func keep(_ a: Self, where x: Self, below bound: Self) -> Self {
        a.replacing(with: 0, where: x .>= bound)
    }
    @inline(__always) static func total(_ a: Self) -> Float { a.sum() }
    @inline(__always) static func areBelow(_ a: Self, _ bound: Self) -> Bool {
        SIMD8<Float>.areBelow(SIMD8(lowHalf: a, highHalf: a), SIMD8(lowHalf: bound, highHalf: bound))
    }
    @inline(__always) static func exponential(_ x: Self) -> Self {
        SIMD8<Float>.exponential(SIMD8(lowHalf: x, highHalf: x)).lowHalf
    }
    @inline(__always) static func logarithm(_ x: Self) -> Self {
        SIMD8<Float>.logarithm(SIMD8(lowHalf: x, highHalf: x)).lowHalf
    }
    @inline(__always) private static func fused(_ c: Self, _ a: Self, _ b: Self) -> Self {
        #if FUSED
            _mm_fmadd_ps(a, b, c)
        #elseif arch(arm64)
            c.addingProduct(a, b)
        #else
            c + a * b
        #endif
    }
}

extension SIMD8<Float>: Lanes {
    typealias Wide = SIMD8<Float>
    @inline(__always) static func sum(_ c: Self, _ a: Self, times b: Self) -> Self {
        // addingProduct is a multiply-add for each lane, which the compiler does not always combine into one vector
        // instruction; without a fused instruction it calls fmaf.
        #if FUSED
            _mm256_fmadd_ps(a, b, c)
        #elseif arch(arm64)
            c.addingProduct(a, b)
        #else
            c + a * b
        #endif
    }
    @inline(__always) static func product(_ a: Self, _ b: Self) -> Self {
        // The operator * is eight products, which the compiler does not always combine into one vector instruction.
        #if FUSED
            _mm256_mul_ps(a, b)
        #else
            a * b
        #endif
    }
    @inline(__always) static func plus(_ a: Self, _ b: Self) -> Self {
        #if FUSED
            _mm256_add_ps(a, b)
        #else
            a + b
        #endif
    }
    @inline(__always) static func root(_ x: Self) -> Self {
        #if FUSED
            _mm256_sqrt_ps(x)
        #else
            x.squareRoot()
        #endif
    }
    @inline(__always) static func least(_ a: Self, _ b: Self) -> Self {
        b.replacing(with: a, where: a .< b)
    }
    @inline(__always) static func keep(_ a: Self, where x: Self, below bound: Self) -> Self {
        // A comparison and a select would split this vector, and those it is computed from, into lanes. The bits of
        // non-negative numbers have the order of the numbers, so the sign of their difference is the mask.
        let mask = (unsafeBitCast(x, to: SIMD8<Int32>.self) &- unsafeBitCast(bound, to: SIMD8<Int32>.self)) &>> 31
        return unsafeBitCast(unsafeBitCast(a, to: SIMD8<Int32>.self) & mask, to: Self.self)
    }
    @inline(__always) static func greatest(_ a: Self, _ b: Self) -> Self {
        #if FUSED
            _mm256_max_ps(a, b)
        #else
            b.replacing(with: a, where: a .> b)
        #endif
    }
    @inline(__always) static func total(_ a: Self) -> Float { a.sum() }
    @inline(__always) static func areBelow(_ a: Self, _ bound: Self) -> Bool {
        // A comparison of vectors would become a loop over the lanes. The bits of non-negative numbers have the order
        // of the numbers, and those of NaN are above all others.
        let bits = unsafeBitCast(a, to: SIMD8<UInt32>.self)
        return bits.max() < bound[0].bitPattern
    }

    /// Range reduction by powers of two and the polynomial of Cephes' expf.
    @inline(__always) static func exponential(_ x: Self) -> Self {
        // pointwiseMin and pointwiseMax are not inlined.
        let low = least(x, fill(88))
        let held = low.replacing(with: -87, where: low .< -87)
        let shifter = fill(12_582_912)  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
        let shifted = sum(shifter, held, times: fill(1.442_695_04))
        let n = shifted - shifter
        let r = sum(sum(held, n, times: fill(-0.693_359_375)), n, times: fill(2.121_944_4e-4))
        var p = fill(1.987_569_15e-4)
        p = sum(fill(1.398_199_95e-3), p, times: r)
        p = sum(fill(8.333_451_9e-3), p, times: r)
        p = sum(fill(4.166_579_6e-2), p, times: r)
        p = sum(fill(1.666_666_55e-1), p, times: r)
        p = sum(fill(5.000_000_1e-1), p, times: r)
        let y = sum(r + fill(1), p, times: r * r)
        let bits = unsafeBitCast(shifted, to: SIMD8<UInt32>.self)
        // &+: the exponent field of 2^n. The bounds above keep n between -126 and 127.
        return y * unsafeBitCast((bits &<< 23) &+ 0x3f80_0000, to: Self.self)
    }

    /// Mantissa in [sqrt(1/2), sqrt(2)) and the polynomial of Cephes' logf.
    @inline(__always) static func logarithm(_ x: Self) -> Self {
        let bits = unsafeBitCast(x, to: SIMD8<Int32>.self)
        let exponent = (bits &- 0x3f35_04f3) &>> 23  // &-: no overflow, as the bits are those of a positive number
        let mantissa = unsafeBitCast(bits &- (exponent &<< 23), to: Self.self)
        // Conversion to Float with the shifter of `exponential`: the direct conversion may compile to eight calls.
        let e = unsafeBitCast(exponent &+ 0x4b40_0000, to: Self.self) - fill(12_582_912)
        let f = mantissa - fill(1)
        var p = fill(7.037_683_6e-2)
        p = sum(fill(-1.151_461_03e-1), p, times: f)
        p = sum(fill(1.167_699_87e-1), p, times: f)
        p = sum(fill(-1.242_014_08e-1), p, times: f)
        p = sum(fill(1.424_932_3e-1), p, times: f)
        p = sum(fill(-1.666_805_7e-1), p, times: f)
        p = sum(fill(2.000_071_4e-1), p, times: f)
        p = sum(fill(-2.499_999_4e-1), p, times: f)
        p = sum(fill(3.333_333_1e-1), p, times: f)
        let square = f * f
        var y = p * f * square
        y = sum(y, e, times: fill(-2.121_944_4e-4))
        y = sum(y, square, times: fill(-0.5))
        return sum(f + y, e, times: fill(0.693_359_375))
    }
}

/// The double-precision vector of two heads, for tests of the gradients.
extension SIMD2<Double>: Lanes {
    typealias Wide = SIMD2<Double>
    @inline(__always) static func sum(_ c: Self, _ a: Self, times b: Self) -> Self {
        #if FUSED
            _mm_fmadd_pd(a, b, c)
        #elseif arch(arm64)
            c.addingProduct(a, b)
        #else
            c + a * b
        #endif
    }
    @inline(__always) static func product(_ a: Self, _ b: Self) -> Self { a * b }
    @inline(__always) static func plus(_ a: Self, _ b: Self) -> Self { a + b }
    @inline(__always) static func least(_ a: Self, _ b: Self) -> Self {
        b.replacing(with: a, where: a .< b)
    }
    @inline(__always) static func keep(_ a: Self, where x: Self, below bound: Self) -> Self {
        a.replacing(with: 0, where: x .>= bound)
    }
    @inline(__always) static func total(_ a: Self) -> Double { a.sum() }
    static func exponential(_ x: Self) -> Self {
        var y = x
        for lane in 0..<2 { y[lane] = exp(Swift.min(Swift.max(x[lane], -700), 700)) }
        return y
    }
    static func logarithm(_ x: Self) -> Self {
        var y = x
        for lane in 0..<2 { y[lane] = log(x[lane]) }
        return y
    }
    static func writeProduct(
        rows: Int, columns: Int, depth: Int, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
        _ c: UnsafeMutablePointer<Double>, _ strides: ProductStrides
    ) {
        for row in 0..<rows {
            for column in 0..<columns {
                var sum = 0.0
                for k in 0..<depth { sum += a[row * strides.aRow + k * strides.aDepth] * b[k * strides.b + column] }
                c[row * strides.c + column] = sum
            }
        }
    }
}
