// ReportFile: the file of a page, opened before the work and written after it.

import ArgumentParser
import Report
import SeqIO

/// The file of a page, which appears complete or not at all.
struct ReportFile {
    private let sink: ByteSink

    /// Opens the file, so that an unwritable path is reported before the work is done. Throws `cannotOpen`.
    init(_ path: String) throws(OutputError) { sink = try ByteSink(path: path) }

    /// Writes the page. Throws `cannotWrite`.
    func write(_ page: Page) throws(OutputError) { try write(page.html) }

    /// Writes the text of the whole file. Throws `cannotWrite`.
    func write(_ text: String) throws(OutputError) {
        try sink.write(text.utf8)
        try sink.finish()
    }

    /// The footer of every page.
    static let footer =
        "Written by \(Seqgan.versionText). This page is self-contained: it loads nothing and runs nothing."
}

/// A fraction as a percentage; a dash for NaN.
func percent(_ share: Double, _ decimals: Int = 0) -> String {
    share.isNaN ? "\u{2013}" : "\(fixed(100 * share, decimals))\u{A0}%"
}

/// A number with `decimals` decimals; a dash for NaN.
func figure(_ value: Double, _ decimals: Int) -> String { value.isNaN ? "\u{2013}" : fixed(value, decimals) }

/// `1,200 labelled pairs`, `1 labelled pair`: a count of pairs with its digits grouped.
func groupedPairs(_ count: Int, _ kind: String = "") -> String {
    counted(count, kind.isEmpty ? "pairs" : kind + " pairs", as: grouped(count))
}
