// Clone: a folder like a clone that was built, with the files that the examples of README, help and manual pages name.

import Foundation
import TestSupport

/// What the examples that readers copy run on.
enum Clone {
    /// Those of the sample, which the built-in model is valid for too.
    private static let lengths = 18...26

    private static let model: Result<[UInt8], any Error> = Result {
        let sandbox = try Sandbox()
        let pairs = Example.pairs(600, lengths: lengths)
        let outcome = try sandbox.run("seqgan train --epochs 14 --batch 32 -o my.seqgan", stdin: pairs)
        guard outcome.code == 0 else { throw Example.Failed(errors: outcome.errors) }
        return try sandbox.bytes("my.seqgan")
    }

    /// A fresh folder with small files of every name that an example has.
    static func make() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.write(labelled(Example.pairs(600, lengths: lengths)), "labelled.tsv")
        try sandbox.write(labelled(Example.pairs(200, seed: 2, lengths: lengths)), "test.tsv")
        try sandbox.write(">t1\nACGTTGCATCGGATCTAGCA\n>t2\nGGATCCTTAGCATTGACCAT\n", "targets.fa")
        try sandbox.write(model.get(), "my.seqgan")
        let made = try sandbox.run(
            """
            root='\(Sandbox.root.path)'
            ln -s "$root/testdata" "$root/man" .
            mkdir -p .build/release && ln -s '\(Sandbox.program)' .build/release/
            gzip labelled.tsv test.tsv
            zcat testdata/hybridisation.tsv.gz | tail -n +2 | cut -f 1,2,3 | head -n 300 > candidates.tsv
            cut -f 1,2 candidates.tsv > pairs.tsv && gzip -k pairs.tsv
            awk '{ print ">p" NR "/1"; print $1; print ">p" NR "/2"; print $2 }' pairs.tsv > pairs.fa
            gzip -k pairs.fa
            awk '{ print ">a" NR; print $1 }' pairs.tsv > a.fa
            awk '{ print ">b" NR; print $2 }' pairs.tsv > b.fa
            head -n 100 b.fa > strands.fa
            { echo '>chr'; cut -f 2 pairs.tsv | tr -d '\\n'; echo; } | gzip > genome.fa.gz
            head -n 20 a.fa > probes.fa && tail -n 20 a.fa > old.fa
            awk 'NR <= 30 { print ">x" NR "-F"; print $1; print ">x" NR "-R"; print $2 }' pairs.tsv > primers.fa
            """)
        guard made.code == 0 else { throw Example.Failed(errors: made.errors) }
        return sandbox
    }

    /// Runs a block of commands as a reader types it, with the home in the folder. Heads close pipes early, as they
    /// should; training is made short.
    static func run(_ block: String, in sandbox: Sandbox) throws -> Sandbox.Result {
        let short = block.replacing("seqgan train ", with: "seqgan train --epochs 14 --batch 32 --steps 250 ")
            .replacing("--epochs 14 --batch 32 --steps 250 --classifier cnn", with: "--epochs 2 --classifier cnn")
            .replacing(
                "--steps 250 --learn generator --generator dcgan",
                with: "--steps 20 --learn generator --generator dcgan"
            )
            .replacing("-n 20000", with: "-n 600").replacing("-n 2000", with: "-n 300")
        return try sandbox.run("set -e; set +o pipefail; export HOME=$PWD\n\(short)", seconds: 1200)
    }

    /// Pairs with a header and columns of all kinds that examples name.
    private static func labelled(_ pairs: String) -> String {
        let titles = "strandA\tstrandB\tlabel\tyield\ttemperature\tsodium\tconcentration\tdose\ttime\n"
        let rows = pairs.split(separator: "\n").enumerated().map { row, line in
            let share = line.hasSuffix("\t1") ? 0.7 : 0.05
            let conditions = "\(20 + row % 50)\t\(0.05 + Double(row % 7) / 10)\t1e-6\t\(row % 9)\t\(1 + row % 24)"
            return "\(line)\t\(share)\t\(conditions)\n"
        }
        return titles + rows.joined()
    }
}
