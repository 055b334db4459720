// ByteSink: an output: standard output, or a file that appears complete or not at all.

import CZlib
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An output. A file is written under a temporary name beside its own (`.NAME.tmp`) and renamed by `finish`; without
/// `finish` it is removed. A symbolic link stands for its target, which need not exist. A name that ends in `.gz` is
/// written as BGZF. Anything but a regular file (`/dev/full`, a pipe) is written to directly.
///
/// Not Sendable: it has one writer at a time.
public final class ByteSink {
    private let path: String
    private let descriptor: Int32
    private let temporary: String?
    /// The final path, with links resolved.
    private let target: String
    private var buffer: [UInt8] = []
    private let packsBlocks: Bool
    /// True also where standard output is opened by name, such as `/dev/stdout`.
    private let isStandardOutput: Bool
    private var isDone = false

    private static let capacity = 1 << 17
    private static let blockSize = 0xff00

    /// Opens `path`, or standard output where it is nil. Throws `cannotOpen`.
    public init(path: String?) throws(OutputError) {
        guard let path else {
            self.path = "<stdout>"
            descriptor = 1
            (temporary, target) = (nil, "")
            packsBlocks = false
            isStandardOutput = true
            return
        }
        self.path = path
        packsBlocks = path.hasSuffix(".gz")
        var status = stat()
        let exists = stat(path, &status) == 0
        if exists, status.st_mode & S_IFMT != S_IFREG {
            (temporary, target) = (nil, path)
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .cannotOpen(path: path, code: errno) }
            var standard = stat()
            isStandardOutput =
                fstat(1, &standard) == 0 && standard.st_dev == status.st_dev && standard.st_ino == status.st_ino
            return
        }
        isStandardOutput = false
        target = try LinkedFile(path).path
        let (folder, name) = LinkedFile.split(target)
        if let (taken, temporary) = ByteSink.takeOver("\(folder).\(name).tmp") {
            (descriptor, self.temporary) = (taken, temporary)
        } else {
            let temporary = "\(folder).\(name).\(getpid()).tmp"
            descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else { throw .cannotOpen(path: path, code: errno) }
            self.temporary = temporary
        }
        if exists { _ = fchmod(descriptor, status.st_mode & 0o777) }
        if let temporary { TemporaryFile.remember(temporary) }
    }

    /// Opens a temporary file and locks it. A file that a killed run has left is reused, so that such files do not
    /// pile up. Nil where another run is writing to it, or where the file is not ours.
    private static func takeOver(_ path: String) -> (descriptor: Int32, path: String)? {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return nil }
        var (held, named) = (stat(), stat())
        // The previous holder of the lock may have renamed or removed the file: then the path names another file.
        let isOurs =
            flock(descriptor, LOCK_EX | LOCK_NB) == 0 && fstat(descriptor, &held) == 0 && lstat(path, &named) == 0
            && held.st_dev == named.st_dev && held.st_ino == named.st_ino && held.st_mode & S_IFMT == S_IFREG
            && held.st_nlink == 1 && held.st_uid == geteuid() && ftruncate(descriptor, 0) == 0
        if isOurs { return (descriptor, path) }
        close(descriptor)
        return nil
    }

    deinit {
        if !isDone, let temporary {
            unlink(temporary)  // while its lock is held
            TemporaryFile.forget(temporary)
        }
        if descriptor > 2 { close(descriptor) }
    }

    /// Appends bytes. Throws `cannotWrite`, or `closedPipe`.
    public func write(_ bytes: some Collection<UInt8>) throws(OutputError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= ByteSink.capacity { try drain(all: false) }
    }

    /// Appends an array of bytes; a large one is written without a copy. Throws `cannotWrite`, or `closedPipe`.
    public func write(_ bytes: [UInt8]) throws(OutputError) {
        if packsBlocks || bytes.count < ByteSink.capacity {
            buffer.append(contentsOf: bytes)
            if buffer.count >= ByteSink.capacity { try drain(all: false) }
        } else {
            try drain(all: true)
            try send(bytes[...])
        }
    }

    /// Writes the rest and, for a file, gives it its final name. Throws `cannotWrite`, or `closedPipe`.
    public func finish() throws(OutputError) {
        try drain(all: true)
        if packsBlocks { try send(ByteSink.endMarker[...]) }
        guard let temporary else {
            isDone = true
            return
        }
        guard fsync(descriptor) == 0, rename(temporary, target) == 0 else {
            throw .cannotWrite(path: path, code: errno)
        }
        isDone = true
        TemporaryFile.forget(temporary)
    }

    /// Writes the buffered bytes of a direct output, so that what was valid before a failure is not lost; does
    /// nothing for a file that is not complete yet. Throws `cannotWrite`, or `closedPipe`.
    public func flush() throws(OutputError) {
        if temporary == nil { try drain(all: true) }
    }

    /// Whether two paths name one file, links resolved; the file need not exist.
    public static func isSameName(_ one: String, _ two: String) -> Bool { LinkedFile.isSame(one, two) }

    /// Whether `path` is the same regular file as one of `others` (by device and inode, links followed).
    ///
    /// Nil is standard output; `-` among `others` is standard input.
    public static func isSameFile(_ path: String?, as others: [String]) -> Bool {
        var one = stat()
        let isThere = (path.map { stat($0, &one) } ?? fstat(1, &one)) == 0
        guard isThere, one.st_mode & S_IFMT == S_IFREG else { return false }
        return others.contains { other in
            var two = stat()
            return (other == "-" ? fstat(0, &two) : stat(other, &two)) == 0 && one.st_dev == two.st_dev
                && one.st_ino == two.st_ino
        }
    }

    private func drain(all: Bool) throws(OutputError) {
        if packsBlocks {
            var start = 0
            while buffer.count - start >= (all ? 1 : ByteSink.blockSize) {
                let piece = buffer[start..<min(start + ByteSink.blockSize, buffer.count)]
                try send(try packed(piece)[...])
                start += piece.count
            }
            buffer.removeFirst(start)
        } else {
            try send(buffer[...])
            buffer.removeAll(keepingCapacity: true)
        }
    }

    private func send(_ bytes: ArraySlice<UInt8>) throws(OutputError) {
        var rest = bytes
        while !rest.isEmpty {
            // SAFETY: write only reads the bytes of the slice.
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw errno == EPIPE && isStandardOutput ? .closedPipe : .cannotWrite(path: path, code: errno)
            }
            rest = rest.dropFirst(count)
        }
    }

    /// One BGZF block (SAM specification, section 4.1) of at most `blockSize` bytes.
    private func packed(_ bytes: ArraySlice<UInt8>) throws(OutputError) -> [UInt8] {
        var stream = z_stream()
        var block = [UInt8](repeating: 0, count: 1 << 17)
        let version = ZLIB_VERSION
        guard
            deflateInit2_(
                &stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, version, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw .cannotWrite(path: path, code: ENOMEM) }
        defer { deflateEnd(&stream) }
        var checksum: UInt = 0
        // SAFETY: zlib reads the slice and writes at most the block after its header; both outlive the calls.
        let made = bytes.withUnsafeBufferPointer { input in
            block.withUnsafeMutableBufferPointer { output in
                checksum = crc32(0, input.baseAddress, UInt32(input.count))
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress.map { $0 + 18 }
                stream.avail_out = UInt32(output.count - 26)
                _ = deflate(&stream, Z_FINISH)
                return Int(stream.total_out)
            }
        }
        let size = made + 26
        let low = UInt8(truncatingIfNeeded: size - 1)
        let high = UInt8(truncatingIfNeeded: (size - 1) >> 8)
        block.replaceSubrange(0..<18, with: [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 66, 67, 2, 0, low, high])
        block.removeLast(block.count - made - 18)
        for value in [UInt32(checksum), UInt32(bytes.count)] {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                block.append(UInt8(truncatingIfNeeded: value >> shift))
            }
        }
        return block
    }

    private static let endMarker: [UInt8] = [
        0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 66, 67, 2, 0, 27, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]
}

