// LoopBuild: the entry points of the loops that are built for several processor levels.

/// The loops compiled for one processor level. `Kernels` chooses a build when the program starts. All builds come from
/// the same sources, `KernelLoops`, where each function is documented in full: formulas, shapes, what it overwrites.
///
/// SAFETY: the callers in `Kernels` check all sizes; the loops check nothing.
public protocol LoopBuild {
    /// Writes the Boltzmann weights at some conditions and the loop tables, and copies the other parameters.
    static func duplexWeights(
        _ shape: DuplexShape, parameters: UnsafePointer<Float>, at point: DuplexPoint,
        weights: UnsafeMutablePointer<Float>, tables: UnsafeMutablePointer<Float>)

    /// Converts the gradient with respect to the loop tables into that with respect to the energies.
    static func duplexEnergyGradient(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, gradient: UnsafeMutablePointer<Float>)

    /// Adds the gradient at some conditions to that of all parameters.
    static func duplexSpreadGradient(
        _ shape: DuplexShape, _ gradient: UnsafePointer<Float>, at point: DuplexPoint,
        adding sum: UnsafeMutablePointer<Float>)

    /// Writes the logits of pairs.
    static func duplexLogits(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, strands: StrandList, pairs: Range<Int>,
        workspace: UnsafeMutableRawPointer, logits: UnsafeMutablePointer<Float>)

    /// Writes the logits of pairs, each at its own conditions.
    static func duplexLogits(
        _ shape: DuplexShape, parameters: UnsafePointer<Float>, points: PointList, strands: StrandList,
        pairs: Range<Int>, weights: UnsafeMutablePointer<Float>, tables: UnsafeMutablePointer<Float>,
        workspace: UnsafeMutableRawPointer, logits: UnsafeMutablePointer<Float>)

    /// Writes the logits of prepared strand `a` of one list against the prepared strands `range` of another.
    static func duplexLogits(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, a: Int, of rows: StrandList,
        rowsPrepared: UnsafeMutableRawPointer, against columns: StrandList, range: Range<Int>,
        columnsPrepared: UnsafeMutableRawPointer, workspace: UnsafeMutableRawPointer,
        logits: UnsafeMutablePointer<Float>)

    /// Prepares single strands to be strand A (`index` 1) or strand B (`index` 2) of pairs.
    static func duplexPrepare(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, strands: StrandList, range: Range<Int>, index: Int,
        workspace: UnsafeMutableRawPointer, prepared: UnsafeMutableRawPointer)

    /// Writes the probabilities of the pairs of letters of a pair of strands and those of its most probable duplex.
    static func duplexStructure(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, strands: StrandList, pair: Int,
        workspace: UnsafeMutableRawPointer, probabilities: UnsafeMutablePointer<Float>,
        places: UnsafeMutablePointer<Int32>
    ) -> Int

    /// The share of the duplexes of two strands in which the 3' end of one is paired.
    static func duplexThreePrimeShare(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, a: Int, of first: StrandList, b: Int,
        of second: StrandList, ends: ThreePrimeEnds, rule: UnsafePointer<UInt8>, workspace: UnsafeMutableRawPointer
    ) -> Float

    /// Writes the weights of the duplexes of probes that end at each letter of a target.
    static func duplexEndWeights(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, probes: StrandList, range: Range<Int>,
        target: UnsafePointer<UInt8>, count: Int, workspace: UnsafeMutableRawPointer,
        weights: UnsafeMutablePointer<Float>)

    /// Writes the upper bounds that one head sets to the duplexes of strands with up to 8 partners.
    static func duplexLimits(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, of rows: StrandList, range: Range<Int>,
        against columns: StrandList, partners: UnsafeBufferPointer<Int>, workspace: UnsafeMutableRawPointer,
        limits: UnsafeMutablePointer<Float>)

    /// Adds the gradient of the weighted binary cross-entropy of pairs to `gradient` and returns the loss.
    static func duplexGradient(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, strands: StrandList, order: UnsafeBufferPointer<Int>,
        terms: UnsafePointer<LossTerm>, dropoutRate: Float, workspace: UnsafeMutableRawPointer,
        gradient: UnsafeMutablePointer<Float>
    ) -> Double

