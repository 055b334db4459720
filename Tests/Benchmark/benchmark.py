#!/usr/bin/env python3
"""Measures each command beside its rivals, in turns in one run, and prints medians and ratios.

    pip install ViennaRNA primer3-py torch     # a rival that is not there is left out, and said to be
    swift build -c release
    Tests/Benchmark/benchmark.py PAIRS.tsv.gz [PART ...]

PAIRS.tsv.gz has strand A, strand B, a label and a yield in its columns. Parts, all unless named: filters (classify
and encode beside zcat), rivals (classify beside RNAduplex and ntthal), screen (--all-pairs), generate, growth (pairs
10^4 to 10^7, lengths 20 to 200), processors (kernels for any x86-64 beside those for this one), learning (the
classifier's training), generator, gan and cnn (training steps of the default generator, of --generator paired and of
--classifier cnn beside the same nets in PyTorch). With --record the figures go into history.tsv, for a release;
history.py draws them.

Rates are of wall time, on as many cores as are named. A single thread has others that read or make ready for it, so
that it takes more than one core; two runs at once, a core each, tell what the machine gives at best. Every figure is
the median of five turns; between them the rivals take theirs. Nothing else should run meanwhile.
"""
import argparse
import gzip
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

import history

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, ".build", "release", "seqgan")
TURNS = 5
# What was measured: names, values and units.
FIGURES = []


def seconds(command, **options):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    return time.perf_counter() - start


def pinned(core):
    return {"preexec_fn": lambda: os.sched_setaffinity(0, {core})}


def at_once(*runs):
    """Seconds until all of some runs, each a command and its options, have ended that began at once."""
    start = time.perf_counter()
    jobs = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
        for command, options in runs
    ]
    for job in jobs:
        if job.wait():
            raise subprocess.CalledProcessError(job.returncode, job.args)
    return time.perf_counter() - start


def medians(*jobs):
    """The median seconds of jobs, which take turns."""
    times = [[] for _ in jobs]
    for _ in range(TURNS):
        for job, own in zip(jobs, times):
            own.append(job())
    return [statistics.median(own) for own in times]


def scaling(name, count, unit, command, *rivals):
    """Rows of a command, a function of its threads and of a number that tells two runs apart; returns its seconds on
    two threads, and those of rivals that take turns with it."""
    two, one, core, both, *theirs = medians(
        lambda: seconds(command(2, 0)), lambda: seconds(command(1, 0)), lambda: seconds(command(1, 0), **pinned(0)),
        lambda: at_once((command(1, 0), pinned(0)), (command(1, 1), pinned(1))), *rivals)
    row(f"{name}, 2 threads", count / two, unit, f"{one / two:.2f} times 1 thread, {core / two:.2f} times 1 core")
    row(f"{name}, 1 core", count / core, unit, f"two runs, a core each: {2 * core / both:.2f} times one")
    return two, *theirs


def row(name, value, unit, note=""):
    FIGURES.append((name, value, unit))
    print(f"{name:<46} {value:>14,.{0 if value >= 100 else 2}f} {unit:<10} {note}", flush=True)


def rows_of(path):
    with gzip.open(path, "rt") as lines:
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            if set(fields[0]) <= set("ACGT"):
                yield fields


def random_strands(count, length, seed=1):
    rng = random.Random(seed)
    return ["".join(rng.choices("ACGT", k=length)) for _ in range(count)]


def filters(pairs, folder):
    count = sum(1 for _ in rows_of(pairs))
    two, numbers, zcat = scaling(
        "classify", count, "pairs/s", lambda threads, _: [PROGRAM, "classify", "-q", "-t", str(threads), pairs],
        lambda: seconds([PROGRAM, "encode", "-q", pairs]), lambda: seconds(["zcat", pairs]))
    row("zcat", count / zcat, "pairs/s", f"classify takes {two / zcat:.1f} times its time")
    row("encode", count / numbers, "pairs/s", f"{numbers / zcat:.2f} times the time of zcat")


RNADUPLEX = """
import sys, RNA
RNA.params_load_DNA_Mathews2004(); RNA.cvar.temperature = 57.0
for line in sys.stdin:
    a, b = line.split("\\t")[:2]
    RNA.duplexfold(a, b.rstrip())
"""
NTTHAL = """
import sys, primer3
t = primer3.thermoanalysis.ThermoAnalysis(dna_conc=1000, temp_c=57, mv_conc=1000, dv_conc=0, dntp_conc=0)
for line in sys.stdin:
    a, b = line.split("\\t")[:2]
    t.calc_heterodimer(a, b.rstrip())
"""


