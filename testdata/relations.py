#!/usr/bin/env python3
"""Writes pairs under a simple relation, labelled: strand A, strand B, 1 or 0 (TSV on standard output).

    relations.py revcomp -n 20000 > rc.tsv                     # exact reverse complements, all of label 1
    relations.py revcomp -n 20000 --negatives 0.5 > rc01.tsv   # half of them random pairs of label 0
    relations.py revcomp -n 20000 --negatives 0.5 --substitutions 0:3 --negative-substitutions 8:19 > near.tsv

Relations, by letters of A (5' to 3') and B:
  revcomp   B is the reverse complement of A
  copy      B is A
  shift     B is A moved by three letters; the last three are random
  purine    each letter of B is a pyrimidine where A has a purine, and a purine where it has not
  six       letters A to F; B is A under a fixed permutation of them
A pair of label 0 has a random B, or with --negative-substitutions the right B with so many letters changed. The same
arguments give the same bytes.
"""
import argparse
import random

COMPLEMENT = str.maketrans("ACGT", "TGCA")
PERMUTED = str.maketrans("ABCDEF", "DFAECB")


def span(text):
    low, _, high = text.partition(":")
    return int(low), int(high or low)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("relation", choices=["revcomp", "copy", "shift", "purine", "six"])
    p.add_argument("-n", type=int, default=20000, help="pairs")
    p.add_argument("--length", type=int, default=26)
    p.add_argument("--negatives", type=float, default=0, help="share of label 0")
    p.add_argument("--substitutions", type=span, default=(0, 0), help="letters of B changed in pairs of label 1")
    p.add_argument("--negative-substitutions", type=span, help="in pairs of label 0, instead of a random B")
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    rng = random.Random(a.seed)
    letters = "ABCDEF" if a.relation == "six" else "ACGT"
    strand = lambda n: "".join(rng.choice(letters) for _ in range(n))

    def partner(s):
        if a.relation == "revcomp":
            return s.translate(COMPLEMENT)[::-1]
        if a.relation == "copy":
            return s
        if a.relation == "shift":
            return s[3:] + strand(3)
        if a.relation == "purine":
            return "".join(rng.choice("CT" if x in "AG" else "AG") for x in s)
        return s.translate(PERMUTED)

    def changed(s, count):
        s = list(s)
        for k in rng.sample(range(len(s)), rng.randint(*count)):
            s[k] = rng.choice([x for x in letters if x != s[k]])
        return "".join(s)

    for _ in range(a.n):
        first = strand(a.length)
        label = int(rng.random() >= a.negatives)
        if label:
            second = changed(partner(first), a.substitutions)
        elif a.negative_substitutions:
            second = changed(partner(first), a.negative_substitutions)
        else:
            second = strand(a.length)
        print(first, second, label, sep="\t")


if __name__ == "__main__":
    main()
