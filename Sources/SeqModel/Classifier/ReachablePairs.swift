// ReachablePairs: which pairs of a screen can score above a threshold, by the bound of the classifier.

import Kernels

/// Finds the pairs of two lists whose scores may be above a threshold.
///
/// The bound of the classifier (`DuplexBound`) and what a strand loses to its own structures (`OwnStructures`) leave a
/// pair a largest score. It is no estimate: the score obeys the bound by definition, and the score grows with the
/// constant of the duplex.
struct ReachablePairs: Sendable {
    private let classifier: DuplexClassifier
    private let rows: StrandCodes, columns: StrandCodes
    /// For each strand, what it adds to the least bound without folds at which the threshold can be reached; and at
    /// which half of it can, where equal strands may count double.
    private let needsOfRows: Needs, needsOfColumns: Needs

    private struct Needs: Sendable {
        let whole: [Float]
        let half: [Float]?
    }

    /// What rounding may add to a bound or a score, with room to spare, in kT.
    private static let rounding = 0.01

    /// The pairs of two lists, or of one with itself; nil where the classifier has no bound. No code may be ambiguous.
    init?(
        _ classifier: PairClassifier, _ rows: StrandCodes, _ columns: StrandCodes? = nil, above threshold: Float,
        threads: Int
    ) {
        guard case .duplex(let duplex) = classifier, duplex.configuration.bound != nil else { return nil }
        (self.classifier, self.rows, self.columns) = (duplex, rows, columns ?? rows)
        let thresholds = classifier.countsHomodimers ? [threshold, threshold / 2] : [threshold]
        // Held where the logit is finite; near 1 a lower threshold only leaves out less.
        let logits = thresholds.map { threshold in
            let p = Double(min(max(threshold, Float.leastNormalMagnitude), 0.9999))
            return logarithm(p / (1 - p))
        }
        func needs(_ strands: StrandCodes) -> Needs { ReachablePairs.needs(duplex, strands, logits, threads: threads) }
        needsOfRows = needs(rows)
        needsOfColumns = columns.map(needs) ?? needsOfRows
    }

    /// The needs of `strands` at the logit of the threshold and, where it is there, that of half of it.
    private static func needs(
        _ duplex: DuplexClassifier, _ strands: StrandCodes, _ logits: [Double], threads: Int
    ) -> Needs {
        let workspaces = (0..<threads).map { _ in Workspace() }
        let found = FloatBuffer(count: strands.count * logits.count)
        let size = 64
        Parallel.run(pieces: (strands.count + size - 1) / size, threads: threads) { piece, worker in
            for s in piece * size..<min(strands.count, (piece + 1) * size) {
                let own = OwnStructures(duplex, strands[s], like: strands, workspaces[worker])
                for (k, u) in logits.enumerated() {
                    // Half of what both strands share.
                    let shared = (u - softplus(u) - Double(duplex.logConcentration) - rounding) / 2
                    found[k * strands.count + s] = Float(own.boundCost(atLogit: u) + shared)
                }
            }
        }
        let n = strands.count
        return Needs(whole: found[0..<n], half: logits.count > 1 ? found[n..<2 * n] : nil)
    }

    /// Calls `body` with each pair that may be above the threshold, of a row of `range` and one of up to 8 columns,
    /// `group`; or, of a symmetric classifier, of a column of `range` and one of 8 rows, where the group is `ofRows`.
    /// `limits` is scratch.
    func forEach(
        _ range: Range<Int>, with group: [Int], ofRows: Bool, _ workspace: Workspace, _ limits: inout [Float],
        _ body: (_ row: Int, _ column: Int) -> Void
    ) {
        let (ones, members) = ofRows ? (columns, rows) : (rows, columns)
        let (needs, needsOfMembers) = ofRows ? (needsOfColumns, needsOfRows) : (needsOfRows, needsOfColumns)
        classifier.limits(of: ones, range, against: members, partners: group, workspace: workspace, into: &limits)
        for (place, one) in range.enumerated() {
            for (lane, member) in group.enumerated() {
                let limit = limits[place * DuplexKernels.partnerLanes + lane]
                if limit < needs.whole[one] + needsOfMembers.whole[member] {
                    guard let half = needs.half?[one], let other = needsOfMembers.half?[member],
                        limit >= half + other, ones[one] == members[member]
                    else { continue }
                }
                ofRows ? body(member, one) : body(one, member)
            }
        }
    }
}
