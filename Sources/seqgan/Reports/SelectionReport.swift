// SelectionReport: the page of a selection: what was kept, what blocked the rest, and what the kept designs bind.

import Report
import SeqIO

/// The contents of the page of a selection.
struct SelectionReport {
    private let options: Select
    private let output: SelectionOutput
    private let scores: SetScores?
    private let pools: PoolFigures?
    /// The conditions as text, one for each `--at` of several.
    private let conditions: [String]

    /// The most pools, and the most designs that blocked others, of a table.
    private static let mostPools = 200, mostBlockers = 10
    private static let bins = 25

    init(
        _ options: Select, _ output: SelectionOutput, _ scores: SetScores?, _ pools: PoolFigures?,
        _ conditions: [String]
    ) {
        (self.options, self.output, self.scores, self.pools) = (options, output, scores, pools)
        self.conditions = conditions.filter { !$0.isEmpty }.map { $0.hasPrefix("at ") ? String($0.dropFirst(3)) : $0 }
    }

    var page: Page {
        Page(
            title: pools.map { "\(groupedDesigns(output.kept)) in \(counted($0.pools.count, "pools"))" }
                ?? "\(groupedDesigns(output.kept)) that can be used together",
            lead: lead, facts: facts,
            sections: (pools == nil ? [scoreSection] : [poolScores, poolTable]) + [reasons], footer: ReportFile.footer)
    }

    private func groupedDesigns(_ count: Int) -> String { counted(count, "designs", as: grouped(count)) }

    /// The limit as it was given.
    private var limit: Float { options.choice.maxCrosstalk }

    private var lead: String {
        let what =
            pools == nil
            ? "The designs that were kept do not bind each other above the limit."
            : "Designs were divided so that little binds within each pool."
        let ends = options.ends.threePrime.map {
            " Scores count only duplexes with the last \($0) bases of a strand paired."
        }
        return what + " A score, from 0 to 1, tells how strongly two strands bind."
            + (ends ?? "") + (output.kept == output.seen && output.seen > 0 ? " All designs were kept." : "")
    }

    private var facts: [(name: String, value: String)] {
        var facts = [("designs read", grouped(output.seen)), ("kept", grouped(output.kept))]
        if let count = options.choice.count { facts.append(("wanted", grouped(count))) }
        facts.append(("limit, --max-crosstalk", "\(limit)"))
        if let pools {
            facts += [
                ("pairs above the limit, all in one pool", grouped(pools.before)),
                ("pairs above the limit, in the pools", grouped(pools.after)),
            ]
            if pools.together > 0 { facts.append(("of these, strands of one design", grouped(pools.together))) }
            if pools.ownAbove > 0 {
                facts.append(("strands that bind themselves above the limit", grouped(pools.ownAbove)))
            }
        }
        if !conditions.isEmpty {
            facts.append(
                (
                    conditions.count > 1 ? "conditions, of which the greatest score counts" : "conditions",
                    conditions.joined(separator: "; ")
                ))
        }
        return facts.map { (name: $0.0, value: $0.1) }
    }
}

extension SelectionReport {
    /// How strongly the designs of a set bind each other, and the strands that are meant to bind.
    private var scoreSection: Section {
        guard let scores, output.kept > 0 else { return Section("", lead: "") }
        var rows = [["score of a kept design", "least", "median", "greatest"]]
        func add(_ name: String, _ values: [Float]) {
            guard !values.isEmpty else { return }
            let sorted = values.sorted().map(Double.init)
            let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
            rows.append([name] + [sorted[0], median, sorted[sorted.count - 1]].map { figure($0, 4) })
        }
        add("the greatest with another kept design", scores.crosstalk)
        add("of its two strands with each other", scores.intended)
        let isLarge = output.kept > SetScores.mostDesigns
        return Section(
            "Scores of the kept designs",
            lead: "In a good set the strands of different designs have scores far below the limit"
                + (scores.intended.isEmpty ? "." : ", and the two strands of each design a score near 1.")
                + (isLarge
                    ? " Scores of different designs are computed for sets of up to "
                        + "\(groupedDesigns(SetScores.mostDesigns)), not for this one." : ""),
            figures: [crosstalk(scores.crosstalk), intended(scores.intended)].compactMap { $0 },
            tables: rows.count > 1 ? [Table(rows)] : [])
    }

    private func crosstalk(_ values: [Float]) -> Figure? {
        guard !values.isEmpty else { return nil }
        var chart = Histogram(
            title: "Greatest score with another design", x: "score", y: "designs",
            range: 0...(limit > 0 ? Double(limit) : 1), bins: SelectionReport.bins, of: values.map(Double.init))
        chart.threshold = limit > 0 ? (Double(limit), "limit \(limit)") : nil
        return Figure(
            "Greatest score with another design", chart.drawn(),
            caption: "For each kept design, the score of the two strands that bind most, one of this design and one of "
                + "another. Scores below 0.00005 count as 0.")
    }

