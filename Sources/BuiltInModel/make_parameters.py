#!/usr/bin/env python3
"""Writes energies of DNA as a parameter file of ViennaRNA, from published nearest neighbours, at any sodium.

    make_parameters.py > dna.par                      # 1 mol/l of sodium
    make_parameters.py --sodium 0.05 > dna_50mM.par

ViennaRNA's own DNA set (Mathews et al., PNAS 101:7287, 2004) is the start, taken from the installed package. With it
duplexes melt 4 to 16 C above what was measured. So these sections are made anew: stacks and single mismatches,
initiation and terminal A.T, initiation of hairpins, bulges and internal loops, and the enthalpies of loops of 1 x 2
(in that set +9 to +32 kcal/mol: such loops bind the more the hotter it is). All else stays as it is there: dangling
ends, terminal mismatches, energies of loops of 1 x 2, loops of 2 x 2, multiloops, stacks on pairs of no known kind.

The salt's entropy, 0.368 ln[Na+] cal/(mol K) a stack (SantaLucia, PNAS 95:1460, 1998), is put in every stack, and twice
in a single mismatch, which is two. ViennaRNA's own correction for salt must stay off.

Only `mathews` and what calls it need ViennaRNA (pip install ViennaRNA).
"""
import argparse
import functools
import math
import os
import tempfile

BODY = 310.15  # K, the temperature of energies in a parameter file
PAIRS = ("CG", "GC", "GT", "TG", "AT", "TA")  # in ViennaRNA's order; a seventh is any other pair
BASES = "NACGT"
PAIRED = {"AT", "TA", "CG", "GC"}

# Nearest neighbours XY/ZW: 5' XY 3' on 3' ZW 5'. Enthalpy in kcal/mol, entropy in cal/(mol K), at 1 mol/l of sodium.

# SantaLucia & Hicks, Annu. Rev. Biophys. Biomol. Struct. 33:415 (2004), table 1; all but AA/TT as in SantaLucia 1998,
# table 2. Entropies of -20.4 for TA/AT and -19.0 for GG/CC, in copies of the former, contradict its free energies.
STACKS = {
    "AA/TT": (-7.6, -21.3),
    "AT/TA": (-7.2, -20.4),
    "TA/AT": (-7.2, -21.3),
    "CA/GT": (-8.5, -22.7),
    "GT/CA": (-8.4, -22.4),
    "CT/GA": (-7.8, -21.0),
    "GA/CT": (-8.2, -22.2),
    "CG/GC": (-10.6, -27.2),
    "GC/CG": (-9.8, -24.4),
    "GG/CC": (-8.0, -19.9),
}

# G.T: Allawi & SantaLucia, Biochemistry 36:10581 (1997), also as a pair of a stack. GT/TG is that of all contexts but
# 5' GGTC 3', which is not told apart.
GUANINE_THYMINE = {
    "AG/TT": (1.0, 0.9),
    "AT/TG": (-2.5, -8.3),
    "CG/GT": (-4.1, -11.7),
    "CT/GG": (-2.8, -8.0),
    "GG/CT": (3.3, 10.4),
    "GG/TT": (5.8, 16.3),
    "GT/CG": (-4.4, -12.3),
    "GT/TG": (4.1, 9.5),
    "TG/AT": (-0.1, -1.7),
    "TG/GT": (-1.4, -6.2),
    "TT/AG": (-1.3, -5.3),
}

# A row's neighbours have the first pair A.T, C.G, G.C and T.A.
MISMATCHES = {
    # Allawi & SantaLucia, Biochemistry 37:2170 (1998): G.A
    "AG": ((-0.6, -2.3), (-0.7, -2.3), (-0.6, -1.0), (0.7, 0.7)),
    "GA": ((-0.7, -2.3), (-4.0, -13.2), (0.5, 3.2), (3.0, 7.4)),
    # Allawi & SantaLucia, Nucleic Acids Res. 26:2694 (1998): C.T
    "CT": ((0.7, 0.2), (-0.8, -4.5), (2.3, 5.4), (1.2, 0.7)),
    "TC": ((-1.2, -6.2), (-1.5, -6.1), (5.2, 13.5), (1.0, 0.7)),
    # Allawi & SantaLucia, Biochemistry 37:9435 (1998): A.C
    "AC": ((2.3, 4.6), (1.9, 3.7), (5.2, 14.2), (3.4, 8.0)),
    "CA": ((5.3, 14.6), (0.6, -0.6), (-0.7, -3.8), (7.6, 20.2)),
    # Peyret, Seneviratne, Allawi & SantaLucia, Biochemistry 38:3468 (1999): A.A, C.C, G.G, T.T
    "AA": ((1.2, 1.7), (-0.9, -4.2), (-2.9, -9.8), (4.7, 12.9)),
    "CC": ((0.0, -4.4), (-1.5, -7.2), (3.6, 8.9), (6.1, 16.4)),
    "GG": ((-3.1, -9.5), (-4.9, -15.3), (-6.0, -15.8), (1.6, 3.6)),
    "TT": ((-2.7, -10.8), (-5.0, -15.8), (-2.2, -8.4), (0.2, -1.5)),
}

