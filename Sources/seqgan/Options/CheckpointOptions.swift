// CheckpointOptions: the options of train that save and resume a training.

import ArgumentParser

/// Where the state of a training is saved and resumed from.
struct CheckpointOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Save the state to this file each minute, and when SIGINT or SIGTERM ends the run. (default: none)",
            valueName: "FILE"), completion: .file())
    var checkpoint: String?

    @Option(
        help: ArgumentHelp(
            "Continue from this checkpoint. The model is that of an uninterrupted run. (default: none)",
            valueName: "FILE"), completion: .file())
    var resume: String?
}
