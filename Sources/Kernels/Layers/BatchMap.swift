// BatchMap: what a net knows of a whole batch: one map of rows, columns and channels for each sample.

/// Places in a buffer, ascending: those of a matrix's rows, or of its columns relative to them.
public final class Places: Sendable {
    /// The places; each is above the one before.
    public let values: [Int]
    /// The largest number that divides the places into runs of neighbours.
    let run: Int

    /// Places that ascend. There must be one at least, and none below 0.
    public init(_ values: [Int]) {
        precondition((values.first ?? -1) >= 0 && zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
        self.values = values
        var run = 1
        while run < values.count, values[run] == values[run - 1] + 1 { run += 1 }
        let starts = stride(from: 0, to: values.count, by: run)
        let isEven =
            values.count % run == 0
            && starts.allSatisfy { values[$0 + run - 1] - values[$0] == run - 1 }
        self.run = isEven ? run : 1
    }

    /// `count` places, `step` apart.
    public convenience init(count: Int, step: Int) { self.init((0..<count).map { $0 * step }) }

    /// The last place of the first `count`.
    func last(of count: Int) -> Int { count > 0 ? values[count - 1] : 0 }
}

/// Maps (samples, height, width, channels) with zeros around each, so that convolutions read past the edges.
///
/// A handle: copies share the numbers.
public struct BatchMap: Sendable {
    /// Zero rows and columns around the numbers of each sample.
    public struct Margin: Sendable, Equatable {
        /// Rows above and below, columns before and behind.
        public var top = 0, bottom = 0, left = 0, right = 0
        /// No margin.
        public init() {}
    }

    /// Samples that there is room for.
    public let samples: Int
    /// Rows, columns and channels of a sample.
    public let height: Int, width: Int, channels: Int
    /// See `Margin`.
    public let margin: Margin
    /// All numbers.
    public let values: FloatBuffer
    /// The places of (sample, row, column), in this order.
    public let rows: Places
    /// The places of a sample's numbers relative to its first, and those of the samples' first.
    public let cells: Places, firsts: Places

    /// Maps of zeros.
    public init(samples: Int, height: Int, width: Int, channels: Int, margin: Margin = .init()) {
        precondition(samples > 0 && height > 0 && width > 0 && channels > 0)
        self.samples = samples
        (self.height, self.width, self.channels, self.margin) = (height, width, channels, margin)
        let rowSize = (margin.left + width + margin.right) * channels
        let size = (margin.top + height + margin.bottom) * rowSize
        let first = margin.top * rowSize + margin.left * channels
        values = FloatBuffer(count: samples * size)
        let pixels = (0..<height).flatMap { y in (0..<width).map { x in y * rowSize + x * channels } }
        rows = Places((0..<samples).flatMap { n in pixels.map { n * size + first + $0 } })
        cells = Places(pixels.flatMap { pixel in (0..<channels).map { pixel + $0 } })
        firsts = Places((0..<samples).map { $0 * size + first })
    }

    /// Maps of zeros that lie as those of `map` do.
    public init(like map: BatchMap) {
        samples = map.samples
        (height, width, channels, margin) = (map.height, map.width, map.channels, map.margin)
        values = FloatBuffer(count: map.values.count)
        (rows, cells, firsts) = (map.rows, map.cells, map.firsts)
    }

    /// Rows of channels of a sample.
    public var area: Int { height * width }

    /// The place of a number.
    public func place(_ sample: Int, _ row: Int, _ column: Int, _ channel: Int) -> Int {
        precondition(row >= 0 && row < height && column >= 0 && column < width && channel >= 0 && channel < channels)
        return rows.values[(sample * height + row) * width + column] + channel
    }

    /// One number.
    public subscript(_ sample: Int, _ row: Int, _ column: Int, _ channel: Int) -> Float {
        get { values[place(sample, row, column, channel)] }
        nonmutating set { values[place(sample, row, column, channel)] = newValue }
    }

    /// The same numbers as one pixel for each sample; there must be no margin.
    public var flat: BatchMap { BatchMap(flattening: self) }

    private init(flattening map: BatchMap) {
        precondition(map.margin == Margin())
        samples = map.samples
        (height, width, channels, margin) = (1, 1, map.area * map.channels, map.margin)
        (values, rows, cells, firsts) = (map.values, map.firsts, map.cells, map.firsts)
    }

    /// Sets all numbers of the first `count` samples to `value`, and the margins to zero.
    public func fill(_ count: Int, with value: Float) {
        clear(count)
        for row in rows.values.prefix(count * area) {
            (values.base + row).update(repeating: value, count: channels)
        }
    }

    /// Sets all numbers of the first `count` samples to zero, margins included.
    public func clear(_ count: Int) { values.clear(0..<values.count / samples * count) }
}

/// A window that moves over a map: its places on a map with the margin that it needs.
public struct Window: Sendable {
    /// Rows and columns of the window, its step and the rows and columns of what it gives.
    public let height: Int, width: Int, stride: Int, outHeight: Int, outWidth: Int
    /// The margin that the map must have.
    public let margin: BatchMap.Margin

    /// A window over maps of `rows` x `columns`; where `isPadded`, it gives ceil(size / stride) rows and columns, with
    /// the margin parted evenly and its odd row or column last, else only whole windows count.
    public init(height: Int, width: Int, stride: Int, isPadded: Bool, rows: Int, columns: Int) {
        precondition(height > 0 && width > 0 && stride > 0)
        precondition(isPadded || height <= rows && width <= columns)
        (self.height, self.width, self.stride) = (height, width, stride)
        func out(_ size: Int, _ window: Int) -> Int {
            isPadded ? (size + stride - 1) / stride : (size - window) / stride + 1
        }
        (outHeight, outWidth) = (out(rows, height), out(columns, width))
        func around(_ size: Int, _ window: Int, _ out: Int) -> Int {
            isPadded ? max(0, (out - 1) * stride + window - size) : 0
        }
        var margin = BatchMap.Margin()
        let vertical = around(rows, height, outHeight)
        let horizontal = around(columns, width, outWidth)
        (margin.top, margin.bottom) = (vertical / 2, vertical - vertical / 2)
        (margin.left, margin.right) = (horizontal / 2, horizontal - horizontal / 2)
        self.margin = margin
    }

    /// Where the windows begin on `map`, sample after sample, and the places of their numbers relative to that.
    public func places(on map: BatchMap) -> (rows: Places, columns: Places) {
        precondition(map.margin == margin)
        let rowSize = (margin.left + map.width + margin.right) * map.channels
        let size = (margin.top + map.height + margin.bottom) * rowSize
        let starts = (0..<outHeight).flatMap { y in
            (0..<outWidth).map { x in y * stride * rowSize + x * stride * map.channels }
        }
        let inside = (0..<height).flatMap { y in (0..<width * map.channels).map { y * rowSize + $0 } }
        return (Places((0..<map.samples).flatMap { n in starts.map { n * size + $0 } }), Places(inside))
    }
}
