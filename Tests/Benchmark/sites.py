#!/usr/bin/env python3
"""Sites of probes in a genome by seqgan classify --sites and by other programs, in one run.

    apt-get install bowtie2 minimap2; python3 -m venv v && v/bin/pip install viennarna     # for this benchmark only
    v/bin/python sites.py --seqgan .build/release/seqgan
    v/bin/python sites.py --seqgan .build/release/seqgan --genome MG1655-K12.fasta --probes 100

Debian's ragout-examples has the genome of Escherichia coli K-12, MG1655-K12.fasta.gz.

For each probe, sites with 0 to 6 letters changed are planted at random places of both strands. Each program ranks the
places that it finds: seqgan by score, bowtie2 and minimap2 by the score of the alignment, duplexfold, which looks at
windows, by its energy. Recall of the planted sites is told at equal numbers of other places: as many, over all probes,
as seqgan reports at its threshold. What was planted is the truth here, whether it binds or not: with `--truth`, a
program that reads lines of two strands and writes a yield for each, planted sites with a yield of 0.2 or less are left
out. A program that is not there is left out, and that is said. Times are processor seconds of the command and its
children.
"""
import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time

SAMPLE = 20_000
OTHER = str.maketrans("ACGT", "TGCA")


def opposite(strand):
    return strand.translate(OTHER)[::-1]


