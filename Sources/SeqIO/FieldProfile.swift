// FieldProfile: whether a field of a table can be a strand, and whether it looks like a strand or like a name.

/// Counts of the characters of one field of a table.
struct FieldProfile {
    /// Length of the field in bytes.
    private(set) var length = 0
    /// Bytes that are letters of the alphabet, and bytes that are ambiguity letters (I for inosine among them).
    private(set) var plain = 0, ambiguous = 0
    /// Whether the field has a control character: it is then damaged data, not a name.
    private(set) var hasControls = false
    /// Whether the field has a lower-case letter.
    private(set) var hasLowerCase = false
    /// The longest run of letters of the alphabet.
    private var longestRun = 0

    /// A run of `leastRun` letters is not part of a name; a field of `leastStrand` letters is taken for a strand.
    private static let leastRun = 6, leastStrand = 8
    /// A field of this many letters or more is not an English word.
    static let longestWord = 16

    /// Profiles `field`. `letters` has 256 entries, one for each byte.
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
                // Inosine, where the alphabet has ambiguity letters: an unreadable strand, not a name.
                if byte | 0x20 == UInt8(ascii: "i"), letters[Int(UInt8(ascii: "N"))] != .none { ambiguous += 1 }
            }
            if byte < 32 || byte == 127 { hasControls = true }
            if byte >= UInt8(ascii: "a"), byte <= UInt8(ascii: "z") { hasLowerCase = true }
        }
    }

    /// Whether every byte is a letter, plain or ambiguous.
    var isStrand: Bool { length > 0 && plain + ambiguous == length }

    /// Whether it is a strand and not a word: at least eight letters, at least three in four of them plain.
    var looksLikeStrand: Bool { isStrand && length >= FieldProfile.leastStrand && isMostlyPlain }

    /// Whether it is a name: neither a strand nor a strand with a wrong letter or with marks at its ends.
    var isName: Bool {
        length > 0 && !isStrand && !hasControls && longestRun < FieldProfile.leastRun
            && !(isMostlyPlain && length >= FieldProfile.leastStrand)
    }

    /// Whether it may be a short word: at least a third of its letters are ambiguous, or it is a single letter.
    var mayBeWord: Bool { isStrand && length < FieldProfile.longestWord && (3 * ambiguous >= length || length == 1) }

    private var isMostlyPlain: Bool { 4 * plain >= 3 * length }
}
