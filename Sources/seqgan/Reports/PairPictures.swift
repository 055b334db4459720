// PairPictures: draws contingency tables of facing letters, and single pairs as duplexes.

import Kernels
import Report
import SeqModel

/// Draws pairs in the letters of an alphabet.
struct PairPictures {
    let alphabet: Alphabet
    /// The alignment of the strands, and which letters pair more often than by chance.
    let reference: ContingencyTable
    /// What says which letters of a pair bind; nil where nothing does but `reference`.
    let binding: DuplexBinding?

    /// Draws pairs by the duplexes of `classifier` where it knows them, else by `reference`.
    init(alphabet: Alphabet, reference: ContingencyTable, classifier: PairClassifier?) {
        (self.alphabet, self.reference) = (alphabet, reference)
        binding = classifier.flatMap(DuplexBinding.init)
    }

    private var letters: [String] { alphabet.letters.map { String(UnicodeScalar($0)) } }

    /// A heat map of the frequencies of B's letters, given the letter of A that they face.
    func facing(_ heading: String, _ table: ContingencyTable, caption: String) -> Figure {
        let k = table.letters
        let largest =
            (0..<k * k).map { reference.conditionalFrequency(of: $0 % k, given: $0 / k) }.filter(\.isFinite).max() ?? 1
        let scale = max(largest, min(1, 3 / Double(k)))
        let cells = (0..<k).map { a in
            (0..<k).map { b in
                let share = table.conditionalFrequency(of: b, given: a)
                return HeatMap.Cell(
                    strength: share / scale, text: percent(share),
                    note: "\(letters[a]) of A faces \(letters[b]) of B: \(percent(share, 1))")
            }
        }
        let map = HeatMap(
            title: heading, rows: letters, columns: letters, rowTitle: "letter of A", columnTitle: "faces in B",
            cells: cells)
        return Figure(heading, map.drawn(), caption: caption)
    }

    /// What the bars of `duplex` join.
    var bars: String {
        binding == nil
            ? "Bars join letters that face each other more often than by chance"
            : "Bars join the letters that pair in the most probable duplex by the model"
    }

    /// A drawing of pair `p` as a duplex, at its own conditions `point` where there are any.
    func duplex(_ heading: String, _ pairs: Pairs, _ p: Int, at point: ArraySlice<Float> = []) -> Figure {
        let (a, b) = (pairs.a(p), pairs.b(p))
        func letter(_ strand: ArraySlice<UInt8>, _ place: Int?) -> Character? {
            place.map { Character(UnicodeScalar(alphabet.codeLetters[Int(strand[strand.startIndex + $0])])) }
        }
        let columns =
            binding?.columns(pairs, p, at: point)
            ?? DuplexAlignment(a, b, reference).columns.map { ($0.a, $0.b, $0.isPair) }
        let drawn = columns.map { DuplexDrawing.Column(a: letter(a, $0.a), b: letter(b, $0.b), isPair: $0.isPair) }
        return Figure(heading, PairPictures.drawing(heading, drawn, alphabet, reference.orientation), caption: "")
    }

    /// A drawing of a duplex with the names of the strands' ends.
    static func drawing(
        _ heading: String, _ columns: [DuplexDrawing.Column], _ alphabet: Alphabet, _ orientation: Orientation
    ) -> Drawing {
        let isNucleic = alphabet == .dna || alphabet == .rna
        let ends = isNucleic ? ("5\u{2032}", "3\u{2032}") : alphabet == .protein ? ("N", "C") : ("", "")
        let isTurned = orientation == .antiparallel
        return DuplexDrawing(
            title: heading, columns: columns, endsA: ends, endsB: isTurned ? (ends.1, ends.0) : ends
        ).drawn()
    }
}
