// Perceptron: the network on top of the heads, from features to the logit: forward and backward pass.

import KernelShapes

/// The memory of one pair in the network: features (F) and units (W), with the values that the backward pass needs.
struct PerceptronMemory<W: Lanes> {
    let features: UnsafeMutablePointer<W.Scalar>  // (F), standardised
    let dFeatures: UnsafeMutablePointer<W.Scalar>  // (F): adjoints, as all whose name begins with d
    let first: UnsafeMutablePointer<W>  // (2, W): before the activation, as written and with the strands swapped
    let hidden: UnsafeMutablePointer<W>  // (W): the sum of both activations, times the dropout mask
    let second: UnsafeMutablePointer<W>  // (W): before the activation
    let mask: UnsafeMutablePointer<W>  // (W): dropout mask, 0 or 1 / (1 - rate)
    let dHidden: UnsafeMutablePointer<W>  // (W)
    let dSecond: UnsafeMutablePointer<W>  // (W)
    let bias: UnsafeMutablePointer<W>  // (W): the biases of the first layer at the pair's own conditions

    /// Numbers for one pair, a multiple of 16.
    static func count(_ shape: DuplexShape) -> Int {
        roundedUp(2 * roundedUp(shape.features) + 8 * shape.hidden)
    }

    init(_ base: UnsafeMutablePointer<W.Scalar>, _ shape: DuplexShape) {
        let width = shape.hidden
        let features = roundedUp(shape.features)
        func vectors(_ n: Int) -> UnsafeMutablePointer<W> {
            UnsafeMutableRawPointer(base + 2 * features + n * width).assumingMemoryBound(to: W.self)
        }
        self.features = base
        dFeatures = base + features
        first = vectors(0)
        hidden = vectors(2)
        second = vectors(3)
        mask = vectors(4)
        dHidden = vectors(5)
        dSecond = vectors(6)
        bias = vectors(7)
    }
}

@inline(__always) func roundedUp(_ n: Int) -> Int { (n &+ 15) & ~15 }

/// SiLU, x times the logistic function of x (Elfwing et al. 2018).
@inline(__always) private func activation<W: Lanes>(_ x: W) -> W {
    let one = W.fill(1)
    return x / W.plus(one, W.exponential(-x))
}

/// The derivative of `activation`.
@inline(__always) private func slope<W: Lanes>(_ x: W) -> W {
    let one = W.fill(1)
    let s = one / W.plus(one, W.exponential(-x))
    return W.product(s, W.sum(one, x, times: one - s))
}

/// out = x W for `count` rows of x (rows) and W (rows, width) in vectors; the rows of x and those of out are `stride`
/// numbers apart.
@inline(__always)
private func writeProducts<W: Lanes>(
    _ weights: UnsafePointer<W.Scalar>, _ x: UnsafePointer<W.Scalar>, rows: Int, width: Int,
    to out: UnsafeMutablePointer<W>, count: Int, stride: Int
) {
    let columns = width &* W.scalarCount
    W.writeProduct(
        rows: count, columns: columns, depth: rows, x, weights,
        UnsafeMutableRawPointer(out).assumingMemoryBound(to: W.Scalar.self),
        ProductStrides(aRow: stride, aDepth: 1, b: columns, c: stride))
}

/// A strand's contributions to the first layer, from its own features, (W) each: as strand A and as strand B.
struct StrandContribution<W: Lanes> {
    let asFirst: UnsafePointer<W>
    let asSecond: UnsafePointer<W>
}

/// Writes the contributions of `count` strands to the first layer, as strand A (`isFirst`) or B, from their
/// standardised features; features and results of neighbouring strands are `stride` numbers apart.
@inline(__always)
func addStrands<W: Lanes>(
    _ shape: DuplexShape, _ weights: UnsafePointer<W.Scalar>, _ features: UnsafePointer<W.Scalar>, isFirst: Bool,
    to out: UnsafeMutablePointer<W>, count: Int, stride: Int
) {
    let width = shape.hidden / W.scalarCount
    let row = shape.pairFeatures + (isFirst ? 0 : shape.strandFeatures)
    writeProducts(
        weights + (shape.firstWeights + row * shape.hidden), features, rows: shape.strandFeatures, width: width,
        to: out, count: count, stride: stride)
}