def on_halves(script, halves):
    """Seconds of a script that two processes run, each on half of the pairs."""
    return at_once(*(([sys.executable, "-c", script], {"stdin": open(half)}) for half in halves))


def rivals(pairs, folder):
    found = [f"{f[0]}\t{f[1]}\n" for _, f in zip(range(20_000), rows_of(pairs))]
    halves = []
    for n in range(2):
        halves.append(os.path.join(folder, f"half{n}.tsv"))
        with open(halves[-1], "w") as out:
            out.writelines(found[n::2])
    many = os.path.join(folder, "many.tsv")
    with open(many, "w") as out:
        for _ in range(20):
            out.writelines(found)
    ours = lambda: seconds([PROGRAM, "classify", "-q", "-t", "2", many]) / 20
    for name, script, module in [("RNAduplex", RNADUPLEX, "RNA"), ("ntthal", NTTHAL, "primer3")]:
        if subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True).returncode:
            print(f"{name}: {module} is not installed, left out")
            continue
        own, theirs = medians(ours, lambda: on_halves(script, halves))
        row(f"{name}, 2 processes", len(found) / theirs, "pairs/s", f"seqgan is {theirs / own:.0f} times as fast")


def screen(pairs, folder):
    path = os.path.join(folder, "strands.fa")
    with open(path, "w") as out:
        for k, strand in enumerate(random_strands(4_000, 20)):
            out.write(f">s{k}\n{strand}\n")
    count = 4_000 * 4_001 // 2
    for what, options, scored in [("--keep 1", ["--keep", "1"], count), ("every score", ["--matrix"], 4_000 ** 2)]:
        job = lambda threads: lambda: seconds(
            [PROGRAM, "classify", "-q", "-t", str(threads), "--all-pairs", *options, path])
        two, one = medians(job(2), job(1))
        row(f"classify --all-pairs, {what}, 4,000 strands of 20", scored / two, "pairs/s",
            f"2 threads {one / two:.2f} times 1")


def generate(pairs, folder):
    scaling(
        "generate", 100_000, "pairs/s",
        lambda threads, _: [PROGRAM, "generate", "-q", "-t", str(threads), "-n", "100000"])


def growth(pairs, folder):
    found = [f"{f[0]}\t{f[1]}\n" for _, f in zip(range(10_000), rows_of(pairs))]
    for times in [1, 10, 100, 1_000]:
        start = time.perf_counter()
        job = subprocess.Popen(
            [PROGRAM, "classify", "-q", "-t", "2"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        for _ in range(times):
            job.stdin.write("".join(found).encode())
        job.stdin.close()
        job.wait()
        row(f"classify, {len(found) * times:,} pairs", len(found) * times / (time.perf_counter() - start), "pairs/s")
    for length in [20, 50, 100, 200]:
        path = os.path.join(folder, "long.tsv")
        count = 4_000_000 // length**2 * 10
        strands = random_strands(2 * count, length)
        with open(path, "w") as out:
            out.writelines(f"{a}\t{b}\n" for a, b in zip(strands[::2], strands[1::2]))
        rate = count / medians(lambda: seconds([PROGRAM, "classify", "-q", "-t", "2", path]))[0]
        row(f"classify, strands of {length}", rate, "pairs/s", f"{rate * 2 * length**2 / 1e6:,.0f} M cells/s")


def processors(pairs, folder):
    path = os.path.join(folder, "some.tsv")
    with open(path, "w") as out:
        out.writelines(f"{f[0]}\t{f[1]}\n" for _, f in zip(range(100_000), rows_of(pairs)))
    job = lambda level: lambda: seconds([PROGRAM, "classify", "-q", path], env={**os.environ, "SEQGAN_CPU": level})
    plain, best = medians(job("v1"), job(""))
    row("classify, kernels for any x86-64", 100_000 / plain, "pairs/s", f"{plain / best:.1f} times as long as its own")


def learning(pairs, folder):
    log, model = os.path.join(folder, "learning.log"), os.path.join(folder, "learning.seqgan")
    subprocess.run([PROGRAM, "train", "-q", "-t", "2", pairs, "-o", model, "--log", log], check=True)
    with open(log) as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    start = max(k for k, r in enumerate(rows) if r[0] == "epoch")
    place = {name: k for k, name in enumerate(rows[start])}
    good = next((r for r in rows[start + 1:] if float(r[place["MCC"]]) >= 0.955), None)
    if good:
        row("train, until held-out MCC 0.955", float(good[-1]), "s", f"epoch {good[0]}")
    row("train, all epochs", float(rows[-1][-1]), "s", f"held-out MCC {rows[-1][place['MCC']]}")
    scaling(
        "train, one epoch", 1, "epochs/s",
        lambda threads, k: [PROGRAM, "train", "-q", "-t", str(threads), "--epochs", "1", pairs, "-o", f"{model}{k}"])


def log_seconds(log, column="step"):
    """Seconds a step or epoch, from the last two rows of a training log."""
    with open(log) as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    start = max(k for k, r in enumerate(rows) if r[0] == column)
    first, last = rows[start + 1], rows[-1]
    return (float(last[-1]) - float(first[-1])) / (float(last[0]) - float(first[0]))


def torch_rate(name, *arguments):
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"torch_{name}.py")
    out = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True)
    if out.returncode:
        print(f"{name}: PyTorch is not installed, left out" if "No module" in out.stderr else out.stderr)
        return None
    return float(out.stdout)


