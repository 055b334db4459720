#!/usr/bin/env python3
"""Writes pairs under a relation, labelled: strand A, strand B, 1 or 0 (TSV on standard output); or judges pairs.

    relations.py revcomp -n 20000 > rc.tsv                     # exact reverse complements, all of label 1
    relations.py revcomp -n 20000 --negatives 0.5 > rc01.tsv   # half of them random pairs of label 0
    relations.py revcomp -n 20000 --negatives 0.5 --substitutions 0:3 --negative-substitutions 8:19 > near.tsv
    relations.py --list                                        # the relations
    relations.py blocks --check made.tsv                       # how many pairs obey, and how varied B is

A pair of label 0 has a random B, or with --negative-substitutions the right B with so many letters changed. The same
arguments give the same bytes.

--check reads pairs from the first two columns of a table and writes rows of name and value:
  pairs    their number
  obeys    share under the relation
  unique   share of distinct pairs
  bits     entropy of B given A in the relation, bits a pair; its length counts where that is drawn apart
  entropy  that of the pairs that obey, against it ('-': B is a function of A, or too few pairs obey). It is the sum
           over the choices that A leaves (a free letter, the length of a loop), each lowered by what the choice before
           it, or a letter of A at its place from either end, tells of it
"""
import argparse
import math
import random
import sys
from collections import Counter, defaultdict

from relation_table import RELATIONS, uniform

# A table of counts is read apart from others where it has so many pairs for each of its cells: of one variable, of two.
ENOUGH, ENOUGH_OF_TWO = 20, 100
# With fewer pairs that obey there is no entropy to speak of.
FEWEST = 200


def span(text):
    low, _, high = text.partition(":")
    return int(low), int(high or low)


def write(relation, a):
    rng = random.Random(a.seed)

    def changed(s, count):
        s = list(s)
        for k in rng.sample(range(len(s)), rng.randint(*count)):
            s[k] = rng.choice([x for x in relation.answers if x != s[k]])
        return "".join(s)

    for _ in range(a.n):
        first = relation.first(rng, a.length)
        label = int(rng.random() >= a.negatives)
        if label:
            second = changed(relation.partner(rng, first), a.substitutions)
        elif a.negative_substitutions:
            second = changed(relation.partner(rng, first), a.negative_substitutions)
        else:
            second = uniform(rng, relation.answers, len(relation.pattern(rng, first)))
        print(first, second, label, sep="\t")


def entropy(values):
    """Bits, from counts, corrected for their number (Miller and Madow 1955)."""
    counts, total = Counter(values).values(), len(values)
    plain = math.log2(total) - sum(n * math.log2(n) for n in counts) / total
    return plain + (len(counts) - 1) / (2 * total * math.log(2))


def shared(pairs):
    """Bits that two variables tell of each other."""
    return entropy([x for x, _ in pairs]) + entropy([y for _, y in pairs]) - entropy(pairs)


def by_place(found, enough, cells):
    """Lists of values with their kind, one for each place and kind; where that has too few values, for the kind."""
    apart, pooled = defaultdict(list), defaultdict(list)
    for place, kind, value in found:
        apart[kind, place].append(value)
    for (kind, place), values in apart.items():
        if len(values) < enough * cells(kind, values):
            pooled[kind] += values
        else:
            yield kind, values
    yield from pooled.items()


def choices_entropy(pairs):
    """Bits of the choices of all pairs together, without those that something else tells of them."""
    alone = [(place, kind, value) for choices in pairs for place, kind, value, _ in choices]
    bits = sum(len(values) * entropy(values) for kind, values in by_place(alone, ENOUGH, lambda kind, _: kind[0]))
    told = defaultdict(lambda: [0, 0, 0])
    for beside in range(3):
        two = []
        for choices in pairs:
            before = [None, *(choice[2] for choice in choices)]
            two += [(place, kind, (value, (known, *near)[beside]))
                    for known, (place, kind, value, near) in zip(before, choices)]
        cells = lambda kind, values: kind[0] * len({known for _, known in values})
        for kind, values in by_place(two, ENOUGH_OF_TWO, cells):
            if len(values) >= ENOUGH * cells(kind, values):
                told[kind][beside] += len(values) * shared(values)
    return max(0, bits - sum(max(0, *each) for each in told.values()))


def figures(relation, pairs, lengths=None):
    """What --check tells of a list of pairs; entropy is None where there is none."""
    right = [(a, b, *answer) for a, b in pairs if (answer := relation.answer(a, b, lengths))]
    # Against the letters that were there to choose, lest a B that is longer on average pass for a more varied one.
    bits = sum(relation.bits_of(found, k) for *_, found, k in right)
    varied = bits > 0 and len(right) >= FEWEST
    return {
        "pairs": len(pairs),
        "obeys": len(right) / len(pairs) if pairs else 0,
        "unique": len(set(pairs)) / len(pairs) if pairs else 0,
        "bits": sum(relation.bits(a) for a, *_ in right) / len(right) if right else None,
        "entropy": choices_entropy([list(relation.choices(*each)) for each in right]) / bits if varied else None,
    }


def read(path):
    with sys.stdin if path == "-" else open(path) as lines:
        return [tuple(line.rstrip("\n").split("\t")[:2]) for line in lines if "\t" in line]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("relation", nargs="?", choices=RELATIONS, metavar="RELATION", help="one that --list names")
    p.add_argument("-n", type=int, default=20000, help="pairs")
    p.add_argument("--length", type=span, help="letters of A, MIN:MAX or one number [the relation's own]")
    p.add_argument("--negatives", type=float, default=0, help="share of label 0")
    p.add_argument("--substitutions", type=span, default=(0, 0), help="letters of B changed in pairs of label 1")
    p.add_argument("--negative-substitutions", type=span, help="in pairs of label 0, instead of a random B")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--list", action="store_true", help="name the relations")
    p.add_argument("--check", metavar="PAIRS.tsv", help="judge the pairs of this table; '-': standard input")
    a = p.parse_args()
    if a.list:
        for name, relation in RELATIONS.items():
            print(f"{name:<12} {relation.tells}")
        return
    if not a.relation:
        p.error("name a relation; --list tells which there are")
    relation = RELATIONS[a.relation]
    if a.length and (a.length[0] < relation.least or any(n % relation.step for n in a.length)):
        p.error(f"{a.relation}: strand A has {relation.least} letters or more, a multiple of {relation.step}")
    if not a.check:
        write(relation, a)
        return
    for name, value in figures(relation, read(a.check), a.length).items():
        print(name, "-" if value is None else value if name == "pairs" else f"{value:.4f}", sep="\t")


if __name__ == "__main__":
    main()
