"""The relations that relations.py writes pairs under: for each its letters and lengths, how A is drawn, the right
answers to A, and the entropy of B given A.
"""
import itertools
import math

DNA = "ACGT"
PROTEIN = "ACDEFGHIKLMNPQRSTVWY"
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COMPLEMENT = str.maketrans("ACGT", "TGCA")
WOBBLE = {"A": "T", "C": "G", "G": "CT", "T": "AG"}
# Classes of charge and size, and the class that each faces.
ACID, BASE, SMALL, LONG, WIDE = "DENQ", "HKRY", "AGST", "ILMV", "CFPW"
FACING = {x: there for here, there in [(ACID, BASE), (BASE, ACID), (SMALL, SMALL), (LONG, WIDE), (WIDE, LONG)]
          for x in here}
# By a letter's number and that of the next; no row or column is of one letter.
NEIGHBOURS = ["GTAC", "CCGT", "ATGG", "ACTA"]
AMINO = dict(zip(map("".join, itertools.product("TCAG", repeat=3)),
                 "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"))
CODONS = [codon for codon, letter in AMINO.items() if letter != "*"]
RELATIONS = {}


def uniform(rng, letters, length):
    return "".join(rng.choice(letters) for _ in range(length))


def sense(rng, letters, length):
    return "".join(rng.choice(CODONS) for _ in range(length // 3))


def without_period(rng, letters, length):
    """A strand that cannot occur twice in a B that is eight letters longer."""
    while True:
        a = uniform(rng, letters, length)
        if not any(a[k:] == a[:-k] for k in range(1, min(9, length))):
            return a


class Relation:
    """`patterns` of A are the right answers: one is drawn, and then each of its letters from those that it allows in
    that place. Two patterns share no answer, so that the entropy of B is that of these draws."""

    def __init__(self, patterns, letters, lengths, least, step, draw, answers):
        self.name, self.tells = patterns.__name__.replace("_", "-"), patterns.__doc__
        self.patterns, self.letters, self.answers = patterns, letters, answers or letters
        self.lengths, self.least, self.step, self.draw = lengths, least, step, draw

    @property
    def alphabet(self):
        return "".join(sorted(set(self.letters + self.answers)))

    def first(self, rng, lengths=None):
        low, high = lengths or self.lengths
        return self.draw(rng, self.letters, rng.randint(low, high) if low < high else low)

    def pattern(self, rng, a):
        found = self.patterns(a)
        return found[0] if len(found) == 1 else rng.choice(found)

    def partner(self, rng, a):
        return "".join(rng.choice(x) if len(x) > 1 else x for x in self.pattern(rng, a))

    def answer(self, a, b, lengths=None):
        """The patterns of A and the number of that which B is of, or None."""
        low, high = lengths or self.lengths
        if not low <= len(a) <= high or len(a) % self.step or not set(a) <= set(self.letters):
            return None
        found = self.patterns(a)
        for k, pattern in enumerate(found):
            if len(pattern) == len(b) and all(x in y for x, y in zip(b, pattern)):
                return found, k
        return None

    def obeys(self, a, b, lengths=None):
        return self.answer(a, b, lengths) is not None

    def bits(self, a):
        """Entropy of B given A."""
        found = self.patterns(a)
        return sum(self.bits_of(found, k) for k in range(len(found))) / len(found)

    @staticmethod
    def bits_of(found, k):
        """Those of the choice of a pattern, and of the letters of the one that was chosen."""
        return math.log2(len(found)) + sum(math.log2(len(x)) for x in found[k])

    def choices(self, a, b, found, k):
        """What A leaves open, in the order of B: place, kind, what B has, and A's letters at that place from its start
        and end. A kind is the number of choices and the letters that they are."""
        if len(found) > 1:
            yield "pattern", (len(found), ""), k, (a[0], a[-1])
        for place, x in enumerate(found[k]):
            if len(x) > 1:
                at = min(place, len(a) - 1)
                yield place, (len(x), x), b[place], (a[at], a[-1 - at])


def relation(letters=DNA, lengths=(26, 26), least=1, step=1, draw=uniform, answers=None):
    def kept(patterns):
        made = Relation(patterns, letters, lengths, least, step, draw, answers)
        RELATIONS[made.name] = made
        return patterns
    return kept


def reverse_complement(a):
    return a.translate(COMPLEMENT)[::-1]


def rotated(a, by):
    return a[by % len(a):] + a[:by % len(a)]


@relation()
def revcomp(a):
    """B is the reverse complement of A"""
    return [reverse_complement(a)]


@relation()
def copy(a):
    """B is A"""
    return [a]


@relation(least=3)
def shift(a):
    """B is A moved by three letters; the last three are random"""
    return [[*a[3:], DNA, DNA, DNA]]


@relation()
def purine(a):
    """each letter of B is a pyrimidine where A has a purine, and a purine where it has not"""
    return [["CT" if x in "AG" else "AG" for x in a]]


@relation("ABCDEF")
def six(a):
    """letters A to F; B is A under a fixed permutation of them"""
    return [a.translate(str.maketrans("ABCDEF", "DFAECB"))]


@relation("AB")
def binary(a):
    """letters A and B; B is A backwards with the two exchanged"""
    return [a.translate(str.maketrans("AB", "BA"))[::-1]]


@relation(LATIN, (20, 20))
def latin(a):
    """letters A to Z; B is A under a fixed permutation of them"""
    return [a.translate(str.maketrans(LATIN, "DIQOHPXNBELCVSAYMTZWURGKJF"))]


@relation()
def wobble(a):
    """the reverse complement, but that G faces C or T, and T faces A or G"""
    return [[WOBBLE[x] for x in reversed(a)]]


@relation(PROTEIN, (20, 20))
def classes(a):
    """20 letters in five classes of charge and size: each letter of B is of the class that faces that of A's"""
    return [[FACING[x] for x in a]]


@relation(least=12)
def middle(a):
    """the middle twelve letters are those of the reverse complement, the rest is free"""
    before = (len(a) - 12) // 2
    free = [DNA] * len(a)
    return [free[:before] + [*reverse_complement(a)[before:before + 12]] + free[before + 12:]]


@relation()
def odd(a):
    """every other letter is that of A, those between are free"""
    return [[DNA if k % 2 else x for k, x in enumerate(a)]]


@relation(least=16)
def blocks(a):
    """eight letters at each end are those of the reverse complement, between them is a free loop of 4 to 10"""
    b = reverse_complement(a)
    return [[*b[:8], *[DNA] * loop, *b[-8:]] for loop in range(4, 11)]


@relation(lengths=(16, 16))
def longer(a):
    """B is ten letters longer than A: five free ones, the reverse complement, five free ones"""
    return [[*[DNA] * 5, *reverse_complement(a), *[DNA] * 5]]


@relation(lengths=(12, 12), least=9, draw=without_period)
def site(a):
    """B is eight letters longer than A: free ones, with the reverse complement at any place"""
    return [[*[DNA] * k, *reverse_complement(a), *[DNA] * (8 - k)] for k in range(9)]


@relation(least=14)
def shorter(a):
    """B is the reverse complement of 14 letters of A, from any place"""
    b = reverse_complement(a)
    return list(dict.fromkeys(b[k:k + 14] for k in range(len(a) - 13)))


@relation()
def insertion(a):
    """the reverse complement with one or two letters inserted at any place"""
    b = reverse_complement(a)
    # The first inserted letter is not the next one, which would be the same answer as one place further.
    first = [DNA.replace(x, "") for x in b] + [DNA]
    return [[*b[:k], first[k], *more, *b[k:]] for more in ([], [DNA]) for k in range(len(b) + 1)]


@relation(least=23)
def offset(a):
    """B is 16 letters of A, from the place 1, 3, 5 or 7 after the first, which A's first letter tells"""
    start = 1 + 2 * DNA.index(a[0])
    return [a[start:start + 16]]


@relation()
def rotation(a):
    """B is A rotated by 1, 6, 11 or 16 letters, as A's last letter tells"""
    return [rotated(a, 1 + 5 * DNA.index(a[-1]))]


@relation()
def switch(a):
    """B is the reverse complement where A begins with A or C, else A itself"""
    return [reverse_complement(a) if a[0] in "AC" else a]


@relation()
def neighbours(a):
    """a letter of A and the next one decide the letter of B; the first follows the last"""
    return ["".join(NEIGHBOURS[DNA.index(x)][DNA.index(y)] for x, y in zip(a, rotated(a, 1)))]


@relation()
def running_sum(a):
    """the letters as numbers 0 to 3: each of B is the sum of A's up to there, modulo 4"""
    return ["".join(DNA[s % 4] for s in itertools.accumulate(map(DNA.index, a)))]


@relation()
def in_order(a):
    """B is A's letters in the alphabet's order"""
    return ["".join(sorted(a))]


@relation(lengths=(30, 30), least=3, step=3, draw=sense, answers=PROTEIN)
def codons(a):
    """each three bases of A, none of them a stop, decide an amino acid of B by the standard code"""
    return ["".join(AMINO[a[k:k + 3]] for k in range(0, len(a), 3))]


@relation(lengths=(13, 13))
def echo(a):
    """B is A and then A backwards"""
    return [a + a[::-1]]


@relation()
def interleaved(a):
    """B is the first, third, fifth letter of A and so on, then the second, fourth and so on"""
    return [a[::2] + a[1::2]]


@relation(lengths=(8, 8))
def parity(a):
    """the last letter of B is the sum of A's, as in running-sum; the rest is free"""
    return [[*[DNA] * (len(a) - 1), DNA[sum(map(DNA.index, a)) % 4]]]


@relation()
def count(a):
    """B begins with as many G as A has, and then has any other letters"""
    return [["G"] * a.count("G") + ["ACT"] * (len(a) - a.count("G"))]


@relation(lengths=(12, 30))
def varying(a):
    """the reverse complement; A has 12 to 30 letters"""
    return [reverse_complement(a)]


@relation()
def squeezed(a):
    """B is A with each run of equal letters written as one, so that its length depends on A's letters"""
    return ["".join(x for x, _ in itertools.groupby(a))]
