// Seqgan: the root command, its subcommands and the start of the program.

import ArgumentParser
import Kernels
import SeqIO

/// The program and its commands.
@main
struct Seqgan: ParsableCommand {
    static let version = "0.1.0"
    static let versionText = "seqgan \(version)"

    /// The version, that of Swift, and the level of processor whose loops run here.
    static var longVersion: String {
        // The Swift library does not report the third number of its version.
        let swift = "\(_SwiftStdlibVersion.current)".split(separator: ".").prefix(2).joined(separator: ".")
        #if arch(x86_64)
            let processor = "x86-64-\(Processor.best.rawValue)"
        #elseif arch(arm64)
            let processor = "arm64"
        #else
            let processor = Processor.best.rawValue
        #endif
        return "\(versionText) (Swift \(swift), \(processor))"
    }

    static let configuration = CommandConfiguration(
        commandName: "seqgan",
        abstract: "Learn how two sequences interact, classify pairs, and generate new ones.",
        discussion: """
            EXAMPLES
            \(Welcome.pipes)

            EXIT CODES
              0   done
              64  wrong usage
              65  bad data or a bad model
              66  a file cannot be opened
              74  reading or writing failed
            """,
        version: longVersion,
        subcommands: [
            Encode.self, Train.self, Classify.self, Generate.self, Select.self, Evaluate.self, Inspect.self,
        ])

    static func main() {
        StandardStreams.secure()
        if let name = ProgressBar.environment("SEQGAN_CPU"), !name.isEmpty {
            guard let processor = Processor(rawValue: name), processor.isUsable else {
                let usable = Processor.allCases.filter(\.isUsable).map(\.rawValue).joined(separator: " or ")
                printMessage("SEQGAN_CPU is '\(name)': this machine and build can run \(usable)")
                exit(withError: ExitCode(ExitCodes.usage))
            }
            Processor.choose(processor)
        }
        if let word = CommandLine.arguments.dropFirst().first, let advice = Welcome.advice(on: word) {
            printMessage(advice)
            exit(withError: ExitCode(ExitCodes.usage))
        }
        if let text = Welcome.examples(of: Array(CommandLine.arguments.dropFirst())) {
            writeToStandardError(text)
            exit(withError: ExitCode(ExitCodes.usage))
        }
        // ArgumentParser would take the next argument, usually a file, as the value: `--mates= strands.fa`, as
        // scripts with an unset variable write it.
        let words = CommandLine.arguments.dropFirst().prefix { $0 != "--" }
        if let word = words.first(where: { $0.hasPrefix("-") && $0.firstIndex(of: "=") == $0.indices.last }) {
            printMessage("'\(word)' has no value after the '='")
            exit(withError: ExitCode(ExitCodes.usage))
        }
        do {
            var command = try parseAsRoot()
            do {
                try command.run()
            } catch let error as ValidationError {
                exitWithUsage(error, of: type(of: command))
            }
        } catch  where exitCode(for: error).isSuccess {
            // Help and version go to standard output, where a full disk must be reported.
            writeToStandardOutput(fullMessage(for: error))
        } catch {
            exit(withError: error)
        }
    }

    /// Exits as ArgumentParser does for its own errors, with the usage of this command; an error thrown to the root
    /// would show the root's usage.
    private static func exitWithUsage(_ error: ValidationError, of command: any ParsableCommand.Type) -> Never {
        writeToStandardError(
            """
            Error: \(error.message)
            Usage: \(usageString(for: command))
              See 'seqgan \(command.configuration.commandName ?? "") --help' for more information.

            """)
        exit(withError: ExitCode(ExitCodes.usage))
    }

    private static func writeToStandardOutput(_ text: String) {
        do {
            let sink = try ByteSink(path: nil)
            try sink.write("\(text)\n".utf8)
            try sink.finish()
        } catch {
            guard let failure = failure(error), failure.code != 0 else { return }
            printMessage(failure.message)
            exit(withError: ExitCode(failure.code))
        }
    }

    /// Without a command, prints an overview to standard error and exits with a usage error.
    func run() throws {
        writeToStandardError(Welcome.text)
        throw ExitCode(ExitCodes.usage)
    }
}
