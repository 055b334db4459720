// StandardError: text for people, and how numbers look in it.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes all of `text`. That stderr is closed or full is nothing to be told anywhere, and no reason to fail.
    static func write(_ text: String) {
        var rest = Array(text.utf8)
        while !rest.isEmpty {
            #if canImport(Glibc)
                let written = Glibc.write(STDERR_FILENO, rest, rest.count)
            #else
                let written = Darwin.write(STDERR_FILENO, rest, rest.count)
            #endif
            if written > 0 {
                rest.removeFirst(written)
            } else if errno != EINTR {
                return
            }
        }
    }
}

extension Double {
    /// The number with so many digits (0 to 9) behind the point; `-` where it is not finite or beyond 1e15.
    func fixed(_ decimals: Int) -> String {
        guard isFinite, magnitude < 1e15 else { return "-" }
        let digits = min(max(decimals, 0), 9)
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        // The whole and the fraction apart, so that neither is too large for an integer.
        var whole = Int(magnitude.rounded(.down))
        var fraction = Int(((magnitude - Double(whole)) * scale).rounded())
        if fraction >= Int(scale) {
            whole += 1
            fraction = 0
        }
        let sign = self < 0 && (whole > 0 || fraction > 0) ? "-" : ""
        guard digits > 0 else { return sign + String(whole) }
        let tail = String(fraction)
        return "\(sign)\(whole).\(String(repeating: "0", count: digits - tail.count))\(tail)"
    }
}
