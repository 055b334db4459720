// OuterFeatures: the outer product of facing columns, mapped to eight features by weights that all columns share.

#if FUSED
    import _Builtin_intrinsics.intel
#endif

private typealias Vector = SIMD8<Float>

// In this file, so that debug builds, which optimise each file separately, inline them too.
@inline(__always) private func broadcast(_ x: Float) -> Vector { Vector(repeating: x) }

@inline(__always) private func sum(_ c: Vector, _ a: Vector, times b: Vector) -> Vector {
    #if FUSED
        _mm256_fmadd_ps(a, b, c)
    #elseif arch(arm64)
        c.addingProduct(a, b)
    #else
        c + a * b
    #endif
}

@inline(__always) private func vector(_ p: UnsafePointer<Float>, _ index: Int) -> Vector {
    UnsafeRawPointer(p + index * 8).loadUnaligned(as: Vector.self)
}

extension Loops {
    /// features[column, q] = sum over k, l of weights[k, l, q] a[column + shift, k] b[column, l], q below 8.
    ///
    /// a and b are (length, aChannels) and (length, bChannels), with zero columns on either side of a. `stride` is the
    /// distance between the columns of `features`.
    public static func outerFeatures(
        length: Int, letters: Int, a: UnsafePointer<Float>, aChannels: Int, shift: Int, b: UnsafePointer<Float>,
        bChannels: Int, weights: UnsafePointer<Float>, features: UnsafeMutablePointer<Float>, stride: Int
    ) {
        for column in 0..<length {
            let aColumn = a + (column + shift) * aChannels
            let bColumn = b + column * bChannels
            var total = Vector()
            for k in 0..<letters where aColumn[k] != 0 {
                for l in 0..<letters {
                    total = sum(
                        total, broadcast(aColumn[k] * bColumn[l]), times: vector(weights, k * letters + l))
                }
            }
            UnsafeMutableRawPointer(features + column * stride).storeBytes(of: total, as: Vector.self)
        }
    }

    /// The backward pass of `outerFeatures`: adds the gradient of the weights to `sums` and that of b to `bGradient`,
    /// where given.
    public static func outerFeaturesGradient(
        length: Int, letters: Int, a: UnsafePointer<Float>, aChannels: Int, shift: Int, b: UnsafePointer<Float>,
        bChannels: Int, weights: UnsafePointer<Float>, featureGradient: UnsafePointer<Float>, stride: Int,
        sums: UnsafeMutablePointer<Float>?, bGradient: UnsafeMutablePointer<Float>?
    ) {
        for column in 0..<length {
            let aColumn = a + (column + shift) * aChannels
            let bColumn = b + column * bChannels
            let g = UnsafeRawPointer(featureGradient + column * stride).loadUnaligned(as: Vector.self)
            for k in 0..<letters where aColumn[k] != 0 {
                for l in 0..<letters {
                    let at = k * letters + l
                    if let sums {
                        let total = sum(vector(sums, at), g, times: broadcast(aColumn[k] * bColumn[l]))
                        UnsafeMutableRawPointer(sums + at * 8).storeBytes(of: total, as: Vector.self)
                    }
                    if let bGradient {
                        bGradient[column * bChannels + l] += aColumn[k] * (vector(weights, at) * g).sum()
                    }
                }
            }
        }
    }
}