    /// sum[k] += values[k] for each k of `range`.
    static func add(_ values: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, range: Range<Int>)

    /// One step of AdamW (Loshchilov & Hutter 2019) on the parameters `range`.
    static func adamStep(
        _ parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, first: UnsafeMutablePointer<Float>,
        second: UnsafeMutablePointer<Float>, range: Range<Int>, rate: Float, beta1: Float, beta2: Float,
        correction1: Float, correction2: Float, decay: Float, scale: Float)

    /// `length` columns of output = convolution of input, through LeakyReLU where `isLeaky`.
    static func convolve(
        _ layer: ConvolutionShape, length: Int, input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
        bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, isLeaky: Bool)

    /// gradient *= the slope of LeakyReLU, given its output.
    static func leakyReLUGradient(count: Int, output: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>)

    /// Adds the gradient of a convolution's weights and bias to `sums`, which has the layout of the weights.
    static func convolutionWeightGradient(
        _ layer: ConvolutionShape, length: Int, input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
        sums: UnsafeMutablePointer<Float>)

    /// Adds the gradient of a convolution's input to `inputGradient` (length, inputs).
    static func convolutionInputGradient(
        _ layer: ConvolutionShape, length: Int, outputGradient: UnsafePointer<Float>, transposed: UnsafePointer<Float>,
        inputGradient: UnsafeMutablePointer<Float>)

    /// sum = a + b, element by element.
    static func addElements(
        count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into sum: UnsafeMutablePointer<Float>)

    /// y[r, k] = exp(x[r, k] - max x[r, 0 ..< letters]) for k below `letters`, else 0.
    static func rowExponentials(
        rows: Int, channels: Int, letters: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>)

    /// sum[k] = the sum of table[row + k] over the four `rows`, k below `count`.
    static func sumRows(
        count: Int, _ rows: SIMD4<Int>, of table: UnsafePointer<Float>, into sum: UnsafeMutablePointer<Float>)

    /// y = exp(bound tanh(x / bound)), element by element.
    static func boundedExponentials(
        count: Int, bound: Float, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>)

    /// features[column, q] = sum over k, l of weights[k, l, q] a[column + shift, k] b[column, l], q below 8.
    static func outerFeatures(
        length: Int, letters: Int, a: UnsafePointer<Float>, aChannels: Int, shift: Int, b: UnsafePointer<Float>,
        bChannels: Int, weights: UnsafePointer<Float>, features: UnsafeMutablePointer<Float>, stride: Int)

    /// Adds the gradients of `outerFeatures`.
    static func outerFeaturesGradient(
        length: Int, letters: Int, a: UnsafePointer<Float>, aChannels: Int, shift: Int, b: UnsafePointer<Float>,
        bChannels: Int, weights: UnsafePointer<Float>, featureGradient: UnsafePointer<Float>, stride: Int,
        sums: UnsafeMutablePointer<Float>?, bGradient: UnsafeMutablePointer<Float>?)

    /// One step of a gated recurrent unit for a batch of strands.
    static func recurrentStep(
        _ layer: ConvolutionShape, rows: Int, drive: UnsafePointer<Float>, previous: UnsafePointer<Float>,
        weights: UnsafePointer<Float>, gates: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>,
        next: UnsafeMutablePointer<Float>)

    /// The backward pass of `recurrentStep`.
    static func recurrentStepGradient(
        _ layer: ConvolutionShape, rows: Int, previous: UnsafePointer<Float>, gates: UnsafePointer<Float>,
        nextGradient: UnsafePointer<Float>, transposed: UnsafePointer<Float>,
        driveGradient: UnsafeMutablePointer<Float>, sumGradient: UnsafeMutablePointer<Float>,
        previousGradient: UnsafeMutablePointer<Float>)

    /// Writes the probabilities of pair hidden Markov models at a label and conditions.
    static func pairHMMTables(
        _ shape: PairHMMShape, parameters: UnsafePointer<Float>, label: Int, inputs: UnsafePointer<Float>,
        tables: UnsafeMutablePointer<Float>, scaled: UnsafeMutablePointer<Float>,
        logarithms: UnsafeMutablePointer<Float>)

    /// Writes the backward variables of a block, and returns the exponent of the product of all rows' factors.
    static func pairHMMBackward(_ x: PairHMMArguments) -> Int

