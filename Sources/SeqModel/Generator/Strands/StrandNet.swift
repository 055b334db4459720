// StrandNet: the autoregressive network for strand A: from label, length and previous letters to the next letter.

import Kernels

/// The shapes of strand A's network, and the offsets of its weights.
///
/// A gated recurrent unit (GRU) reads the strand from its 5' end. Its input in a column is the sum of four embeddings:
/// the previous letter (or the start), the label, the distance from the 5' end and the distance from the 3' end (the
/// last row is for all larger distances). A linear layer on the state gives the logits of the column's letter. Several
/// strands are processed at a time.
///
/// Where pairs have conditions, these add to the sum as well (see `ConditionRows`), and a `LengthNet` gives the length.
struct StrandNet: Sendable {
    /// Units of a new net.
    static let usualUnits = 32
    /// Rows of the embedding of a distance from an end.
    static let places = 24

    /// Letters K of the alphabet.
    let letters: Int
    /// The longest strand, in letters.
    let length: Int
    /// Units, a multiple of 8.
    let units: Int
    let unit: ConvolutionShape, head: ConvolutionShape
    /// Number of conditions.
    let conditionCount: Int

    init(letters: Int, length: Int, units: Int = usualUnits, conditions: Int = 0) {
        (self.letters, self.length, self.units, conditionCount) = (letters, length, units, conditions)
        unit = ConvolutionShape(width: 1, inputs: units, outputs: 3 * units, offset: 0)
        head = ConvolutionShape(
            width: 1, inputs: units, outputs: ConvolutionShape.padded(letters), offset: unit.end)
    }

    /// The length of an embedding's row.
    var row: Int { 3 * units }
    // Offsets of the embeddings: K + 1 letters (the last is the start), 2 labels, distances from the 5' and the 3' end.
    var letterRows: Int { head.end }
    var labelRows: Int { letterRows + (letters + 1) * row }
    var startRows: Int { labelRows + 2 * row }
    var endRows: Int { startRows + StrandNet.places * row }
    /// What conditions add to the input.
    var conditions: ConditionRows {
        ConditionRows(count: conditionCount, offset: endRows + StrandNet.places * row, width: row)
    }
    /// The net of the lengths; nil without conditions.
    var lengths: LengthNet? {
        guard conditionCount > 0 else { return nil }
        return LengthNet(longest: length, conditions: conditionCount, offset: conditions.offset + conditionCount * row)
    }
    /// Number of weights.
    var count: Int { lengths?.end ?? endRows + StrandNet.places * row }
    /// All tensors.
    var tensors: [TensorSpec] {
        let tables = [
            ("letters", letters + 1, letterRows), ("labels", 2, labelRows), ("from_start", StrandNet.places, startRows),
            ("from_end", StrandNet.places, endRows),
        ]
        return unit.tensors("strand.unit") + head.tensors("strand.head")
            + tables.map { TensorSpec("generator.strand.\($0.0)", [$0.1, row], at: $0.2) }
            + conditions.tensors("strand") + (lengths?.tensors ?? [])
    }

    /// Initial weights: normal, with standard deviation 1 / sqrt(fan-in), 0.5 for letters and labels, 0.1 for
    /// conditions; biases and embeddings of distances are zero.
    func initialWeights(_ random: inout RandomSource) -> FloatBuffer {
        let weights = FloatBuffer(count: count)
        let deviation = 1 / Float(units).squareRoot()
        for layer in [unit, head] {
            for k in layer.offset..<layer.bias { weights[k] = deviation * random.normal() }
        }
        for k in letterRows..<startRows { weights[k] = 0.5 * random.normal() }
        let first = conditions.offset
        for k in first..<first + conditionCount * row { weights[k] = ConditionRows.deviation * random.normal() }
        lengths?.initialise(weights, &random)
        return weights
    }

    /// Activations and gradients of the network for several strands.
    struct Tape: Sendable {
        fileprivate let recurrent: RecurrentTape
        /// A row for each column and strand, in the order of the recurrent unit's. Between `step` and the gradient,
        /// `logitGradient` holds exp(logit - maximum).
        fileprivate let logits: FeatureMap, logitGradient: FeatureMap
        /// Of conditions; nil without them.
        fileprivate let sums: ConditionRows.Tape?
        let lengths: LengthNet.Tape?

