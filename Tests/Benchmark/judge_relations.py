#!/usr/bin/env python3
"""Trains on pairs under each relation of testdata/relations.py, and judges what the models generate and call.

    swift build -c release
    judge_relations.py                                           # all relations, seeds 1 to 3, 180 s each: hours
    judge_relations.py blocks offset --seeds 1,2 --seconds 60
    judge_relations.py --train-arguments="--heads 16" --tsv judged.tsv

A model is trained on 20,000 pairs of label 1 with `train --learn both --ordered --negatives 1`. A row for each relation
has the worst of the seeds in each column:

  obeys    share of 2,000 generated pairs under the relation
  unique   share of distinct pairs
  entropy  of B given A in those that obey, against the relation's ('-': B is a function of A, or too few obey)
  mcc      of the classifier's calls on 2,000 new pairs, half of them with the B of another pair
  seconds  of training; steps: those of the generator, where the log tells
  failed   seeds that gave no model, or whose model gave no pairs; their figures count as 0

With --tsv a table has a row for each relation and seed. Nothing else should run meanwhile: the time is fixed, not the
steps.
"""
import argparse
import os
import random
import shlex
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, ".build", "release", "seqgan")
sys.path.insert(0, os.path.join(ROOT, "testdata"))

from relation_table import DNA, RELATIONS  # noqa: E402
from relations import figures  # noqa: E402

COLUMNS = ["obeys", "unique", "entropy", "mcc", "seconds", "steps"]
LEAST = {"obeys": min, "unique": min, "entropy": min, "mcc": min, "seconds": max, "steps": min}


class Failed(Exception):
    """A command of the program failed; its message."""


def output_of(command, **options):
    found = subprocess.run(command, capture_output=True, text=True, **options)
    if found.returncode:
        lines = found.stderr.strip().splitlines() or ["no message"]
        line = next((line for line in lines if line.startswith("Error:")), lines[-1])
        raise Failed(f"{command[1]} ended with {found.returncode}: {line}")
    return found.stdout


def drawn(relation, count, seed):
    rng = random.Random(f"{relation.name} {seed}")
    strands = [relation.first(rng) for _ in range(count)]
    return [(a, relation.partner(rng, a)) for a in strands]


def half_paired_anew(relation, pairs):
    """Rows of the pairs, every second of which has the B of the next such one; where that obeys, its label is 1."""
    kept, moved = pairs[::2], pairs[1::2]
    anew = [(a, b) for (a, _), (_, b) in zip(moved, moved[1:] + moved[:1])]
    return [(a, b, 1) for a, b in kept] + [(a, b, int(relation.obeys(a, b))) for a, b in anew]


def write(path, rows):
    with open(path, "w") as out:
        out.writelines("\t".join(map(str, row)) + "\n" for row in rows)


def steps_of(log):
    """The last step of the generator's table in a training log; None where there is no such table."""
    steps = None
    with open(log) as lines:
        fields = [line.split("\t", 1)[0] for line in lines]
    for before, field in zip(fields, fields[1:]):
        steps = 0 if before == "step" else steps
        if steps is not None and field.isdigit():
            steps = int(field)
    return steps


def judged(relation, seed, options, folder):
    """The figures of one model."""
    data, new, model, log = (os.path.join(folder, name) for name in ["pairs.tsv", "new.tsv", "m.seqgan", "log.tsv"])
    write(data, [(a, b, 1) for a, b in drawn(relation, options.pairs, seed)])
    write(new, half_paired_anew(relation, drawn(relation, options.made, f"{seed} new")))
    letters = [] if relation.alphabet == DNA else ["--alphabet", relation.alphabet]
    common = ["-q", "-t", str(options.threads), "-s", str(seed)]
    start = time.perf_counter()
    output_of([
        options.seqgan, "train", "--learn", "both", "--ordered", "--negatives", "1",
        "--max-seconds", str(options.seconds), "--log", log, *common, *letters,
        *shlex.split(options.train_arguments), data, "-o", model])
    took = time.perf_counter() - start
    lines = output_of([options.seqgan, "generate", "-m", model, "-n", str(options.made), "--format", "tsv", *common])
    of = figures(relation, [tuple(line.split("\t")[:2]) for line in lines.splitlines()])
    rows = output_of([options.seqgan, "evaluate", "-m", model, *common, new]).splitlines()
    mcc = next(float(value) for name, value in (row.split("\t")[:2] for row in rows) if name == "MCC")
    return {**{name: of[name] for name in ["obeys", "unique", "entropy"]},
            "mcc": mcc, "seconds": took, "steps": steps_of(log)}


def text(name, value):
    return "-" if value is None else f"{value:.0f}" if name in ("seconds", "steps") else f"{value:.4f}"


def worst(found):
    """Of each column, over the seeds that have it."""
    return {name: LEAST[name](values) if (values := [f[name] for f in found if f[name] is not None]) else None
            for name in COLUMNS}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("relations", nargs="*", metavar="RELATION", help="[all that relations.py --list names]")
    parser.add_argument("--seqgan", default=PROGRAM, help="the program [that of the release build]")
    parser.add_argument("--seeds", default="1,2,3", help="[1,2,3]")
    parser.add_argument("--seconds", type=float, default=180, help="of training, for each seed [180]")
    parser.add_argument("--threads", type=int, default=2, help="[2]")
    parser.add_argument("--pairs", type=int, default=20000, help="to train on [20000]")
    parser.add_argument("--made", type=int, default=2000, help="pairs to generate, and new ones to call [2000]")
    parser.add_argument("--train-arguments", default="",
                        help="further ones of train, in one word: --train-arguments='--heads 16'")
    parser.add_argument("--tsv", help="write a table with a row for each relation and seed")
    options = parser.parse_args()
    if unknown := [name for name in options.relations if name not in RELATIONS]:
        parser.error(f"no relation is called {unknown[0]}; relations.py --list tells which there are")
    table = open(options.tsv, "w") if options.tsv else None
    if table:
        print("relation", "seed", *COLUMNS, "failed", sep="\t", file=table, flush=True)
    print(f"{'relation':<12}", *(f"{name:>8}" for name in COLUMNS), "failed")
    for name in options.relations or RELATIONS:
        found, failed = [], []
        for seed in options.seeds.split(","):
            why = ""
            with tempfile.TemporaryDirectory() as folder:
                try:
                    found.append(judged(RELATIONS[name], int(seed), options, folder))
                except Failed as failure:
                    why = str(failure)
                    failed.append(seed)
                    print(f"{name}, seed {seed}: {why}", file=sys.stderr)
                    found.append({**dict.fromkeys(COLUMNS), "obeys": 0, "unique": 0, "mcc": 0})
            if table:
                print(name, seed, *(text(c, found[-1][c]) for c in COLUMNS), why, sep="\t", file=table, flush=True)
        of = worst(found)
        print(f"{name:<12}", *(f"{text(c, of[c]):>8}" for c in COLUMNS), ",".join(failed) or "-", flush=True)


if __name__ == "__main__":
    main()