# Enthalpies of terminal mismatches, kcal/mol: SantaLucia & Peyret, WO 01/94611 (2001). For each pair before the
# mismatch those of AA, CC, GG, TT, AC, CA, CT, TC, AG, GA, GT and TG.
TERMINAL_MISMATCHES = {
    "AT": (-3.1, -0.1, -1.1, -2.4, -1.6, -1.8, -0.9, -2.3, -1.9, -2.5, -3.2, -3.5),
    "CG": (-4.3, -2.1, -3.8, -6.1, -2.6, -2.7, -3.2, -3.9, -3.9, -6.0, -3.8, -6.6),
    "GC": (-8.0, -3.9, -0.7, -7.4, -5.0, -3.2, -4.9, -3.0, -4.3, -4.6, -5.7, -5.9),
    "TA": (-2.5, -0.7, -1.1, -3.2, -2.3, -2.7, -2.5, -0.7, -2.0, -2.4, -3.9, -3.6),
}

# Free energies by the number of bases, kcal/mol: SantaLucia & Hicks 2004, table 4, where enthalpies are 0. To these
# ViennaRNA adds the stack beside a bulge of one base, and the terminal A.T or the mismatches that close other loops.
HAIRPIN = {
    3: 3.5, 4: 3.5, 5: 3.3, 6: 4.0, 7: 4.2, 8: 4.3, 9: 4.5, 10: 4.6,
    12: 5.0, 14: 5.1, 16: 5.3, 18: 5.5, 20: 5.7, 25: 6.1, 30: 6.3,
}
BULGE = {
    1: 4.0, 2: 2.9, 3: 3.1, 4: 3.2, 5: 3.3, 6: 3.5, 7: 3.7, 8: 3.9, 9: 4.1, 10: 4.3,
    12: 4.5, 14: 4.8, 16: 5.0, 18: 5.2, 20: 5.3, 25: 5.6, 30: 5.9,
}
INTERNAL = {
    4: 3.6, 5: 4.0, 6: 4.4, 7: 4.6, 8: 4.8, 9: 4.9, 10: 4.9,
    12: 5.2, 14: 5.4, 16: 5.6, 18: 5.8, 20: 5.9, 25: 6.3, 30: 6.6,
}
LONGEST_LOOP = 30
# Sizes between those of the table are continued from the next smaller by 2.44 R T ln(ratio), as that paper has it.
LOOP_GROWTH = 2.44 * 1.9872e-3 * BODY  # kcal/mol

# Free energy and enthalpy of initiation and of a terminal A.T, kcal/mol: SantaLucia & Hicks 2004, table 1.
INITIATION = (1.96, 0.2)
TERMINAL_AT = (0.05, 2.2)

SALT = 0.368  # cal/(mol K) a stack and ln(mol/l): SantaLucia 1998

# What nobody published, and was chosen.
UNKNOWN_MISMATCH = 1.9  # kcal/mol, no enthalpy: beside G.T where it was not measured; that of RNA between two A.U pairs
UNKNOWN_TERMINAL_MISMATCH = -3.0  # kcal/mol, of a pair that is none of PAIRS
# A single mismatch of positive enthalpy binds the more the hotter it is. Its enthalpy is lowered so far that its free
# energy at 89.9 C is not below this; to 0 where it is below at 37 C.
HELD, HELD_AT = 0.3, 363.07  # kcal/mol, K


def neighbours():
    """Every nearest neighbour, read from either strand."""
    found = {**STACKS, **GUANINE_THYMINE}
    for (x, y), values in MISMATCHES.items():
        found.update({f"{a}{x}/{b}{y}": value for (a, b), value in zip(("AT", "CG", "GC", "TA"), values)})
    return found | {name[::-1]: value for name, value in found.items()}


NEIGHBOURS = neighbours()


def free_energy(name):
    """Of a nearest neighbour at 37 C and 1 mol/l, kcal/mol."""
    enthalpy, entropy = NEIGHBOURS[name]
    return enthalpy - BODY * entropy / 1000


def stack(first, second):
    """Free energy and enthalpy of two pairs, each read inwards (as ViennaRNA has them), kcal/mol."""
    name = f"{first[0]}{second[1]}/{first[1]}{second[0]}"
    return free_energy(name), NEIGHBOURS[name][0]


def single_mismatch(first, second, x, y):
    """Free energy and enthalpy of x.y between two pairs, each read towards it, kcal/mol: the sum of both neighbours."""
    names = f"{first[0]}{x}/{first[1]}{y}", f"{second[0]}{y}/{second[1]}{x}"
    if x + y in PAIRED or not all(name in NEIGHBOURS for name in names):
        return UNKNOWN_MISMATCH, 0.0
    energy, enthalpy = sum(map(free_energy, names)), sum(NEIGHBOURS[name][0] for name in names)
    if enthalpy > 0:
        # The enthalpy at which the line through the energy at 37 C has HELD at HELD_AT.
        limit = energy + (energy - HELD) * BODY / (HELD_AT - BODY) if energy > HELD else 0.0
        enthalpy = min(enthalpy, limit)
    return energy, enthalpy


