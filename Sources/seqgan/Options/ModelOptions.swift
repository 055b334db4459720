// ModelOptions: which model serves: the one that is named, that of the environment, or the built-in one.

import ArgumentParser
import BuiltInModel
import SeqIO
import SeqModel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct ModelOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: "The model. [default: $SEQGAN_MODEL, else the built-in one for DNA hybridisation]",
        completion: .file(extensions: ["seqgan"]))
    var model: String?

    /// The model's file: as named, else that of `$SEQGAN_MODEL`; nil for the built-in one.
    var path: String? {
        if let model { return model }
        guard let value = getenv("SEQGAN_MODEL") else { return nil }
        let path = String(cString: value)
        return path.isEmpty ? nil : path
    }

    /// Reads the model, where one is named.
    func loadIfNamed() throws -> ModelFile? { try path.map(loadModel) }

    /// Reads the model.
    func load() throws -> ModelFile { try loadIfNamed() ?? loadBuiltInModel() }
}

/// Reads the model at `path`.
func loadModel(_ path: String) throws -> ModelFile { try decodeModel(try readWhole(path: path), name: path) }

/// Reads the model that the program brings along.
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
