"""Other programs that tell melting temperatures and yields, for bench_truth.py.

Each answers questions: strands a and b, sodium, magnesium, dntp, equivalents (of sodium and magnesium together) and
molar (of each strand), all in mol/l, and celsius where the question is a yield. An answer is None where there is none.
"""
import functools
import importlib.util
import math

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

    def _one(self, q):
        solution = {"mv_conc": 1000 * q["sodium"], "dv_conc": 1000 * q["magnesium"], "dntp_conc": 1000 * q["dntp"],
                    "dna_conc": 2e9 * q["molar"]}
        if self.salt:
            return self.primer3.calc_tm(q["a"], tm_method="santalucia", salt_corrections_method=self.salt, **solution)
        found = self.primer3.calc_heterodimer(q["a"], q["b"], **solution)
        return found.tm if found.structure_found else None

    def melting(self, questions):
        return [self._one(q) for q in questions]


class Vienna:
    """The share of the heterodimer by ViennaRNA's partition functions, with a set and a salt correction of its own."""

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
        low, high = 0.0, 1.0
        for _ in range(60):
            share = (low + high) / 2
            left = (1 - share) * molar
            free_a, free_b = (2 * left / (1 + math.sqrt(1 + 8 * k * left)) for k in (of_a, of_b))
            low, high = (share, high) if of_two * free_a * free_b > share * molar else (low, share)
        return (low + high) / 2

    def _load(self):
        self.rna.params_load_DNA_Mathews2004() if self.material == "dna" else self.rna.params_load_RNA_Turner2004()

    def melting(self, questions):
        self._load()
        return [falling(functools.partial(self.share, q)) for q in questions]

    def logits(self, questions):
        self._load()
        return [logit(self.share(q, q["celsius"])) for q in questions]


class Oracle(Vienna):
    """The labelling script, whose own loading and share take the place of ViennaRNA's."""

    def __init__(self, path):
        super().__init__()
        self.name = "labelling script"
        spec = importlib.util.spec_from_file_location("oracle", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.of = module.Oracle("dna").share

    def share(self, q, celsius):
        return self.of(q["a"], q["b"], celsius, q["equivalents"], q["molar"])

    def _load(self):
        pass


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
