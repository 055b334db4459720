// LinkedFile: the file that a name stands for, through links, also where that file is not there yet.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file by its name, behind all links of that name.
struct LinkedFile {
    /// The path of what is no link, as far as the name leads; what is there may be nothing yet.
    let path: String

    /// As many links as the system follows.
    private static let most = 40

    /// Follows `path` from link to link. Throws `cannotOpen` where they lead in a circle, or can't be read.
    init(_ path: String) throws(OutputError) {
        // What there is, the system knows best: a link of /proc may read as no path at all.
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

    /// A path's folder with the slash behind it, empty for the current one, and the name in it.
    static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[...slash]), String(path[path.index(after: slash)...]))
    }

    /// Whether two names stand for one file, or will where none is there yet.
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