        /// Allocates a tape for up to `strands` strands. One for drawing cannot be used in `backward`.
        init(_ net: StrandNet, strands: Int = 1, isForDrawing: Bool = false) {
            recurrent = RecurrentTape(
                length: net.length, units: net.units, strands: strands, isForwardOnly: isForDrawing)
            let rows = recurrent.states.length
            logits = FeatureMap(length: rows, channels: net.letters)
            logitGradient = FeatureMap(length: rows, channels: net.letters)
            sums = ConditionRows.Tape(net.conditions, strands: strands, columns: rows)
            lengths = net.lengths.map { LengthNet.Tape($0, strands: strands) }
        }

        /// The maximum number of strands.
        var strands: Int { recurrent.strands }

        /// The logit of a letter in a strand's column.
        func logit(_ column: Int, _ letter: Int, strand: Int = 0) -> Float {
            logits[recurrent.row(column, strand), letter]
        }
    }

    /// The offsets of the four embeddings of a column, in a strand of `length` letters; `before` is the previous
    /// letter, nil at the start.
    private func rows(_ column: Int, length: Int, before: UInt8?, label: Int) -> SIMD4<Int> {
        SIMD4(
            letterRows + (before.map(Int.init) ?? letters) * row, labelRows + label * row,
            startRows + min(column, StrandNet.places - 1) * row,
            endRows + min(max(0, length - 1 - column), StrandNet.places - 1) * row)
    }

    /// Sets the unit's input in a strand's column. `row` is the strand's place in the column, if not `strand`.
    private func setInput(
        _ tape: Tape, _ column: Int, _ strand: Int, row: Int? = nil, length: Int, before: UInt8?, label: Int,
        weights: FloatBuffer, _ kernels: LayerKernels
    ) {
        let rows = rows(column, length: length, before: before, label: label)
        let (drive, row) = (tape.recurrent.drive, tape.recurrent.row(column, row ?? strand))
        kernels.embed(rows, of: weights, into: drive, column: row)
        conditions.add(tape.sums, strand: strand, to: drive, column: row, kernels)
    }

    /// Computes the logits in `column` of the strands `0 ..< count`, given the states of the previous column. Writes
    /// exp(logit - maximum) to `logitGradient`.
    private func step(_ tape: Tape, _ column: Int, count: Int, weights: FloatBuffer, _ kernels: LayerKernels) {
        kernels.recurrentStep(unit, tape.recurrent, column: column, count: count, weights: weights)
        kernels.convolve(
            head, tape.recurrent.states, weights: weights, into: tape.logits, isLeaky: false,
            columns: tape.recurrent.rows(column, count: count))
        kernels.exponentials(
            tape.logits, letters: letters, into: tape.logitGradient,
            columns: tape.recurrent.rows(column, count: count))
    }

    /// Draws strands, at most `tape.strands`: see `StrandDrawer.draw`.
    func draw(
        _ tape: Tape, label: Int, inputs: PairConditions = .none, lengths: [Int], weights: FloatBuffer,
        _ sources: inout [RandomSource], _ kernels: LayerKernels,
        canGrow: (ArraySlice<UInt8>, Int) -> Bool = { _, _ in true }
    ) -> [[UInt8]?] {
        precondition(lengths.count <= tape.strands && sources.count == lengths.count)
        precondition(inputs.width == conditionCount)
        conditions.set(tape.sums, lengths.indices.map { inputs[$0] }, weights: weights)
        var strands = lengths.map { length -> [UInt8]? in
            var strand: [UInt8] = []
            strand.reserveCapacity(length)
            return strand
        }
        tape.recurrent.begin()
        // Sorted by decreasing length, so that the strands with a letter in a column are the rows 0 ..< open.
        let order = lengths.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
        var open = order.count
        for column in 0..<(lengths.max() ?? 0) {
            while open > 0, lengths[order[open - 1]] <= column { open -= 1 }
            var isAnyOpen = false
            for (row, s) in order[..<open].enumerated() {
                guard let strand = strands[s] else { continue }
                setInput(
                    tape, column, s, row: row, length: lengths[s], before: strand.last, label: label,
                    weights: weights, kernels)
                isAnyOpen = true
            }
            guard isAnyOpen else { break }
            step(tape, column, count: open, weights: weights, kernels)
            for (row, s) in order[..<open].enumerated() where strands[s] != nil {
                let row = tape.recurrent.row(column, row)
                let at = sources[s].uniform() * total(tape, row)
                var sum: Float = 0
                // Counting has no branches: those of a search would be mispredicted.
                var letter = 0
                for k in 0..<letters - 1 {
                    sum += tape.logitGradient[row, k]
                    letter += at < sum ? 0 : 1
                }
                strands[s]?.append(UInt8(letter))
                if let strand = strands[s], !canGrow(strand[...], lengths[s]) { strands[s] = nil }
            }
        }
        return strands
    }

