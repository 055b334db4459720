// Elementwise: loops over flat buffers: exponentials of energies, sums, AdamW; and a counter-based random number.

import KernelShapes

#if FUSED
    import _Builtin_intrinsics.intel
#endif

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// log(1 + exp(x)) for x <= 0.
@inline(__always) func log1pExp(_ x: Double) -> Double { log1p(exp(x)) }

/// The logistic function 1 / (1 + exp(-x)), in a form that does not overflow.
@inline(__always) func logistic(_ x: Double) -> Double { x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)) }

/// A uniform number in [0, 1), a function of `seed` and `counter` (the finaliser of SplitMix64, Steele et al. 2014).
@inline(__always) func uniform(_ seed: UInt64, _ counter: UInt64) -> Float {
    // &* and &+: overflow is part of the hash.
    var z = seed &+ (counter &+ 1) &* 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    z ^= z >> 31
    return Float(z >> 40) * 0x1p-24
}

extension Loops {
    /// sum[k] += values[k] for each k of `range`.
    public static func add(_ values: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, range: Range<Int>) {
        for k in range { sum[k] += values[k] }
    }

    /// One step of AdamW (Loshchilov & Hutter 2019) on the parameters `range`, with the gradient times `scale`.
    ///
    /// `first` and `second` are the moments, updated; `correction1` and `correction2` are 1 - beta^step.
    public static func adamStep(
        _ parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, first: UnsafeMutablePointer<Float>,
        second: UnsafeMutablePointer<Float>, range: Range<Int>, rate: Float, beta1: Float, beta2: Float,
        correction1: Float, correction2: Float, decay: Float, scale: Float
    ) {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
            // The remainder at the end goes through a vector padded with zeros.
            let count = Swift.min(8, range.upperBound - start)
            @inline(__always) func load(_ numbers: UnsafePointer<Float>) -> SIMD8<Float> {
                if count == 8 { return UnsafeRawPointer(numbers + start).loadUnaligned(as: SIMD8<Float>.self) }
                var some = SIMD8<Float>()
                for k in 0..<count { some[k] = numbers[start + k] }
                return some
            }
            @inline(__always) func store(_ some: SIMD8<Float>, _ numbers: UnsafeMutablePointer<Float>) {
                if count == 8 {
                    return UnsafeMutableRawPointer(numbers + start).storeBytes(of: some, as: SIMD8<Float>.self)
                }
                for k in 0..<count { numbers[start + k] = some[k] }
            }
            let g = load(gradient) * scale
            let m = beta1 * load(first) + (1 - beta1) * g
            let v = beta2 * load(second) + (1 - beta2) * g * g
            let step = (m / correction1) / (squareRoot(v / correction2) + 1e-8)
            let old = load(parameters)
            store(m, first)
            store(v, second)
            store(old - rate * (step + decay * old), parameters)
        }
    }
}

@inline(__always) private func squareRoot(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // squareRoot() compiles to a call for each lane.
    #if FUSED
        _mm256_sqrt_ps(x)
    #else
        x.squareRoot()
    #endif
}
