// ProgressBar: how far a run is, at what rate, and how long it will take, while a person looks on.

import SeqIO
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Whether a bar stands on the terminal's last line, which other text has to take away first.
private let isDrawn = Atomic<Bool>(false)

/// A line on standard error, drawn anew at most five times a second; nothing where that is no terminal.
struct ProgressBar: Sendable {
    private static let mostWidth = 24, leastWidth = 5
    private static let secondsBetweenDrawings = 0.2

    private let isShown: Bool
    private let isColoured: Bool
    /// What is counted.
    private let noun: String
    /// All that there is to do: records, steps, or bytes of the inputs; nil where nobody knows, as at a pipe.
    private let total: Int?
    /// What was counted before, in the run that this one goes on with.
    private let first: Int
    private let start = RunSummary.now()
    private var lastDrawn = RunSummary.now()

    /// A bar for a run that reads these inputs (none: standard input).
    init(inputs: [String], isQuiet: Bool) {
        var total: Int? = 0
        for input in inputs.isEmpty ? ["-"] : inputs {
            guard let sum = total, let size = ByteSource.size(of: input) else {
                total = nil
                break
            }
            total = sum + size
        }
        self.init(total: total, noun: "pairs", isQuiet: isQuiet)
    }

    /// A bar for a run that has so many things to do, of which `first` were done before.
    init(total: Int?, noun: String, from first: Int = 0, isQuiet: Bool) {
        isShown = !isQuiet && isatty(2) == 1 && Self.environment("TERM") != "dumb"
        // no-color.org: any value but the empty one asks for text without colours.
        isColoured = (Self.environment("NO_COLOR") ?? "").isEmpty
        self.total = total
        self.first = first
        self.noun = noun
    }

    /// Tells how far the run is: what has been counted, and how much of the total is done (the count itself unless told).
    mutating func update(_ count: Int, done: Int? = nil) {
        guard isShown else { return }
        let now = RunSummary.now()
        guard now - lastDrawn >= Self.secondsBetweenDrawings else { return }
        lastDrawn = now
        isDrawn.store(true, ordering: .relaxed)
        func share(_ done: Int) -> Double? { total.map { $0 > 0 ? Double(done) / Double($0) : 1 } }
        let line = Self.line(
            count, noun, seconds: now - start, share: share(done ?? count), from: (first, share(first) ?? 0),
            columns: Self.columns, isColoured: isColoured)
        writeToStandardError("\r\(line)\u{1B}[K")
    }

    /// Takes the bar away, before other text.
    static func clear() {
        if isDrawn.exchange(false, ordering: .relaxed) { writeToStandardError("\r\u{1B}[K") }
    }

    /// The columns that a line may have, one less than the terminal's: a letter in the last would begin the next line.
    private static var columns: Int {
        var size = winsize()
        // A terminal that does not tell its size has 80.
        return ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) - 1 : 79
    }

    /// The bar's text, in `columns` at most; without a share, the counts alone.
    static func line(
        _ count: Int, _ noun: String, seconds: Double, share: Double?, from first: (count: Int, share: Double) = (0, 0),
        columns: Int = 79, isColoured: Bool
    ) -> String {
        let pace = seconds > 0 ? Double(count - first.count) / seconds : .nan
        let rate = "\(pace.isNaN ? "-" : fixed(pace, pace < 10 ? 1 : 0))/s"
        let counts = counted(count, noun)
        guard let share else {
            let line = [counts, rate].joined(separator: "  ")
            return String((line.count > columns ? counts : line).prefix(columns))
        }
        let held = min(max(share, 0), 1)
        let percent = "\(fixed(held * 100, 0))%"
        let left = "\(timeLeft(seconds, held, from: first.share)) left"
        // All that there is to tell, and what matters most of it.
        let texts = [[percent, counts, rate, left], [percent, counts, left], [percent, left]].map {
            $0.joined(separator: "  ")
        }
        // The bar has the room that the text leaves it, with its ends and a space.
        guard let text = texts.first(where: { columns - $0.count - 3 >= leastWidth }) else {
            return String(texts[2].prefix(columns))
        }
        let width = min(mostWidth, columns - text.count - 3)
        let filled = Int(held * Double(width))
        let (on, off) = isColoured ? ("\u{1B}[32m", "\u{1B}[0m") : ("", "")
        let bar = on + String(repeating: "#", count: filled) + off + String(repeating: ".", count: width - filled)
        return "[\(bar)] \(text)"
    }

    /// How long what is left will take, if it goes on as it did; "-" as long as that is a guess: the first piece of work
    /// comes late, as threads begin and files are opened before it, and tells little of the others.
    private static func timeLeft(_ seconds: Double, _ share: Double, from first: Double) -> String {
        guard share < 1 else { return duration(0) }
        let done = share - first
        guard done > 0, seconds >= 1, done >= 0.01 || seconds >= 5 else { return "-" }
        return duration(seconds * (1 - share) / done)
    }

    private static func duration(_ seconds: Double) -> String {
        guard seconds < 1e9 else { return "-" }
        let whole = Int(seconds.rounded(.up))
        func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        let head = hours > 0 ? "\(hours):\(twoDigits(minutes))" : "\(minutes)"
        return "\(head):\(twoDigits(whole % 60))"
    }

    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
