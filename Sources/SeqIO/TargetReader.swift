// TargetReader: the letters of FASTA and FASTQ records of any length, in pieces of flat memory.

/// A piece of some targets: runs of letters, as codes.
public struct TargetPiece: Sendable {
    /// The codes of all runs.
    public internal(set) var codes: [UInt8] = []
    /// The runs, in the order of the input.
    public internal(set) var runs: [TargetRun] = []
    /// The names of the targets of the runs, by number.
    public internal(set) var names: [Int: [UInt8]] = [:]
    /// Where targets are circular: the number of letters of each that ended in this piece.
    public internal(set) var lengths: [Int: Int] = [:]

    /// An empty piece.
    public init() {}
}

/// A run of letters that have a code, or a part of one.
public struct TargetRun: Sendable, Equatable {
    /// The number of its target, from 0.
    public var target: Int
    /// Where its first letter is in the target, from 0.
    public var start: Int
    /// Its codes in the piece.
    public var part: Range<Int>
    /// Whether the run goes on before or behind it; the parts of a run share letters.
    public var isCutBefore = false, isCutBehind = false
}

/// How letters of targets are read and cut.
public struct TargetLayout: Sendable {
    /// The code of each byte; `TargetLayout.foreign` where it has none.
    public var codes: [UInt8]
    /// Letters that neighbouring parts of a run share, 1 or more, so that no part is empty.
    public var overlap: Int
    /// Letters of the beginning of a circular target that are read again behind its end; 0 where targets are linear.
    public var wrap = 0
    /// Letters of a part of a run, and about as many as a piece has.
    public var run = 1 << 13, piece = 1 << 16

    /// The code of bytes that have none: letters that end a run.
    public static let foreign: UInt8 = 255

    /// A layout; see the properties. Runs have at least eight times the letters that they share.
    public init(codes: [UInt8], overlap: Int, wrap: Int = 0, run: Int = 1 << 13, piece: Int = 1 << 16) {
        precondition(codes.count == 256 && overlap > 0 && wrap >= 0)
        (self.codes, self.overlap, self.wrap, self.piece) = (codes, overlap, wrap, piece)
        self.run = max(run, 8 * overlap)
    }
}

/// Reads FASTA and FASTQ records of any length, piece by piece. The memory does not depend on their lengths.
///
/// Not Sendable: it is a position in one input.
public final class TargetReader {
    /// The letters read so far, those without a code included, and the number of these.
    public private(set) var letters = 0, foreign = 0
    /// The number of records that began, and of those that were read to their ends.
    public private(set) var targets = 0, wholeTargets = 0
    private let layout: TargetLayout
    private var text: TargetText
    private var piece = TargetPiece()
    /// The number of letters of the current target.
    private var position = 0
    private var run: TargetRun?
    /// The first letters of a circular target, as codes.
    private var beginning: [UInt8] = []
    private var name: [UInt8] = []
    /// What ended the reading, to be thrown after the last piece.
    private var failure: InputError?
    /// Letters of the text that are not in a piece yet.
    private var pending = 0..<0
    /// The run that the last piece was cut in, and what the next piece begins with of it.
    private var carried: (run: TargetRun, codes: [UInt8])?

    /// Opens a path, or standard input for `-`. With `shard`, only the records that begin in that part are read.
    /// `chunk` bytes of text are read at a time, which changes nothing but the speed.
    /// Throws `cannotOpen`, or `cannotRead`.
    public init(
        path: String, layout: TargetLayout, shard: InputShard? = nil, unpacking: Unpacking = .ahead,
        chunk: Int = 1 << 18
    ) throws(InputError) {
        self.layout = layout
        text = try TargetText(
            path: path, part: try shard.map { s throws(InputError) in try s.part(of: path) }, unpacking, chunk: chunk)
    }

    /// Bytes read so far, as stored (packed).
    public var bytesRead: Int { text.bytesRead }

