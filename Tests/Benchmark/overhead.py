#!/usr/bin/env python3
"""Measures what engines cost beside the plain pipe, in turns; `.ci/engines --overhead PAIRS.tsv.gz [TURNS [JOB ...]]`
runs it.

2,000,000 pairs of two columns, from as many repetitions of the file as that takes. Seconds of wall time, and of the
processors, which other work on the machine disturbs less; ratios are to the plain pipe of the same turn.
"""
import gzip
import os
import resource
import shutil
import statistics
import struct
import subprocess
import sys
import time
import zlib

PAIRS = 2_000_000


def write_tables(source):
    """Plain text, ordinary gzip and BGZF."""
    with gzip.open(source, "rt") as lines:
        rows = ["\t".join(line.split("\t")[:2]).rstrip("\n") + "\n" for line in lines][1:]
    text = ("strandA\tstrandB\n" + "".join((rows * (PAIRS // len(rows) + 1))[:PAIRS])).encode()
    with open("pairs.tsv", "wb") as plain:
        plain.write(text)
    subprocess.run(["gzip", "-k", "pairs.tsv"], check=True)
    with open("blocks.tsv.gz", "wb") as packed:
        for start in list(range(0, len(text), 0xFF00)) + [len(text)]:
            piece = text[start : start + 0xFF00]
            deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
            data = deflate.compress(piece) + deflate.flush()
            extra = struct.pack("<HBBHH", 6, 66, 67, 2, len(data) + 25)
            packed.write(b"\x1f\x8b\x08\x04\0\0\0\0\0\xff" + extra + data)
            packed.write(struct.pack("<II", zlib.crc32(piece), len(piece)))


class Session:
    """The processor seconds of a command and all that it starts, looked at five times a second: what the system adds up
    for parents leaves out children that nobody waited for, such as Spark's workers."""

    def __init__(self, command):
        self.seen = {}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        with open("log", "wb") as log:
            child = subprocess.Popen(command, shell=True, stdout=log, stderr=log, start_new_session=True)
            while child.poll() is None:
                self.look(child.pid)
                time.sleep(0.2)
        self.wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        waited = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.busy = max(waited, sum(self.seen.values()) / os.sysconf("SC_CLK_TCK"))
        self.code = child.returncode

    def look(self, session):
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/stat") as file:
                    fields = file.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[3]) == session:
                self.seen[name, fields[19]] = int(fields[11]) + int(fields[12])


def main():
    source, turns, only = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    write_tables(source)
    subprocess.run("seqgan train -q --epochs 1 testdata/hybridisation.tsv.gz -o my.seqgan", shell=True, check=True)
    with open("nothing.py", "w") as script:
        script.write("from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate().stop()\n")
    here = os.getcwd()
    recipes = f"{here}/testdata/recipes"
    snakemake = f"snakemake -s {recipes}/Snakefile --cores 2 --directory work --config shards=8 pairs={here}/"
    spark = "spark-submit --master 'local[2]' "
    jobs = {
        "pipe": "zcat pairs.tsv.gz | seqgan classify -q > work/out",
        "pipe, packed output": "zcat pairs.tsv.gz | seqgan classify -q -o work/out.gz",
        "pipe, own model": "zcat pairs.tsv.gz | seqgan classify -q -m my.seqgan > work/out",
        "8 shards in a row, BGZF": "for i in 1 2 3 4 5 6 7 8; do "
        "seqgan classify -q --shard $i/8 blocks.tsv.gz -o work/$i; done; cat work/? > work/out",
        "8 shards in a row, gzip": "for i in 1 2 3 4 5 6 7 8; do "
        "seqgan classify -q --shard $i/8 pairs.tsv.gz -o work/$i; done; cat work/? > work/out",
        "parallel": "zcat pairs.tsv.gz | parallel -j 2 --pipe -k --block 10M --halt now,fail=1 "
        "seqgan classify -q -t 1 > work/out",
        "Snakemake, BGZF": snakemake + "blocks.tsv.gz",
        "Snakemake, gzip": snakemake + "pairs.tsv.gz",
        "Spark, nothing to do": spark + "nothing.py",
        "Spark, rdd.pipe": spark + f"{recipes}/spark_pipe.py pairs.tsv work/out",
        "Spark, DataFrame, own model": spark + f"{recipes}/spark_table.py pairs.tsv my.seqgan work/out",
    }
    if only:
        jobs = {name: command for name, command in jobs.items() if name == "pipe" or name in only}
    results = {name: [] for name in jobs}
    for _ in range(turns):
        for name, command in jobs.items():
            shutil.rmtree("work", ignore_errors=True)
            os.mkdir("work")
            made = Session(command)
            if made.code != 0:
                with open("log") as log:
                    sys.exit(f"{name}: {log.read()[-2000:]}")
            results[name].append((made.wall, made.busy))
            print(name, *(f"{value:.1f}" for value in results[name][-1]), sep="\t", flush=True)
    print("\n\twall\ttimes the pipe\tprocessors\ttimes the pipe")
    for name, values in results.items():
        cells = [name]
        for kind in (0, 1):
            own = [value[kind] for value in values]
            ratios = [value[kind] / pipe[kind] for value, pipe in zip(values, results["pipe"])]
            for format, some in (("{:.1f}", own), ("{:.2f}", ratios)):
                low, high = (format.format(value) for value in (min(some), max(some)))
                cells.append(f"{format.format(statistics.median(some))} ({low} to {high})")
        print("\t".join(cells))


if __name__ == "__main__":
    main()
