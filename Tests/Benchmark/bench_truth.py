#!/usr/bin/env python3
"""Compares a model of DNA hybridisation with what others measured and computed.

    pip install primer3-py ViennaRNA                 # rivals: a row says so where one is missing
    bench_truth.py                                   # the built-in model
    bench_truth.py --model my.seqgan --markdown      # a table of Markdown
    bench_truth.py --oracle                          # also the script that labels the training data
    bench_truth.py --rna rna.seqgan                  # also a model of RNA, against ViennaRNA's set (Turner 2004)

  measured  melting temperatures of testdata/melting_temperatures.tsv, by paper
  loss      of melting temperature by mismatches (Oliveira 2020): the perfect duplexes there melt 3 to 4 C above what
            every formula tells, so that each is compared with the perfect duplex of the same strand A
  ntthal    perfect duplexes of 12 to 40 random bases at 50 mM Na+, 1.5 mM Mg2+, 0.6 mM dNTP, 0.2 uM of each strand
  NUPACK    yields of testdata/nupack_yields.tsv, 1 M Na+ and 1 uM of each strand

Magnesium counts as sodium for seqgan and ViennaRNA: [Na+] + 0.120 sqrt([Mg2+] - [dNTP]), all in mmol/l under the root
and in mol/l outside (von Ahsen 2001); primer3 corrects for it by itself. A temperature measured above 50 uM of each
strand is carried to 50 uM by the enthalpy measured with it, as 1/T is linear in the logarithm of the concentration.

Columns: the check; who answers; the number of answers, and of duplexes that never melt (a share that never falls
below one half); the mean difference of answer and truth, its mean absolute value and standard deviation, in C, or for
NUPACK in logits, of yields between 0.001 and 0.999; the share of NUPACK's labels, yields above 0.2, that agree.
"""
import argparse
import csv
import functools
import math
import os
import random
import statistics
import subprocess

from rivals import COMPLEMENT, GAS, ROOT, ZERO, Missing, Oracle, Primer3, Vienna, logit, mismatches

PROGRAM = os.path.join(ROOT, ".build", "release", "seqgan")
DATA = os.path.join(ROOT, "testdata")
COLUMNS = ["check", "by", "n", "none", "mean", "absolute", "deviation", "labels"]
THRESHOLD = 0.2
DENSEST = 5e-5  # mol/l of each strand: what the models know
PAIRED = "Oliveira 2020"


