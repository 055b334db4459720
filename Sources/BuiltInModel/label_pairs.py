#!/usr/bin/env python3
"""Labels DNA pairs by thermodynamics: the labels on which the built-in model was trained.

    pip install ViennaRNA
    label_pairs.py < pairs.tsv > labelled.tsv

Columns 1 and 2 of a line are the strands A and B, 5' to 3'. The output has A, B, label and yield. The yield is the
share of the strands that is bound in the heterodimer A.B at equilibrium, at 1 uM of each and 57 C, with competing
homodimers A.A and B.B and hairpins; the label is 1 where the yield is above 0.2. Energies: ViennaRNA (Lorenz et al.,
Algorithms Mol. Biol. 6:26, 2011) with the DNA parameters of Mathews et al. (PNAS 101:7287, 2004). Conditions and
threshold are those of Buterez (Sci. Rep. 11:20517, 2021).
"""
import functools
import math
import sys

import RNA

CELSIUS = 57.0
MOLAR = 1e-6
THRESHOLD = 0.2
KCAL_PER_MOL_KELVIN = 1.98717e-3
KT = KCAL_PER_MOL_KELVIN * (CELSIUS + 273.15)

RNA.params_load_DNA_Mathews2004()
CONDITIONS = RNA.md()
CONDITIONS.temperature = CELSIUS


def association(x, y):
    """The equilibrium constant of x + y <-> x.y, per mol/l."""
    both = RNA.fold_compound(x + "&" + y, CONDITIONS)
    # Scaling by the energy of the best structure keeps the partition function of long strands in range.
    both.exp_params_rescale(both.mfe_dimer()[1])
    _, energy_x, energy_y, energy_bound, _ = both.pf_dimer()
    return math.exp(min(690.0, (energy_x + energy_y - energy_bound) / KT))


@functools.lru_cache(maxsize=100_000)
def self_association(x):
    return association(x, x)


def heterodimer_share(a, b):
    """The yield, 0 to 1. A share s of the strands in A.B determines the concentrations of the free strands; the yield
    is the s at which these are in equilibrium with A.B. Their product falls as s rises, so bisection finds it."""
    k_ab, k_aa, k_bb = association(a, b), self_association(a), self_association(b)

    def free(k, left):
        """Concentration of single strands, where `left` is that of single strands and homodimers (constant `k`)."""
        return 2 * left / (1 + math.sqrt(1 + 8 * k * left))

    low, high = 0.0, 1.0
    for _ in range(60):
        share = (low + high) / 2
        left = (1 - share) * MOLAR
        if k_ab * free(k_aa, left) * free(k_bb, left) > share * MOLAR:
            low = share
        else:
            high = share
    return (low + high) / 2


def main():
    for line in sys.stdin:
        strands = line.rstrip("\r\n").upper().replace("U", "T").split("\t")[:2]
        if len(strands) < 2 or not all(s and not s.strip("ACGT") for s in strands):
            continue
        share = heterodimer_share(*strands)
        print(*strands, int(share > THRESHOLD), f"{share:.4f}", sep="\t", flush=False)


if __name__ == "__main__":
    main()
