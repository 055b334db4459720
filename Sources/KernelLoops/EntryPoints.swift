// EntryPoints: the doors from Kernels into the loops. Each picks the vector for the number of heads, once a call.

import KernelShapes

/// Numbers of workspace (Float, or Double where `inDouble`) that the calls below need for strands up to `longest`.
public func duplexWorkspaceCount(
    _ shape: DuplexShape, longest: Int, forGradient: Bool, isAmbiguous: Bool, inDouble: Bool
) -> Int {
    func count<V: Lanes>(_: V.Type) -> Int {
        PairMemory<V>.scalars(shape, longest: longest, keepsAll: forGradient, isAmbiguous: isAmbiguous)
    }
    if inDouble { return count(SIMD2<Double>.self) }
    switch shape.heads {
    case 4: return count(SIMD4<Float>.self)
    case 8: return count(SIMD8<Float>.self)
    default: return count(SIMD16<Float>.self)
    }
}

extension StrandList {
    @inline(__always)
    func pair<V: Lanes>(
        _ p: Int, _ shape: DuplexShape, _ weights: UnsafePointer<V.Scalar>, _ memory: PairMemory<V>
    ) -> DuplexPair<V> {
        let start = starts[2 * p], middle = starts[2 * p + 1], end = starts[2 * p + 2]
        return DuplexPair(
            shape, weights: weights, members: members, memory: memory, a: codes + start, countA: middle - start,
            b: codes + middle, countB: end - middle)
    }
}

/// The logits of pairs; `workspace` is 64-byte aligned.
public func duplexLogits(
    _ shape: DuplexShape, weights: UnsafePointer<Float>, strands: StrandList, pairs: Range<Int>,
    workspace: UnsafeMutableRawPointer, logits: UnsafeMutablePointer<Float>
) {
    switch shape.heads {
    case 4: score(SIMD4<Float>.self, shape, weights, strands, pairs, workspace, logits)
    case 8: score(SIMD8<Float>.self, shape, weights, strands, pairs, workspace, logits)
    default: score(SIMD16<Float>.self, shape, weights, strands, pairs, workspace, logits)
    }
}

/// The features of pairs, standardised by the weights' means and scales: (pairs, F).
public func duplexFeatures(
    _ shape: DuplexShape, weights: UnsafePointer<Float>, strands: StrandList, pairs: Range<Int>,
    workspace: UnsafeMutableRawPointer, features: UnsafeMutablePointer<Float>
) {
    @inline(__always) func write<V: Lanes>(_: V.Type) where V.Scalar == Float {
        let memory = PairMemory<V>(workspace, shape, longest: strands.longest, keepsAll: false)
        for p in pairs {
            _ = strands.pair(p, shape, weights, memory).forward(keepsAll: false, dropout: false)
            let row = features + (p - pairs.lowerBound) * shape.features
            let network = PerceptronMemory<V.Wide>(memory.perceptron, shape)
            for f in 0..<shape.features { row[f] = network.features[f] }
        }
    }
    switch shape.heads {
    case 4: write(SIMD4<Float>.self)
    case 8: write(SIMD8<Float>.self)
    default: write(SIMD16<Float>.self)
    }
}

/// The logits in double precision, 2 heads.
public func duplexLogits(
    _ shape: DuplexShape, weights: UnsafePointer<Double>, strands: StrandList, pairs: Range<Int>,
    workspace: UnsafeMutableRawPointer, logits: UnsafeMutablePointer<Double>
) {
    score(SIMD2<Double>.self, shape, weights, strands, pairs, workspace, logits)
}

@inline(__always)
private func score<V: Lanes>(
    _: V.Type, _ shape: DuplexShape, _ weights: UnsafePointer<V.Scalar>, _ strands: StrandList, _ pairs: Range<Int>,
    _ workspace: UnsafeMutableRawPointer, _ logits: UnsafeMutablePointer<V.Scalar>
) {
    let memory = PairMemory<V>(workspace, shape, longest: strands.longest, keepsAll: false)
    for p in pairs {
        logits[p - pairs.lowerBound] = strands.pair(p, shape, weights, memory).forward(keepsAll: false, dropout: false)
    }
}

/// Adds the gradient of the weighted binary cross-entropy of pairs to `gradient` and returns the loss.
///
/// `terms[k]` belongs to pair `order[k]`; no strand may hold an ambiguous code. `dropoutRate` 0 turns dropout off.
public func duplexGradient(
    _ shape: DuplexShape, weights: UnsafePointer<Float>, strands: StrandList, order: UnsafeBufferPointer<Int>,
    terms: UnsafePointer<LossTerm>, dropoutRate: Float, workspace: UnsafeMutableRawPointer,
    gradient: UnsafeMutablePointer<Float>
) -> Double {
    switch shape.heads {
    case 4:
        return learn(
            SIMD4<Float>.self, shape, weights, strands, order, terms, dropoutRate, workspace, gradient)
    case 8:
        return learn(
            SIMD8<Float>.self, shape, weights, strands, order, terms, dropoutRate, workspace, gradient)
    default:
        return learn(
            SIMD16<Float>.self, shape, weights, strands, order, terms, dropoutRate, workspace, gradient)
    }
}

/// The same in double precision, 2 heads.
public func duplexGradient(
    _ shape: DuplexShape, weights: UnsafePointer<Double>, strands: StrandList, order: UnsafeBufferPointer<Int>,
    terms: UnsafePointer<LossTerm>, dropoutRate: Float, workspace: UnsafeMutableRawPointer,
    gradient: UnsafeMutablePointer<Double>
) -> Double {
    learn(SIMD2<Double>.self, shape, weights, strands, order, terms, dropoutRate, workspace, gradient)
}

@inline(__always)
private func learn<V: Lanes>(
    _: V.Type, _ shape: DuplexShape, _ weights: UnsafePointer<V.Scalar>, _ strands: StrandList,
    _ order: UnsafeBufferPointer<Int>, _ terms: UnsafePointer<LossTerm>, _ dropoutRate: Float,
    _ workspace: UnsafeMutableRawPointer, _ gradient: UnsafeMutablePointer<V.Scalar>
) -> Double {
    let memory = PairMemory<V>(workspace, shape, longest: strands.longest, keepsAll: true)
    let dropout = dropoutRate > 0
    var loss = 0.0
    for k in 0..<order.count {
        let pair = strands.pair(order[k], shape, weights, memory)
        if dropout {
            let mask = PerceptronMemory<V.Wide>(memory.perceptron, shape).mask
            let units = UnsafeMutableRawPointer(mask).assumingMemoryBound(to: V.Scalar.self)
            let kept = V.Scalar(1 / (1 - dropoutRate))
            for u in 0..<shape.hidden {
                units[u] = uniform(terms[k].dropoutSeed, UInt64(u)) < dropoutRate ? 0 : kept
            }
        }
        let logit = pair.forward(keepsAll: true, dropout: dropout)
        let target = Double(terms[k].target), weight = Double(terms[k].weight)
        let z = Double(logit)
        // Binary cross-entropy in the form that neither overflows nor cancels.
        loss += weight * (Swift.max(z, 0) - z * target + log1pExp(-abs(z)))
        let slope = weight * (logistic(z) - target)
        pair.backward(seed: V.Scalar(slope), dropout: dropout, adding: gradient)
    }
    return loss
}