def read(name):
    with open(os.path.join(DATA, name), newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def question(check, a, b, sodium, molar, truth=None, magnesium=0.0, dntp=0.0, celsius=None):
    free = math.sqrt(1000 * max(0.0, magnesium - dntp))
    return {"check": check, "a": a, "b": b, "sodium": sodium, "magnesium": magnesium, "dntp": dntp, "molar": molar,
            "equivalents": sodium + 0.120 * free, "celsius": celsius, "truth": truth}


def measured():
    """The rows of the table, none above the densest."""
    for row in read("melting_temperatures.tsv"):
        a, b, melting, molar = row["strandA"], row["strandB"], float(row["melting"]), float(row["concentration"])
        if molar > DENSEST:
            inverse = 1 / (melting + ZERO) + GAS * math.log(DENSEST / molar) / float(row["enthalpy"])
            melting, molar = 1 / inverse - ZERO, DENSEST
        check = f"measured, {row['paper']}"
        if row["paper"] == PAIRED:
            check = f"loss by mismatches: {mismatches(a, b)}, {row['paper']}"
        sodium, magnesium, dntp = (float(row[name]) for name in ("sodium", "magnesium", "dntp"))
        yield question(check, a, b, sodium, molar, melting, magnesium, dntp)


def perfect(check, count, seed, letters="ACGT"):
    """Random perfect duplexes."""
    rng = random.Random(seed)
    for _ in range(count):
        a = "".join(rng.choice(letters) for _ in range(rng.randint(12, 40)))
        b = a[::-1].translate(COMPLEMENT)
        yield question(check, a, b.replace("T", "U") if "U" in letters else b, 0.05, 2e-7, None, 0.0015, 0.0006)


def yields():
    for row in read("nupack_yields.tsv"):
        yield question("NUPACK 3 yields", row["strandA"], row["strandB"], 1.0, 1e-6, float(row["yield"]),
                       celsius=float(row["temperature"]))


def lines(questions, columns):
    """A table of pairs and conditions, by the model's names of these and the question's."""
    yield "\t".join(["strandA", "strandB", *columns]) + "\n"
    for q in questions:
        yield "\t".join([q["a"], q["b"], *(f"{q[key]:.6g}" for key in columns.values())]) + "\n"


def number(text):
    return float(text) if text else None


class Seqgan:
    name = "seqgan"
    conditions = {"temperature": "celsius", "sodium": "equivalents", "concentration": "molar"}

    def __init__(self, program, model):
        self.program, self.model = program, ["-m", model] if model else []
        told = subprocess.run([program, "inspect", *self.model], check=True, capture_output=True, text=True).stdout
        lacks = set(self.conditions) - {
            line.split()[1] for line in told.splitlines() if line.startswith("condition ")}
        if lacks:
            raise Missing(f"the model does not know {', '.join(sorted(lacks))}")

    def command(self, *options):
        return [self.program, "classify", "-q", "--force-lengths", *self.model, *options]

    def _answers(self, questions, columns, option, answer):
        told = subprocess.run(self.command(option), input="".join(lines(questions, columns)), check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.splitlines()
        assert len(told) == len(questions) + 1, "an answer for each pair"
        at = told[0].split("\t").index(answer)
        return [number(line.split("\t")[at]) for line in told[1:]]

    def melting(self, questions):
        return self._answers(questions, {"sodium": "equivalents", "concentration": "molar"}, "--melting", "melting")

    def logits(self, questions):
        return self._answers(questions, self.conditions, "--logit", "score")


def figures(check, by, pairs, labels=None):
    """A row, of pairs of an answer and its truth."""
    differences = [answer - truth for answer, truth in pairs if answer is not None]
    row = {"check": check, "by": by, "n": len(differences), "none": len(pairs) - len(differences), "labels": labels}
    if differences:
        row["mean"] = statistics.fmean(differences)
        row["absolute"] = statistics.fmean(map(abs, differences))
        row["deviation"] = statistics.pstdev(differences)
    return row


def against_perfect(questions, pairs):
    """Losses of melting temperature, of answer and truth, to the perfect duplex of the same strand A."""
    whole = {q["a"]: pair for q, pair in zip(questions, pairs) if not mismatches(q["a"], q["b"])}
    for q, (answer, truth) in zip(questions, pairs):
        best, true = whole[q["a"]]
        yield (None if answer is None or best is None else answer - best), truth - true


def melting_rows(by, questions):
    """A row for each check of the questions, in order, and one for all that were measured."""
    questions = [q for q in questions if getattr(by, "answers", lambda _: True)(q)]
    pairs = list(zip(by.melting(questions), [q["truth"] for q in questions]))
    losses = [(q, pair) for q, pair in zip(questions, pairs) if q["check"].startswith("loss")]
    rows = {}
    for q, pair in zip(questions, pairs):
        if not q["check"].startswith("loss"):
            rows.setdefault(q["check"], []).append(pair)
    if len(rows) > 1:
        rows["measured, all"] = sum(rows.values(), [])
    lost = {}
    for (q, _), pair in zip(losses, against_perfect(*zip(*losses)) if losses else []):
        if mismatches(q["a"], q["b"]):
            lost.setdefault(q["check"], []).append(pair)
    rows.update(sorted(lost.items()))
    return [figures(check, by.name, of) for check, of in rows.items()]


def yield_rows(by):
    questions = list(yields())
    answers = by.logits(questions)
    truths = [q["truth"] for q in questions]
    same = [(answer > logit(THRESHOLD)) == (truth > THRESHOLD) for answer, truth in zip(answers, truths)]
    unsure = [(answer, logit(truth)) for answer, truth in zip(answers, truths) if 0.001 < truth < 0.999]
    return [figures(questions[0]["check"], by.name, unsure, sum(same) / len(same))]


def answered(by, questions):
    """Questions whose truth is another program's answer."""
    questions = list(questions)
    return [{**q, "truth": t} for q, t in zip(questions, by.melting(questions)) if t is not None]


def parts(options):
    """Who answers, made only when its turn comes, and what it is asked."""
    def table(by):
        return melting_rows(by, measured())

    def ntthal(by):
        questions = perfect("ntthal, perfect duplexes of 12-40", options.pairs, options.seed)
        return melting_rows(by, answered(Primer3(), questions))

    def turner(by):
        questions = perfect("ViennaRNA, perfect RNA duplexes of 12-40", options.pairs, options.seed, "ACGU")
        return melting_rows(by, answered(Vienna("rna"), questions))

    yield "seqgan", lambda: Seqgan(options.seqgan, options.model), (table, yield_rows, ntthal)
    if options.rna:
        yield "seqgan, RNA", lambda: Seqgan(options.seqgan, options.rna), (turner,)
    if options.oracle:
        yield "labelling script", Oracle, (table, yield_rows, ntthal)
    yield "ntthal", Primer3, (table,)
    for salt in ("santalucia", "owczarzy"):
        yield "primer3 calc_tm", functools.partial(Primer3, salt), (table,)
    yield "ViennaRNA", Vienna, (table, yield_rows)


def rows(options):
    for name, make, asked in parts(options):
        try:
            by = make()
            for part in asked:
                yield from part(by)
        except Missing as why:
            yield {"check": f"left out: {why}", "by": name}


def shown(row, name):
    value = row.get(name)
    if value is None:
        return ""
    if name in ("mean", "absolute", "deviation"):
        return f"{value:+.2f}" if name == "mean" else f"{value:.2f}"
    return f"{value:.3f}" if name == "labels" else str(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seqgan", default=PROGRAM, help="the program [that of the release build]")
    parser.add_argument("--model", help="a model of DNA with conditions [the built-in one]")
    parser.add_argument("--rna", metavar="MODEL", help="a model of RNA with conditions, to be judged as well")
    parser.add_argument("--oracle", action="store_true", help="judge the script that labels as well")
    parser.add_argument("--pairs", type=int, default=500, help="random duplexes against ntthal [500]")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--markdown", action="store_true", help="write a table of Markdown, not of tabs")
    options = parser.parse_args()
    left, between, right = ("| ", " | ", " |") if options.markdown else ("", "\t", "")
    print(left + between.join(COLUMNS) + right)
    if options.markdown:
        print("|---|---|" + "---:|" * (len(COLUMNS) - 2))
    for row in rows(options):
        print(left + between.join(shown(row, name) for name in COLUMNS) + right, flush=True)


if __name__ == "__main__":
    main()
