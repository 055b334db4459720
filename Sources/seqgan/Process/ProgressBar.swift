// ProgressBar: progress, rate and remaining time of a run, on a terminal.

import SeqIO
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Whether a bar is on the terminal's last line, which must be cleared before other text.
private let isDrawn = Atomic<Bool>(false)

/// A line on standard error, redrawn at most five times a second; nothing where that is not a terminal.
struct ProgressBar: Sendable {
    private static let mostWidth = 24, leastWidth = 5
    private static let secondsBetweenDrawings = 0.2

    private let isShown: Bool
    private let isColoured: Bool
    /// The noun for what is counted.
    private let noun: String
    /// The total: records, steps, or bytes of the inputs; nil where it is unknown, as for a pipe.
    private let total: Int?
    /// The count at which this run started, where it resumes another.
    private let first: Int
    private let start = RunSummary.now()
    private var lastDrawn = RunSummary.now()

    /// Creates a bar for a run that reads these inputs (none: standard input); its total is their size.
    init(inputs: [String], noun: String = "pairs", isQuiet: Bool) {
        var total: Int? = 0
        for input in inputs.isEmpty ? ["-"] : inputs {
            guard let sum = total, let size = ByteSource.size(of: input) else {
                total = nil
                break
            }
            total = sum + size
        }
        self.init(total: total, noun: noun, isQuiet: isQuiet)
    }

    /// Creates a bar for a run of `total` items, of which `first` were done by an earlier run.
    init(total: Int?, noun: String, from first: Int = 0, isQuiet: Bool) {
        isShown = !isQuiet && isatty(2) == 1 && Self.environment("TERM") != "dumb"
        // no-color.org: any value but the empty one asks for text without colours.
        isColoured = (Self.environment("NO_COLOR") ?? "").isEmpty
        self.total = total
        self.first = first
        self.noun = noun
    }

    /// Redraws the bar if it is time: `count` items so far, and `done` of the total (the count itself by default).
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

    /// Clears the bar, before other text is printed.
    static func clear() {
        if isDrawn.exchange(false, ordering: .relaxed) { writeToStandardError("\r\u{1B}[K") }
    }

    /// The width of a line, one less than the terminal's: a character in the last column would begin the next line.
    private static var columns: Int {
        var size = winsize()
        // A terminal that does not report its size is taken to have 80 columns.
        return ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) - 1 : 79
    }

    /// The text of the bar, at most `columns` wide; without a share, the counts only.
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
        // From the full text to the shortest.
        let texts = [[percent, counts, rate, left], [percent, counts, left], [percent, left]].map {
            $0.joined(separator: "  ")
        }
        // The bar takes the room that the text leaves, minus its ends and a space.
        guard let text = texts.first(where: { columns - $0.count - 3 >= leastWidth }) else {
            return String(texts[2].prefix(columns))
        }
        let width = min(mostWidth, columns - text.count - 3)
        let filled = Int(held * Double(width))
        let (on, off) = isColoured ? ("\u{1B}[32m", "\u{1B}[0m") : ("", "")
        let bar = on + String(repeating: "#", count: filled) + off + String(repeating: ".", count: width - filled)
        return "[\(bar)] \(text)"
    }

    /// The remaining time at the rate so far; "-" as long as that is a guess: the first piece of work is late, as
    /// threads and files are opened before it, and does not predict the others.
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
