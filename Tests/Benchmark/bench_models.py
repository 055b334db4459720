#!/usr/bin/env python3
"""The figures of the built-in models' cards: scores of held-out pairs, and how generated pairs are spread.

    bench_models.py held-out FOLDER          # sets as Sources/BuiltInModel/make_data.sh makes them
    bench_models.py generated                # 1,000 pairs at four conditions; needs ViennaRNA
    bench_models.py --model my.seqgan generated --pairs 300

held-out: for each file NAME_held_*.tsv.gz of the folder, and for its pairs by kind, by the length of the shorter
strand and by temperature: pairs, Matthews correlation at 0.2, area under the ROC curve, mean absolute difference of
score and yield, and the largest difference of mean score and mean yield in a tenth of the scores that has 50 pairs or
more. Those with rna in their names are scored by that model.

generated: at 25, 37, 57 and 68 C, 163 mM sodium, 200 nM of each strand, by the script that labels the training data:
the share of pairs with a yield above 0.2, mean yield, share of exact reverse complements, and the Jensen-Shannon
distance of 4-mers to those of the data's pairs that interact there, over that of two halves of these.
"""
import argparse
import collections
import glob
import gzip
import math
import os
import random
import subprocess
import sys

from bench_alternatives import matthews
from lengths import area

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, ".build", "release", "seqgan")
RECIPE = os.path.join(ROOT, "Sources", "BuiltInModel")
THRESHOLD = 0.2
LENGTHS = [(6, 11), (12, 17), (18, 26), (27, 40), (41, 200)]
TEMPERATURES = [(5, 24), (25, 44), (45, 64), (65, 95)]
SODIUM, MOLAR = 0.163, 2e-7
PAIRED = str.maketrans("ACGT", "TGCA")


def scored(path, model):
    """Rows of the table as dictionaries, with a score."""
    text = subprocess.run([PROGRAM, "classify", "-q", "-m", model, path], capture_output=True, text=True, check=True)
    lines = text.stdout.splitlines()
    names = lines[0].split("\t")
    return [dict(zip(names, line.split("\t"))) for line in lines[1:]]


def figures(rows):
    """Pairs, MCC, AUROC, mean absolute difference, the worst tenth; NaN where there is only one label."""
    pairs = sorted((float(row["score"]), float(row["yield"])) for row in rows)
    counts = collections.Counter((score > THRESHOLD, truth > THRESHOLD) for score, truth in pairs)
    mcc = matthews(*(counts[key] for key in ((True, True), (True, False), (False, True), (False, False))))
    roc = area([score for score, _ in pairs], [truth > THRESHOLD for _, truth in pairs])
    tenths = collections.defaultdict(list)
    for score, truth in pairs:
        tenths[min(9, int(10 * score))].append(score - truth)
    worst = max((abs(sum(d)) / len(d) for d in tenths.values() if len(d) >= 50), default=math.nan)
    error = sum(abs(score - truth) for score, truth in pairs) / len(pairs)
    return len(pairs), mcc, roc, error, worst


def parts(rows):
    """The rows by kind, by the length of the shorter strand and by temperature, with a name each."""
    for kind in sorted({row["kind"] for row in rows}):
        yield f"kind {kind}", [row for row in rows if row["kind"] == kind]
    shorter = lambda row: min(len(row["strandA"]), len(row["strandB"]))
    for low, high in LENGTHS:
        yield f"shorter strand {low} to {high}", [row for row in rows if low <= shorter(row) <= high]
    for low, high in TEMPERATURES:
        yield f"{low} to {high} C", [row for row in rows if low <= float(row["temperature"]) < high + 1]


def held_out(options):
    print("| pairs | number | MCC | AUROC | mean error | worst tenth |\n|---|---|---|---|---|---|")

    def show(name, rows):
        count, mcc, roc, error, worst = figures(rows)
        print(f"| {name} | {count} | {mcc:.3f} | {roc:.4f} | {error:.4f} | {worst:.3f} |", flush=True)

    for path in sorted(glob.glob(os.path.join(options.folder, "held_*.tsv.gz"))):
        name = os.path.basename(path)[: -len(".tsv.gz")]
        rows = scored(path, options.model or ("rna" if "rna" in name else "dna"))
        show(name, rows)
        if len({row["temperature"] for row in rows}) == 1:
            continue
        for part, own in parts(rows):
            if 50 <= len(own) < len(rows):
                show(f"{name}, {part}", own)


def spectrum(pairs):
    counts = collections.Counter(s[k : k + 4] for pair in pairs for s in pair for k in range(len(s) - 3))
    total = sum(counts.values())
    return {word: count / total for word, count in counts.items()}


def distance(p, q):
    """Jensen-Shannon distance, base 2."""
    middle = {word: (p.get(word, 0) + q.get(word, 0)) / 2 for word in set(p) | set(q)}
    part = lambda a: sum(share * math.log2(share / middle[word]) for word, share in a.items())
    return math.sqrt(max(0.0, (part(p) + part(q)) / 2))


def generated(options):
    sys.path.insert(0, RECIPE)
    import label_pairs
    import make_pairs

    kinds = [kind for kind in make_pairs.KINDS if kind not in ("perfect", "target")]
    recipe = argparse.Namespace(seed=options.seed, lengths=(8, 50), kinds=kinds)
    exact = lambda pairs: sum(b == a.translate(PAIRED)[::-1] for a, b in pairs) / len(pairs)
    oracle = label_pairs.Oracle("dna")
    print("| C | valid | different | mean yield | data's | exact complements | data's | 4-mers, of the floor |")
    print("|---|---|---|---|---|---|---|---|")
    for celsius in (25, 37, 57, 68):
        share = lambda pair: oracle.heterodimer_share(*pair, celsius, SODIUM, MOLAR)
        text = subprocess.run(
            [PROGRAM, "generate", "-q", "-m", options.model or "dna", "-n", str(options.pairs), "--format", "tsv",
             "--at", f"temperature={celsius}", "--at", f"sodium={SODIUM}", "--at", f"concentration={MOLAR}"],
            capture_output=True, text=True, check=True).stdout
        made = [tuple(line.split("\t")[:2]) for line in text.splitlines()]
        yields = [share(pair) for pair in made]
        real, wanted, k = [], [], 0
        while len(real) < 2 * len(made):
            pair = make_pairs.pair(recipe, k)[:2]
            own, k = share(pair), k + 1
            if own > THRESHOLD:
                real.append(pair)
                wanted.append(own)
        random.Random(options.seed).shuffle(real)
        halves = spectrum(real[: len(made)]), spectrum(real[len(made) :])
        ratio = distance(spectrum(made), halves[0]) / distance(*halves)
        valid, different = sum(y > THRESHOLD for y in yields) / len(made), len(set(made)) / len(made)
        cells = [valid, different, sum(yields) / len(made), sum(wanted) / len(real), exact(made), exact(real)]
        print(f"| {celsius} | " + " | ".join(f"{cell:.3f}" for cell in cells) + f" | {ratio:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="instead of the built-in ones")
    tasks = parser.add_subparsers(required=True)
    task = tasks.add_parser("held-out")
    task.add_argument("folder")
    task.set_defaults(run=held_out)
    task = tasks.add_parser("generated")
    task.add_argument("--pairs", type=int, default=1000)
    task.add_argument("--seed", type=int, default=3301)
    task.set_defaults(run=generated)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
