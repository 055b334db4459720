#!/usr/bin/env python3
"""Compares seqgan and its alternatives by labels with the right thermodynamics, which are no rival's own.

    pip install ViennaRNA primer3-py                     # rivals: a row says so where one is missing
    Sources/BuiltInModel/make_data.sh FOLDER             # hours; FOLDER/held_*.tsv.gz are what is read here
    bench_alternatives.py FOLDER
    bench_alternatives.py --model my.seqgan --pairs 2000 FOLDER

A table of Markdown, of the first pairs of held_pcr, held_fish and held_room, each at one condition, and of held_dna, at
random conditions; a file that is not there is left out. Label 1 is a yield above 0.2 by label_pairs.py.

  duplexfold           what RNAduplex computes: the energy of the best duplex, nothing competing with it
  partition functions  what RNAcofold -p computes, of the pair and of both homodimers, in equilibrium
    Mathews 2004       ... with ViennaRNA's own DNA set and its own salt correction
    corrected          ... with the parameters of make_parameters.py: partition functions with these are the labelling
                       script itself, so that its MCC is 1 by construction
  ntthal               primer3, strands of at most 60 bases (n counts the pairs that it can be asked): how far above the
                       temperature the heterodimer melts; or the energies of heterodimer, homodimers and hairpins at the
                       temperature, in equilibrium

Columns: MCC at a yield of 0.2 (empty for what is no yield), the best MCC of all thresholds, chosen on the same pairs,
the area under the ROC curve, and pairs per second of processor time of one process with one thread, also as a multiple
of duplexfold with Mathews 2004. A rival's time is that of its answers, without loading parameters; seqgan's is that of
the whole run over the pairs of the file, repeated so often that its start does not count.
"""
import argparse
import concurrent.futures
import csv
import functools
import gzip
import itertools
import math
import multiprocessing
import os
import resource
import subprocess
import tempfile
import time

from bench_truth import PROGRAM, THRESHOLD, Seqgan, lines, question
from lengths import area
from rivals import Duplexfold, Missing, Ntthal, NtthalEquilibrium, Oracle, Vienna, logit

SETS = {"held_pcr": "PCR", "held_fish": "FISH", "held_room": "room", "held_dna": "random conditions"}
COLUMNS = ["condition", "by", "n", "MCC at 0.2", "best MCC", "AUROC", "pairs/s", "times duplexfold"]
DUPLEXFOLD = "ViennaRNA duplexfold, Mathews 2004"
TIMED = 300_000  # pairs, at least: about a second of seqgan


def read(path, name):
    """The questions of a file; their truth is the yield."""
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            celsius, sodium, molar, share = (
                float(row[column]) for column in ("temperature", "sodium", "concentration", "yield"))
            yield question(name, row["strandA"], row["strandB"], sodium, molar, share, celsius=celsius)


def title(name, questions):
    """The name of a set, with its condition where there is but one."""
    points = {(q["celsius"], q["sodium"], q["molar"]) for q in questions}
    if len(points) > 1:
        return name
    celsius, sodium, molar = points.pop()
    return f"{name}: {celsius:g} °C, {sodium:g} M, {1e9 * molar:g} nM"


def answerers(options):
    """Who answers, by name. Made only in the process where it answers, as ViennaRNA's parameters are the process's."""
    return {
        "seqgan": functools.partial(Seqgan, options.program, options.model),
        DUPLEXFOLD: Duplexfold,
        "ViennaRNA duplexfold, corrected": functools.partial(Duplexfold, corrected=True),
        "ViennaRNA partition functions, Mathews 2004": Vienna,
        "ViennaRNA partition functions, corrected: the labels' own": Oracle,
        "ntthal, melting temperature": Ntthal,
        "ntthal, energies in equilibrium": NtthalEquilibrium,
    }


def scores_in_turn(by, questions):
    """A rival's scores, and pairs per second."""
    scores, seconds = [], 0.0
    for q in questions:
        by.at(q)
        start = time.process_time()
        scores.append(by.score(q))
        seconds += time.process_time() - start
    return scores, len(scores) / seconds if scores else math.nan


