// StrandScreen: the scores of all strands of one list with all strands of another.

import Kernels
import Synchronization

/// Scores all rows (strands A) with all columns (strands B), tile by tile. What depends on a single strand is computed
/// once per tile, and the memory is that of one tile, however many strands there are.
public final class StrandScreen: Sendable {
    /// The strands of the rows (A) and of the columns (B).
    public let rows: StrandCodes, columns: StrandCodes
    private let classifier: PairClassifier
    private let ambiguity: AmbiguityScore
    /// The number of expansions of each row and column (see `AmbiguityExpansion.count`).
    private let expansions: (rows: [Int], columns: [Int])
    private let drawn = Atomic<Int>(0)
    private let workspaces: [Workspace]
    private let prepared: (rows: PreparedStrands, columns: PreparedStrands)?
    /// The pairs that need to be scored; nil: all.
    private let reachable: ReachablePairs?
    /// The logits of a tile, row by row, with all columns.
    private let logits: FloatBuffer
    private let columnCount: Int

    /// The most rows of a tile.
    public let tileRows: Int
    /// Columns that are prepared at a time.
    private let tileColumns: Int
    private static let mostLogits = 1 << 24, mostRows = 1_024, mostColumns = 1 << 14
    /// The most strands of a list in a task of a thread.
    private static let piece = 1_024
    /// Prepared columns that a core keeps in its cache, a kilobyte each.
    private static let cached = 256
    /// Neighbouring strands that are bounded in the order of their lengths, so that few lanes are idle.
    private static let sorted = 256

    /// A screen of strands in the classifier's codes, none longer than its `longestStrand`. `ambiguity` says how a pair
    /// with ambiguity letters is scored. Where `threshold` is given, pairs that cannot score above it need not be
    /// scored: their logits may be -infinity.
    public init(
        _ classifier: PairClassifier, rows: StrandCodes, columns: StrandCodes, ambiguity: AmbiguityScore = .mean,
        above threshold: Float? = nil, threads: Int
    ) {
        (self.classifier, self.rows, self.columns, self.ambiguity) = (classifier, rows, columns, ambiguity)
        let expansion = AmbiguityExpansion(like: rows)
        expansions = (expansion.counts(rows), expansion.counts(columns))
        workspaces = (0..<threads).map { _ in Workspace() }
        let rowCount = rows.count
        columnCount = columns.count
        tileRows = max(1, min(rowCount, StrandScreen.mostRows, StrandScreen.mostLogits / max(1, columnCount)))
        tileColumns = min(columnCount, StrandScreen.mostColumns)
        logits = FloatBuffer(count: tileRows * columnCount)
        if case .duplex(let duplex) = classifier {
            let (ofRows, ofColumns) = (expansion.examples(rows), expansion.examples(columns))
            prepared = (
                PreparedStrands(duplex.shape, ofRows, capacity: tileRows),
                PreparedStrands(duplex.shape, ofColumns, capacity: tileColumns)
            )
            reachable = threshold.flatMap {
                ReachablePairs(classifier, ofRows, ofColumns, above: $0, threads: threads)
            }
        } else {
            (prepared, reachable) = (nil, nil)
        }
    }

    /// Number of rows and of columns.
    public var size: (rows: Int, columns: Int) { (rows.count, columnCount) }

    /// Number of pairs scored so far that have too many expansions to score all of them.
    public var drawnPairs: Int { drawn.load(ordering: .relaxed) }

    /// Scores the rows `tile`, at most `tileRows` of them, with all columns or, where `fromDiagonal`, with the columns
    /// from the row's own index on. The logits can be read with `row` until the next call.
    public func score(_ tile: Range<Int>, fromDiagonal: Bool) {
        precondition(tile.count <= tileRows && tile.upperBound <= size.rows)
        guard !tile.isEmpty else { return }
        if let prepared, case .duplex(let duplex) = classifier {
            prepare(duplex, prepared.rows, tile, isB: false)
            let first = fromDiagonal ? tile.lowerBound : 0
            for start in stride(from: first, to: size.columns, by: max(1, tileColumns)) {
                let range = start..<min(size.columns, start + tileColumns)
                prepare(duplex, prepared.columns, range, isB: true)
                if let reachable {
                    score(reachable, duplex, prepared, tile, range, fromDiagonal: fromDiagonal)
                    continue
                }
                run(tile, range, fromDiagonal: fromDiagonal) { [self] a, part, worker in
                    if expansions.rows[a] == 1 {
                        duplex.logits(
                            a, of: prepared.rows, against: prepared.columns, part, workspace: workspaces[worker],
                            into: logits, at: place(a, part.lowerBound, in: tile))
                        scorePairs(a, part.filter { expansions.columns[$0] > 1 }, in: tile, worker)
                    } else {
                        scorePairs(a, Array(part), in: tile, worker)
                    }
                }
            }
        } else {
            run(tile, 0..<size.columns, fromDiagonal: fromDiagonal) { [self] a, part, worker in
                scorePairs(a, Array(part), in: tile, worker)
            }
        }
    }

