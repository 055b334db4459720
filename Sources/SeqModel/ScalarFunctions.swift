// ScalarFunctions: the scalar functions that scores, losses and metrics need, from the system's mathematics library.

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

/// 1 / (1 + exp(-x)).
@inline(__always) func logistic(_ x: Float) -> Float { 1 / (1 + exponential(-x)) }

/// log(p / (1 - p)), the inverse of `logistic`.
@inline(__always) func logit(_ p: Float) -> Float { logarithm(p / (1 - p)) }

/// Binary cross-entropy of a logit with a target in 0...1, in nats.
@inline(__always) func binaryCrossEntropy(_ logit: Float, _ target: Float) -> Double {
    softplus(Double(logit)) - Double(logit) * Double(target)
}
