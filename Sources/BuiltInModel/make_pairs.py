#!/usr/bin/env python3
"""Makes DNA pairs of several kinds for training a model of hybridisation, and labels them with a command.

    make_pairs.py --count 200000 --seed 1 -- python3 label_pairs.py --draw 1 > labelled.tsv
    make_pairs.py --count 20000 --seed 2 --kinds target -- python3 label_pairs.py --draw 2 > targets.tsv
    make_pairs.py --count 1000000 --seed 4 > unlabelled.tsv
    make_pairs.py --count 2000 --seed 3 --lengths 20:20 --kinds plain -- python3 label_pairs.py --at 57 1 1e-6 > t.tsv

The command reads lines of strand A and strand B and writes a line for each (strandA, strandB, temperature, sodium,
concentration, yield); the kind is appended. Without a command, each pair has conditions that do not depend on its
strands, and no yield: temperature uniform from 5 to 95 C, sodium 1 M for one pair in five, else log-uniform from 10 mM
to 1.2 M, concentration log-uniform from 1 nM to 50 uM. Pair k depends on seed, lengths, kinds and k only, whatever the
number of processes. Standard library only.

Kinds (`--kinds all` takes all but target in turn):
  plain       A without long runs; B in 80 % A's reverse complement with 0 to 14 substitutions and 0 to 3 insertions or
              deletions of 1 to 4 bases, in 7 % A itself changed so, in 8 % unrelated, in 5 % complementary over 6 to 14
              bases only
  random      two unrelated strands
  near        complementary over about as many bases as binding takes, the rest changed: yields near the threshold
  part        strands of different lengths, one complementary to a part of the other, with a few changes
  hairpin     A folds on itself; B is its reverse complement, changed or not
  homodimer   A binds A; B is its reverse complement, changed
  gc, at      rich in G and C, or in A and T; the relation as in plain
  repeat      repeats of one to three bases, changed a little; the relation as in plain
  perfect     A and its reverse complement
  target      A, a probe of 12 to 45 bases; B, a target of 55 to 200, whatever the lengths asked for: with a site for
              the probe or for a part of it, perfect or changed, or with none. Eight probes in turn have the same target
"""
import argparse
import concurrent.futures
import math
import random
import subprocess
import sys

PAIRED = str.maketrans("ACGT", "TGCA")
PIECE = 1000  # pairs that one run of the command labels


def reverse_complement(strand):
    return strand.translate(PAIRED)[::-1]


def letters(rng, count, gc=0.5):
    return "".join(rng.choice("GC") if rng.random() < gc else rng.choice("AT") for _ in range(count))


def without_runs(rng, count):
    """Bases with at most two G or C in a row and at most three A or T."""
    strand = ""
    while len(strand) < count:
        base = rng.choice("ACGT")
        most = 2 if base in "GC" else 3
        if not strand.endswith(base * most):
            strand += base
    return strand


def substituted(rng, strand, count):
    bases = list(strand)
    for at in rng.sample(range(len(bases)), min(count, len(bases))):
        bases[at] = rng.choice("ACGT".replace(bases[at], ""))
    return "".join(bases)


def changed(rng, strand, substitutions=14, gaps=3):
    """The strand with at most so many substitutions, and insertions or deletions of one to four bases."""
    strand = substituted(rng, strand, rng.randint(0, substitutions))
    for _ in range(rng.randint(0, gaps)):
        at, size = rng.randrange(len(strand) + 1), rng.randint(1, 4)
        if rng.random() < 0.5:
            strand = strand[:at] + letters(rng, size) + strand[at:]
        elif len(strand) > size + 4:
            strand = strand[:at] + strand[at + size :]
    return strand


def fitted(rng, strand, lengths):
    """The strand, cut or extended with random bases at one end to a length in range."""
    wanted = min(max(len(strand), lengths[0]), lengths[1])
    if len(strand) > wanted:
        return strand[:wanted] if rng.random() < 0.5 else strand[-wanted:]
    more = letters(rng, wanted - len(strand))
    return strand + more if rng.random() < 0.5 else more + strand


