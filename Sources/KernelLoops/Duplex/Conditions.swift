// Conditions: from parameters to the weights at given conditions, and the gradient in the other direction.

import KernelShapes

extension DuplexShape {
    /// Number of conditions on which energies depend.
    fileprivate var energyConditions: Int { concentration == nil ? conditions : conditions - 1 }

    /// The condition that copy `place` of the energies belongs to.
    @inline(__always) fileprivate func condition(_ place: Int) -> Int {
        if let concentration, place >= concentration { place + 1 } else { place }
    }
}

extension Loops {
    /// Writes the Boltzmann weights at some conditions, exp(energy + sum over the conditions of x times what the
    /// condition adds), copies the other parameters, and writes the loop tables.
    ///
    /// `parameters` and `weights` have `shape.count` numbers, `tables` has `shape.tableCount`; all aligned to 64 bytes.
    public static func duplexWeights(
        _ shape: DuplexShape, parameters: UnsafePointer<Float>, at point: DuplexPoint,
        weights: UnsafeMutablePointer<Float>, tables: UnsafeMutablePointer<Float>
    ) {
        for k in shape.energyEnd..<shape.readEnd { weights[k] = parameters[k] }
        fold(shape, point, parameters, weights, SIMD8<Float>.self)
        point.inputs.withUnsafeBufferPointer { inputs in
            @inline(__always) func fill<V: Lanes>(_ lanes: V.Type) where V.Scalar == Float {
                foldEnergies(shape, inputs.baseAddress, parameters, weights, tables, lanes)
            }
            if shape.lanes == 4 { fill(SIMD4<Float>.self) } else { fill(SIMD8<Float>.self) }
        }
    }

    /// The same as `duplexWeights` in double precision, with `change.by` added to parameter `change.index`.
    public static func duplexWeights(
        _ shape: DuplexShape, parameters: UnsafePointer<Float>, change: (index: Int, by: Double),
        at point: DuplexPoint, weights: UnsafeMutablePointer<Double>, tables: UnsafeMutablePointer<Double>
    ) {
        for k in 0..<shape.count { weights[k] = Double(parameters[k]) + (k == change.index ? change.by : 0) }
        fold(shape, point, weights, weights, SIMD2<Double>.self)
        for k in 0..<shape.energyEnd {
            for place in 0..<shape.energyConditions {
                let part = shape.conditionEnergies + place * shape.energyEnd
                weights[k] += Double(point.inputs[shape.condition(place)]) * weights[part + k]
            }
            weights[k] = SIMD2<Double>.exponential(SIMD2(repeating: weights[k]))[0]
        }
        fillLoopTables(
            shape, weights, into: tables, initiationScale: RangeLimits<SIMD2<Double>>().initiationScale, SIMD2.self)
    }

    /// Converts the gradient with respect to the loop tables, as `duplexGradient` leaves it, into that with respect to
    /// the energies: d/d energy = weight * d/d weight.
    public static func duplexEnergyGradient(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, gradient: UnsafeMutablePointer<Float>
    ) {
        if shape.lanes == 4 {
            gatherLoopGradient(shape, numbers, gradient: gradient, SIMD4.self)
        } else {
            gatherLoopGradient(shape, numbers, gradient: gradient, SIMD8.self)
        }
    }

    /// The same in double precision.
    public static func duplexEnergyGradient(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Double>, gradient: UnsafeMutablePointer<Double>
    ) {
        gatherLoopGradient(shape, numbers, gradient: gradient, SIMD2.self)
    }

    /// Adds the gradient with respect to energies and network at some conditions, `gradient`, to that with respect to
    /// all parameters, `sum`. What a condition adds has x times the gradient of what it is added to.
    public static func duplexSpreadGradient(
        _ shape: DuplexShape, _ gradient: UnsafePointer<Float>, at point: DuplexPoint,
        adding sum: UnsafeMutablePointer<Float>
    ) {
        spread(shape, point, gradient, sum, SIMD8<Float>.self)
    }

    /// The same in double precision.
    public static func duplexSpreadGradient(
        _ shape: DuplexShape, _ gradient: UnsafePointer<Double>, at point: DuplexPoint,
        adding sum: UnsafeMutablePointer<Double>
    ) {
        spread(shape, point, gradient, sum, SIMD2<Double>.self)
    }
}

