// SiteScanning: reads targets in pieces and finds the sites of all probes in them, on several threads.

import Kernels
import SeqIO
import SeqModel
import Synchronization

/// Finds the sites of probes in the targets of a file.
struct SiteScanning {
    let finder: SiteFinder
    /// The names of the probes.
    let probes: [[UInt8]]
    let alphabet: Alphabet
    /// The file of the targets.
    let path: String
    let shard: InputShard?
    let isCircular: Bool
    /// Whether nothing binds to lower-case letters.
    let skipsMasked: Bool
    let threads: Int
    let unpacking: Unpacking
    let quiet: Bool

    /// Probes that are searched for in a piece at a time.
    private static let group = 64

    /// What was found.
    struct Scan: Sendable {
        /// In the order of the output.
        var sites: [Site] = []
        /// The names of the targets with sites, by number.
        var names: [Int: [UInt8]] = [:]
        /// The letters of the targets, and those of them to which nothing binds.
        var letters = 0, foreign = 0
        /// What ended the reading; the sites are then those in the whole records before.
        var failure: InputError?

        /// Tells of letters to which nothing binds.
        func report(_ alphabet: Alphabet, skipsMasked: Bool) {
            guard foreign > 0 else { return }
            let kinds = skipsMasked ? "lower-case or not of \(alphabet.name)" : "not of \(alphabet.name)"
            printMessage(
                "\(counted(foreign, "letters")) of the targets "
                    + "(\(fixed(100 * Double(foreign) / Double(letters), 1)) %) "
                    + "\(foreign == 1 ? "is" : "are") \(kinds): nothing binds to \(foreign == 1 ? "it" : "them")")
        }
    }

    /// The input and the work on its current piece, taken in turn by the threads.
    private struct Source {
        let reader: TargetReader
        var progress: ProgressBar
        var piece = TargetPiece()
        /// The first probe of the next group to search for in the piece.
        var next: Int
        var failure: InputError?
        var isAtEnd = false
        /// Of circular targets that ended.
        var lengths: [Int: Int] = [:]

        /// The piece and the probes to search for in it; nil at the end.
        mutating func take(of probes: Int) -> (piece: TargetPiece, probes: Range<Int>)? {
            if next >= probes {
                guard !isAtEnd else { return nil }
                do throws(InputError) {
                    isAtEnd = try !reader.fill(&piece)
                } catch {
                    (failure, isAtEnd) = (error, true)
                }
                guard !isAtEnd else { return nil }
                progress.update(reader.letters, done: reader.bytesRead)
                lengths.merge(piece.lengths) { old, _ in old }
                next = 0
            }
            let range = next..<min(probes, next + SiteScanning.group)
            next = range.upperBound
            return (piece, range)
        }
    }

    /// The sites that the threads found, with the names of their targets.
    private struct Found: Sendable {
        var sites: [Site] = []
        var names: [Int: [UInt8]] = [:]
    }

    /// Finds all sites. Throws where the targets cannot be opened.
    func run() throws -> Scan {
        let layout = TargetLayout(
            codes: targetCodes, overlap: finder.overlap, wrap: isCircular ? 3 * finder.overlap : 0)
        let reader = try TargetReader(path: path, layout: layout, shard: shard, unpacking: unpacking)
        let progress =
            shard == nil
            ? ProgressBar(inputs: [path], noun: "letters", isQuiet: quiet)
            : ProgressBar(total: nil, noun: "letters", isQuiet: quiet)
        let count = probes.count
        let source = Mutex(Source(reader: reader, progress: progress, next: count))
        let found = Mutex(Found())
        Parallel.runUntilDone(threads: threads) { [finder] in
            let workspace = Workspace()
            var own = Found()
            while let (piece, probes) = source.withLock({ $0.take(of: count) }) {
                for run in piece.runs {
                    let first = own.sites.count
                    finder.find(
                        probes, in: run.segment, piece.codes, run.part, workspace: workspace, into: &own.sites)
                    if own.sites.count > first { own.names[run.target] = piece.names[run.target] }
                }
            }
            let all = own
            found.withLock { found in
                found.sites += all.sites
                found.names.merge(all.names) { old, _ in old }
            }
        }
        ProgressBar.clear()
        return source.withLock { source in
            let found = found.withLock { $0 }
            var sites = isCircular ? turned(found.sites, source.lengths) : Site.merged(found.sites)
            if source.failure != nil { sites.removeAll { $0.target >= source.reader.wholeTargets } }
            return Scan(
                sites: sites, names: found.names, letters: source.reader.letters,
                foreign: source.reader.foreign, failure: source.failure)
        }
    }

    /// The code of each byte; ambiguity letters have none.
    private var targetCodes: [UInt8] {
        (0..<256).map { byte in
            let isMasked = skipsMasked && (97...122).contains(byte)
            let code = alphabet.codes[byte]
            return isMasked || code >= UInt8(alphabet.count) ? TargetLayout.foreign : code
        }
    }

    /// The merged sites of circular targets of these lengths, whose first letters were read again behind the last ones.
    ///
    /// A site near the origin is found twice; the one read behind the end has its whole surroundings. They are merged
    /// before they are turned back, where sites on either side of the origin are seen to overlap.
    private func turned(_ sites: [Site], _ lengths: [Int: Int]) -> [Site] {
        let possible = sites.filter { site in lengths[site.target].map { site.end - site.start <= $0 } ?? false }
        return Site.merged(possible).compactMap { site in
            guard let length = lengths[site.target] else { return nil }
            let seam = min(finder.overlap, length)
            guard site.start >= seam, site.start < length + seam else { return nil }
            var site = site
            if site.start >= length {
                site.start -= length
                site.end -= length
            }
            return site
        }.sorted(by: Site.isInOrder)
    }
}

extension TargetRun {
    /// The run as the finder knows it.
    fileprivate var segment: TargetSegment {
        TargetSegment(target: target, start: start, isCutBefore: isCutBefore, isCutBehind: isCutBehind)
    }
}