    /// Replaces `next` by the next piece; returns false where there is none. Throws where the input is no FASTA or
    /// FASTQ, damaged or truncated, after the pieces before that. These may have parts of a record that is not whole:
    /// see `wholeTargets`.
    public func fill(_ next: inout TargetPiece) throws(InputError) -> Bool {
        if let failure { throw failure }
        piece = TargetPiece()
        piece.codes.reserveCapacity(layout.piece + layout.run)
        if let carried {
            piece.codes = carried.codes
            run = carried.run
            piece.names[carried.run.target] = name
            self.carried = nil
        }
        var isOpen = true
        // Full pieces end at the same letters, however the bytes of the input arrive.
        while isOpen, piece.codes.count < layout.piece {
            guard pending.isEmpty else {
                addLetters()
                continue
            }
            do throws(InputError) {
                switch try text.next() {
                case .title(let title): begin(title)
                case .letters(let range): pending = range
                case .recordEnd: endTarget()
                case .end: isOpen = false
                }
            } catch {
                (failure, isOpen) = (error, false)
            }
        }
        if isOpen { carryOn() }
        next = piece
        if isOpen || !next.runs.isEmpty || !next.lengths.isEmpty { return true }
        if let failure { throw failure }
        return false
    }

    private func begin(_ title: ArraySlice<UInt8>) {
        let word = title.prefix { $0 != 32 && $0 != 9 }
        targets += 1
        // Without a name, its number, from 1.
        name = word.isEmpty ? Array("\(targets)".utf8) : Array(word)
        position = 0
        beginning.removeAll(keepingCapacity: true)
    }

    private func addLetters() {
        let first = pending.lowerBound
        var k = first
        while k < pending.upperBound, piece.codes.count < layout.piece {
            let code = layout.codes[Int(text.buffer[k])]
            if beginning.count < layout.wrap { beginning.append(code) }
            add(code)
            k += 1
        }
        pending = k..<pending.upperBound
        letters += k - first
    }

    @inline(__always)
    private func add(_ code: UInt8) {
        if code == TargetLayout.foreign {
            foreign += 1
            endRun()
        } else {
            if run == nil { beginRun() } else { cutLongRun() }
            piece.codes.append(code)
        }
        position += 1
    }

    private func beginRun() {
        run = TargetRun(target: targets - 1, start: position, part: piece.codes.count..<piece.codes.count)
        piece.names[targets - 1] = name
    }

    private func endRun() {
        guard var ended = run else { return }
        ended.part = ended.part.lowerBound..<piece.codes.count
        piece.runs.append(ended)
        run = nil
    }

    /// Ends the current part of a long run, and begins the next one with the letters that both share.
    @inline(__always)
    private func cutLongRun() {
        guard let long = run, piece.codes.count - long.part.lowerBound >= layout.run else { return }
        let next = cut(long)
        let start = piece.codes.count
        for k in start - layout.overlap..<start { piece.codes.append(piece.codes[k]) }
        run = TargetRun(target: next.target, start: next.start, part: start..<start, isCutBefore: true)
    }

    /// Ends a part, and returns the next one, without a place in the piece.
    private func cut(_ long: TargetRun) -> TargetRun {
        var ended = long
        ended.part = long.part.lowerBound..<piece.codes.count
        ended.isCutBehind = true
        piece.runs.append(ended)
        return TargetRun(target: long.target, start: position - layout.overlap, part: 0..<0, isCutBefore: true)
    }

    /// Where the piece ends within a run, keeps the letters that the next piece begins with: all of a short run.
    private func carryOn() {
        guard let open = run else { return }
        let count = piece.codes.count - open.part.lowerBound
        if count <= layout.overlap {
            var whole = open
            whole.part = 0..<0
            carried = (whole, Array(piece.codes.suffix(count)))
            piece.codes.removeLast(count)
        } else {
            let codes = Array(piece.codes.suffix(layout.overlap))
            carried = (cut(open), codes)
        }
        run = nil
    }

    private func endTarget() {
        let length = position
        if layout.wrap > 0 {
            // A small circle is read again and again.
            let (again, known) = (beginning, foreign)
            for k in 0..<(again.isEmpty ? 0 : layout.wrap) { add(again[k % again.count]) }
            foreign = known
            piece.lengths[targets - 1] = length
        }
        endRun()
        wholeTargets += 1
    }
}
