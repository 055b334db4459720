// Child: a process with pipes to its three streams, served by one loop so that no side waits for the other for ever.

import Foundation

struct Child {
    private let process: pid_t
    private var toStdin: Int32
    private var fromStdout: Int32
    private var fromStderr: Int32

    /// Starts `words`, the program first, in `folder` and in a process group of its own.
    init(_ words: [String], folder: String, environment: [String: String]) throws {
        let pipes = try (0..<3).map { _ in try Self.pipe() }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipes[0].read, 0)
        posix_spawn_file_actions_adddup2(&actions, pipes[1].write, 1)
        posix_spawn_file_actions_adddup2(&actions, pipes[2].write, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        // The shell changes the folder, as not every system can do that while it starts a process.
        let inFolder = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder] + words
        var arguments = inFolder.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, "/bin/sh", &actions, &attributes, &arguments, &variables)
        close(pipes[0].read)
        close(pipes[1].write)
        close(pipes[2].write)
        self.process = process
        (toStdin, fromStdout, fromStderr) = (pipes[0].write, pipes[1].read, pipes[2].read)
        guard code == 0 else {
            for end in [toStdin, fromStdout, fromStderr] { close(end) }
            throw Sandbox.Failure.cannotStart(errno: code)
        }
    }

    /// Feeds stdin, gathers the other streams, and waits for the end; kills the process when it takes too long.
    consuming func converse(stdin: [UInt8], seconds: Double) throws -> Sandbox.Result {
        var outcome = Sandbox.Result()
        var errors: [UInt8] = []
        var sent = 0
        let deadline = ContinuousClock.now + .seconds(seconds)
        _ = fcntl(toStdin, F_SETFL, O_NONBLOCK)
        defer { for end in [toStdin, fromStdout, fromStderr] where end >= 0 { close(end) } }
        var reads = true
        while fromStdout >= 0 || fromStderr >= 0 {
            if toStdin >= 0, sent == stdin.count || !reads {
                close(toStdin)
                toStdin = -1
            }
            // poll passes over negative descriptors.
            var ends = [
                pollfd(fd: toStdin, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: fromStdout, events: Int16(POLLIN), revents: 0),
                pollfd(fd: fromStderr, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&ends, 3, 100)
            if ContinuousClock.now > deadline {
                kill(-process, SIGKILL)
                _ = wait()
                throw Sandbox.Failure.tookTooLong(seconds: seconds, errors: String(decoding: errors, as: UTF8.self))
            }
            guard ready > 0 else { continue }
            if ends[0].revents != 0 { reads = Self.send(stdin, &sent, to: toStdin) }
            if ends[1].revents != 0 { Self.receive(&outcome.bytes, from: &fromStdout) }
            if ends[2].revents != 0 { Self.receive(&errors, from: &fromStderr) }
        }
        outcome.errors = String(decoding: errors, as: UTF8.self)
        outcome.code = wait()
        if outcome.code == 0, sent < stdin.count { throw Sandbox.Failure.leftInputUnread(bytes: stdin.count - sent) }
        return outcome
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Foundation.pipe(&ends) == 0 else { throw Sandbox.Failure.cannotStart(errno: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Writes some of what is left, and says whether the child still reads.
    private static func send(_ bytes: [UInt8], _ sent: inout Int, to end: Int32) -> Bool {
        let piece = Array(bytes[sent..<min(sent + 65_536, bytes.count)])
        let (count, error) = withoutBrokenPipeSignal {
            let count = Foundation.write(end, piece, piece.count)
            return (count, errno)
        }
        sent += max(0, count)
        return count > 0 || error == EAGAIN
    }

    /// A child may close its stdin. The signal of it is held back on this thread for the time of a write, and taken
    /// away: were it ignored, the whole process and what it starts would ignore it.
    private static func withoutBrokenPipeSignal<R>(_ body: () -> R) -> R {
        var (brokenPipe, before, pending) = (sigset_t(), sigset_t(), sigset_t())
        sigemptyset(&brokenPipe)
        sigaddset(&brokenPipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &brokenPipe, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let result = body()
        sigpending(&pending)
        if sigismember(&pending, SIGPIPE) == 1 {
            var signal: Int32 = 0
            sigwait(&brokenPipe, &signal)
        }
        return result
    }

    private static func receive(_ bytes: inout [UInt8], from end: inout Int32) {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = Foundation.read(end, &piece, piece.count)
        if count > 0 {
            bytes += piece[..<count]
        } else {
            close(end)
            end = -1
        }
    }

    private func wait() -> Int32 {
        var status: Int32 = 0
        var usage = rusage()
        while wait4(process, &status, 0, &usage) < 0 && errno == EINTR {}
        SuiteTimes.add(usage)
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }
}
