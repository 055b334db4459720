// StandardStreams: the three streams as a run may rely on them, whatever the parent has closed or limited.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What has to hold of standard input, output and error before anything is opened.
enum StandardStreams {
    /// Puts something in the place of each closed stream, so that no file that is opened later gets its number: else
    /// messages would go into an output, and a model would be read as standard input. Reading or writing such a stream
    /// still fails. Also makes a file beyond the limit on its size, and a pipe that nobody reads any more, a failed write and
    /// not the end by a signal: who closes standard output has what was wanted, and who closes standard error need not end
    /// a training.
    static func secure() {
        for (stream, mode) in [(Int32(0), O_WRONLY), (1, O_RDONLY), (2, O_WRONLY)] where fcntl(stream, F_GETFD) < 0 {
            // The lowest number that is free, which is this one's.
            _ = open("/dev/null", mode)
        }
        signal(SIGXFSZ, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
    }
}
