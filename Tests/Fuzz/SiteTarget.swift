// SiteTarget: targets of any length from FASTA and FASTQ: the same letters however they are read and cut.

@testable import SeqIO
import SeqModel

enum SiteTarget {
    private static let file = MemoryFile()
    private static let codes: [UInt8] = (0..<256).map { byte in
        let code = Alphabet.dna.codes[byte]
        return code < 4 ? code : TargetLayout.foreign
    }

    /// What was read: for each target its name and its letters with a code, by their places.
    private struct Reading: Equatable {
        var names: [Int: [UInt8]] = [:]
        var letters: [Int: [Int: UInt8]] = [:]
        /// The lengths of circular targets.
        var lengths: [Int: Int] = [:]
        var count = 0, foreign = 0, targets = 0
        var error: InputError?

        /// Reads `path`, `chunk` bytes at a time, in runs and pieces of these sizes.
        init(_ path: String, overlap: Int, wrap: Int, run: Int, piece: Int, chunk: Int) {
            do throws(InputError) {
                let layout = TargetLayout(codes: SiteTarget.codes, overlap: overlap, wrap: wrap, run: run, piece: piece)
                let reader = try TargetReader(path: path, layout: layout, unpacking: .inTurn, chunk: chunk)
                var next = TargetPiece()
                do throws(InputError) { while try reader.fill(&next) { add(next, layout) } } catch {
                    self.error = error
                }
                (count, foreign, targets) = (reader.letters, reader.foreign, reader.targets)
                // Of a record that an error ends, as much is read as pieces were full before.
                letters = letters.filter { $0.key < reader.wholeTargets }
                names = names.filter { $0.key < reader.wholeTargets }
            } catch { self.error = error }
        }

        private mutating func add(_ piece: TargetPiece, _ layout: TargetLayout) {
            lengths.merge(piece.lengths) { old, _ in old }
            for run in piece.runs {
                require(!run.part.isEmpty && run.part.upperBound <= piece.codes.count, "an empty run")
                require(run.part.count <= layout.run + layout.overlap, "a run of \(run.part.count) letters")
                guard let name = piece.names[run.target] else { return require(false, "a run without a name") }
                names[run.target] = name
                for (k, code) in piece.codes[run.part].enumerated() {
                    require(code < 4, "the code \(code)")
                    let known = letters[run.target, default: [:]].updateValue(code, forKey: run.start + k)
                    require(known == nil || known == code, "two letters at one place")
                }
            }
        }
    }

    /// The first byte holds the options; the rest is the text.
    static func run(_ input: [UInt8]) {
        var choices = Choices(input)
        let options = choices.byte()
        let text = choices.bytes
        guard !text.starts(with: [0x1f, 0x8b]) else { return }
        let overlap = 1 + Int(options & 7), wrap = options & 8 != 0 ? 3 * overlap : 0
        func read(_ bytes: [UInt8], run: Int, piece: Int, chunk: Int) -> Reading {
            file.hold(bytes)
            return Reading(file.path, overlap: overlap, wrap: wrap, run: run, piece: piece, chunk: chunk)
        }
        let whole = read(text, run: 1 << 13, piece: 1 << 16, chunk: 1 << 13)
        let isSmall = text.count <= 512
        for again in [
            read(text, run: 8, piece: 20, chunk: 1 << 13), read(text, run: 64, piece: 64, chunk: isSmall ? 1 : 13),
            read(Packing.members(text, size: 40 + Int(options)), run: 8, piece: 33, chunk: isSmall ? 5 : 101),
        ] where again != whole {
            require(false, "read otherwise: \(whole) and \(again)")
        }
        if let error = whole.error { return checkDocumented(error, path: file.path, lines: lines(of: text).count) }
        if lines(of: text).first(where: { !$0.isEmpty })?.first == UInt8(ascii: ">"), wrap == 0 { check(whole, text) }
    }

    /// The letters of FASTA text without what the reader does.
    private static func check(_ reading: Reading, _ text: [UInt8]) {
        var (target, place, foreign) = (-1, 0, 0)
        for line in lines(of: text) {
            if line.first == UInt8(ascii: ">") {
                (target, place) = (target + 1, 0)
                let name = line.dropFirst().prefix { $0 != 32 && $0 != 9 }
                let own = name.isEmpty ? Array("\(target + 1)".utf8) : Array(name)
                require(reading.names[target] == nil || reading.names[target] == own, "another name")
                continue
            }
            for letter in line {
                let code = codes[Int(letter)]
                if code == TargetLayout.foreign { foreign += 1 }
                require(
                    reading.letters[target]?[place] == (code == TargetLayout.foreign ? nil : code),
                    "another letter at \(place) of target \(target)")
                place += 1
            }
        }
        require(reading.targets == target + 1 && reading.foreign == foreign, "\(foreign) letters without a code")
        require(reading.letters.values.reduce(0) { $0 + $1.count } + foreign == reading.count, "other letters")
    }
}
