#!/usr/bin/env python3
"""Shows how the figures of benchmark.py went from release to release, on each kind of machine.

    Tests/Benchmark/benchmark.py PAIRS.tsv.gz --record     # adds the figures of this machine to history.tsv
    Tests/Benchmark/history.py [WORD ...]                  # draws those whose names have one of the words

history.tsv has a line for each figure of a run: date, version, commit, machine, figure, value, unit. Only figures of
one machine are beside each other: ratios to rivals of the same run hold across machines, rates do not.
"""
import csv
import datetime
import os
import platform
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
PATH = os.path.join(FOLDER, "history.tsv")
TITLES = ["date", "version", "commit", "machine", "figure", "value", "unit"]
WIDTH = 40


def processor():
    """The name of the processor, its cores that this process may use, and whether two of them share one."""
    name, flags = platform.machine(), set()
    try:
        with open("/proc/cpuinfo") as lines:
            for line in lines:
                key, _, value = line.partition(":")
                if key.strip() == "model name":
                    name = value.strip()
                if key.strip() == "flags":
                    flags = set(value.split())
    except OSError:
        pass
    cores = sorted(os.sched_getaffinity(0))
    places = set()
    for core in cores:
        try:
            with open(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list") as file:
                places.add(file.read().strip())
        except OSError:
            places.add(str(core))
    vectors = next((word for word, flag in [("AVX-512", "avx512f"), ("AVX2", "avx2")] if flag in flags), "")
    siblings = "" if len(places) == len(cores) else f", threads of {len(places)}"
    return f"{name}{f', {vectors}' if vectors else ''}, {len(cores)} cores{siblings}"


def record(program, figures):
    """Appends (name, value, unit) of a run of `program` to the history."""
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    commit = subprocess.run(
        ["git", "-C", FOLDER, "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    is_new = not os.path.exists(PATH)
    with open(PATH, "a", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        if is_new:
            table.writerow(TITLES)
        for name, value, unit in figures:
            table.writerow(
                [datetime.date.today().isoformat(), version, commit, processor(), name, f"{value:.6g}", unit])


def main():
    if not os.path.exists(PATH):
        sys.exit(f"{PATH}: not there; benchmark.py --record makes it")
    with open(PATH, newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    words = sys.argv[1:]
    by_figure = {}
    for row in rows:
        if not words or any(word in row["figure"] for word in words):
            by_figure.setdefault((row["machine"], row["figure"], row["unit"]), []).append(row)
    machine = None
    for (place, figure, unit), runs in sorted(by_figure.items()):
        if place != machine:
            machine = place
            print(f"{machine}")
        most = max(float(run["value"]) for run in runs) or 1
        print(f"  {figure}, {unit}")
        for run in runs:
            value = float(run["value"])
            bar = "#" * round(WIDTH * value / most)
            print(f"    {run['date']} {run['version']:<8} {run['commit']:<16} {bar:<{WIDTH}} {value:,.6g}")


if __name__ == "__main__":
    main()
