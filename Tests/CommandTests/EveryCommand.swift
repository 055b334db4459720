// EveryCommand: each command in each of its kinds, on the example's data, for tests of what must hold for all of them.

import TestSupport

enum EveryCommand {
    /// Commands that write a text, an array or pairs: to standard output, or to `-o FILE`.
    static let filters = [
        "encode pairs.tsv", "encode --format text pairs.tsv", "encode --dtype float32 --layout stacked pairs.tsv",
        "encode --decode pairs.npy", "classify -m m.seqgan pairs.tsv", "classify -m m.seqgan --keep 1 pairs.tsv",
        "classify -m m.seqgan --all-pairs strands.fa", "classify -m m.seqgan --against few.fa strands.fa",
        "classify -m m.seqgan --matrix --all-pairs strands.fa",
        "classify -m m.seqgan --threshold 0.001 --sites strands.fa few.fa", "generate -m g.seqgan -n 60",
        "generate -m g.seqgan --partner-of few.fa", "generate -m g.seqgan -n 60 --exact",
        "select -m m.seqgan --single strands.fa", "select -m m.seqgan --best --single strands.fa",
        "select -m m.seqgan --pools 2 strands.fa", "evaluate -m m.seqgan pairs.tsv",
        "evaluate --generated few.tsv --real pairs.tsv", "inspect m.seqgan", "inspect --tables m.seqgan",
    ]

    /// Trainings that end with a model, each of another kind, in a moment. (A paired generator takes longer to be one.)
    static let trainings = [
        "train --epochs 1 pairs.tsv", "train --classifier cnn --epochs 1 pairs.tsv",
        "train --learn generator --generator dense --steps 2 --from m.seqgan pairs.tsv",
        "train --learn generator --generator dcgan --steps 2 --from m.seqgan pairs.tsv",
        "train --learn both --generator dcgan --epochs 1 --steps 2 pairs.tsv",
    ]

    /// A training of a paired generator, which takes longer than the tests that begin it wait.
    static let long = "train --learn generator --from m.seqgan pairs.tsv"

    /// A sandbox with all that they read.
    static func sandbox() throws -> Sandbox {
        let sandbox = try Example.sandbox()
        try sandbox.write(GenerateTests.model.get(), "g.seqgan")
        let made = try sandbox.run(
            "head -n 40 pairs.tsv > few.tsv && seqgan encode -q pairs.tsv -o pairs.npy && "
                + "head -n 16 pairs.tsv | awk '{ print \">s\" NR \"\\n\" $1 }' > strands.fa && "
                + "head -n 8 strands.fa > few.fa"
        )
        guard made.code == 0 else { throw Example.Failed(errors: made.errors) }
        return sandbox
    }
}
