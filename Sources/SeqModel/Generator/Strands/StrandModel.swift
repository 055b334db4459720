// StrandModel: what a model of strand A offers to its training and to the generator.

import Kernels

/// A strand of the data that a model of strand A reads: its codes without ambiguous letters, the label of its pair, and
/// the numbers of the pair's conditions.
struct TrainingStrand {
    let letters: ArraySlice<UInt8>, label: Int
    var inputs: ArraySlice<Float> = []
}

/// A model that gives the probability of strand A given its length, a label and conditions.
protocol StrandModel: Sendable {
    /// Memory of one thread in training.
    associatedtype Memory
    /// The learning rate at the start of its training.
    static var rate: Float { get }

    /// Letters K of the alphabet.
    var letters: Int { get }
    /// The longest strand, in letters.
    var length: Int { get }
    /// Number of conditions.
    var conditionCount: Int { get }
    /// The net of the lengths, a part of the model; nil without conditions.
    var lengths: LengthNet? { get }
    /// What a model file tells of its size beside its length, and the name of that.
    static var sizeKey: String { get }
    var size: Int { get }
    /// All tensors, and the number of weights.
    var tensors: [TensorSpec] { get }
    var count: Int { get }

    func initialWeights(_ random: inout RandomSource) -> FloatBuffer

    /// Memory for so many strands at a time.
    func memory(strands: Int) -> Memory

    /// Writes the weights in the layout that `learn` needs beside their own.
    func transpose(_ weights: FloatBuffer, into transposed: FloatBuffer, _ kernels: LayerKernels)

    /// Adds the gradient of the cross-entropy of `strands`, as many as the memory is for, to part `part` of
    /// `state.gradients`.
    func learn(_ memory: Memory, _ strands: [TrainingStrand], _ state: NetState, part: Int, _ kernels: LayerKernels)

    /// The cross-entropy in nats, summed over the letters of the strands, and with conditions over their lengths.
    func crossEntropy(
        _ memory: Memory, _ strands: [TrainingStrand], weights: FloatBuffer, _ kernels: LayerKernels
    ) -> Double

    /// What one thread draws up to `strands` strands at a time with.
    func drawer(_ weights: FloatBuffer, strands: Int) -> any StrandDrawer
}

/// A model of strand A with its weights and the memory of one thread in which strands are drawn.
protocol StrandDrawer: AnyObject {
    /// Memory of the net of the lengths; nil without conditions.
    var lengths: LengthNet.Tape? { get }

    /// Draws strands of `lengths` letters. `inputs` are the numbers of their conditions. Strand k depends on its own
    /// and on `sources[k]` alone.
    ///
    /// `canGrow` is called with each prefix of a strand and with its final length. If it returns false, the strand is
    /// abandoned and its result is nil.
    func draw(
        label: Int, inputs: PairConditions, lengths: [Int], _ sources: inout [RandomSource], _ kernels: LayerKernels,
        canGrow: (ArraySlice<UInt8>, Int) -> Bool
    ) -> [[UInt8]?]
}

extension StrandNet: StrandModel {
    static let rate: Float = 8e-3
    static let sizeKey = "generator.strand-units"

    var size: Int { units }

    func memory(strands: Int) -> Tape { Tape(self, strands: strands) }

    func learn(
        _ tape: Tape, _ strands: [TrainingStrand], _ state: NetState, part: Int, _ kernels: LayerKernels
    ) {
        _ = loss(tape, strands, weights: state.weights, kernels)
        backward(tape, strands, transposed: state.transposed, sums: state.gradients.parts, part: part, kernels)
    }

    func crossEntropy(
        _ tape: Tape, _ strands: [TrainingStrand], weights: FloatBuffer, _ kernels: LayerKernels
    ) -> Double {
        loss(tape, strands, weights: weights, kernels)
    }

    func drawer(_ weights: FloatBuffer, strands: Int) -> any StrandDrawer { Drawer(self, weights, strands: strands) }

    /// Draws strands in the rows of a tape.
    final class Drawer: StrandDrawer {
        private let net: StrandNet, weights: FloatBuffer, tape: Tape

        init(_ net: StrandNet, _ weights: FloatBuffer, strands: Int) {
            (self.net, self.weights) = (net, weights)
            tape = Tape(net, strands: strands, isForDrawing: true)
        }

        var lengths: LengthNet.Tape? { tape.lengths }

        func draw(
            label: Int, inputs: PairConditions, lengths: [Int], _ sources: inout [RandomSource],
            _ kernels: LayerKernels, canGrow: (ArraySlice<UInt8>, Int) -> Bool
        ) -> [[UInt8]?] {
            net.draw(
                tape, label: label, inputs: inputs, lengths: lengths, weights: weights, &sources, kernels,
                canGrow: canGrow)
        }
    }
}