def partner(rng, a, lengths):
    """Strand B as in the kind plain."""
    draw = rng.random()
    if draw < 0.80:
        b = changed(rng, reverse_complement(a))
    elif draw < 0.87:
        b = changed(rng, a)
    elif draw < 0.95:
        b = without_runs(rng, rng.randint(*lengths))
    else:
        size = min(rng.randint(6, 14), len(a))
        at = rng.randrange(len(a) - size + 1)
        rest = max(0, rng.randint(*lengths) - size)
        left = rng.randint(0, rest)
        b = without_runs(rng, left) + reverse_complement(a[at : at + size]) + without_runs(rng, rest - left)
    return fitted(rng, b, lengths)


def plain(rng, lengths):
    a = without_runs(rng, rng.randint(*lengths))
    return a, partner(rng, a, lengths)


def unrelated(rng, lengths):
    gc = rng.uniform(0.3, 0.7)
    return letters(rng, rng.randint(*lengths), gc), letters(rng, rng.randint(*lengths), gc)


def near(rng, lengths):
    gc = rng.uniform(0.3, 0.7)
    a = letters(rng, rng.randint(*lengths), gc)
    # About 12 to 18 pairs bind at 57 C; fewer where they are rich in G and C.
    core = min(len(a), max(6, round(rng.gauss(17 - 7 * (gc - 0.4), 3))))
    at = rng.randrange(len(a) - core + 1)
    rate = rng.uniform(0.15, 0.75)
    bases = [
        base if at <= k < at + core or rng.random() >= rate else rng.choice("ACGT") for k, base in enumerate(a)
    ]
    return a, fitted(rng, changed(rng, reverse_complement("".join(bases)), substitutions=2, gaps=1), lengths)


def part(rng, lengths):
    a = letters(rng, rng.randint(*lengths), rng.uniform(0.3, 0.7))
    size = rng.randint(min(len(a), lengths[0]), len(a))
    at = rng.randrange(len(a) - size + 1)
    b = changed(rng, reverse_complement(a[at : at + size]), substitutions=5, gaps=1)
    a, b = a, fitted(rng, b, lengths)
    return (a, b) if rng.random() < 0.5 else (b, a)


