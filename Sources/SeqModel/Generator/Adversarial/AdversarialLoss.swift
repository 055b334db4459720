// AdversarialLoss: the losses of critic and generator, and their derivatives.

import Kernels

/// A loss of the critic and a loss of the generator. D is the critic's output for a pair: P of the data, F generated, W
/// of the data but with the wrong label or partner.
///
/// Each case gives the critic's loss, then the generator's.
public enum AdversarialLoss: String, Sendable, CaseIterable {
    /// softplus(D(F) - D(P)) + softplus(D(W) - D(P)) / 2; softplus(D(P) - D(F)) (Jolicoeur-Martineau 2019).
    case relativistic
    /// relu(1 - D(P)) + relu(1 + D(F)) + relu(1 + D(W)) / 2; -D(F) (Lim & Ye 2017).
    case hinge
    /// ((D(P) - 1)^2 + D(F)^2 + D(W)^2 / 2) / 2; (D(F) - 1)^2 / 2 (Mao et al. 2017).
    case leastSquares = "least-squares"
    /// Binary cross-entropy: softplus(-D(P)) + softplus(D(F)) + softplus(D(W)) / 2; softplus(-D(F)) (Goodfellow et al.
    /// 2014).
    case crossEntropy = "cross-entropy"

    /// The critic's loss, and its derivatives with respect to D of the real, the generated and the wrong pair.
    func critic(real: Float, fake: Float, wrong: Float) -> (loss: Float, real: Float, fake: Float, wrong: Float) {
        switch self {
        case .relativistic:
            let (onFake, onWrong) = (logistic(fake - real), 0.5 * logistic(wrong - real))
            let loss = softplus(fake - real) + 0.5 * softplus(wrong - real)
            return (loss, -onFake - onWrong, onFake, onWrong)
        case .hinge:
            let loss = max(0, 1 - real) + max(0, 1 + fake) + 0.5 * max(0, 1 + wrong)
            return (loss, real < 1 ? -1 : 0, fake > -1 ? 1 : 0, wrong > -1 ? 0.5 : 0)
        case .leastSquares:
            let loss = ((real - 1) * (real - 1) + fake * fake + 0.5 * wrong * wrong) / 2
            return (loss, real - 1, fake, 0.5 * wrong)
        case .crossEntropy:
            let loss = softplus(-real) + softplus(fake) + 0.5 * softplus(wrong)
            return (loss, -logistic(-real), logistic(fake), 0.5 * logistic(wrong))
        }
    }

    /// The generator's loss, and its derivative with respect to D of the generated pair.
    func generator(real: Float, fake: Float) -> (loss: Float, fake: Float) {
        switch self {
        case .relativistic: (softplus(real - fake), -logistic(real - fake))
        case .hinge: (-fake, -1)
        case .leastSquares: ((fake - 1) * (fake - 1) / 2, fake - 1)
        case .crossEntropy: (softplus(-fake), -logistic(-fake))
        }
    }

    private func softplus(_ x: Float) -> Float { Float(SeqModel.softplus(Double(x))) }
}
