// Seqgan: the command's entry, and the one place where the process ends.

import ArgumentParser

@main
struct Seqgan: ParsableCommand {
    /// The version of the program, as `--version` and the closing line tell it.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "seqgan",
        abstract: "Tell which pairs of short sequences bind, and make such pairs.",
        version: "seqgan \(version)",
        subcommands: [])

    static var _errorPrefix: String { "seqgan: " }

    static func main() {
        do {
            var command = try parseAsRoot()
            do {
                try command.run()
            } catch let error as ValidationError {
                let subcommand = type(of: command)
                StandardError.write("seqgan: \(error.message)\n\(usageString(for: subcommand))\n")
                exit(withError: ExitCode(ExitStatus.usage.rawValue))
            }
        } catch let failure as any ExitCoded {
            if failure.exitStatus != .done { StandardError.write("seqgan: \(failure)\n") }
            exit(withError: ExitCode(failure.exitStatus.rawValue))
        } catch {
            exit(withError: error)
        }
    }

    func run() throws {
        StandardError.write(Self.helpMessage() + "\n")
        throw ExitCode(ExitStatus.usage.rawValue)
    }
}
