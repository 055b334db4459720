// Adam: the optimiser of every net.

import KernelShapes

/// What Adam (Kingma & Ba 2015) keeps of a net's gradients, and its step; with a decay that of AdamW (Loshchilov & Hutter
/// 2019).
public struct Adam: Sendable {
    /// Means of the gradient and of its square, as long as what is trained.
    public let first: FloatBuffer, second: FloatBuffer
    /// How much of both means is kept at each step.
    private let betas: (Float, Float)
    private let processor: Processor

    /// Numbers of a piece of work, a multiple of the vectors' width.
    private static let piece = 1 << 15

    /// The moments of `count` numbers, all 0.
    public init(count: Int, betas: (Float, Float) = (0.9, 0.999), processor: Processor = .best) {
        precondition(processor.isUsable)
        (first, second) = (FloatBuffer(count: count), FloatBuffer(count: count))
        (self.betas, self.processor) = (betas, processor)
    }

    /// Moves `parameters` in `range`, by default all that have moments, against `gradient` times `scale`.
    ///
    /// `number` counts the steps from 1; `rate` is the learning rate, and `decay` the share of a number that is taken off at
    /// a rate of 1. The result does not depend on `threads`.
    public func step(
        _ parameters: FloatBuffer, gradient: FloatBuffer, range: Range<Int>? = nil, number: Int, rate: Float,
        decay: Float = 0, scale: Float = 1, threads: Int = 1
    ) {
        let range = range ?? 0..<first.count
        for buffer in [parameters, gradient, first, second] {
            precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count)
        }
        let corrections = (1 - power(betas.0, number), 1 - power(betas.1, number))
        Parallel.run(pieces: (range.count + Adam.piece - 1) / Adam.piece, threads: threads) { piece, _ in
            let start = range.lowerBound + piece * Adam.piece
            processor.loops.adamStep(
                parameters.base, gradient: gradient.base, first: first.base, second: second.base,
                range: start..<min(range.upperBound, start + Adam.piece), rate: rate, beta1: betas.0, beta2: betas.1,
                correction1: corrections.0, correction2: corrections.1, decay: decay, scale: scale)
        }
    }

    private func power(_ base: Float, _ exponent: Int) -> Float {
        var result: Float = 1
        var square = base
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}