    private func intended(_ values: [Float]) -> Figure? {
        guard !values.isEmpty else { return nil }
        var chart = Histogram(
            title: "Score of the two strands of a design", x: "score", y: "designs", range: 0...1,
            bins: SelectionReport.bins, of: values.map(Double.init))
        chart.threshold = options.choice.minScore.map { (Double($0), "least score \($0)") }
        return Figure(
            "Score of the two strands of a design", chart.drawn(),
            caption: "The two strands of a design are meant to bind each other."
                + (conditions.count > 1 ? " The least score over the conditions." : ""))
    }

    /// How strongly strands bind others of their pool, and would in a single one.
    private var poolScores: Section {
        guard let pools, !pools.greatestInPool.isEmpty else { return Section("", lead: "") }
        func shares(_ scores: [Float]) -> [Double] {
            var counts = [Double](repeating: 0, count: SelectionReport.bins)
            let most = SelectionReport.bins - 1
            for score in scores { counts[min(most, Int(score * Float(SelectionReport.bins)))] += 1 }
            return counts.map { $0 / Double(scores.count) }
        }
        var chart = MirroredHistogram(
            title: "Greatest score of a strand", x: "score", range: 0...1,
            above: ("in its pool", shares(pools.greatestInPool), .first),
            below: ("all in one pool", shares(pools.greatestOfAll), .reference))
        chart.threshold = (Double(limit), "limit \(limit)")
        return Section(
            "Scores before and after",
            lead: "In a good division nearly all strands are left of the limit within their pool.",
            figures: [
                Figure(
                    "Greatest score of a strand with another", chart.drawn(),
                    caption: "Share of the strands, on a square-root scale. Above the axis: with another strand of the "
                        + "same pool. Below: with any other strand, as if all were in one pool.")
            ])
    }

    /// What is left in each pool.
    private var poolTable: Section {
        guard let pools else { return Section("", lead: "") }
        let order = pools.pools.indices.sorted {
            (pools.pools[$0].worst?.weight ?? 0, $1) > (pools.pools[$1].worst?.weight ?? 0, $0)
        }
        let shown = order.prefix(SelectionReport.mostPools).sorted()
        let rows = shown.map { pool -> [String] in
            let own = pools.pools[pool]
            let worst = own.worst.map { edge in
                [edge.from, edge.to].map { shownName(pools.names[Int($0)]) }.joined(separator: " and ")
            }
            return [
                "\(pool + 1)", grouped(own.designs), grouped(own.strands), grouped(own.above),
                figure(Double(own.worst?.weight ?? 0), 4), worst ?? "\u{2013}",
            ]
        }
        return Section(
            "The pools",
            lead: "The worst pair of a pool is its two strands with the greatest score."
                + (shown.count < pools.pools.count
                    ? " Of \(grouped(pools.pools.count)) pools, the \(shown.count) with the greatest scores." : ""),
            tables: [
                Table(
                    [["pool", "designs", "strands", "pairs above limit", "score", "worst pair"]] + rows, isWide: true)
            ])
    }

    /// Why designs were not kept, and which blocked most.
    private var reasons: Section {
        let counts = output.reasonCounts
        guard !counts.isEmpty else { return Section("", lead: "") }
        let rows = counts.map { reason, count in
            [reason.rawValue, grouped(count), percent(Double(count) / Double(output.seen), 1), reason.meaning]
        }
        var tables = [Table([["reason", "designs", "share", "meaning"]] + rows, isWide: true)]
        // Of designs that blocked one other each, any ten are as good as others.
        let blockers = output.blockers(most: SelectionReport.mostBlockers).filter { $0.count > 1 }
        if !blockers.isEmpty {
            let rows = blockers.map { name, isOwned, count in
                [grouped(count), shownName(name) + (isOwned ? " (--clear-of)" : "")]
            }
            tables.append(Table([["designs", "blocked by"]] + rows, isWide: true))
        }
        return Section(
            "Why designs were not kept",
            lead: "Each design that was not kept counts once, with the first reason that was found."
                + (blockers.allSatisfy(\.isOwned)
                    ? "" : " A kept design that blocked many others may be worth leaving out."),
            tables: tables)
    }

    /// A name; of a long one the start and the end, which often tells it from others.
    private func shownName(_ name: [UInt8]) -> String {
        let text = String(decoding: name, as: UTF8.self)
        return text.count <= 60 ? text : "\(text.prefix(38))\u{2026}\(text.suffix(20))"
    }
}

extension Rejection.Reason {
    /// What the reason means, with the option that sets its limit.
    fileprivate var meaning: String {
        switch self {
        case .gc: "share of G and C outside --gc"
        case .length: "a strand's length outside --length"
        case .maxRun: "a run of one letter longer than --max-run"
        case .avoidMotif: "contains a motif of --avoid-motif"
        case .minDistance: "too similar to a kept design (--min-distance)"
        case .minScore: "its two strands bind too weakly (--min-score)"
        case .own: "binds itself too strongly (--max-self)"
        case .clearOf: "binds a strand of --clear-of"
        case .crosstalk: "binds a kept design (--max-crosstalk)"
        case .enough: "not needed: there were enough (-n)"
        }
    }
}
