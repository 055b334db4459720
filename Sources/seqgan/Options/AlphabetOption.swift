// AlphabetOption: the alphabet that an option names.

import ArgumentParser
import SeqModel

extension Alphabet {
    /// The alphabet that `--alphabet` names, or the letters that it lists. Throws a usage error for any other text.
    init(option text: String) throws {
        guard let alphabet = Alphabet(named: text) else {
            throw ValidationError("--alphabet takes dna, rna, protein or 2 to 26 different letters")
        }
        self = alphabet
    }
}
