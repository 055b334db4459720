// ScalarFunctions: scalar functions for scores, losses and metrics, from the mathematics library of the system.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// exp(x).
@inline(__always) func exponential(_ x: Float) -> Float { expf(x) }

/// exp(x).
@inline(__always) func exponential(_ x: Double) -> Double { exp(x) }

/// log(1 + exp(x)), for any x.
@inline(__always) func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

/// cos(x).
@inline(__always) func cosine(_ x: Double) -> Double { cos(x) }

/// Natural logarithm.
@inline(__always) func logarithm(_ x: Double) -> Double { log(x) }

/// tanh(x), to an absolute error below 2e-7.
@inline(__always) func hyperbolicTangent(_ x: Float) -> Float { 1 - 2 / (exponential(2 * x) + 1) }

/// Natural logarithm.
@inline(__always) func logarithm(_ x: Float) -> Float { logf(x) }

/// asinh(x).
@inline(__always) func inverseHyperbolicSine(_ x: Float) -> Float { asinhf(x) }

/// The logistic function, 1 / (1 + exp(-x)).
@inline(__always) func logistic(_ x: Float) -> Float { 1 / (1 + exponential(-x)) }

/// The logit of a probability, log(p / (1 - p)): the inverse of `logistic`.
@inline(__always) func logit(_ p: Float) -> Float { logarithm(p / (1 - p)) }

/// The logit of the part `share`, 0 to 1, of the probability of logit `x`; finite also where there is no part.
func logit(of share: Float, ofLogit x: Float) -> Float {
    let (u, part) = (Double(x), max(Double(share), 1e-30))
    // The complement is summed from its parts: it is exact where both are nearly 1.
    let complement = exponential(-softplus(u)) + (1 - part) * exponential(-softplus(-u))
    return Float(logarithm(part) - softplus(-u) - logarithm(max(complement, 1e-300)))
}

/// The binary cross-entropy in nats of a logit and a target (0 to 1).
@inline(__always) func binaryCrossEntropy(_ logit: Float, _ target: Float) -> Double {
    softplus(Double(logit)) - Double(logit) * Double(target)
}