/// Writes the logits of `count` pairs, from their standardised pair features in each memory and the contributions of
/// their strands. The memories follow each other from `memory` on.
///
/// `bias` are the biases of the first layer for a pair of the batch: those of the weights, unless it has conditions of
/// its own.
///
/// h = SiLU(b1 + W1 features), with W1 (F, W). A symmetric shape adds the same with the features of the two strands
/// swapped, which makes the logit independent of their order. Then logit = b + w SiLU(b2 + W2 h), with W2 (W, W).
@inline(never)
func perceptronForward<W: Lanes>(
    _ shape: DuplexShape, _ weights: UnsafePointer<W.Scalar>, _ memory: PerceptronMemory<W>, count: Int, dropout: Bool,
    to logits: UnsafeMutablePointer<W.Scalar>, bias: (Int) -> UnsafePointer<W>,
    contributions: (Int) -> (a: StrandContribution<W>, b: StrandContribution<W>)
) {
    let width = shape.hidden / W.scalarCount
    let stride = PerceptronMemory<W>.count(shape)
    let step = stride / W.scalarCount
    @inline(__always) func row(_ offset: Int) -> UnsafePointer<W> {
        UnsafeRawPointer(weights + offset).assumingMemoryBound(to: W.self)
    }
    writeProducts(
        weights + shape.firstWeights, UnsafePointer(memory.features), rows: shape.pairFeatures, width: width,
        to: memory.first, count: count, stride: stride)
    for k in 0..<count {
        let bias = bias(k)
        let first = memory.first + k &* step, hidden = memory.hidden + k &* step
        let swapped = first + width
        let (a, b) = contributions(k)
        for u in 0..<width {
            let pair = W.plus(bias[u], first[u])
            first[u] = W.plus(pair, W.plus(a.asFirst[u], b.asSecond[u]))
            var h = activation(first[u])
            if shape.isSymmetric {
                swapped[u] = W.plus(pair, W.plus(b.asFirst[u], a.asSecond[u]))
                h = W.plus(h, activation(swapped[u]))
            }
            hidden[u] = dropout ? W.product(h, memory.mask[k &* step &+ u]) : h
        }
    }
    let hidden = UnsafeRawPointer(memory.hidden).assumingMemoryBound(to: W.Scalar.self)
    writeProducts(
        weights + shape.secondWeights, hidden, rows: shape.hidden, width: width, to: memory.second, count: count,
        stride: stride)
    let secondBias = row(shape.secondBias), last = row(shape.lastWeights)
    for k in 0..<count {
        let second = memory.second + k &* step
        var logit = W.fill(0)
        for u in 0..<width {
            second[u] = W.plus(secondBias[u], second[u])
            logit = W.sum(logit, last[u], times: activation(second[u]))
        }
        logits[k] = weights[shape.lastBias] + W.total(logit)
    }
}

