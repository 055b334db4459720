// TrainingFileOptions: the files of a training beside its pairs: the models, the log and the page.

import ArgumentParser

/// Where the trained model goes.
struct TrainedModelOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Model file to write. It must be given.", valueName: "FILE"),
        completion: .file(extensions: ["seqgan"]))
    var output: String
}

/// The model that a training begins with.
struct GivenModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Trained model, or dna or rna, whose classifier judges generated pairs. A cnn also initialises the \
            discriminator of dcgan. (default: none)
            """, valueName: "MODEL"),
        completion: .file(extensions: ["seqgan"]))
    var from: String?
}

/// What a training writes beside the model.
struct TrainingFileOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Write an HTML page to this file: curves, figures on held-out pairs, what the model learned and generates. \
            (default: none)
            """, valueName: "FILE"),
        completion: .file(extensions: ["html"]))
    var report: String?

    @Option(
        help: ArgumentHelp(
            """
            Write a table to this file, with a row for each epoch, or every few steps of a generator. (default: none)
            """, valueName: "FILE"),
        completion: .file())
    var log: String?
}
