"""Other programs that tell melting temperatures and yields, for bench_truth.py and bench_alternatives.py.

Each answers questions: strands a and b, sodium, magnesium, dntp, equivalents (of sodium and magnesium together) and
molar (of each strand), all in mol/l, and celsius where the question is a yield. An answer is None where there is none.

`melting` and `logits` answer many questions. `score` answers one, larger where more is bound, after `at` has been told
its conditions; it is the logit of a yield where `tells_yield`.
"""
import functools
import math
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True  # the package's build warns of what it does not know among its sources
sys.path.append(os.path.join(ROOT, "Sources", "BuiltInModel"))

import label_pairs  # noqa: E402
import make_parameters  # noqa: E402

COMPLEMENT = str.maketrans("ACGTU", "TGCAA")
GAS = 1.98717e-3  # kcal/(mol K)
ZERO = 273.15


class Missing(Exception):
    """A rival that is not installed, or a model that has no conditions."""


def mismatches(a, b):
    """Of strands of one length, end to end."""
    return sum(x.translate(COMPLEMENT) != y for x, y in zip(a, reversed(b.replace("U", "T"))))


class Primer3:
    """ntthal, which aligns the strands, or with a correction for salt primer3's formula for perfect duplexes."""

    def __init__(self, salt=None):
        self.name, self.salt = f"primer3 calc_tm, {salt}" if salt else "ntthal", salt
        try:
            import primer3
        except ImportError:
            raise Missing("primer3-py is not installed")
        self.primer3 = primer3

    def answers(self, q):
        return not self.salt or not mismatches(q["a"], q["b"])

    def _solution(self, q):
        return {"mv_conc": 1000 * q["sodium"], "dv_conc": 1000 * q["magnesium"], "dntp_conc": 1000 * q["dntp"],
                "dna_conc": 2e9 * q["molar"]}

    def _one(self, q):
        solution = self._solution(q)
        if self.salt:
            return self.primer3.calc_tm(q["a"], tm_method="santalucia", salt_corrections_method=self.salt, **solution)
        found = self.primer3.calc_heterodimer(q["a"], q["b"], **solution)
        return found.tm if found.structure_found else None

    def melting(self, questions):
        return [self._one(q) for q in questions]


class Ntthal(Primer3):
    """How far above the temperature the heterodimer melts."""

    tells_yield = False
    longest = 60  # bases, of a strand that folds or binds itself

    def __init__(self):
        super().__init__()
        self.name = "ntthal, heterodimer's melting temperature"

    def answers(self, q):
        return max(len(q["a"]), len(q["b"])) <= self.longest

    def at(self, q):
        pass

    def score(self, q):
        melting = self._one(q)
        return -math.inf if melting is None else melting - q["celsius"]


class NtthalEquilibrium(Ntthal):
    """The yield from the energies of the heterodimer, both homodimers and both hairpins."""

    tells_yield = True

    def __init__(self):
        super().__init__()
        self.name = "ntthal, all dimers and hairpins in equilibrium"

    def score(self, q):
        a, b, kt, solution = q["a"], q["b"], GAS * (q["celsius"] + ZERO), self._solution(q)

        def constant(compute, *strands):
            found = compute(*strands, temp_c=q["celsius"], **solution)
            return math.exp(min(600.0, -found.dg / 1000 / kt)) if found.structure_found else 0.0

        # A strand is free as a coil or folded; it binds as a coil.
        free_a, free_b = (1 + constant(self.primer3.calc_hairpin, strand) for strand in (a, b))
        of_two = constant(self.primer3.calc_heterodimer, a, b) / (free_a * free_b)
        of_a, of_b = (constant(self.primer3.calc_homodimer, x) / free**2 for x, free in ((a, free_a), (b, free_b)))
        return logit(label_pairs.heterodimer_share(of_two, of_a, of_b, q["molar"]))


class Vienna:
    """The share of the heterodimer by ViennaRNA's partition functions, with a set and a salt correction of its own."""

    tells_yield = True
    loaded = False

    def __init__(self, material="dna"):
        self.name = "ViennaRNA, " + ("Mathews 2004" if material == "dna" else "Turner 2004")
        self.material = material
        try:
            import RNA
        except ImportError:
            raise Missing("ViennaRNA is not installed")
        self.rna = RNA

    def _constant(self, a, b, model, kt):
        both = self.rna.fold_compound(f"{a}&{b}", model)
        both.exp_params_rescale(both.mfe_dimer()[1])
        _, free_a, free_b, bound, _ = both.pf_dimer()
        return math.exp(min(600.0, (free_a + free_b - bound) / kt))

    def share(self, q, celsius):
        model = self.rna.md()
        model.temperature, model.salt = celsius, q["equivalents"]
        kt, a, b, molar = GAS * (celsius + ZERO), q["a"], q["b"], q["molar"]
        of_two, of_a, of_b = (self._constant(x, y, model, kt) for x, y in ((a, b), (a, a), (b, b)))
        return label_pairs.heterodimer_share(of_two, of_a, of_b, molar)

    def _load(self):
        self.rna.params_load_DNA_Mathews2004() if self.material == "dna" else self.rna.params_load_RNA_Turner2004()

    def melting(self, questions):
        self._load()
        return [falling(functools.partial(self.share, q)) for q in questions]

    def logits(self, questions):
        self._load()
        return [logit(self.share(q, q["celsius"])) for q in questions]

    def at(self, q):
        if not self.loaded:
            self._load()
            self.loaded = True

    def score(self, q):
        return logit(self.share(q, q["celsius"]))


class Oracle(Vienna):
    """The labelling script, whose own loading and share take the place of ViennaRNA's."""

    def __init__(self):
        super().__init__()
        self.name = "labelling script"
        self.oracle = label_pairs.Oracle("dna")

    def share(self, q, celsius):
        return self.oracle.heterodimer_share(q["a"], q["b"], celsius, q["equivalents"], q["molar"])

    def _load(self):
        pass

    def at(self, q):
        self.oracle.at(q["celsius"], q["equivalents"])


class Duplexfold(Vienna):
    """The energy of the best duplex, as the logarithm of the constant times the concentration; no other structure."""

    tells_yield = False

    def __init__(self, corrected=False):
        super().__init__()
        self.name = "duplexfold, " + ("corrected parameters" if corrected else "Mathews 2004")
        self.corrected, self.sodium = corrected, None

    def at(self, q):
        # The function takes no model: it has the process's defaults.
        if self.sodium != q["equivalents"]:
            self.sodium = q["equivalents"]
            if self.corrected:
                self.rna.params_load_from_string(make_parameters.dna(self.sodium))
            else:
                self._load()
                self.rna.cvar.salt = self.sodium
        self.rna.cvar.temperature = q["celsius"]
        self.kt, self.entropy = GAS * (q["celsius"] + ZERO), math.log(q["molar"])

    def score(self, q):
        return self.entropy - self.rna.duplexfold(q["a"], q["b"]).energy / self.kt


def falling(share, last=110.0, step=5.0):
    """The lowest temperature at which the share falls below one half, C; None where it never does."""
    high = 0.0
    while share(high) > 0.5:
        high += step
        if high > last:
            return None
    low = high - step
    if high == 0.0:
        return None
    while high - low > 0.02:
        middle = (low + high) / 2
        low, high = (middle, high) if share(middle) > 0.5 else (low, middle)
    return (low + high) / 2


def logit(share):
    share = min(max(share, 1e-12), 1 - 1e-12)
    return math.log(share / (1 - share))
