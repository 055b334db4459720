// RankingOptions: the order of what classify writes, and how much of it.

import ArgumentParser

/// Which records are written, in which order.
struct RankingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Write only the N pairs with the highest scores, highest first; with --sort, the first N by that column. \
            With --sites, write the best N sites of each probe. (default: all)
            """, valueName: "N"),
        takes: whole(1...))
    var top: Int?

    @Option(
        help: ArgumentHelp(
            """
            Sort by this column: score, melting, dG, dH, dS or paired, highest first, dG and dH lowest first, empty \
            fields last. All records are held in memory, with --top only N. (default: no sorting; with --top, score)
            """, valueName: "COLUMN"))
    var sort: String?

    /// The options that are given.
    var given: String? { top != nil ? "--top" : sort != nil ? "--sort" : nil }

    /// The order that is asked for, nil for that of the input, where the columns `there` are written. Throws a usage
    /// error for another column.
    func ranking(_ there: [Ranking.Column]) throws -> Ranking? {
        guard let sort else { return top.map { Ranking(most: $0) } }
        guard let column = Ranking.Column(rawValue: sort), there.contains(column) else {
            let names = there.map(\.rawValue)
            let all = [names.dropLast().joined(separator: ", "), names.last ?? ""].filter { !$0.isEmpty }
            let fault =
                Ranking.Column(rawValue: sort) != nil
                ? "this run writes no column '\(sort)'" : "there is no column '\(sort)' to sort by"
            throw ValidationError("--sort: \(fault), expected \(all.joined(separator: " or "))")
        }
        return Ranking(column: column, most: top)
    }
}
