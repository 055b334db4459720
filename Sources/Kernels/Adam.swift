// Adam: the optimiser of all networks.

import KernelShapes

/// The Adam optimiser (Kingma & Ba 2015); with a decay AdamW (Loshchilov & Hutter 2019).
public struct Adam: Sendable {
    /// The moments: running means of the gradient and of its square, one for each trained number.
    public let first: FloatBuffer, second: FloatBuffer
    /// Decay rates of the two moments.
    private let betas: (Float, Float)
    private let processor: Processor

    /// Numbers that a thread updates at a time, a multiple of the vector width.
    private static let piece = 1 << 15

    /// An optimiser of `count` numbers, with moments of 0 and the decay rates `betas`.
    public init(count: Int, betas: (Float, Float) = (0.9, 0.999), processor: Processor = .best) {
        precondition(processor.isUsable)
        (first, second) = (FloatBuffer(count: count), FloatBuffer(count: count))
        (self.betas, self.processor) = (betas, processor)
    }

    /// Updates `parameters` in `range`, by default all, by one step against `gradient` times `scale`.
    ///
    /// `number` is the number of the step, from 1; `rate` is the learning rate, and `decay` the weight decay, which is
    /// multiplied by the rate. The result does not depend on `threads`.
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
