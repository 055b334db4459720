// ModelOptions: which model is used: the one named, that of the environment, or the built-in one.

import ArgumentParser
import BuiltInModel
import SeqIO
import SeqModel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which model a command uses.
struct ModelOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: "Model file. [default: $SEQGAN_MODEL, else the built-in model of DNA hybridisation]",
        completion: .file(extensions: ["seqgan"]))
    var model: String?

    /// The path of the model: as named, else that of `$SEQGAN_MODEL`; nil for the built-in model.
    var path: String? {
        if let model { return model }
        guard let value = getenv("SEQGAN_MODEL") else { return nil }
        let path = String(cString: value)
        return path.isEmpty ? nil : path
    }

    /// Loads the model where one is named; nil for the built-in model.
    func loadIfNamed() throws -> ModelFile? { try path.map(loadModel) }

    /// Loads the model.
    func load() throws -> ModelFile { try loadIfNamed() ?? loadBuiltInModel() }
}

/// Loads the model at `path`.
func loadModel(_ path: String) throws -> ModelFile { try decodeModel(try readWhole(path: path), name: path) }

/// Loads the built-in model.
func loadBuiltInModel() throws -> ModelFile {
    try decodeModel(BuiltInModel.bytes(), name: "the built-in model")
}

private func decodeModel(_ bytes: [UInt8], name: String) throws -> ModelFile {
    do {
        return try ModelFile(decoding: bytes)
    } catch {
        guard let packed = PackedFormat(bytes) else { throw failure(error, path: name) ?? error }
        throw Failure(
            message: "\(name): \(packed.rawValue) data, expected a model: unpack it first, as \(packed.reader) does",
            code: ExitCodes.badData)
    }
}
