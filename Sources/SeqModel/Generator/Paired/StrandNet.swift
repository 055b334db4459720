// StrandNet: the network that writes strand A, letter by letter: label, length and the letters so far to the next letter.

import Kernels

/// Sizes of strand A's network and where its weights lie.
///
/// A gated recurrent unit reads the strand from its 5' end, strands side by side. Each column sees the sum of four look-ups: the letter before
/// (or the start), the label, and how far both ends are (the last row stands for all that is farther); a linear layer on
/// the unit's state gives the logits of the next letter. So it takes any alphabet, and whatever depends on the
/// letters so far, on the place or on the length.
struct StrandNet: Sendable {
    /// Units of a net that is to learn.
    static let usualUnits = 32
    /// Distances from an end that have a row of their own.
    static let places = 24

    let letters: Int
    /// The longest strand.
    let length: Int
    /// Units, a multiple of 8.
    let units: Int
    let unit: ConvolutionShape, head: ConvolutionShape

    init(letters: Int, length: Int, units: Int = usualUnits) {
        (self.letters, self.length, self.units) = (letters, length, units)
        unit = ConvolutionShape(width: 1, inputs: units, outputs: 3 * units, offset: 0)
        head = ConvolutionShape(
            width: 1, inputs: units, outputs: ConvolutionShape.padded(letters), offset: unit.end)
    }

    /// Floats of a look-up's row.
    var row: Int { 3 * units }
    // Look-ups, a row each: K + 1 letters (the last is the start), 2 labels, the places from the 5' and the 3' end.
    var letterRows: Int { head.end }
    var labelRows: Int { letterRows + (letters + 1) * row }
    var startRows: Int { labelRows + 2 * row }
    var endRows: Int { startRows + StrandNet.places * row }
    /// Number of weights.
    var count: Int { endRows + StrandNet.places * row }

    /// Weights to begin with: normal, with the deviation 1 / sqrt(fan in); biases and look-ups of places zero.
    func initialWeights(_ random: inout RandomSource) -> FloatBuffer {
        let weights = FloatBuffer(count: count)
        let deviation = 1 / Float(units).squareRoot()
        for layer in [unit, head] {
            for k in layer.offset..<layer.bias { weights[k] = deviation * random.normal() }
        }
        for k in letterRows..<startRows { weights[k] = 0.5 * random.normal() }
        return weights
    }

    /// What the network computes of strands side by side.
    struct Tape: Sendable {
        fileprivate let recurrent: RecurrentTape
        /// A row for each column and strand, as the recurrent unit's.
        fileprivate let logits: FeatureMap, logitGradient: FeatureMap

        /// A tape that is for drawing alone has no `backward`.
        init(_ net: StrandNet, strands: Int = 1, isForDrawing: Bool = false) {
            recurrent = RecurrentTape(
                length: net.length, units: net.units, strands: strands, isForwardOnly: isForDrawing)
            let rows = recurrent.states.length
            logits = FeatureMap(length: rows, channels: net.letters)
            logitGradient = FeatureMap(length: rows, channels: net.letters)
        }

        /// Strands at most.
        var strands: Int { recurrent.strands }

        /// The logits of the letter in a strand's column.
        func logit(_ column: Int, _ letter: Int, strand: Int = 0) -> Float {
            logits[recurrent.row(column, strand), letter]
        }
    }

    /// The rows that a column of a strand of `length` letters sees; `before` is the letter before it, nil at the start.
    private func rows(_ column: Int, length: Int, before: UInt8?, label: Int) -> SIMD4<Int> {
        SIMD4(
            letterRows + (before.map(Int.init) ?? letters) * row, labelRows + label * row,
            startRows + min(column, StrandNet.places - 1) * row,
            endRows + min(max(0, length - 1 - column), StrandNet.places - 1) * row)
    }

    /// Sets what the unit sees in a strand's column.
    private func look(
        _ tape: Tape, _ column: Int, _ strand: Int, length: Int, before: UInt8?, label: Int, weights: FloatBuffer,
        _ kernels: LayerKernels
    ) {
        let rows = rows(column, length: length, before: before, label: label)
        kernels.embed(
            rows, of: weights, into: tape.recurrent.drive, column: tape.recurrent.row(column, strand))
    }

