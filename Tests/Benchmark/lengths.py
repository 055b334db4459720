#!/usr/bin/env python3
"""Measures how far outside the lengths that it was trained on a model of hybridisation still holds.

    pip install ViennaRNA
    lengths.py                                   # the built-in model, classes about its trained lengths
    lengths.py --model my.seqgan 41:44 45:50     # both strands of these lengths
    lengths.py 12:25x41:50                       # a probe of 12 to 25 bases, a target of 41 to 50 around its site

Pairs are made by make_pairs.py, its kinds of two strands and pieces of 6 to 14 complementary bases in turn, and
labelled by label_pairs.py at 57 C, 1 M and 1 uM, so that only models of these labels can be measured. A row for each
class:

  share    pairs whose yield is above the model's threshold
  mcc, auc of the calls and of the scores; fp, fn: wrong calls among negatives and among positives, in percent
  error    mean |score - yield|, and beside it how many times that of like pairs within the trained lengths
  random   wrong calls, in percent, among unrelated pairs that do not bind, and their number
"""
import argparse
import math
import os
import random
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, ".build", "release", "seqgan")
STEPS_DOWN = [(5, 8), (3, 4), (1, 2)]
STEPS_UP = [(1, 2), (3, 4), (5, 8), (9, 14), (15, 25)]


def facts(options):
    """What inspect tells of the model: its trained lengths and threshold."""
    command = [options.seqgan, "inspect"] + ([options.model] if options.model else [])
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    rows = dict(line.split("\t", 1) for line in lines if "\t" in line)
    shortest, longest = map(int, rows["trained lengths"].split(" to "))
    return shortest, longest, float(rows["threshold"])


def classes_about(shortest, longest):
    """Both strands, then one strand, of each step of lengths outside those trained."""
    inside = f"{shortest}:{longest}"
    down = [f"{shortest - far}:{shortest - near}" for near, far in STEPS_DOWN if shortest - far >= 4]
    up = [f"{longest + near}:{longest + far}" for near, far in STEPS_UP]
    return [inside, *down, *up, *(f"{short}x{inside}" for short in down), *(f"{inside}x{long}" for long in up)]


def piece(rng, lengths, pairs):
    """Complementary over 6 to 14 bases only."""
    a, b = pairs.without_runs(rng, rng.randint(*lengths)), pairs.without_runs(rng, rng.randint(*lengths))
    size = min(rng.randint(6, 14), len(a), len(b))
    at, to = rng.randint(0, len(a) - size), rng.randint(0, len(b) - size)
    return a, b[:to] + pairs.reverse_complement(a[at : at + size]) + b[to + size :]


def made(rng, kind, name, pairs):
    """A pair of a kind and of a class of lengths; with a probe and a target, strand A is the target's site."""
    lengths = [tuple(map(int, part.split(":"))) for part in name.split("x")]
    a, b = piece(rng, lengths[0], pairs) if kind == "piece" else pairs.KINDS[kind](rng, lengths[0])
    if len(lengths) == 2:
        more = max(0, rng.randint(*lengths[1]) - len(a))
        left, gc = rng.randint(0, more), rng.uniform(0.3, 0.7)
        a = pairs.letters(rng, left, gc) + a + pairs.letters(rng, more - left, gc)
    return (a, b) if rng.random() < 0.5 else (b, a)


def labelled(name, options):
    """Rows of strand A, strand B, kind and yield. Those of kind `extra` are further unrelated pairs."""
    import label_pairs
    import make_pairs

    kinds = [kind for kind in make_pairs.KINDS if kind != "target"] + ["piece"]
    oracle, rows = label_pairs.Oracle("dna"), []
    for k in range(options.pairs + options.random):
        kind = kinds[k % len(kinds)] if k < options.pairs else "extra"
        rng = random.Random(f"{options.seed} {name} {k}")
        a, b = made(rng, "random" if kind == "extra" else kind, name, make_pairs)
        rows.append((a, b, kind, oracle.heterodimer_share(a, b, 57.0, 1.0, 1e-6)))
    return rows


