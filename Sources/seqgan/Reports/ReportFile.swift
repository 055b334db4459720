// ReportFile: where a page goes: opened before the work, written after it.

import ArgumentParser
import Report
import SeqIO

/// A page's file, which appears whole or not at all.
struct ReportFile {
    private let sink: ByteSink

    /// Opens the file, so that a name that can't be written is known before the work is done.
    init(_ path: String) throws(OutputError) { sink = try ByteSink(path: path) }

    /// Writes the page.
    func write(_ page: Page) throws(OutputError) { try write(page.html) }

    /// Writes a whole file of text.
    func write(_ text: String) throws(OutputError) {
        try sink.write(text.utf8)
        try sink.finish()
    }

    /// The last line of every page.
    static let footer = "Written by \(Seqgan.versionText). This page is complete: it loads nothing and runs nothing."
}

/// A share as a percentage.
func percent(_ share: Double, _ decimals: Int = 0) -> String {
    share.isNaN ? "\u{2013}" : "\(fixed(100 * share, decimals))\u{A0}%"
}

/// A figure for people; a dash where there is none.
func figure(_ value: Double, _ decimals: Int) -> String { value.isNaN ? "\u{2013}" : fixed(value, decimals) }

/// `1,200 labelled pairs`, `1 labelled pair`: a count of pairs of this kind, as readers group its digits.
func groupedPairs(_ count: Int, _ kind: String = "") -> String {
    counted(count, kind.isEmpty ? "pairs" : kind + " pairs", as: grouped(count))
}
