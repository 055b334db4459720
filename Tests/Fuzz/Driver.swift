// Driver: the program that libFuzzer drives.

import Glibc

/// libFuzzer, as a function: runs `callback` on inputs of its own until it is told to end.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@main enum Fuzz {
    static let target: @Sendable ([UInt8]) -> Void = {
        let name = CommandLine.arguments[0].split(separator: "-").last.map(String.init) ?? ""
        guard let target = targets[name] else {
            require(false, "no target '\(name)': one of \(targets.keys.sorted())")
            return { _ in }
        }
        return target
    }()

    static func main() {
        var (count, arguments) = (CommandLine.argc, CommandLine.unsafeArgv)
        exit(
            runDriver(&count, &arguments) { data, count in
                // SAFETY: libFuzzer hands over `count` bytes.
                Fuzz.target(Array(UnsafeBufferPointer(start: data, count: count)))
                return 0
            })
    }
}
