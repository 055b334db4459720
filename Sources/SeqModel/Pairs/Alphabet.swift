// Alphabet: the letters of a model, and the codes that bytes of text are read as.

/// The letters of a model, in order, and the reading of bytes as codes.
///
/// Codes `0 ..< count` are the letters themselves. For DNA and RNA the codes from `count` up are the IUPAC ambiguity
/// letters; each stands for an even mixture of its bases (`members(of:)`). Lower case reads as upper case, and for
/// DNA and RNA `U` and `T` read alike. Gaps, spaces and every other byte have no code.
public struct Alphabet: Sendable, Equatable {
    /// The letters, upper case, in the order of their codes: `ACGT` for DNA.
    public let letters: [UInt8]
    /// The letters of all codes: the alphabet's own, then the ambiguity letters.
    public let codeLetters: [UInt8]
    /// The code of each byte; `invalid` where it has none.
    public let codes: [UInt8]
    /// The base that is read as another letter, in lower case: u for DNA (as T), t for RNA (as U), nil for others.
    public let otherBase: UInt8?
    /// The bit set of letters that each code stands for.
    private let memberBits: [UInt32]

    /// The entry of `codes` for a byte that is no letter of the alphabet; never a code.
    public static let invalid: UInt8 = 255
    /// The largest number of letters an alphabet may have.
    public static let maximumCount = 26

    /// `ACGT`, with the IUPAC ambiguity letters, U read as T.
    public static let dna = Alphabet(nucleotides: "ACGT")
    /// `ACGU`, with the IUPAC ambiguity letters, T read as U.
    public static let rna = Alphabet(nucleotides: "ACGU")
    /// The twenty amino acids, in alphabetical order of their one-letter codes.
    public static let protein = Alphabet(plain: Array("ACDEFGHIKLMNPQRSTVWY".utf8))

    /// Number of letters K, without the ambiguity letters.
    public var count: Int { letters.count }

    /// An alphabet by name (`dna`, `rna`, `protein`) or by its letters (`ACGT`, `HP`): 2 to 26 different letters.
    ///
    /// `ACGT` and `ACGU` are DNA and RNA. Returns nil when the letters are too few, too many, repeated or not A to Z.
    public init?(named name: String) {
        let upper = name.utf8.map(Alphabet.uppercased)
        switch String(decoding: upper, as: UTF8.self) {
        case "DNA", "ACGT": self = .dna
        case "RNA", "ACGU": self = .rna
        case "PROTEIN": self = .protein
        default:
            let letters = upper.allSatisfy { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }
            guard letters, (2...Alphabet.maximumCount).contains(upper.count), Set(upper).count == upper.count else {
                return nil
            }
            self.init(plain: upper)
        }
    }

    /// The letters as text; `Alphabet(named: name)` gives the alphabet back.
    public var name: String { String(decoding: letters, as: UTF8.self) }

    /// The codes of the letters that `code` stands for: itself, or the bases of an ambiguity letter, ascending.
    public func members(of code: UInt8) -> [UInt8] {
        let bits = memberBits[Int(code)]
        return (0..<UInt8(count)).filter { bits & (1 << UInt32($0)) != 0 }
    }

    private init(plain: [UInt8]) {
        self.init(letters: plain, ambiguity: [], synonyms: [])
    }

    private init(nucleotides: StaticString) {
        let letters = nucleotides.withUTF8Buffer { Array($0) }
        let last = letters[3]
        let other = last == UInt8(ascii: "T") ? UInt8(ascii: "U") : UInt8(ascii: "T")
        // IUPAC-IUB 1984 recommendations; bits 0 to 3 are A, C, G, T or U.
        let ambiguity: [(UInt8, UInt32)] = [
            (UInt8(ascii: "R"), 0b0101), (UInt8(ascii: "Y"), 0b1010), (UInt8(ascii: "S"), 0b0110),
            (UInt8(ascii: "W"), 0b1001), (UInt8(ascii: "K"), 0b1100), (UInt8(ascii: "M"), 0b0011),
            (UInt8(ascii: "B"), 0b1110), (UInt8(ascii: "D"), 0b1101), (UInt8(ascii: "H"), 0b1011),
            (UInt8(ascii: "V"), 0b0111), (UInt8(ascii: "N"), 0b1111),
        ]
        self.init(letters: letters, ambiguity: ambiguity, synonyms: [(other, 3)])
    }

    private init(letters: [UInt8], ambiguity: [(letter: UInt8, bits: UInt32)], synonyms: [(letter: UInt8, code: UInt8)])
    {
        self.letters = letters
        codeLetters = letters + ambiguity.map(\.letter)
        memberBits = letters.indices.map { 1 << UInt32($0) } + ambiguity.map(\.bits)
        var codes = [UInt8](repeating: Alphabet.invalid, count: 256)
        func accept(_ letter: UInt8, as code: UInt8) {
            codes[Int(letter)] = code
            codes[Int(letter | 0x20)] = code
        }
        for (code, letter) in codeLetters.enumerated() { accept(letter, as: UInt8(code)) }
        for (letter, code) in synonyms { accept(letter, as: code) }
        self.codes = codes
        otherBase = synonyms.first.map { $0.letter | 0x20 }
    }

    private static func uppercased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte & 0xDF : byte
    }
}