def hairpin(rng, lengths):
    length = rng.randint(*lengths)
    loop = rng.randint(3, 8)
    stem = min(rng.randint(3, 12), (length - loop) // 2)
    arm = letters(rng, max(stem, 1), rng.uniform(0.3, 0.8))
    fold = arm + letters(rng, loop) + substituted(rng, reverse_complement(arm), rng.choice([0, 0, 0, 1, 2]))
    tail = max(0, length - len(fold))
    left = rng.randint(0, tail)
    a = fitted(rng, letters(rng, left) + fold + letters(rng, tail - left), lengths)
    b = reverse_complement(a)
    draw = rng.random()
    if draw < 0.6:
        b = changed(rng, b, substitutions=6, gaps=1)
    elif draw < 0.8:
        b = partner(rng, a, lengths)
    return a, fitted(rng, b, lengths)


def homodimer(rng, lengths):
    length = rng.randint(*lengths)
    half = letters(rng, min(length // 2, rng.randint(4, 16)), rng.uniform(0.3, 0.7))
    own = substituted(rng, half + reverse_complement(half), rng.choice([0, 0, 1, 2, 3]))
    tail = max(0, length - len(own))
    left = rng.randint(0, tail)
    a = fitted(rng, letters(rng, left) + own + letters(rng, tail - left), lengths)
    return a, fitted(rng, changed(rng, reverse_complement(a), substitutions=6, gaps=1), lengths)


def rich(rng, lengths, low, high):
    a = letters(rng, rng.randint(*lengths), rng.uniform(low, high))
    return a, partner(rng, a, lengths)


def repeat(rng, lengths):
    length = rng.randint(*lengths)
    unit = letters(rng, rng.randint(1, 3))
    a = substituted(rng, (unit * length)[:length], rng.randint(0, 4))
    return a, partner(rng, a, lengths)


def perfect(rng, lengths):
    a = letters(rng, rng.randint(*lengths), rng.uniform(0.3, 0.7))
    return a, reverse_complement(a)


def target(rng, shared):
    """A probe, and a target that `shared` makes: the same for every probe of it."""
    gc = shared.uniform(0.3, 0.65)
    whole = letters(shared, shared.randint(55, 150) if shared.random() < 0.7 else shared.randint(150, 200), gc)
    length = rng.randint(12, 45)
    probe = letters(rng, length, rng.uniform(0.3, 0.7))
    if rng.random() < 0.6:
        core = length if rng.random() < 0.5 else rng.randint(8, length)
        at, left = rng.randrange(len(whole) - core + 1), rng.randint(0, length - core)
        site = changed(
            rng, reverse_complement(whole[at : at + core]), rng.choice([0, 0, 1, 2, 3, 5, 8]), rng.choice([0, 0, 0, 1])
        )
        probe = fitted(rng, probe[:left] + site + probe[left + core :], (12, 45))
    return probe, whole


KINDS = {
    "plain": plain,
    "random": unrelated,
    "near": near,
    "part": part,
    "hairpin": hairpin,
    "homodimer": homodimer,
    "gc": lambda rng, lengths: rich(rng, lengths, 0.6, 0.9),
    "at": lambda rng, lengths: rich(rng, lengths, 0.1, 0.4),
    "repeat": repeat,
    "perfect": perfect,
    "target": target,
}
PROBES = 8  # of a target


def pair(options, k):
    """Pair k and its kind."""
    kind, turn = options.kinds[k % len(options.kinds)], k // len(options.kinds)
    rng = random.Random(f"{options.seed} {k}")
    if kind == "target":
        a, b = target(rng, random.Random(f"{options.seed} target {turn // PROBES}"))
    else:
        a, b = KINDS[kind](rng, options.lengths)
    return a, b, kind


def made(options, start, end):
    """Lines of the pairs start ..< end, and their kinds."""
    pairs = [pair(options, k) for k in range(start, end)]
    return [f"{a}\t{b}\n" for a, b, _ in pairs], [kind for _, _, kind in pairs]


def conditions(rng):
    """Temperature in C, sodium and concentration in mol/l, none of which depends on a pair."""
    sodium = 1 if rng.random() < 0.2 else 10 ** rng.uniform(-2, math.log10(1.2))
    return f"{rng.uniform(5, 95):.1f}\t{sodium:.3g}\t{10 ** rng.uniform(-9, math.log10(5e-5)):.3g}"


def rows(options, start):
    """The lines of the piece of pairs that begins at `start`: labelled, if there is a command."""
    end = min(start + PIECE, options.count)
    lines, kinds = made(options, start, end)
    if not options.command:
        points = [conditions(random.Random(f"{options.seed} conditions {k}")) for k in range(start, end)]
        return [f"{line[:-1]}\t{point}\t{kind}\n" for line, point, kind in zip(lines, points, kinds)]
    answer = subprocess.run(options.command, input="".join(lines), text=True, capture_output=True, check=False)
    labelled = answer.stdout.splitlines()
    if answer.returncode != 0 or len(labelled) != len(lines):
        sys.exit(f"{options.command[0]} gave {len(labelled)} lines for {len(lines)} pairs: {answer.stderr.strip()}")
    return [f"{row}\t{kind}\n" for row, kind in zip(labelled, kinds)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000, help="pairs [1000]")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lengths", default="6:60", help="MIN:MAX bases of each strand [6:60]")
    parser.add_argument("--kinds", default="all", help="all, or names separated by commas")
    parser.add_argument("--processes", type=int, default=1, help="labelling commands at a time [1]")
    parser.add_argument("command", nargs="*", help="labels pairs, from standard input to standard output")
    options = parser.parse_args()
    options.lengths = tuple(map(int, options.lengths.split(":")))
    options.kinds = [kind for kind in KINDS if kind != "target"] if options.kinds == "all" else options.kinds.split(",")
    if len(options.lengths) != 2 or not 6 <= options.lengths[0] <= options.lengths[1]:
        parser.error("--lengths takes MIN:MAX, 6 or more")
    if unknown := set(options.kinds) - set(KINDS):
        parser.error(f"no such kind: {', '.join(sorted(unknown))}")
    label = ["yield"] if options.command else []
    print("strandA", "strandB", "temperature", "sodium", "concentration", *label, "kind", sep="\t")
    with concurrent.futures.ThreadPoolExecutor(options.processes) as pool:
        for piece in pool.map(lambda start: rows(options, start), range(0, options.count, PIECE)):
            sys.stdout.writelines(piece)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