def versus_torch(name, unit, own, script=None, variants=((),)):
    """A row of steps a second, beside those of a script, with the arguments that are the fastest at first."""
    rates = {variant: torch_rate(script or name, *variant) for variant in variants}
    rates = {variant: rate for variant, rate in rates.items() if rate is not None}
    if not rates:
        return
    best = max(rates, key=rates.get)
    ours, theirs = [own()], [rates[best]]
    for _ in range(2):
        ours.append(own())
        theirs.append(torch_rate(script or name, *best))
    a, b = statistics.median(ours), statistics.median(theirs)
    row(f"training, {name}", a, unit, f"PyTorch {' '.join((*best, ''))}{b:,.1f}: {a / b:.2f} times as fast")


def generator_steps(folder):
    """A function of a kind of generator and of threads: its training steps a second."""
    data, model, log = (os.path.join(folder, name) for name in ["rc.tsv", "rc.seqgan", "rc.log"])
    relations = os.path.join(ROOT, "testdata", "relations.py")
    with open(data, "w") as out:
        subprocess.run(
            [sys.executable, relations, "revcomp", "-n", "4000", "--negatives", "0.5"], stdout=out, check=True)
    subprocess.run([PROGRAM, "train", "-q", "--epochs", "3", data, "-o", model], check=True)

    def rate(kind, threads):
        subprocess.run(
            [PROGRAM, "train", "-q", "-t", str(threads), "--learn", "generator", "--generator", kind, "--from", model,
             "--steps", "3000", "--max-seconds", "25", data, "-o", os.path.join(folder, "g.seqgan"), "--log", log],
            capture_output=True)
        return 1 / log_seconds(log)

    return rate


def generator(pairs, folder):
    rate = generator_steps(folder)
    for threads in [2, 1]:
        common = ("--threads", str(threads))
        versus_torch(
            f"generator, {threads} thread{'s' * (threads > 1)}", "steps/s", lambda: rate("autoregressive", threads),
            "sequence", [(*common, *more) for more in [(), ("--fused",), ("--compile",)]])


def gan(pairs, folder):
    # Up to a quarter of the steps the teacher is silent: the same work as in PyTorch.
    rate = generator_steps(folder)
    versus_torch("gan", "steps/s", lambda: rate("paired", 2))


def cnn(pairs, folder):
    data, log = os.path.join(folder, "some.tsv"), os.path.join(folder, "cnn.log")
    with open(data, "w") as out:
        out.writelines(f"{f[0]}\t{f[1]}\t{f[2]}\n" for _, f in zip(range(2_000), rows_of(pairs)))

    def own():
        subprocess.run(
            [PROGRAM, "train", "-q", "-t", "2", "--classifier", "cnn", "--size", "full", "--batch", "64", "--epochs",
             "3", "--length", "26", data, "-o", os.path.join(folder, "cnn.seqgan"), "--log", log], capture_output=True)
        # 5 % are held back.
        return (1_900 / 64) / log_seconds(log, "epoch")

    versus_torch("cnn", "steps/s", own)


PARTS = [filters, rivals, screen, generate, growth, processors, learning, generator, gan, cnn]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs")
    parser.add_argument("parts", nargs="*", help=", ".join(part.__name__ for part in PARTS))
    parser.add_argument("--record", action="store_true", help="add the figures to history.tsv")
    arguments = parser.parse_args()
    if not os.path.exists(PROGRAM):
        sys.exit(f"{PROGRAM}: not there; swift build -c release makes it")
    print(history.processor())
    with tempfile.TemporaryDirectory() as folder:
        for part in PARTS:
            if not arguments.parts or part.__name__ in arguments.parts:
                part(os.path.abspath(arguments.pairs), folder)
    if arguments.record:
        history.record(PROGRAM, FIGURES)


if __name__ == "__main__":
    main()