/// Writes the Boltzmann weights at conditions of which `inputs` are the standardised values, and the loop tables.
@inline(never)
func foldEnergies<V: Lanes>(
    _ shape: DuplexShape, _ inputs: UnsafePointer<Float>?, _ parameters: UnsafePointer<Float>,
    _ weights: UnsafeMutablePointer<Float>, _ tables: UnsafeMutablePointer<Float>, _ lanes: V.Type
) where V.Scalar == Float {
    typealias W = SIMD8<Float>
    let from = UnsafeRawPointer(parameters).assumingMemoryBound(to: W.self)
    let to = UnsafeMutableRawPointer(weights).assumingMemoryBound(to: W.self)
    let vectors = shape.energyEnd / 8
    let parts = from + shape.conditionEnergies / 8
    @inline(__always) func x(_ place: Int) -> W { W.fill(inputs.map { $0[shape.condition(place)] } ?? 0) }
    switch shape.energyConditions {
    case 0:
        for v in 0..<vectors { to[v] = W.exponential(from[v]) }
    case 2:
        // Temperature and salt, the usual case, in one pass.
        let (first, second) = (x(0), x(1))
        for v in 0..<vectors {
            to[v] = W.exponential(
                W.sum(W.sum(from[v], first, times: parts[v]), second, times: parts[vectors &+ v]))
        }
    default:
        for v in 0..<vectors { to[v] = from[v] }
        for place in 0..<shape.energyConditions {
            let (part, x) = (parts + place &* vectors, x(place))
            for v in 0..<vectors { to[v] = W.sum(to[v], x, times: part[v]) }
        }
        for v in 0..<vectors { to[v] = W.exponential(to[v]) }
    }
    fillLoopTables(shape, weights, into: tables, initiationScale: RangeLimits<V>().initiationScale, lanes)
}

/// Writes what depends on conditions other than the energies: the biases of the first layer, b + sum over the
/// conditions of x times their weights, and the logarithm of the concentration.
@inline(__always)
private func fold<V: Lanes>(
    _ shape: DuplexShape, _ point: DuplexPoint, _ parameters: UnsafePointer<V.Scalar>,
    _ weights: UnsafeMutablePointer<V.Scalar>, _: V.Type
) {
    if shape.head == .equilibrium {
        weights[shape.logConcentration] = parameters[shape.logConcentration] + V.Scalar(point.logConcentration)
    }
    guard shape.conditions > 0 else { return }
    for u in 0..<shape.hidden { weights[shape.firstBias + u] = parameters[shape.firstBias + u] }
    for c in 0..<shape.conditions {
        let x = V.Scalar(point.inputs[c])
        for u in 0..<shape.hidden {
            weights[shape.firstBias + u] += x * parameters[shape.conditionInputs + c * shape.hidden + u]
        }
    }
}

/// See `duplexSpreadGradient`.
@inline(__always)
private func spread<V: Lanes>(
    _ shape: DuplexShape, _ point: DuplexPoint, _ gradient: UnsafePointer<V.Scalar>,
    _ sum: UnsafeMutablePointer<V.Scalar>, _: V.Type
) {
    @inline(__always)
    func add(_ count: Int, from source: Int, to target: Int, times scale: V.Scalar) {
        let from = UnsafeRawPointer(gradient + source).assumingMemoryBound(to: V.self)
        let to = UnsafeMutableRawPointer(sum + target).assumingMemoryBound(to: V.self)
        let factor = V.fill(scale)
        for v in 0..<count / V.scalarCount { to[v] = V.sum(to[v], factor, times: from[v]) }
    }
    add(shape.trainedEnd, from: 0, to: 0, times: 1)
    for place in 0..<shape.energyConditions {
        add(
            shape.energyEnd, from: 0, to: shape.conditionEnergies + place * shape.energyEnd,
            times: V.Scalar(point.inputs[shape.condition(place)]))
    }
    for condition in 0..<shape.conditions {
        add(
            shape.hidden, from: shape.firstBias, to: shape.conditionInputs + condition * shape.hidden,
            times: V.Scalar(point.inputs[condition]))
    }
}
