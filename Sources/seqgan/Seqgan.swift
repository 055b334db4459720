// Seqgan: the program and its commands.

import ArgumentParser

@main
struct Seqgan: ParsableCommand {
    static let version = "0.1.0"
    static let versionText = "seqgan \(version)"

    static let configuration = CommandConfiguration(
        commandName: "seqgan",
        abstract: "Learn how two sequences interact; classify pairs of them, generate new ones.",
        discussion: """
            EXAMPLES
              seqgan train --columns 1,2,3 labelled.tsv.gz -o my.seqgan
              zcat pairs.tsv.gz | seqgan classify -m my.seqgan > scored.tsv
              seqgan train --learn generator --from my.seqgan labelled.tsv.gz -o both.seqgan
              seqgan generate -m both.seqgan -n 1000 > new.fa
              seqgan evaluate -m my.seqgan test.tsv.gz
              seqgan inspect --tables my.seqgan

            EXIT CODES
              0 done, 64 usage, 65 bad data or model, 66 cannot open, 74 read or write failed
            """,
        version: versionText,
        subcommands: [Encode.self, Train.self, Classify.self, Generate.self, Evaluate.self, Inspect.self])

    /// Without a command there is nothing to do: the help goes to standard error, as a usage error.
    func run() throws {
        writeToStandardError(Seqgan.helpMessage() + "\n")
        throw ExitCode(64)
    }
}
