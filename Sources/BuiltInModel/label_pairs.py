#!/usr/bin/env python3
"""Labels DNA pairs by thermodynamics: what the built-in model learned to foretell.

    pip install ViennaRNA
    label_pairs.py < pairs.tsv > labelled.tsv

Columns 1 and 2 of a line are the strands A and B, 5' to 3'. Out come A, B, label and yield. The yield is the share of
the strands that is bound in the heterodimer A.B at equilibrium, 1 uM of each and 57 C, while the homodimers A.A and
B.B and the strands' own folds compete; the label is 1 where it is above 0.2. Energies: ViennaRNA (Lorenz et al.,
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
    # Scaled by the best structure's energy, the partition function of long strands stays in range.
    both.exp_params_rescale(both.mfe_dimer()[1])
    _, energy_x, energy_y, energy_bound, _ = both.pf_dimer()
    return math.exp(min(690.0, (energy_x + energy_y - energy_bound) / KT))


@functools.lru_cache(maxsize=100_000)
def self_association(x):
    return association(x, x)


def heterodimer_share(a, b):
    """The yield, 0 to 1. With a share s of the strands in A.B, the free strands follow from what is left of each; the
    share is where they are in equilibrium with A.B. Their product falls and s rises, so that halving finds it."""
    k_ab, k_aa, k_bb = association(a, b), self_association(a), self_association(b)

    def free(k, left):
        """Concentration of single strands where `left` is in these and in homodimers of constant `k`."""
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
