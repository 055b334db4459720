// FieldLook: whether a field of a table can be a strand, and whether it looks like one or like a name.

/// The letters of one field of a table, counted.
struct FieldLook {
    /// Bytes of the field.
    private(set) var length = 0
    /// Those that are letters of the alphabet, and those that stand for some of these (I, for inosine, among them).
    private(set) var plain = 0, ambiguous = 0
    /// Whether a byte is a control character: then it is damage, and no name.
    private(set) var hasControls = false
    /// Whether a letter is of lower case.
    private(set) var hasLowerCase = false
    /// The most letters of the alphabet in a row.
    private var longestRun = 0

    /// So many letters in a row are no word, and a field of so many letters is a strand.
    private static let leastRun = 6, leastStrand = 8
    /// A field of so many letters or more is no word.
    static let longestWord = 16

    /// Looks at `field`; `letters` has an entry for every byte.
    init(_ field: ArraySlice<UInt8>, _ letters: [LetterKind]) {
        length = field.count
        var run = 0
        for byte in field {
            switch letters[Int(byte)] {
            case .plain:
                plain += 1
                run += 1
                longestRun = max(longestRun, run)
            case .ambiguous:
                ambiguous += 1
                run = 0
            case .none:
                run = 0
                // Inosine, beside ambiguity letters: a strand that cannot be read, and no name.
                if byte | 0x20 == UInt8(ascii: "i"), letters[Int(UInt8(ascii: "N"))] != .none { ambiguous += 1 }
            }
            if byte < 32 || byte == 127 { hasControls = true }
            if byte >= UInt8(ascii: "a"), byte <= UInt8(ascii: "z") { hasLowerCase = true }
        }
    }

    /// Whether each of its bytes is a letter, plain or ambiguous.
    var isStrand: Bool { length > 0 && plain + ambiguous == length }

    /// Whether it is a strand that nobody takes for a word: eight letters or more, three in four of them plain.
    var looksLikeStrand: Bool { isStrand && length >= FieldLook.leastStrand && isMostlyPlain }

    /// Whether it is no strand, and not one with a letter wrong or with marks at its ends either: a name.
    var isName: Bool {
        length > 0 && !isStrand && !hasControls && longestRun < FieldLook.leastRun
            && !(isMostlyPlain && length >= FieldLook.leastStrand)
    }

    /// Whether its letters are ambiguous to a third or more, or it is a single one: such a field may be a short word.
    var mayBeWord: Bool { isStrand && length < FieldLook.longestWord && (3 * ambiguous >= length || length == 1) }

    private var isMostlyPlain: Bool { 4 * plain >= 3 * length }
}