def scored(rows, options):
    """The program's calls and scores."""
    model = ["-m", options.model] if options.model else []
    command = [options.seqgan, "classify", "-q", "-t", "1", "--force-lengths"] + model
    lines = "".join(f"{a}\t{b}\n" for a, b, *_ in rows)
    answer = subprocess.run(command, input=lines, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    fields = [line.split("\t") for line in answer if line.rsplit("\t", 1)[1] != "score"]
    assert [(f[0], f[1]) for f in fields] == [(a, b) for a, b, *_ in rows]
    return [(f[-2] == "1", float(f[-1])) for f in fields]


def area(scores, labels):
    """Under the ROC curve: how often a positive's score is above a negative's, ties half."""
    order = sorted(zip(scores, labels))
    below = wins = at = 0
    while at < len(order):
        end = at
        while end < len(order) and order[end][0] == order[at][0]:
            end += 1
        positives = sum(label for _, label in order[at:end])
        wins += positives * (below + (end - at - positives) / 2)
        below, at = below + end - at - positives, end
    return wins / (below * (len(labels) - below)) if 0 < below < len(labels) else math.nan


def within(name, shortest, longest):
    """The class of like pairs within the trained lengths: each range that leaves them becomes that of all of them."""
    ranges = [tuple(map(int, part.split(":"))) for part in name.split("x")]
    kept = [(low, high) if shortest <= low and high <= longest else (shortest, longest) for low, high in ranges]
    return "x".join(f"{low}:{high}" for low, high in kept)


def share(count, of):
    return count / of if of else math.nan


def figures(rows, calls, threshold):
    """What a row tells. `random` and `unrelated` count all unrelated pairs, the others the kinds in turn alone."""
    both = [(call, score, y > threshold, y, kind) for (*_, kind, y), (call, score) in zip(rows, calls)]
    mixed = [row for row in both if row[4] != "extra"]
    tp, fp, fn, tn = (sum(r[0] == c and r[2] == l for r in mixed) for c, l in [(1, 1), (1, 0), (0, 1), (0, 0)])
    sides = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    unrelated = [row for row in both if row[4] in ("extra", "random") and not row[2]]
    return {
        "n": len(mixed),
        "share": share(tp + fn, len(mixed)),
        "mcc": (tp * tn - fp * fn) / math.sqrt(sides) if sides else math.nan,
        "auc": area([r[1] for r in mixed], [r[2] for r in mixed]),
        "fp": 100 * share(fp, fp + tn),
        "fn": 100 * share(fn, tp + fn),
        "error": sum(abs(r[1] - r[3]) for r in mixed) / len(mixed),
        "random": 100 * share(sum(r[0] for r in unrelated), len(unrelated)),
        "unrelated": len(unrelated),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seqgan", default=PROGRAM, help="the program [that of the release build]")
    parser.add_argument("--model", help="[the built-in one]")
    parser.add_argument("--tools", default=os.path.join(ROOT, "Sources", "BuiltInModel"),
                        help="the folder of make_pairs.py and label_pairs.py [that of the built-in model]")
    parser.add_argument("--pairs", type=int, default=500, help="pairs of all kinds a class [500]")
    parser.add_argument("--random", type=int, default=250, help="unrelated pairs a class beside them [250]")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("classes", nargs="*", metavar="MIN:MAX[xMIN:MAX]", help="[in steps about the trained lengths]")
    options = parser.parse_args()
    sys.path.insert(0, options.tools)
    shortest, longest, threshold = facts(options)
    names = options.classes or classes_about(shortest, longest)
    print(f"{'bases':<15}{'n':>6} {'share':>6} {'mcc':>6} {'auc':>7} {'fp %':>6} {'fn %':>6} "
          f"{'error':>13} {'random %':>12}")
    measured = {}

    def measure(name):
        if name not in measured:
            rows = labelled(name, options)
            measured[name] = figures(rows, scored(rows, options), threshold)
        return measured[name]

    for name in names:
        of, like = measure(name), measure(within(name, shortest, longest))
        print(f"{name:<15}{of['n']:>6} {of['share']:>6.2f} {of['mcc']:>6.3f} {of['auc']:>7.4f} {of['fp']:>6.1f} "
              f"{of['fn']:>6.1f} {of['error']:>6.3f} {of['error'] / like['error']:>5.1f}x {of['random']:>6.1f} "
              f"{of['unrelated']:>5}", flush=True)


if __name__ == "__main__":
    main()
