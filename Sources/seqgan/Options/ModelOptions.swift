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
        help: ArgumentHelp(
            """
            Model file; or dna or rna, the built-in models of hybridisation. (default: $SEQGAN_MODEL, else dna)
            """, valueName: "MODEL"),
        completion: .file(extensions: ["seqgan"]))
    var model: String?

    /// The model that is named, here or else by `$SEQGAN_MODEL`; nil where none is.
    private var name: String? {
        if let model { return model }
        guard let value = getenv("SEQGAN_MODEL") else { return nil }
        let name = String(cString: value)
        return name.isEmpty ? nil : name
    }

    /// The model that is named, else the built-in one of DNA.
    var source: ModelSource { name.map(ModelSource.init) ?? .builtIn(.dna) }

    /// Whether a model is named, here or by `$SEQGAN_MODEL`.
    var isNamed: Bool { name != nil }

    /// The path of the model; nil for a built-in one.
    var path: String? { source.path }

    /// Loads the model.
    func load() throws -> ModelFile { try source.load() }
}

/// Where a model comes from.
enum ModelSource {
    case builtIn(BuiltInModel)
    case file(String)

    /// The built-in model of this name, else the file at this path; `./dna` is a file.
    init(_ name: String) { self = BuiltInModel(rawValue: name).map { .builtIn($0) } ?? .file(name) }

    /// The path of the file; nil for a built-in model.
    var path: String? {
        guard case .file(let path) = self else { return nil }
        return path
    }

    /// What is known of a built-in model: names and texts; empty for a file.
    var card: [(name: String, text: String)] {
        guard case .builtIn(let model) = self else { return [] }
        return model.card
    }

    /// Loads the model.
    func load() throws -> ModelFile {
        switch self {
        case .builtIn(let model): try decodeModel(model.bytes(), name: "the built-in model \(model.rawValue)")
        case .file(let path): try decodeModel(try readWhole(path: path), name: path)
        }
    }
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
