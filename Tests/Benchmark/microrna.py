#!/usr/bin/env python3
"""Compares generated sites of microRNAs with real ones: scores, seed matches, supplementary pairing.

    seqgan train --learn both train.tsv -o mirna.seqgan
    microrna.py mirna.seqgan held_out.tsv           # microRNA, site, label, with or without a header, plain or gzip

A site is generated for the microRNA of each positive pair of the held-out file. A row for each kind of site:

  generated  by the model, which accepts them: their scores are above its threshold by construction
  real       the held-out sites
  others     the held-out sites, each with the microRNA of another: what any site has by chance
  shuffled   the held-out sites, their letters in random order

  score, above   the classifier's mean score, and the share of sites above its threshold
  7mer-m8, 6mer  share of sites with a reverse complement of the microRNA's positions 2-8, of 2-7, anywhere
  +GU            the same where G may face U as well
  suppl.         among the sites with a 6mer, the share where positions 13-16 are paired too (Watson-Crick), up to two
                 letters nearer the seed match, or further from it, than without a bulge (Grimson et al. 2007)
  unique         share of different sites
  nearest        mean of the least Hamming distance to a site of the training file, where --training names it: for up
                 to 50 sites

Letters may be DNA or RNA. The microRNA is the first column, or with --columns another, both 5' to 3'.
"""
import argparse
import gzip
import math
import os
import random
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, ".build", "release", "seqgan")
WATSON_CRICK = {"AT", "CG", "GC", "TA"}
WOBBLE = WATSON_CRICK | {"GT", "TG"}
OFFSETS = [0, -1, 1, -2, 2]


def lines(path):
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with gzip.open(path, "rt") if packed else open(path) as file:
        return file.read().splitlines()


def positives(path, columns):
    """MicroRNA and site of the rows of label 1; a header has no label."""
    rows = [line.split("\t") for line in lines(path) if line and not line.startswith("#")]
    a, b, label = (column - 1 for column in columns)
    dna = lambda strand: strand.upper().replace("U", "T")
    return [(dna(row[a]), dna(row[b])) for row in rows if row[label] == "1"]


def pairs_along(micro, first, last, site, at, allowed):
    """Whether positions first...last of the microRNA pair with the site's letters from `at` on."""
    if last > len(micro) or at < 0 or at + last - first + 1 > len(site):
        return False
    return all(micro[last - 1 - k] + site[at + k] in allowed for k in range(last - first + 1))


def places(micro, last, site, allowed):
    """Where positions 2...last of the microRNA pair: places in the site of the partner of position 8."""
    starts = range(len(site) - (last - 2))
    return [at - (8 - last) for at in starts if pairs_along(micro, 2, last, site, at, allowed)]


def is_supplemented(micro, site):
    """Whether beside a 6mer positions 13-16 pair too; without a bulge, position 16 faces eight letters before 8."""
    return any(pairs_along(micro, 13, 16, site, at - 8 + shift, WATSON_CRICK)
               for at in places(micro, 7, site, WATSON_CRICK) for shift in OFFSETS)


def run(options, arguments, text, allowed_codes=(0,)):
    command = [options.seqgan, *arguments, "-q", "-m", options.model]
    result = subprocess.run(command, input=text, capture_output=True, text=True)
    if result.returncode not in allowed_codes:
        sys.exit(f"{' '.join(command)}: exit code {result.returncode}\n{result.stderr}")
    return result.stdout.splitlines(), result.stderr


def generated(options, micros):
    """A site for each microRNA; those that get none are told."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(micro + "\n" for micro in micros))
        file.flush()
        arguments = ["generate", "--partner-of", file.name, "-n", "1", "--format", "tsv", "-s", str(options.seed)]
        rows, errors = run(options, arguments, "", (0, 65))
    if errors:
        print(errors.strip(), file=sys.stderr)
    return [tuple(row.split("\t")[:2]) for row in rows]


def scores(options, pairs):
    """The classifier's calls and scores; a header is not among the rows that it writes for these."""
    text = "".join(f"{micro}\t{site}\n" for micro, site in pairs)
    rows, _ = run(options, ["classify", "--force-lengths", "--header", "no"], text)
    fields = [row.split("\t") for row in rows]
    fields = [row for row in fields if row[-1] != "score"]
    assert [tuple(row[:2]) for row in fields] == pairs
    return [(row[-2] == "1", float(row[-1])) for row in fields]


def nearest(pairs, known):
    """The mean of the least Hamming distances to the known sites of the same length."""
    found = [min((sum(map(str.__ne__, site, other)) for other in known if len(other) == len(site)), default=math.nan)
             for _, site in pairs[:50]]
    return sum(found) / len(found)


def share(values):
    values = list(values)
    return sum(values) / len(values) if values else math.nan


def row(name, options, pairs, known):
    called = scores(options, pairs)
    figures = [share(score for _, score in called), share(call for call, _ in called)]
    for allowed in [WATSON_CRICK, WOBBLE]:
        for last in [8, 7]:
            figures.append(share(bool(places(micro, last, site, allowed)) for micro, site in pairs))
    seeded = [(micro, site) for micro, site in pairs if places(micro, 7, site, WATSON_CRICK)]
    figures.append(share(is_supplemented(micro, site) for micro, site in seeded))
    figures.append(len({site for _, site in pairs}) / len(pairs))
    text = f"{name:<10}{len(pairs):>6}" + "".join(f"{figure:>9.3f}" for figure in figures)
    return text + (f"{nearest(pairs, known):>9.1f}" if known else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="trained with --learn both, microRNAs as strands A")
    parser.add_argument("held_out", help="labelled pairs that it was not trained on")
    parser.add_argument("--training", help="the file that it was trained on, for `nearest`")
    parser.add_argument("--columns", default="1,2,3", help="of the microRNA, the site and the label [1,2,3]")
    parser.add_argument("--seqgan", default=PROGRAM, help="the program [that of the release build]")
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    columns = [int(column) for column in options.columns.split(",")]
    real = positives(options.held_out, columns)
    if not real:
        sys.exit(f"{options.held_out}: no pairs of label 1")
    known = {site for _, site in positives(options.training, columns)} if options.training else None
    rng = random.Random(options.seed)
    micros, sites = [micro for micro, _ in real], [site for _, site in real]
    order = list(range(len(real)))
    rng.shuffle(order)
    # Each in turn gets the site of the next with another microRNA.
    others = []
    for k, index in enumerate(order):
        later = (order[(k + step) % len(order)] for step in range(1, len(order)))
        others.append((micros[index], sites[next((j for j in later if micros[j] != micros[index]), index)]))
    names = ["score", "above", "7mer-m8", "6mer", "7m8+GU", "6m+GU", "suppl.", "unique"] + ["nearest"] * bool(known)
    print(f"{'sites':<10}{'n':>6}" + "".join(f"{name:>9}" for name in names))
    shuffled = [(micro, "".join(rng.sample(site, len(site)))) for micro, site in real]
    for name, pairs in [("generated", generated(options, micros)), ("real", real), ("others", others),
                        ("shuffled", shuffled)]:
        if pairs:
            print(row(name, options, pairs, known), flush=True)


if __name__ == "__main__":
    main()
