// SkippedRecords: what was read and not used: bad records under --skip-bad, and lines that name the columns once more.

import SeqIO

/// Records that a run skipped, and what is to be said of them.
struct SkippedRecords: Sendable {
    /// Bad records.
    private(set) var bad = 0
    /// What was wrong with the first of them.
    private var messages: [String] = []
    /// Lines of column names that are not the first.
    private(set) var headers = 0
    private var firstHeader: Location?

    /// Bad records that are described; of the others, the number is told.
    private static let described = 10

    /// Counts a bad record.
    mutating func add(_ error: InputError) {
        bad += 1
        if messages.count < SkippedRecords.described { messages.append(error.description) }
    }

    /// Counts a line that names the columns once more.
    mutating func addHeader(_ place: Location) {
        headers += 1
        firstHeader = firstHeader ?? place
    }

    static func += (sum: inout SkippedRecords, more: SkippedRecords) {
        sum.bad += more.bad
        sum.messages += more.messages.prefix(max(0, described - sum.messages.count))
        sum.headers += more.headers
        sum.firstHeader = sum.firstHeader ?? more.firstHeader
    }

    /// Says what was skipped; throws, where bad records were, what the run then ends in.
    func conclude() throws {
        if let firstHeader {
            printMessage(
                headers == 1
                    ? "\(firstHeader): skipped a line that names the columns again"
                    : "skipped \(headers) lines that name the columns again, the first \(firstHeader)")
        }
        for message in messages { printMessage("skipped \(message)") }
        if bad > messages.count, !messages.isEmpty { printMessage("skipped \(bad - messages.count) more") }
        if let failure { throw failure }
    }

    /// What a run ends in that skipped bad records.
    var failure: Failure? {
        bad == 0
            ? nil
            : Failure(
                message: "\(counted(bad, "bad records")) \(bad == 1 ? "was" : "were") skipped",
                code: ExitCodes.badData)
    }
}
