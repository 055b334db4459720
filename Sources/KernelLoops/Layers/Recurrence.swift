// Recurrence: one step of a gated recurrent unit, forward and backward pass.

import KernelShapes

private typealias Vector = SIMD8<Float>

@inline(__always) private func load(_ p: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(p).loadUnaligned(as: Vector.self)
}

@inline(__always) private func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: Vector.self)
}

@inline(__always) private func sigmoid(_ x: Vector) -> Vector {
    Vector(repeating: 1) / (Vector(repeating: 1) + Vector.exponential(-x))
}

extension Loops {
    /// One step of a gated recurrent unit (GRU, Cho et al. 2014, with the reset gate applied after the product) of H
    /// units, for a batch of `rows` strands:
    ///
    ///     (s_r, s_z, s_n) = previous W + bias           W is (H, 3H), in the layout of a convolution of width 1
    ///     r = sigmoid(drive_r + s_r)    z = sigmoid(drive_z + s_z)    n = tanh(drive_n + r s_n)
    ///     next = (1 - z) n + z previous
    ///
    /// `drive` (rows, 3H) is the contribution of the input; `gates` (rows, 4H) receives r, z, n and s_n for the
    /// backward pass; `sums` (rows, 3H) is scratch.
    public static func recurrentStep(
        _ layer: ConvolutionShape, rows: Int, drive: UnsafePointer<Float>, previous: UnsafePointer<Float>,
        weights: UnsafePointer<Float>, gates: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>,
        next: UnsafeMutablePointer<Float>
    ) {
        let units = layer.inputs
        for row in 0..<rows {
            let sums = sums + row * 3 * units
            for k in stride(from: 0, to: 3 * units, by: 8) { store(load(weights + layer.bias + k), sums + k) }
        }
        matrixProduct(
            rows: rows, columns: 3 * units, depth: units, previous, weights + layer.offset, sums,
            ProductStrides(aRow: units, aDepth: 1, b: 3 * units, c: 3 * units))
        let (one, two) = (Vector(repeating: 1), Vector(repeating: 2))
        for row in 0..<rows {
            let (drive, sums) = (drive + row * 3 * units, sums + row * 3 * units)
            let (previous, next, gates) = (previous + row * units, next + row * units, gates + row * 4 * units)
            for k in stride(from: 0, to: units, by: 8) {
                let r = sigmoid(load(drive + k) + load(sums + k))
                let z = sigmoid(load(drive + units + k) + load(sums + units + k))
                let hidden = load(sums + 2 * units + k)
                // tanh x = 2 sigmoid 2x - 1
                let n = two * sigmoid(two * (load(drive + 2 * units + k) + r * hidden)) - one
                store(r, gates + k)
                store(z, gates + units + k)
                store(n, gates + 2 * units + k)
                store(hidden, gates + 3 * units + k)
                store((one - z) * n + z * load(previous + k), next + k)
            }
        }
    }

    /// The backward pass of `recurrentStep`. `nextGradient` (rows, H) is the complete gradient with respect to `next`.
    ///
    /// Writes the gradients with respect to the drive (rows, 3H) and to the sums (rows, 3H), and adds that with
    /// respect to `previous` to `previousGradient` (rows, H). `transposed` is the result of `transposeConvolution`.
    public static func recurrentStepGradient(
        _ layer: ConvolutionShape, rows: Int, previous: UnsafePointer<Float>, gates: UnsafePointer<Float>,
        nextGradient: UnsafePointer<Float>, transposed: UnsafePointer<Float>,
        driveGradient: UnsafeMutablePointer<Float>,
        sumGradient: UnsafeMutablePointer<Float>, previousGradient: UnsafeMutablePointer<Float>
    ) {
        let units = layer.inputs
        let one = Vector(repeating: 1)
        for row in 0..<rows {
            let (previous, gates) = (previous + row * units, gates + row * 4 * units)
            let (nextGradient, previousGradient) = (nextGradient + row * units, previousGradient + row * units)
            let (driveGradient, sumGradient) = (driveGradient + row * 3 * units, sumGradient + row * 3 * units)
            for k in stride(from: 0, to: units, by: 8) {
                let (r, z, n) = (load(gates + k), load(gates + units + k), load(gates + 2 * units + k))
                let g = load(nextGradient + k)
                let dn = g * (one - z) * (one - n * n)
                let dz = g * (load(previous + k) - n) * z * (one - z)
                let dr = dn * load(gates + 3 * units + k) * r * (one - r)
                store(dr, driveGradient + k)
                store(dr, sumGradient + k)
                store(dz, driveGradient + units + k)
                store(dz, sumGradient + units + k)
                store(dn, driveGradient + 2 * units + k)
                store(dn * r, sumGradient + 2 * units + k)
                store(load(previousGradient + k) + g * z, previousGradient + k)
            }
        }
        matrixProduct(
            rows: rows, columns: units, depth: 3 * units, sumGradient, transposed + layer.offset, previousGradient,
            ProductStrides(aRow: 3 * units, aDepth: 1, b: units, c: units))
    }
}