    /// Scores the rows `tile` with the columns `range` where their scores may be above the threshold.
    private func score(
        _ reachable: ReachablePairs, _ duplex: DuplexClassifier,
        _ prepared: (rows: PreparedStrands, columns: PreparedStrands), _ tile: Range<Int>, _ range: Range<Int>,
        fromDiagonal: Bool
    ) {
        // What is computed for eight strands at once serves all strands of the other list: those are to be many.
        let groupsRows = classifier.isSymmetric && !fromDiagonal && tile.count < range.count
        let (grouped, others) = groupsRows ? (tile, range) : (range, tile)
        let groups = groups(grouped, groupsRows ? rows : columns)
        let size = StrandScreen.piece
        let parts = (others.count + size - 1) / size
        Parallel.run(pieces: groups.count * parts, threads: workspaces.count) { [self] piece, worker in
            let (group, workspace) = (groups[piece / parts], workspaces[worker])
            let start = others.lowerBound + piece % parts * size
            var end = min(others.upperBound, start + size)
            if fromDiagonal { end = min(end, (group.max() ?? 0) + 1) }
            guard start < end else { return }
            func eachPair(_ body: (_ row: Int, _ column: Int) -> Void) {
                for other in start..<end {
                    for member in group { groupsRows ? body(member, other) : body(other, member) }
                }
            }
            eachPair { row, column in logits[place(row, column, in: tile)] = -.infinity }
            var limits: [Float] = []
            reachable.forEach(start..<end, with: group, ofRows: groupsRows, workspace, &limits) { row, column in
                guard expansions.rows[row] == 1, expansions.columns[column] == 1, !fromDiagonal || row <= column
                else { return }
                duplex.logits(
                    row, of: prepared.rows, against: prepared.columns, column..<column + 1, workspace: workspace,
                    into: logits, at: place(row, column, in: tile))
            }
            guard rows.isAmbiguous || columns.isAmbiguous else { return }
            eachPair { row, column in
                guard expansions.rows[row] > 1 || expansions.columns[column] > 1, !fromDiagonal || row <= column
                else { return }
                scorePairs(row, [column], in: tile, worker)
            }
        }
    }

    /// The strands `range` in groups of as many as are bounded at once, in each neighbourhood by their lengths.
    private func groups(_ range: Range<Int>, _ strands: StrandCodes) -> [[Int]] {
        let lanes = DuplexKernels.partnerLanes
        return stride(from: range.lowerBound, to: range.upperBound, by: StrandScreen.sorted).flatMap { start in
            let part = (start..<min(range.upperBound, start + StrandScreen.sorted)).sorted {
                (strands.length($0), $0) < (strands.length($1), $1)
            }
            return stride(from: 0, to: part.count, by: lanes).map { Array(part[$0..<min(part.count, $0 + lanes)]) }
        }
    }

    /// The index of the logit of a row of `tile` and a column.
    private func place(_ row: Int, _ column: Int, in tile: Range<Int>) -> Int {
        (row - tile.lowerBound) * columnCount + column
    }

    /// Scores a row with the columns `chosen` pair by pair, without prepared strands.
    private func scorePairs(_ a: Int, _ chosen: [Int], in tile: Range<Int>, _ worker: Int) {
        guard !chosen.isEmpty else { return }
        var pairs = Pairs(like: rows)
        for b in chosen { pairs.append(rows[a], columns[b]) }
        var scored: [Float] = []
        classifier.logits(
            pairs, 0..<pairs.count, workspace: workspaces[worker], ambiguity: ambiguity, into: &scored)
        for (b, logit) in zip(chosen, scored) { logits[place(a, b, in: tile)] = logit }
        let ofRow = expansions.rows[a]
        let count = chosen.count { ofRow * expansions.columns[$0] > AmbiguityExpansion.limit }
        if count > 0 { drawn.add(count, ordering: .relaxed) }
    }

    /// The logits of a row of the last tile, for all columns; undefined before the diagonal after a call
    /// `fromDiagonal`.
    public func row(_ row: Int, of tile: Range<Int>) -> [Float] {
        let start = (row - tile.lowerBound) * size.columns
        return logits[start..<start + size.columns]
    }

    /// Computes on all threads what depends on a single strand, for the strands `range`, unless it was just done.
    private func prepare(_ duplex: DuplexClassifier, _ strands: PreparedStrands, _ range: Range<Int>, isB: Bool) {
        guard strands.range != range else { return }
        strands.begin(range)
        let size = 128
        let workspaces = workspaces
        Parallel.run(pieces: (range.count + size - 1) / size, threads: workspaces.count) { piece, worker in
            let start = range.lowerBound + piece * size
            duplex.prepare(
                strands, start..<min(range.upperBound, start + size), isB: isB, workspace: workspaces[worker])
        }
    }

    /// Calls `body` on all threads with every row of a tile and every part of the columns `range`. The rows are taken
    /// in turn for one part after the other, whose prepared strands then stay in the cache of a core.
    private func run(
        _ tile: Range<Int>, _ range: Range<Int>, fromDiagonal: Bool,
        _ body: @Sendable (_ row: Int, _ columns: Range<Int>, _ worker: Int) -> Void
    ) {
        let size = StrandScreen.cached
        let parts = (range.count + size - 1) / size
        Parallel.run(pieces: tile.count * parts, threads: workspaces.count) { piece, worker in
            let row = tile.lowerBound + piece % tile.count
            let start = range.lowerBound + piece / tile.count * size
            let end = min(range.upperBound, start + size)
            let first = fromDiagonal ? max(start, row) : start
            if first < end { body(row, first..<end, worker) }
        }
    }
}
