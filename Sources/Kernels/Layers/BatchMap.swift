// BatchMap: the feature maps of a whole batch, and windows on them.

/// Ascending offsets in a buffer: those of the rows of a matrix, or of its columns relative to a row.
public final class Places: Sendable {
    /// The offsets; each is greater than the one before.
    public let values: [Int]
    /// The length of the runs of contiguous offsets, if all runs have the same; else 1.
    let run: Int

    /// Ascending offsets, 0 or more each. There must be at least one.
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

    /// `count` offsets: 0, `step`, 2 `step`, ...
    public convenience init(count: Int, step: Int) { self.init((0..<count).map { $0 * step }) }

    /// The last of the first `count` offsets; 0 if `count` is 0.
    func last(of count: Int) -> Int { count > 0 ? values[count - 1] : 0 }
}

/// Feature maps (samples, height, width, channels) with a margin of zeros around each, so that convolutions may read
/// past the edges.
///
/// A reference: copies share the numbers.
public struct BatchMap: Sendable {
    /// Rows and columns of zeros around each sample.
    public struct Margin: Sendable, Equatable {
        /// Rows above and below, columns to the left and to the right.
        public var top = 0, bottom = 0, left = 0, right = 0
        /// No margin.
        public init() {}
    }

    /// The number of samples that there is room for.
    public let samples: Int
    /// Rows, columns and channels of a sample.
    public let height: Int, width: Int, channels: Int
    /// The margin around each sample.
    public let margin: Margin
    /// All numbers, margins included.
    public let values: FloatBuffer
    /// The offsets of the channels of each (sample, row, column), in this order.
    public let rows: Places
    /// The offsets of the numbers of a sample relative to its first, and the offsets of the first numbers of all
    /// samples.
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

    /// Maps of zeros with the layout of `map`.
    public init(like map: BatchMap) {
        samples = map.samples
        (height, width, channels, margin) = (map.height, map.width, map.channels, map.margin)
        values = FloatBuffer(count: map.values.count)
        (rows, cells, firsts) = (map.rows, map.cells, map.firsts)
    }

    /// Pixels of a sample: rows times columns.
    public var area: Int { height * width }

    /// The offset of a number.
    public func place(_ sample: Int, _ row: Int, _ column: Int, _ channel: Int) -> Int {
        precondition(row >= 0 && row < height && column >= 0 && column < width && channel >= 0 && channel < channels)
        return rows.values[(sample * height + row) * width + column] + channel
    }

    /// One number.
    public subscript(_ sample: Int, _ row: Int, _ column: Int, _ channel: Int) -> Float {
        get { values[place(sample, row, column, channel)] }
        nonmutating set { values[place(sample, row, column, channel)] = newValue }
    }

    /// The same numbers with each sample as one pixel. There must be no margin.
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

/// A window that slides over a map, as in a convolution or pooling.
public struct Window: Sendable {
    /// Rows and columns of the window, its stride, and the rows and columns of the result.
    public let height: Int, width: Int, stride: Int, outHeight: Int, outWidth: Int
    /// The margin that the map must have.
    public let margin: BatchMap.Margin

    /// A window on maps of `rows` x `columns`. With `isPadded` the result has ceil(size / stride) rows and columns,
    /// and the margin is split evenly, with an odd row or column at the end; otherwise windows lie inside the map.
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

    /// The offsets at which the windows begin on `map`, sample after sample, and those of their numbers relative to
    /// these.
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
