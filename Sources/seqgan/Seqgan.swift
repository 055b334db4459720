import ArgumentParser

@main
struct Seqgan: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "seqgan", version: "0.1.0")
}
