// MemoryFile: a file that lies in memory and has a path.

import Glibc

/// A file in memory: what the readers open by its path, or what the sink writes to as standard output.
final class MemoryFile: Sendable {
    private let descriptor: CInt
    /// Opens it anew each time, from its first byte.
    let path: String

    init() {
        var name = Array("/dev/shm/fuzz-XXXXXX\0".utf8CString)
        descriptor = mkstemp(&name)
        require(descriptor >= 0, "no file in memory: \(errno)")
        unlink(name)
        path = "/proc/self/fd/\(descriptor)"
    }

    /// Replaces what it holds.
    func hold(_ bytes: [UInt8]) {
        require(ftruncate(descriptor, 0) == 0, "cannot truncate")
        require(pwrite(descriptor, bytes, bytes.count, 0) == bytes.count, "cannot write")
    }

    /// What it holds.
    var bytes: [UInt8] {
        let count = Int(lseek(descriptor, 0, SEEK_END))
        var bytes = [UInt8](repeating: 0, count: count)
        require(pread(descriptor, &bytes, count, 0) == count, "cannot read")
        return bytes
    }

    /// Makes it the empty standard output.
    func becomeStandardOutput() {
        require(ftruncate(descriptor, 0) == 0 && lseek(descriptor, 0, SEEK_SET) == 0, "cannot truncate")
        require(dup2(descriptor, 1) == 1, "cannot become standard output")
    }
}
