// LoopBuild: the doors into the loops that are built for several levels of processor.

/// One build of the loops, for one level of processor: what `Kernels` chooses among when the program starts. Every build is
/// made of the same sources, where formulas and shapes stand.
public protocol LoopBuild {
    /// Writes the weights that the loops use: exp of the energies, the rest as it is; and the loop tables.
    static func duplexWeights(
        _ shape: DuplexShape, parameters: UnsafePointer<Float>, weights: UnsafeMutablePointer<Float>,
        tables: UnsafeMutablePointer<Float>)

    /// The logits of pairs.
    static func duplexLogits(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, strands: StrandList, pairs: Range<Int>,
        workspace: UnsafeMutableRawPointer, logits: UnsafeMutablePointer<Float>)

    /// The logits of prepared strand `a` of one list against `range` of another.
    static func duplexLogits(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, a: Int, of rows: StrandList,
        rowsPrepared: UnsafeMutableRawPointer, against columns: StrandList, range: Range<Int>,
        columnsPrepared: UnsafeMutableRawPointer, workspace: UnsafeMutableRawPointer,
        logits: UnsafeMutablePointer<Float>)

    /// Prepares single strands to be strand A (`index` 1) or B (2) of pairs.
    static func duplexPrepare(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, strands: StrandList, range: Range<Int>, index: Int,
        workspace: UnsafeMutableRawPointer, prepared: UnsafeMutableRawPointer)

    /// Adds the gradient of the weighted binary cross-entropy of pairs to `gradient` and returns the loss.
    static func duplexGradient(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, strands: StrandList, order: UnsafeBufferPointer<Int>,
        terms: UnsafePointer<LossTerm>, dropoutRate: Float, workspace: UnsafeMutableRawPointer,
        gradient: UnsafeMutablePointer<Float>
    ) -> Double

    /// sum[k] += values[k] for the k of `range`.
    static func add(_ values: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, range: Range<Int>)

    /// One step of AdamW (Loshchilov & Hutter 2019) on `range`.
    static func adamStep(
        _ parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, first: UnsafeMutablePointer<Float>,
        second: UnsafeMutablePointer<Float>, range: Range<Int>, rate: Float, beta1: Float, beta2: Float,
        correction1: Float, correction2: Float, decay: Float, scale: Float)

    /// output (length, outputs) = convolution of input (length, inputs).
    static func convolve(
        _ layer: ConvolutionShape, length: Int, input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
        bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, isLeaky: Bool)

    /// gradient *= the slope of LeakyReLU, which is told from its output.
    static func leakyGradient(count: Int, output: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>)

    /// Adds the gradient of a convolution's weights and bias to `sums`, which lies as the weights do.
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

    /// y = exp(x - the largest of the row's first `letters`), row by row, and 0 behind these.
    static func rowExponentials(
        rows: Int, channels: Int, letters: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>)

    /// sum = the elements of `table` from each of `rows` on, added element by element.
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

    /// One step of a gated recurrent unit for strands side by side.
    static func recurrentStep(
        _ layer: ConvolutionShape, rows: Int, drive: UnsafePointer<Float>, previous: UnsafePointer<Float>,
        weights: UnsafePointer<Float>, gates: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>,
        next: UnsafeMutablePointer<Float>)

    /// The way back through `recurrentStep`.
    static func recurrentStepGradient(
        _ layer: ConvolutionShape, rows: Int, previous: UnsafePointer<Float>, gates: UnsafePointer<Float>,
        nextGradient: UnsafePointer<Float>, transposed: UnsafePointer<Float>,
        driveGradient: UnsafeMutablePointer<Float>, sumGradient: UnsafeMutablePointer<Float>,
        previousGradient: UnsafeMutablePointer<Float>)

    /// Packs the columns of a panel of b(d, j) = b[rows[d] + columns[j]].
    static func packPanel(
        _ b: UnsafePointer<Float>, rows: UnsafePointer<Int>, depth: Int, columns: UnsafePointer<Int>, columnCount: Int,
        panel: Int, packed: UnsafeMutablePointer<Float>)

    /// The tile of `packPanel` and `productRows`.
    static var tile: ProductTile { get }

    /// Computes the rows of the product.
    static func productRows(_ p: ProductArguments)

    /// to[toRows[r] + columns[d]] += from[r * depth + d].
    static func scatterRows(
        _ from: UnsafePointer<Float>, rows: Int, depth: Int, toRows: UnsafePointer<Int>, columns: UnsafePointer<Int>,
        run: Int, to: UnsafeMutablePointer<Float>)

    /// x = x, or slope x where it is negative.
    static func bendRows(_ x: ChannelRows, slope: Float)

    /// gradient *= the slope of `bendRows`, told from its output.
    static func bendGradientRows(_ output: ChannelRows, gradient: UnsafeMutablePointer<Float>, slope: Float)

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
