// Cores: how many threads are of use here.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

enum Cores {
    /// Cores that the process may run on, at least 1: those of its affinity mask where the system has one.
    static let available: Int = {
        if let allowed = allowedBySystem() { return allowed }
        return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }()

    /// The mask as Linux shows it in the process's status. (The call for it is not among the C library's functions
    /// that Swift sees.)
    private static func allowedBySystem() -> Int? {
        let file = open("/proc/self/status", O_RDONLY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = [UInt8](repeating: 0, count: 1 << 16)
        let length = read(file, &status, status.count)
        guard length > 0 else { return nil }
        return allowed(inStatus: String(decoding: status.prefix(length), as: UTF8.self))
    }

    /// The number of bits that are set in the line `Cpus_allowed:` of a status file; nil if there are none.
    static func allowed(inStatus status: String) -> Int? {
        let name = "Cpus_allowed:"
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        let bits = line.dropFirst(name.count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        return bits > 0 ? bits : nil
    }
}