/// The paths of the temporary files in use, readable by a signal handler: a handler may neither allocate nor lock.
public enum TemporaryFile {
    private struct Names: ~Copyable {
        let first = Atomic<UInt>(0), second = Atomic<UInt>(0), third = Atomic<UInt>(0), fourth = Atomic<UInt>(0)
    }

    /// A command has at most four: output, log, report and checkpoint.
    private static let names = Names()

    static func remember(_ path: String) {
        let name = UInt(bitPattern: strdup(path))
        if put(name, for: 0, names.first) || put(name, for: 0, names.second) || put(name, for: 0, names.third)
            || put(name, for: 0, names.fourth)
        {
            return
        }
        free(UnsafeMutableRawPointer(bitPattern: name))
    }

    static func forget(_ path: String) {
        drop(path, names.first)
        drop(path, names.second)
        drop(path, names.third)
        drop(path, names.fourth)
    }

    private static func put(_ name: UInt, for old: UInt, _ place: borrowing Atomic<UInt>) -> Bool {
        place.compareExchange(expected: old, desired: name, ordering: .sequentiallyConsistent).exchanged
    }

    private static func drop(_ path: String, _ place: borrowing Atomic<UInt>) {
        let name = place.load(ordering: .sequentiallyConsistent)
        // SAFETY: the number is null or a string from strdup, which is freed only by the caller that takes it out of
        // its place.
        guard let known = UnsafeMutablePointer<CChar>(bitPattern: name), strcmp(known, path) == 0 else { return }
        if put(0, for: name, place) { free(known) }
    }

    /// Removes these files. Async-signal-safe, for the handler of a signal that ends the process.
    public static func remove() {
        unlink(names.first)
        unlink(names.second)
        unlink(names.third)
        unlink(names.fourth)
    }

    private static func unlink(_ place: borrowing Atomic<UInt>) {
        // SAFETY: as above; the process ends before the string could be freed.
        let path = UnsafePointer<CChar>(bitPattern: place.load(ordering: .sequentiallyConsistent))
        if let path { _ = systemUnlink(path) }
    }
}

private func systemUnlink(_ path: UnsafePointer<CChar>) -> Int32 { unlink(path) }

/// Reads a whole file without unpacking it; `-` is standard input. Throws `cannotOpen`, `cannotRead`, or `damaged`
/// where it has more than `limit` bytes.
public func readWhole(path: String, limit: Int = 1 << 30) throws(InputError) -> [UInt8] {
    let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotOpen(path: path, code: errno) }
    defer { if descriptor > 0 { close(descriptor) } }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        // SAFETY: read writes at most the bytes of the piece.
        let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        if count < 0 {
            if errno == EINTR { continue }
            throw .cannotRead(path: path, code: errno)
        }
        if count == 0 { return bytes }
        guard bytes.count + count <= limit else {
            throw .damaged(Location(path: path, line: 0), "more than \(limit) bytes: this is not a model file")
        }
        bytes.append(contentsOf: piece[..<count])
    }
}
