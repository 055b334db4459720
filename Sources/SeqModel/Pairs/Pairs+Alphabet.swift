// Pairs+Alphabet: strands and pairs in the codes of an alphabet.

import Kernels

extension StrandCodes {
    /// No strands yet, in the codes of `alphabet`.
    public init(alphabet: Alphabet) {
        self.init(
            letters: alphabet.count,
            members: alphabet.codeLetters.indices.map { code in
                alphabet.members(of: UInt8(code)).reduce(0) { $0 | 1 << UInt32($1) }
            })
    }
}

extension Pairs {
    /// No pairs yet, in the codes of `alphabet`.
    public init(alphabet: Alphabet) { self.init(like: StrandCodes(alphabet: alphabet)) }
}