    /// The logits of the letters in `column`, of the strands `0 ..< count`, after those of all columns before it; the
    /// exponential of each less the largest goes into the gradient's row.
    private func step(_ tape: Tape, _ column: Int, count: Int, weights: FloatBuffer, _ kernels: LayerKernels) {
        kernels.recurrentStep(unit, tape.recurrent, column: column, count: count, weights: weights)
        kernels.convolve(
            head, tape.recurrent.states, weights: weights, into: tape.logits, isLeaky: false,
            columns: tape.recurrent.rows(column, count: count))
        kernels.exponentials(
            tape.logits, letters: letters, into: tape.logitGradient,
            columns: tape.recurrent.rows(column, count: count))
    }

    /// Draws strands of `lengths` letters side by side, at most as many as the tape takes, each from its own source.
    ///
    /// `canGrow` is asked of each strand letter by letter, with the length that it is to have; where it says no the strand
    /// is given up. Returns nil for these.
    func draw(
        _ tape: Tape, label: Int, lengths: [Int], weights: FloatBuffer, _ sources: inout [RandomSource],
        _ kernels: LayerKernels, canGrow: (ArraySlice<UInt8>, Int) -> Bool = { _, _ in true }
    ) -> [[UInt8]?] {
        precondition(lengths.count <= tape.strands && sources.count == lengths.count)
        var strands = lengths.map { length -> [UInt8]? in
            var strand: [UInt8] = []
            strand.reserveCapacity(length)
            return strand
        }
        tape.recurrent.begin()
        // The longest first: those that a column still has lie side by side, in the rows 0 ..< open.
        let order = lengths.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
        var open = order.count
        for column in 0..<(lengths.max() ?? 0) {
            while open > 0, lengths[order[open - 1]] <= column { open -= 1 }
            var isAnyOpen = false
            for (row, s) in order[..<open].enumerated() {
                guard let strand = strands[s] else { continue }
                look(
                    tape, column, row, length: lengths[s], before: strand.last, label: label, weights: weights, kernels)
                isAnyOpen = true
            }
            guard isAnyOpen else { break }
            step(tape, column, count: open, weights: weights, kernels)
            for (row, s) in order[..<open].enumerated() where strands[s] != nil {
                let row = tape.recurrent.row(column, row)
                let at = sources[s].uniform() * total(tape, row)
                var sum: Float = 0
                // Counted, not searched: which letter it is, no processor foresees.
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

    /// The sum of what `step` has written into the gradient's row.
    private func total(_ tape: Tape, _ row: Int) -> Float {
        (0..<letters).reduce(0) { $0 + tape.logitGradient[row, $1] }
    }

    /// The cross-entropy of some strands' letters in nats, their sum; keeps what `backward` needs.
    func loss(
        _ tape: Tape, _ strands: [(letters: ArraySlice<UInt8>, label: Int)], weights: FloatBuffer,
        _ kernels: LayerKernels
    ) -> Double {
        precondition(strands.count <= tape.strands)
        var loss = 0.0
        for column in 0..<(strands.map(\.letters.count).max() ?? 0) {
            for (s, strand) in strands.enumerated() {
                let (letters, at) = (strand.letters, strand.letters.startIndex + column)
                let before = column > 0 && at <= letters.endIndex ? letters[at - 1] : nil
                look(
                    tape, column, s, length: letters.count, before: before, label: strand.label, weights: weights,
                    kernels)
            }
            step(tape, column, count: strands.count, weights: weights, kernels)
            for (s, strand) in strands.enumerated() {
                let row = tape.recurrent.row(column, s)
                // Columns behind a strand have states, which nothing comes of.
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

    /// Adds the gradient of the strands' `loss` to part `part` of `sums`. There must be as many as the tape takes.
    func backward(
        _ tape: Tape, _ strands: [(letters: ArraySlice<UInt8>, label: Int)], transposed: FloatBuffer,
        sums: FloatBuffer, part: Int, _ kernels: LayerKernels
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
            }
        }
    }

    /// Writes the weights as `backward` needs them.
    func transpose(_ weights: FloatBuffer, into transposed: FloatBuffer, _ kernels: LayerKernels) {
        for layer in [unit, head] { kernels.transpose(layer, weights: weights, into: transposed) }
    }
}
