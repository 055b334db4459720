// SiteWriter: writes sites as lines, TSV or BED6.

import SeqIO
import SeqModel

/// Writes sites, one a line.
struct SiteWriter {
    /// The names of the probes, and those of the targets with sites.
    let probes: [[UInt8]]
    let targets: [Int: [UInt8]]
    let format: SiteOptions.Format
    let writesLogit: Bool
    let delimiter: Delimiter

    /// The titles of the columns of TSV.
    static let titles = ["probe", "target", "start", "end", "strand", "score", "duplex"]

    /// Writes all of `sites`.
    func write(_ sites: [Site], to sink: ByteSink) throws(OutputError) {
        var text: [UInt8] = []
        for site in sites {
            write(site, into: &text)
            if text.count >= 1 << 16 {
                try sink.write(text)
                text.removeAll(keepingCapacity: true)
            }
        }
        try sink.write(text)
    }

    /// Appends the line of a site.
    private func write(_ site: Site, into text: inout [UInt8]) {
        let score = PairClassifier.score(site.logit)
        let (probe, target) = (probes[site.probe], targets[site.target] ?? [])
        func add(_ name: [UInt8]) {
            delimiter.append(name[...], to: &text)
            text.append(delimiter.byte)
        }
        func add(_ number: Int) {
            text.append(contentsOf: "\(number)".utf8)
            text.append(delimiter.byte)
        }
        if format == .tsv { add(probe) }
        add(target)
        add(site.start)
        add(site.end)
        if format == .bed {
            add(probe)
            add(Int((1000 * score).rounded()))
        }
        text.append(UInt8(ascii: site.isOpposite ? "-" : "+"))
        if format == .tsv {
            text.append(delimiter.byte)
            writeFixed(writesLogit ? site.logit : score, into: &text)
            text.append(delimiter.byte)
            text.append(contentsOf: site.duplex)
        }
        text.append(10)
    }
}