def terminal_enthalpy(pair):
    """Mean enthalpy of the terminal mismatches on a pair, kcal/mol; G.T counts as A.T."""
    values = TERMINAL_MISMATCHES.get({"GT": "AT", "TG": "AT"}.get(pair, pair), (UNKNOWN_TERMINAL_MISMATCH,))
    return sum(values) / len(values)


def loops(table):
    """Free energies of loops of 0 to LONGEST_LOOP bases, kcal/mol; None for those that are no loops."""
    energies, known = [], None
    for size in range(LONGEST_LOOP + 1):
        known = size if size in table else known
        if known is None:
            energies.append(None)
            continue
        entropy = 1000 * (table[known] + LOOP_GROWTH * math.log(size / known)) / BODY
        # Without enthalpy a loop is its entropy, which is kept to hundredths of cal/(mol K), the rest cut off.
        energies.append(BODY / 1000 * math.floor(100 * entropy) / 100)
    return energies


def cell(energy):
    """A number of kcal/mol as the parameter file has it, in hundredths."""
    return "INF" if energy is None else str(round(100 * energy))


def salt_energy(sodium):
    """What `sodium` mol/l add to the free energy of a stack at 37 C, kcal/mol."""
    return -BODY * SALT / 1000 * math.log(sodium)


def derived():
    """Cells of the sections at 1 mol/l by their place; the places not given stay as they are."""
    found = {name: {} for name in ("stack", "stack_enthalpies", "int11", "int11_enthalpies", "int21_enthalpies")}
    for i, first in enumerate((*PAIRS, "")):
        for j, second in enumerate((*PAIRS, "")):
            block = 7 * i + j
            enthalpy = terminal_enthalpy(first) + terminal_enthalpy(second)
            found["int21_enthalpies"].update({125 * block + k: cell(enthalpy) for k in range(125)})
            if not first or not second:
                continue
            found["stack"][block], found["stack_enthalpies"][block] = map(cell, stack(first, second))
            for k in range(25):
                energies = single_mismatch(first, second, BASES[k // 5], BASES[k % 5])
                at = 25 * block + k
                found["int11"][at], found["int11_enthalpies"][at] = map(cell, energies)
    for name, table in (("hairpin", HAIRPIN), ("bulge", BULGE), ("internal", INTERNAL)):
        found[name] = dict(enumerate(map(cell, loops(table))))
        found[name + "_enthalpies"] = {k: "INF" if energy == "INF" else "0" for k, energy in found[name].items()}
    found["Misc"] = dict(enumerate(map(cell, (*INITIATION, *TERMINAL_AT))))
    return found


def with_salt(cells, energy):
    """The cells, raised by an energy in hundredths of kcal/mol."""
    # ViennaRNA writes -50 as DEF.
    return [each if each == "INF" else str(int(each.replace("DEF", "-50")) + energy) for each in cells]


def filled(text, sodium):
    """A parameter file with our cells and the salt's energy in it."""
    sections = [section.split("\n", 1) for section in text.split("\n# ")]
    salt, ours, written = round(100 * salt_energy(sodium)), derived(), [sections[0]]
    for name, body in sections[1:]:
        if name in ours:
            lines = [line for line in body.split("\n") if line.strip() and not line.lstrip().startswith("/*")]
            # A comment may also end a line.
            cells = [each for line in lines for each in line.split("/*")[0].split()]
            cells = [ours[name].get(place, each) for place, each in enumerate(cells)]
            times = {"stack": 1, "int11": 2}.get(name, 0)
            cells = with_salt(cells, times * salt) if times else cells
            width = {"stack": 7, "stack_enthalpies": 7, "Misc": 6}.get(name, 5)
            rows = ("  ".join(cells[k : k + width]) for k in range(0, len(cells), width))
            body = "\n".join(rows) + "\n"
        written.append([name, body])
    return "\n# ".join("\n".join(section) for section in written)


@functools.cache
def mathews():
    """The text of ViennaRNA's own DNA set. ViennaRNA computes with that set afterwards."""
    import RNA

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "mathews.par")
        if not RNA.params_load_DNA_Mathews2004() or not RNA.params_save(path):
            raise OSError("ViennaRNA does not give its DNA parameters")
        with open(path, encoding="ascii") as file:
            return file.read()


def dna(sodium):
    """The text of the parameter file at `sodium` mol/l."""
    return filled(mathews(), sodium)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sodium", type=float, default=1.0, help="mol/l [1]")
    print(dna(parser.parse_args().sodium), end="")


if __name__ == "__main__":
    main()
