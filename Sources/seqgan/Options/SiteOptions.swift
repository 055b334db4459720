// SiteOptions: the options of classify that find sites in targets of any length.

import ArgumentParser
import SeqModel

/// Where in long targets probes bind.
struct SiteOptions: ParsableArguments {
    /// How sites are written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case tsv, bed
    }

    @Option(
        name: .customLong("sites"), parsing: .unconditional,
        help: ArgumentHelp(
            """
            Find where the input sequences, the probes, bind in the targets of this FASTA or FASTQ file. Targets may \
            have any length; - is standard input. (default: none)
            """, valueName: "TARGETS"),
        completion: .file())
    var targets: String?

    @Option(
        help: ArgumentHelp(
            """
            With --sites, look at this strand of the target: + is the target as written, - its reverse complement. \
            (default: both for DNA and RNA, else +)
            """, valueName: "both|+|-"),
        takes: typed("both, + or -") { ["both": TargetStrands.both, "+": .written, "-": .opposite][$0] })
    var strand: TargetStrands?

    @Flag(help: "With --sites, take targets as circular. A site across the origin ends beyond the target's length.")
    var circular = false

    @Option(
        help: ArgumentHelp("With --sites, write tsv or bed (BED6). (default: tsv)", valueName: "tsv|bed"),
        takes: typed("tsv or bed") { Format(rawValue: $0) })
    var format: Format?

    @Flag(help: "With --sites, let nothing bind to lower-case letters of the targets, which mask repeats.")
    var skipMasked = false

    func validate() throws {
        guard targets == nil else { return }
        let given = [
            ("--strand", strand != nil), ("--circular", circular), ("--format", format != nil),
            ("--skip-masked", skipMasked),
        ]
        if let option = given.first(where: \.1) { throw ValidationError("\(option.0) goes with --sites") }
    }
}