def scores_of_seqgan(by, questions, timed):
    """Its logits, and pairs per second of a run over `timed` of at least TIMED lines."""
    scores = by.logits(questions)
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        head, *body = lines(timed, by.conditions)
        times = math.ceil(TIMED / len(body))
        file.writelines(itertools.chain([head], itertools.chain.from_iterable(itertools.repeat(body, times))))
        file.flush()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(by.command("-t", "1", file.name), check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return scores, times * len(body) / seconds


def matthews(tp, fp, fn, tn):
    sides = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return (tp * tn - fp * fn) / math.sqrt(sides) if sides else 0.0


def matthews_above(threshold, scores, labels):
    calls = [(score > threshold, label) for score, label in zip(scores, labels)]
    return matthews(*(calls.count(each) for each in ((True, True), (True, False), (False, True), (False, False))))


def best_matthews(scores, labels):
    """The largest MCC that a threshold gives; equal scores have the same call."""
    positives, negatives = sum(labels), len(labels) - sum(labels)
    best, tp, fp = 0.0, 0, 0
    for _, same in itertools.groupby(sorted(zip(scores, labels), reverse=True), key=lambda pair: pair[0]):
        for _, label in same:
            tp, fp = tp + label, fp + (not label)
        best = max(best, matthews(tp, fp, positives - tp, negatives - fp))
    return best


def judged(name, options, questions, timed):
    """A row."""
    try:
        by = answerers(options)[name]()
    except (Missing, OSError, subprocess.CalledProcessError) as why:
        return {"by": f"{name}: left out, {why}"}
    if name == "seqgan":
        scores, rate = scores_of_seqgan(by, questions, timed)
    else:
        questions = [q for q in questions if getattr(by, "answers", lambda _: True)(q)]
        scores, rate = scores_in_turn(by, questions)
    labels = [q["truth"] > THRESHOLD for q in questions]
    row = {"by": name, "n": len(labels), "best MCC": best_matthews(scores, labels), "AUROC": area(scores, labels),
           "pairs/s": rate}
    if getattr(by, "tells_yield", True):
        row["MCC at 0.2"] = matthews_above(logit(THRESHOLD), scores, labels)
    return row


def rows(name, options, everything):
    """A row for each answerer, each in a process of its own, one after the other."""
    # By salt, as parameters are loaded anew where it changes.
    questions = sorted(everything[: options.pairs], key=lambda q: (q["sodium"], q["celsius"]))
    found = []
    for by in answerers(options):
        with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
            timed = everything if by == "seqgan" else None
            found.append(process.submit(judged, by, options, questions, timed).result())
    slowest = next((row["pairs/s"] for row in found if row["by"] == DUPLEXFOLD), None)
    for row in found:
        if slowest and "pairs/s" in row:
            row["times duplexfold"] = row["pairs/s"] / slowest
        yield {"condition": title(name, everything), **row}


def shown(row, column):
    value = row.get(column)
    if value is None:
        return ""
    if column in ("pairs/s", "times duplexfold"):
        return f"{float(f'{value:.3g}'):,.10g}"
    return f"{value:.4f}" if column == "AUROC" else f"{value:.3f}" if column.endswith(("MCC", "0.2")) else str(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="FOLDER", help="where held_pcr.tsv.gz and the others are")
    parser.add_argument("--program", default=PROGRAM, help="seqgan [that of the release build]")
    parser.add_argument("--model", default="dna", help="a model of DNA with conditions [dna, built in]")
    parser.add_argument("--pairs", type=int, default=1000, metavar="N", help="the first N of each file [1000]")
    options = parser.parse_args()
    paths = {os.path.join(options.folder, f"{file}.tsv.gz"): name for file, name in SETS.items()}
    paths = {path: name for path, name in paths.items() if os.path.exists(path)}
    if not paths:
        parser.error(f"none of {', '.join(SETS)} (.tsv.gz) is in {options.folder}")
    print("| " + " | ".join(COLUMNS) + " |")
    print("|---|---|" + "---:|" * (len(COLUMNS) - 2))
    for path, name in paths.items():
        for row in rows(name, options, list(read(path, name))):
            print("| " + " | ".join(shown(row, column) for column in COLUMNS) + " |", flush=True)


if __name__ == "__main__":
    main()
