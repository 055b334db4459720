// CheckpointOptions: the options of train that save and resume a training.

import ArgumentParser

/// Where the state of a training is saved and resumed from.
struct CheckpointOptions: ParsableArguments {
    @Option(help: "Save the state here each minute, and when SIGINT or SIGTERM ends the run.", completion: .file())
    var checkpoint: String?

    @Option(
        help: "Continue from a checkpoint; gives the same model as an uninterrupted run.", completion: .file())
    var resume: String?
}
