// StandardStreams: makes the three standard streams safe to use, whatever the parent process closed or limited.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The set-up of standard input, output and error before anything else is opened.
enum StandardStreams {
    /// Opens /dev/null for each closed stream, so that no file opened later gets its number: messages would otherwise
    /// go into an output, and a model would be read as standard input. Reading or writing such a stream still fails.
    ///
    /// Also ignores SIGXFSZ and SIGPIPE, so that a file beyond the size limit or a closed pipe is a failed write: a
    /// reader that closes standard output has what it wanted, and one that closes standard error need not end a
    /// training.
    static func secure() {
        for (stream, mode) in [(Int32(0), O_WRONLY), (1, O_RDONLY), (2, O_WRONLY)] where fcntl(stream, F_GETFD) < 0 {
            // open returns the lowest free number, which is that of the closed stream.
            _ = open("/dev/null", mode)
        }
        signal(SIGXFSZ, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
    }
}
