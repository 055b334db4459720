// TensorSpec: a tensor among a model's parameters: name, sizes, place, initial values, and which of its rows are tied.

/// What a tensor's numbers are before the first step of training.
public enum InitialValues: Sendable, Equatable {
    /// All 0.
    case zero
    /// Normal with a mean and a standard deviation.
    case normal(mean: Float, deviation: Float)
    /// The same with a mean for each row of the last axis, from the first; further rows are 0.
    case rows(means: [Float], deviation: Float)
}

/// A tensor among a model's parameters, which all lie in one flat buffer: the only description of the layout. Offsets, the
/// tensors of a model file, initial values and ties follow from it.
public struct TensorSpec: Sendable, Equatable {
    /// Its name in a model file.
    public let name: String
    /// Its sizes, row-major.
    public let shape: [Int]
    /// The place of its first number in the buffer.
    public let offset: Int
    /// Before training.
    public let initial: InitialValues
    /// For every row of the last axis the row that it is tied to where the strands of a pair may be swapped; empty where no
    /// row is tied.
    public let ties: [Int]
    /// Numbers up to the next tensor: its own, and the padding behind them.
    public fileprivate(set) var span: Int

    /// A tensor with the sizes `shape` whose first number lies at `offset`.
    public init(_ name: String, _ shape: [Int], at offset: Int, initial: InitialValues = .zero, ties: [Int] = []) {
        (self.name, self.shape, self.offset, self.initial, self.ties) = (name, shape, offset, initial, ties)
        span = shape.reduce(1, *)
        precondition(ties.isEmpty || ties.count * (shape.last ?? 0) == span)
    }

    /// Its numbers; 0 for a tensor that this model does not have.
    public var count: Int { shape.reduce(1, *) }
    /// The places of its numbers.
    public var range: Range<Int> { offset..<offset + count }
}

/// Lays tensors out one after the other.
struct TensorTable {
    /// The tensors so far.
    private(set) var tensors: [TensorSpec] = []
    /// The place behind the last one.
    private(set) var end = 0

    /// Adds a tensor and returns its offset.
    mutating func add(_ name: String, _ shape: [Int], _ initial: InitialValues = .zero, ties: [Int] = []) -> Int {
        let tensor = TensorSpec(name, shape, at: end, initial: initial, ties: ties)
        tensors.append(tensor)
        end += tensor.span
        return tensor.offset
    }

    /// Pads the last tensor so that the next begins at a multiple of 16, where every vector is aligned; returns that place.
    mutating func align() -> Int {
        let padding = (16 - end % 16) % 16
        tensors[tensors.count - 1].span += padding
        end += padding
        return end
    }
}