/// Adds the gradient of `seed * logit` to `gradient`, in the layout of the weights, and writes that with respect to
/// the standardised features to `memory.dFeatures`. `memory` holds the values of `perceptronForward`.
@inline(never)
func perceptronBackward<W: Lanes>(
    _ shape: DuplexShape, _ weights: UnsafePointer<W.Scalar>, _ memory: PerceptronMemory<W>, dropout: Bool,
    seed: W.Scalar, adding gradient: UnsafeMutablePointer<W.Scalar>
) {
    let lanes = W.scalarCount
    let width = shape.hidden / lanes
    @inline(__always) func row(_ offset: Int) -> UnsafePointer<W> {
        UnsafeRawPointer(weights + offset).assumingMemoryBound(to: W.self)
    }
    @inline(__always) func dRow(_ offset: Int) -> UnsafeMutablePointer<W> {
        UnsafeMutableRawPointer(gradient + offset).assumingMemoryBound(to: W.self)
    }
    let dOut = W.fill(seed)
    gradient[shape.lastBias] += seed
    let last = row(shape.lastWeights), dLast = dRow(shape.lastWeights), dSecondBias = dRow(shape.secondBias)
    for u in 0..<width {
        dLast[u] = W.sum(dLast[u], activation(memory.second[u]), times: dOut)
        let d = W.product(W.product(last[u], dOut), slope(memory.second[u]))
        memory.dSecond[u] = d
        dSecondBias[u] = W.plus(dSecondBias[u], d)
    }
    let hidden = UnsafeRawPointer(memory.hidden).assumingMemoryBound(to: W.Scalar.self)
    let dHidden = UnsafeMutableRawPointer(memory.dHidden).assumingMemoryBound(to: W.Scalar.self)
    for f in 0..<shape.hidden {
        let x = W.fill(hidden[f])
        let w = row(shape.secondWeights + f * shape.hidden)
        let dw = dRow(shape.secondWeights + f * shape.hidden)
        var d = W.fill(0)
        for u in 0..<width {
            d = W.sum(d, w[u], times: memory.dSecond[u])
            dw[u] = W.sum(dw[u], x, times: memory.dSecond[u])
        }
        dHidden[f] = W.total(d)
    }
    let dBias = dRow(shape.firstBias)
    let first = memory.first, swapped = memory.first + width
    for u in 0..<width {
        let d = dropout ? W.product(memory.dHidden[u], memory.mask[u]) : memory.dHidden[u]
        let da = W.product(d, slope(first[u]))
        first[u] = da
        var sum = da
        if shape.isSymmetric {
            let db = W.product(d, slope(swapped[u]))
            swapped[u] = db
            sum = W.plus(sum, db)
        }
        dBias[u] = W.plus(dBias[u], sum)
        memory.dHidden[u] = sum
    }
    backwardFirst(shape, weights, memory, width: width, adding: gradient)
}

/// The first layer of `perceptronBackward`: `memory.first` holds the adjoints of the units as written and swapped,
/// `memory.dHidden` their sum.
@inline(__always)
private func backwardFirst<W: Lanes>(
    _ shape: DuplexShape, _ weights: UnsafePointer<W.Scalar>, _ memory: PerceptronMemory<W>, width: Int,
    adding gradient: UnsafeMutablePointer<W.Scalar>
) {
    let pairFeatures = shape.pairFeatures, strandFeatures = shape.strandFeatures
    let first = memory.first, swapped = memory.first + width
    for f in 0..<shape.features {
        let w = UnsafeRawPointer(weights + shape.firstWeights + f * shape.hidden).assumingMemoryBound(to: W.self)
        let dw = UnsafeMutableRawPointer(gradient + shape.firstWeights + f * shape.hidden)
            .assumingMemoryBound(to: W.self)
        let x = W.fill(memory.features[f])
        var d = W.fill(0)
        if f < pairFeatures || !shape.isSymmetric {
            let adjoint = f < pairFeatures ? memory.dHidden : first
            for u in 0..<width {
                d = W.sum(d, w[u], times: adjoint[u])
                dw[u] = W.sum(dw[u], x, times: adjoint[u])
            }
        } else {
            let other = f < pairFeatures + strandFeatures ? f + strandFeatures : f - strandFeatures
            let v = W.fill(memory.features[other])
            let wOther = UnsafeRawPointer(weights + shape.firstWeights + other * shape.hidden)
                .assumingMemoryBound(to: W.self)
            for u in 0..<width {
                d = W.sum(W.sum(d, w[u], times: first[u]), wOther[u], times: swapped[u])
                dw[u] = W.sum(W.sum(dw[u], x, times: first[u]), v, times: swapped[u])
            }
        }
        memory.dFeatures[f] = W.total(d)
    }
}
