// SkippedRecords: bad records under --skip-bad and repeated header lines, which are reported at the end of a run.

import SeqIO

/// The records that a run skipped.
struct SkippedRecords: Sendable {
    /// The number of bad records.
    private(set) var bad = 0
    /// The messages for the first of them.
    private var messages: [String] = []
    /// The number of repeated header lines.
    private(set) var headers = 0
    private var firstHeader: Location?

    /// The most bad records that are described one by one.
    private static let described = 10

    /// Counts a bad record.
    mutating func add(_ error: InputError) {
        bad += 1
        if messages.count < SkippedRecords.described { messages.append(error.description) }
    }

    /// Counts a repeated header line.
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

    /// Prints what was skipped. Throws `failure` where there were bad records.
    func report() throws {
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

    /// The failure of a run that skipped bad records; nil without any.
    var failure: Failure? {
        bad == 0
            ? nil
            : Failure(
                message: "\(counted(bad, "bad records")) \(bad == 1 ? "was" : "were") skipped",
                code: ExitCodes.badData)
    }
}
