// LinkedFile: the file that a path names, with symbolic links resolved, also where the file does not exist yet.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A path with all symbolic links resolved.
struct LinkedFile {
    /// The resolved path; the file may not exist yet.
    let path: String

    /// The most links to follow, as in Linux.
    private static let most = 40

    /// Resolves `path`. Throws `cannotOpen` where the links form a cycle or cannot be read.
    init(_ path: String) throws(OutputError) {
        // Where the file exists the system resolves it: some links of /proc do not read as paths.
        if let real = realpath(path, nil) {
            defer { free(real) }
            self.path = String(cString: real)
            return
        }
        var place = path
        for _ in 0...LinkedFile.most {
            var status = stat()
            guard lstat(place, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else {
                self.path = place
                return
            }
            var text = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink(place, &text, text.count)
            guard count >= 0 else { throw .cannotOpen(path: path, code: errno) }
            let target = String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            place = target.hasPrefix("/") ? target : LinkedFile.split(place).folder + target
        }
        throw .cannotOpen(path: path, code: ELOOP)
    }

    /// The folder of a path with its trailing slash (empty for the current folder), and the name in it.
    static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[...slash]), String(path[path.index(after: slash)...]))
    }

    /// Whether two paths name one file; the file need not exist.
    static func isSame(_ one: String, _ two: String) -> Bool {
        func folder(_ path: String) -> (status: stat, name: String)? {
            guard let file = try? LinkedFile(path) else { return nil }
            let (folder, name) = split(file.path)
            var status = stat()
            return stat(folder.isEmpty ? "." : folder, &status) == 0 ? (status, name) : nil
        }
        guard let one = folder(one), let two = folder(two) else { return false }
        return one.name == two.name && one.status.st_dev == two.status.st_dev
            && one.status.st_ino == two.status.st_ino
    }
}