    /// Adds the expected numbers of transitions and emissions of a block.
    static func pairHMMCounts(
        _ x: PairHMMArguments, seed: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
        counts: UnsafeMutablePointer<Float>)

    /// Adds the gradient of the negative log-likelihood from these numbers.
    static func pairHMMGradient(
        _ shape: PairHMMShape, tables: UnsafePointer<Float>, counts: UnsafePointer<Float>, label: Int,
        inputs: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>)

    /// Multi-head scaled dot-product attention of one strand's columns.
    static func attention(_ p: AttentionArguments, out: UnsafeMutablePointer<Float>)

    /// The backward pass of `attention`.
    static func attentionGradient(_ p: AttentionArguments, _ g: AttentionGradients)

    /// Layer normalisation of `rows` columns.
    static func layerNorm(
        rows: Int, channels: Int, _ x: UnsafePointer<Float>, gain: UnsafePointer<Float>,
        output: UnsafeMutablePointer<Float>, moments: UnsafeMutablePointer<Float>?)

    /// The backward pass of `layerNorm` for adjacent columns.
    static func layerNormGradient(
        rows: Int, channels: Int, _ x: UnsafePointer<Float>, gain: UnsafePointer<Float>,
        moments: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>,
        sums: UnsafeMutablePointer<Float>)

    /// A column of a layer for several strands, one in each lane.
    static func laneLayer(
        _ layer: ConvolutionShape, input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
        residual: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, isLeaky: Bool)

    /// Layer normalisation of a column of several strands.
    static func laneNorm(
        channels: Int, _ x: UnsafePointer<Float>, gain: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>)

    /// sum = the four `rows` of each lane in the table, plus `fixed` where given.
    static func laneRows(
        channels: Int, _ rows: UnsafePointer<SIMD4<Int>>, of table: UnsafePointer<Float>,
        fixed: UnsafePointer<Float>?, into sum: UnsafeMutablePointer<Float>)

    /// Replaces the first `letters` logits of each lane by exp(logit - their maximum).
    static func laneExponentials(letters: Int, _ logits: UnsafeMutablePointer<Float>)

    /// Multi-head scaled dot-product attention of one query of each lane.
    static func laneAttention(_ p: LaneAttentionArguments, out: UnsafeMutablePointer<Float>)

    /// Packs the columns of one panel of the matrix b(d, j) = b[rows[d] + columns[j]].
    static func packPanel(
        _ b: UnsafePointer<Float>, rows: UnsafePointer<Int>, depth: Int, columns: UnsafePointer<Int>, columnCount: Int,
        panel: Int, packed: UnsafeMutablePointer<Float>)

    /// The tile sizes of `packPanel` and `productRows`.
    static var tile: ProductTile { get }

    /// Computes some rows of a product of matrices.
    static func productRows(_ p: ProductArguments)

    /// to[toRows[r] + columns[d]] += from[r * depth + d]; columns come in runs of `run` neighbours.
    static func scatterRows(
        _ from: UnsafePointer<Float>, rows: Int, depth: Int, toRows: UnsafePointer<Int>, columns: UnsafePointer<Int>,
        run: Int, to: UnsafeMutablePointer<Float>)

    /// LeakyReLU in place: x = slope x where x is negative.
    static func leakyReLURows(_ x: ChannelRows, slope: Float)

    /// gradient *= the slope of `leakyReLURows`, given its output.
    static func leakyReLUGradientRows(_ output: ChannelRows, gradient: UnsafeMutablePointer<Float>, slope: Float)

    /// sums (2, channels) = for each channel, the sum of x and the sum of x y.
    static func channelSums(_ x: ChannelRows, _ y: ChannelRows, sums: UnsafeMutablePointer<Float>)

    /// output = factor x + shift, channel by channel.
    static func scaleRows(
        _ x: ChannelRows, factor: UnsafePointer<Float>, shift: UnsafePointer<Float>, output: ChannelRows)

    /// output += first x + second y + shift, channel by channel.
    static func addScaledRows(
        _ x: ChannelRows, _ first: UnsafePointer<Float>, _ y: ChannelRows, _ second: UnsafePointer<Float>,
        shift: UnsafePointer<Float>, output: ChannelRows)
}
