// TensorSpec: a tensor among a model's parameters: name, sizes, offset, initial values, tied rows.

/// The values of a tensor before training.
public enum InitialValues: Sendable, Equatable {
    /// All 0.
    case zero
    /// Normally distributed with a mean and a standard deviation.
    case normal(mean: Float, deviation: Float)
    /// Normally distributed with a mean for each of the first rows (a row runs along the last axis); further rows are
    /// 0.
    case rows(means: [Float], deviation: Float)
}

/// A tensor among a model's parameters, which share one flat buffer. A list of these is the only description of a
/// layout: offsets, the tensors of a model file, initial values and ties follow from it.
public struct TensorSpec: Sendable, Equatable {
    /// Its name in a model file.
    public let name: String
    /// Its sizes, in row-major order.
    public let shape: [Int]
    /// The offset of its first number in the buffer.
    public let offset: Int
    /// Its values before training.
    public let initial: InitialValues
    /// For each row (along the last axis) the row that must be equal to it where the strands of a pair may be swapped;
    /// empty where no row is tied.
    public let ties: [Int]
    /// Its numbers with the padding up to the next tensor.
    public fileprivate(set) var span: Int

    /// A tensor with the sizes `shape` whose first number is at `offset`. `ties`, where given, has an entry for each
    /// row.
    public init(_ name: String, _ shape: [Int], at offset: Int, initial: InitialValues = .zero, ties: [Int] = []) {
        (self.name, self.shape, self.offset, self.initial, self.ties) = (name, shape, offset, initial, ties)
        span = shape.reduce(1, *)
        precondition(ties.isEmpty || ties.count * (shape.last ?? 0) == span)
    }

    /// How many numbers it has; 0 for a tensor that this model does not have.
    public var count: Int { shape.reduce(1, *) }
    /// The offsets of its numbers.
    public var range: Range<Int> { offset..<offset + count }
}

/// Lays tensors out one after the other.
public struct TensorTable: Sendable {
    /// The tensors so far.
    public private(set) var tensors: [TensorSpec] = []
    /// The offset just past the last one.
    public private(set) var end = 0

    /// No tensors.
    public init() {}

    /// Adds a tensor and returns its offset.
    public mutating func add(
        _ name: String, _ shape: [Int], _ initial: InitialValues = .zero, ties: [Int] = []
    ) -> Int {
        let tensor = TensorSpec(name, shape, at: end, initial: initial, ties: ties)
        tensors.append(tensor)
        end += tensor.span
        return tensor.offset
    }

    /// Pads the last tensor to a multiple of 16, so that vectors in the next are aligned; returns the offset of the
    /// next.
    public mutating func align() -> Int {
        let padding = (16 - end % 16) % 16
        tensors[tensors.count - 1].span += padding
        end += padding
        return end
    }
}