    /// The sum of the exponentials that `step` wrote to a row.
    private func total(_ tape: Tape, _ row: Int) -> Float {
        (0..<letters).reduce(0) { $0 + tape.logitGradient[row, $1] }
    }

    /// The cross-entropy in nats, summed over all letters of the strands, and with conditions over their lengths.
    /// Stores what `backward` needs.
    func loss(_ tape: Tape, _ strands: [TrainingStrand], weights: FloatBuffer, _ kernels: LayerKernels) -> Double {
        precondition(strands.count <= tape.strands)
        conditions.set(tape.sums, strands.map(\.inputs), weights: weights)
        var loss = 0.0
        if let lengths, let own = tape.lengths { loss += lengths.loss(own, strands, weights: weights, kernels) }
        for column in 0..<(strands.map(\.letters.count).max() ?? 0) {
            for (s, strand) in strands.enumerated() {
                let (letters, at) = (strand.letters, strand.letters.startIndex + column)
                let before = column > 0 && at <= letters.endIndex ? letters[at - 1] : nil
                setInput(
                    tape, column, s, length: letters.count, before: before, label: strand.label, weights: weights,
                    kernels)
            }
            step(tape, column, count: strands.count, weights: weights, kernels)
            for (s, strand) in strands.enumerated() {
                let row = tape.recurrent.row(column, s)
                // The states after a strand's end have no effect.
                guard column < strand.letters.count else {
                    tape.logitGradient.clear(row)
                    continue
                }
                let letter = Int(strand.letters[strand.letters.startIndex + column])
                let total = total(tape, row)
                loss -= Double(logarithm(max(tape.logitGradient[row, letter] / total, 1e-30)))
                for k in 0..<letters { tape.logitGradient[row, k] /= total }
                tape.logitGradient[row, letter] -= 1
            }
        }
        return loss
    }

    /// Adds the gradient of the last `loss` to part `part` of `sums`. There must be exactly `tape.strands` strands.
    func backward(
        _ tape: Tape, _ strands: [TrainingStrand], transposed: FloatBuffer, sums: FloatBuffer, part: Int,
        _ kernels: LayerKernels
    ) {
        precondition(strands.count == tape.strands)
        let recurrent = tape.recurrent
        let longest = strands.map(\.letters.count).max() ?? 0
        for row in recurrent.row(longest)..<recurrent.states.length { tape.logitGradient.clear(row) }
        recurrent.stateGradient.clear()
        kernels.weightGradient(
            head, recurrent.states, outputGradient: tape.logitGradient, sums: sums, part: part, stride: count)
        kernels.inputGradient(
            head, outputGradient: tape.logitGradient, transposed: transposed, into: recurrent.stateGradient)
        kernels.recurrentGradient(
            unit, recurrent, length: longest, transposed: transposed, sums: sums, part: part, stride: count)
        for (s, strand) in strands.enumerated() {
            for column in strand.letters.indices {
                let at = column - strand.letters.startIndex
                let before = at == 0 ? nil : strand.letters[column - 1]
                let rows = rows(at, length: strand.letters.count, before: before, label: strand.label)
                func learn(_ row: Int) {
                    kernels.embeddingGradient(
                        row, recurrent.driveGradient, column: recurrent.row(at, s), sums: sums, part: part,
                        stride: count)
                }
                for at in rows.indices { learn(rows[at]) }
                conditions.learn(tape.sums, strand: s, recurrent.driveGradient, column: recurrent.row(at, s), kernels)
            }
        }
        conditions.addGradient(tape.sums, strands.map(\.inputs), sums: sums, part: part, stride: count)
        if let lengths, let own = tape.lengths {
            lengths.backward(own, strands, transposed: transposed, sums: sums, part: part, stride: count, kernels)
        }
    }

    /// Writes the weights in the transposed layout of `backward`.
    func transpose(_ weights: FloatBuffer, into transposed: FloatBuffer, _ kernels: LayerKernels) {
        for layer in [unit, head] { kernels.transpose(layer, weights: weights, into: transposed) }
        if let out = lengths?.out { kernels.transpose(out, weights: weights, into: transposed) }
    }
}
