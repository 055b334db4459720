#!/usr/bin/env python3
"""Labels pairs of DNA or RNA strands with their yield at any temperature, salt and concentration.

    pip install ViennaRNA primer3-py
    label_pairs.py --draw 7 < pairs.tsv               # conditions drawn for each pair, most of them near its melting
    label_pairs.py --at 57 1 1e-6 < pairs.tsv         # the same conditions for all: C, mol/l, mol/l of each strand
    label_pairs.py < pairs.tsv                        # conditions in columns 3 to 5
    label_pairs.py --material rna --draw 7 < pairs.tsv

Columns 1 and 2 of a line are the strands A and B, 5' to 3'. The output has A, B, temperature, sodium, concentration and
yield. The yield is the share of the strands that is bound in the heterodimer A.B at equilibrium, homodimers A.A and B.B
and each strand's own folds competing, by the partition functions of ViennaRNA (Lorenz et al., Algorithms Mol. Biol.
6:26, 2011). DNA: the energies that make_parameters.py writes, with the salt's entropy in every stack. RNA: Turner 2004
(Mathews et al., PNAS 101:7287, 2004) with the salt correction of Yao et al. (BMC Bioinformatics 24:422, 2023).

Drawn conditions depend on the seed and the pair alone, but for the pairs of a target: lines one after the other with
the same strand B have the conditions of the first, so that what B does with itself is computed once. Sodium is 1 M for
one pair in five, else log-uniform on 61 values from 10 mM to 1.2 M; concentration log-uniform from 1 nM to 50 uM; the
temperature of three pairs in five (--near) lies about where primer3 sees the pair melt (--spread, a deviation of 8 C),
else anywhere from 5 to 95 C.
"""
import argparse
import functools
import math
import random
import sys

import make_parameters

KCAL_PER_MOL_KELVIN = 1.98717e-3
MOST = math.exp(600)  # an equilibrium constant of this size binds all
COLDEST, HOTTEST = 5, 95
SODIUM = [0.01 * 120 ** (k / 60) for k in range(61)]  # mol/l


class Oracle:
    """Equilibrium constants of two strands. Parameters are loaded anew where the salt changes."""

    def __init__(self, material):
        # Here, so that the balance of the strands can be tested where ViennaRNA is not installed.
        import RNA

        self.vienna = RNA
        self.material = material
        self.point = None
        if material == "rna":
            self.vienna.params_load_RNA_Turner2004()

    def at(self, celsius, sodium):
        if self.point == (celsius, sodium):
            return
        if self.material == "dna" and (self.point is None or self.point[1] != sodium):
            self.vienna.params_load_from_string(make_parameters.dna(sodium))
        self.point = celsius, sodium
        self.model = self.vienna.md()
        self.model.temperature = celsius
        if self.material == "rna":
            self.model.salt = sodium
        self.kt = KCAL_PER_MOL_KELVIN * (celsius + 273.15)
        self.own.cache_clear()

    def association(self, x, y):
        """The equilibrium constant of x + y <-> x.y, per mol/l."""
        both = self.vienna.fold_compound(x + "&" + y, self.model)
        # Scaling by the energy of the best structure keeps the partition function of long strands in range.
        both.exp_params_rescale(both.mfe_dimer()[1])
        _, energy_x, energy_y, energy_bound, _ = both.pf_dimer()
        return min(MOST, math.exp(min(690, (energy_x + energy_y - energy_bound) / self.kt)))

    @functools.lru_cache(maxsize=1000)
    def own(self, x):
        return self.association(x, x)

    def heterodimer_share(self, a, b, celsius, sodium, molar):
        """The yield, 0 to 1."""
        self.at(celsius, sodium)
        return heterodimer_share(self.association(a, b), self.own(a), self.own(b), molar)


def heterodimer_share(k_ab, k_aa, k_bb, molar):
    """The share s of the strands in A.B, from constants per mol/l, with `molar` of each strand. A share determines the
    concentrations of the free strands; the yield is the s at which these are in equilibrium with A.B. Their product
    falls as s rises, so bisection finds it."""

    def free(k, left):
        """Concentration of single strands, where `left` is that of single strands and homodimers (constant `k`)."""
        return 2 * left / (1 + math.sqrt(1 + 8 * k * left))

    low, high = 0.0, 1.0
    for _ in range(60):
        share = (low + high) / 2
        left = (1 - share) * molar
        if k_ab * free(k_aa, left) * free(k_bb, left) > share * molar:
            low = share
        else:
            high = share
    return (low + high) / 2


def drawn(a, b, options):
    """Conditions of a pair: C, mol/l, mol/l."""
    import primer3

    rng = random.Random(f"{options.draw} {a} {b}")
    sodium = 1.0 if rng.random() < 0.2 else float(f"{rng.choice(SODIUM):.3g}")
    molar = float(f"{10 ** rng.uniform(-9, -4.3):.3g}")
    celsius = rng.uniform(COLDEST, HOTTEST)
    if rng.random() < options.near:
        # primer3 takes 60 bases of one of the two; a target is asked for the place that binds best.
        short, long = sorted((a.replace("U", "T"), b.replace("U", "T")), key=len)
        melting = max(
            primer3.calc_heterodimer(
                short, long[at : at + 60], mv_conc=1000 * sodium, dv_conc=0, dntp_conc=0, dna_conc=min(2e9 * molar, 1e5)
            ).tm
            for at in range(0, max(1, len(long) - 59 if len(long) > 60 else 1), 20)
        )
        # Duplexes of RNA melt later.
        near = melting + (8 if options.material == "rna" else 0) + rng.gauss(0, options.spread)
        celsius = near if COLDEST <= near <= HOTTEST else celsius
    return round(celsius, 1), sodium, molar


def conditions(pairs, options):
    """The conditions of each pair."""
    before, point = None, None
    for a, b, *columns in pairs:
        if options.at:
            yield tuple(options.at)
        elif options.draw is None:
            yield tuple(map(float, columns[:3]))
        else:
            if b != before:
                before, point = b, drawn(a, b, options)
            yield point


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--material", choices=["dna", "rna"], default="dna")
    parser.add_argument("--draw", metavar="SEED", help="draw conditions for each pair")
    parser.add_argument("--near", type=float, default=0.6, metavar="SHARE", help="of the temperatures drawn [0.6]")
    parser.add_argument("--spread", type=float, default=8, metavar="C", help="deviation of these [8]")
    parser.add_argument("--at", type=float, nargs=3, metavar=("CELSIUS", "SODIUM", "MOLAR"))
    options = parser.parse_args()
    wrong, right = ("T", "U") if options.material == "rna" else ("U", "T")
    pairs = []
    for line in sys.stdin:
        a, b, *columns = line.rstrip("\r\n").split("\t")
        a, b = (strand.upper().replace(wrong, right) for strand in (a, b))
        if a and b and not (a + b).strip("ACG" + right):
            pairs.append((a, b, *columns))
    points = list(conditions(pairs, options))
    oracle, rows = Oracle(options.material), {}
    # By salt, so that few parameters are loaded; a target and its probes stay together.
    for k in sorted(range(len(pairs)), key=lambda k: points[k][1]):
        a, b = pairs[k][:2]
        celsius, sodium, molar = points[k]
        share = oracle.heterodimer_share(a, b, celsius, sodium, molar)
        rows[k] = f"{a}\t{b}\t{celsius:g}\t{sodium:g}\t{molar:g}\t{share:.4f}\n"
    sys.stdout.writelines(rows[k] for k in range(len(pairs)))


if __name__ == "__main__":
    main()