def run(line):
    """Runs a line of bash, and returns its processor seconds and output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{line}: {done.returncode}: {done.stderr[-500:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def plant(genome, probes, rng):
    """Puts sites into the genome, at places of their own; returns (probe, start, end, strand, changes)."""
    sites, taken = [], set()
    for number, probe in enumerate(probes):
        for changes in range(7):
            site = list(probe)
            for place in rng.sample(range(len(site)), changes):
                site[place] = rng.choice([letter for letter in "ACGT" if letter != site[place]])
            strand = rng.choice("+-")
            letters = opposite("".join(site)) if strand == "+" else "".join(site)
            while True:
                start = rng.randrange(100, len(genome) - 200)
                if not any(bin in taken for bin in range(start // 100 - 1, start // 100 + 2)):
                    break
            taken.add(start // 100)
            genome[start:start + len(letters)] = letters
            sites.append((number, start, start + len(letters), strand, changes))
    return sites


def of_sam(text):
    """Places of a SAM file: probe, start, end, strand that is bound, score."""
    for line in text.splitlines():
        if line.startswith("@"):
            continue
        fields = line.split("\t")
        flag = int(fields[1])
        if flag & 4:
            continue
        digits, span = "", 0
        for letter in fields[5]:
            if letter.isdigit():
                digits += letter
            else:
                span += int(digits) if letter in "MDN=X" else 0
                digits = ""
        score = next(int(field[5:]) for field in fields[11:] if field.startswith("AS:i:"))
        start = int(fields[3]) - 1
        # A probe that has the letters of one strand binds the other.
        yield int(fields[0]), start, start + span, "+" if flag & 16 else "-", score


def of_windows(probes, genome, sites, rng):
    """Energies of duplexfold for windows with planted sites and for random ones, a sample."""
    import RNA

    RNA.params_load_DNA_Mathews2004()
    RNA.cvar.temperature = 60
    for number, start, end, strand, _ in sites:
        window = genome[max(0, start - 10):end + 10]
        facing = window if strand == "+" else opposite(window)
        yield number, start, end, strand, -RNA.duplexfold(probes[number], facing).energy
    for _ in range(SAMPLE):
        start, number = rng.randrange(len(genome) - 40), rng.randrange(len(probes))
        yield number, start, start + 20, "+", -RNA.duplexfold(probes[number], genome[start:start + 40]).energy


def tell(name, seconds, places, sites, false_calls, note=""):
    """Prints the recall at the number of false calls, by the number of changes."""
    planted = {}
    for site in sites:
        planted.setdefault((site[0], site[3]), []).append(site)
    best, false = {}, []
    for number, start, end, strand, score in places:
        hit = next((s for s in planted.get((number, strand), []) if s[1] < end and start < s[2]), None)
        if hit:
            best[hit] = max(best.get(hit, -1e9), score)
        else:
            false.append(score)
    false.sort(reverse=True)
    if false_calls is None:
        false_calls, limit = len(false), -1e9
    else:
        limit = false[false_calls] if false_calls < len(false) else -1e9
    shares = []
    for changes in range(7):
        own = [site for site in sites if site[4] == changes]
        shares.append(sum(best.get(site, -1e9) > limit for site in own) / max(1, len(own)))
    figures = "\t".join(f"{share:.3f}" for share in shares)
    print(f"{name}\t{seconds:.1f}\t{min(len(false), false_calls)}\t{figures}{note}", flush=True)
    return false_calls


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seqgan", required=True)
    parser.add_argument("--genome", help="a FASTA file of one record; without it, random letters")
    parser.add_argument("--letters", type=int, default=4_600_000)
    parser.add_argument("--probes", type=int, default=1000)
    parser.add_argument("--at", default="--at temperature=60C --at sodium=163mM --at concentration=200nM")
    parser.add_argument("--truth", help="a command: lines of two strands in, a yield for each out")
    options = parser.parse_args()
    rng = random.Random(1)
    if options.genome:
        with open(options.genome) as file:
            genome = list("".join(line.strip() for line in file if line[0] != ">").upper())
    else:
        genome = rng.choices("ACGT", k=options.letters)
    probes = ["".join(rng.choices("ACGT", k=20)) for _ in range(options.probes)]
    sites = plant(genome, probes, rng)
    genome = "".join(genome)
    if options.truth:
        pairs = "".join(
            f"{probes[n]}\t{(lambda w: w if strand == '+' else opposite(w))(genome[start - 10:end + 10])}\n"
            for n, start, end, strand, _ in sites)
        done = subprocess.run(["bash", "-c", options.truth], input=pairs, capture_output=True, text=True, check=True)
        yields = [float(line.split("\t")[-1]) for line in done.stdout.splitlines()]
        sites = [site for site, share in zip(sites, yields) if share > 0.2]
    folder = tempfile.mkdtemp()
    os.symlink(os.path.realpath(options.seqgan), f"{folder}/seqgan")
    os.chdir(folder)
    with open("genome.fa", "w") as file:
        file.write(">genome\n" + "\n".join(genome[k:k + 80] for k in range(0, len(genome), 80)) + "\n")
    with open("probes.fa", "w") as file:
        file.write("".join(f">{number}\n{probe}\n" for number, probe in enumerate(probes)))
    print(f"# {len(genome)} letters, {len(probes)} probes, {len(sites)} planted sites")
    print("program\tCPU seconds\tother places\t" + "\t".join(f"{changes} changed" for changes in range(7)))
    begun = time.time()
    seconds, text = run(f"./seqgan classify -q --sites genome.fa {options.at} probes.fa")
    print(f"# {time.time() - begun:.1f} s on the clock", file=sys.stderr)
    places = [(int(p), int(s), int(e), strand, float(score)) for p, _, s, e, strand, score, _ in
              (line.split("\t") for line in text.splitlines())]
    false_calls = tell("seqgan", seconds, places, sites, None)
    if shutil.which("bowtie2"):
        built, _ = run("bowtie2-build -q genome.fa index")
        seconds, text = run(
            "bowtie2 -f -x index -U probes.fa --local -L 10 -N 1 -i C,1 -D 100 -R 3 -k 200 --score-min C,16 --quiet")
        tell("bowtie2", seconds, of_sam(text), sites, false_calls, f"\t# and {built:.1f} s for its index")
    else:
        print("# no bowtie2", file=sys.stderr)
    if shutil.which("minimap2"):
        seconds, text = run(
            "minimap2 -a -k 8 -w 1 -n 1 -m 8 -s 16 -N 200 -p 0 -f 0 -A 2 -B 3 genome.fa probes.fa 2> log")
        tell("minimap2", seconds, of_sam(text), sites, false_calls)
    else:
        print("# no minimap2", file=sys.stderr)
    try:
        before = time.process_time()
        places = list(of_windows(probes, genome, sites, rng))
        seconds, searched = time.process_time() - before, len(places)
        # As many other places among the sample as seqgan has among all windows of all probes.
        windows = 2 * len(genome) * len(probes)
        note = f"\t# {searched} windows only; every tenth would take {seconds / searched * windows / 10:.0f} s"
        tell("duplexfold", seconds, places, sites, round(false_calls * SAMPLE / windows), note)
    except ImportError:
        print("# no ViennaRNA", file=sys.stderr)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
