#!/usr/bin/env python3
"""Sets of strands and pools of primers by seqgan select and by other programs, in one run, judged alike.

    python3 -m venv v && v/bin/pip install seqwalk viennarna     # for this benchmark only
    v/bin/pip install --no-deps nuad==0.4.6 && v/bin/pip install tabulate ordered-set psutil pathos scadnano
    apt-get install vienna-rna          # Debian's non-free: the program RNAduplex, which nuad calls
    git clone https://github.com/ssb22/PrimerPooler && make -C PrimerPooler/pooler
    v/bin/python sets.py --seqgan .build/release/seqgan --pooler PrimerPooler/pooler/pooler --primers primers.fa

A rival that is not there is left out, and that is said. Times are processor seconds of the command and its children.
Sets are judged by ViennaRNA's partition functions with the published energies that the built-in model learned from
(Sources/BuiltInModel/make_parameters.py; 57 C, 1 M, 1 uM of each strand), on the pairs that its duplexfold finds
strongest, and on random ones; pools are judged by the scores of seqgan classify --worst of the built-in model, which
PrimerPooler does not know and select does.
"""
import argparse
import importlib.util
import math
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile

# Strands of 20 bases whose pairs, and those of their complements, bind with no more than 6 kcal/mol at 57 C: the limit
# that its own manual starts from.
NUAD = """
import sys, tempfile
import nuad.constraints as nc, nuad.search as ns
pool = nc.DomainPool("pool", 20)
strands = [nc.Strand(domains=[nc.Domain(f"d{k}", pool=pool)], name=f"s{k}") for k in range(int(sys.argv[1]))]
domains = [strand.domains[0] for strand in strands]
limit = nc.rna_duplex_domain_pairs_constraint(
    threshold=-6.0, temperature=57, pairs=nc.all_pairs(domains, with_replacement=False))
with tempfile.TemporaryDirectory() as folder:
    ns.search_for_sequences(nc.Design(strands=strands), ns.SearchParameters(
        constraints=[limit], out_directory=folder, random_seed=int(sys.argv[2]), scrolling_output=False))
open(sys.argv[3], "w").write("\\n".join(domain.sequence() for domain in domains))
"""

KT = (57 + 273.15) * 1.98717e-3
MOLAR = 1e-6


def seconds(line, **options):
    """Runs a line of bash, and returns its processor seconds and output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{line}: {done.returncode}: {done.stderr[-500:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def records(text):
    parts = [part.split("\n", 1) for part in text.lstrip(">").split("\n>")]
    return [(name.split()[0], letters.replace("\n", "").upper()) for name, letters in parts]


class Judge:
    def __init__(self):
        import RNA

        sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Sources/BuiltInModel"))
        import make_parameters

        self.rna = RNA
        RNA.params_load_from_string(make_parameters.dna(1.0))
        RNA.cvar.temperature = 57  # for duplexfold
        self.model = RNA.md()
        self.model.temperature = 57
        self.own = {}

    def constant(self, a, b):
        fold = self.rna.fold_compound(f"{a}&{b}", self.model)
        fold.exp_params_rescale(fold.mfe_dimer()[1])
        free_a, free_b, bound = fold.pf_dimer()[-4:-1]
        return math.exp(min(600, (free_a + free_b - bound) / KT))

    def share(self, a, b):
        """The share of the strands that is in the heterodimer, homodimers competing."""
        for x in (a, b):
            if x not in self.own:
                self.own[x] = self.constant(x, x)
        both, low, high = self.constant(a, b), 0.0, 1.0

        def free(constant, left):
            return 2 * left / (1 + math.sqrt(1 + 8 * constant * left))

        for _ in range(60):
            share = (low + high) / 2
            left = (1 - share) * MOLAR
            if both * free(self.own[a], left) * free(self.own[b], left) > share * MOLAR:
                low = share
            else:
                high = share
        return low

    def tell(self, name, designs, cpu, rng):
        """Designs are lists of strands, which may bind each other but none of another design."""
        flat = [(k, strand) for k, design in enumerate(designs) for strand in design]
        pairs = [(i, j) for i in range(len(flat)) for j in range(i) if flat[i][0] != flat[j][0]]
        seen = rng.sample(pairs, min(len(pairs), 60_000))
        strongest = sorted(seen, key=lambda p: self.rna.duplexfold(flat[p[0]][1], flat[p[1]][1]).energy)[:200]
        worst = max(self.share(flat[i][1], flat[j][1]) for i, j in strongest)
        drawn = [self.share(flat[i][1], flat[j][1]) for i, j in rng.sample(pairs, min(len(pairs), 2_000))]
        print(f"{name}\t{len(designs)}\t{cpu:.1f}\t{worst:.3f}\t{sum(x > 0.2 for x in drawn)}\t"
              f"{sum(x > 0.05 for x in drawn)}\t{len(drawn)}", flush=True)


def reverse_complement(strand):
    return strand[::-1].translate(str.maketrans("ACGT", "TGCA"))


def nuad_set(options, judge, rng):
    if importlib.util.find_spec("nuad") is None or shutil.which("RNAduplex") is None:
        return print("nuad or RNAduplex is not installed: it is left out")
    with tempfile.NamedTemporaryFile("r") as file:
        cpu, _ = seconds(f"{sys.executable} - {options.nuad} {options.seed} {file.name} <<'PYTHON'\n{NUAD}\nPYTHON")
        found = file.read().split()
    judge.tell("nuad, 20 bases", [[x, reverse_complement(x)] for x in found], cpu, rng)


def sets(options, rng):
    try:
        judge = Judge()
    except ImportError:
        return print("ViennaRNA is not installed: sets are not judged")
    print("set\tdesigns\tcpu_s\tworst_of_60000\tabove_0.2\tabove_0.05\tof_random_pairs")
    for count, length in [(200, 20), (1_000, 20), (1_000, 25)]:
        cpu, text = seconds(f"{options.seqgan} generate -q --exact --endless --length {length} --gc 0.4:0.6 "
                            f"-s {options.seed} | {options.seqgan} select -q -n {count}")
        strands = [letters for _, letters in records(text)]
        designs = [strands[k:k + 2] for k in range(0, len(strands), 2)]
        judge.tell(f"seqgan, {length} bases", designs, cpu, rng)
    nuad_set(options, judge, rng)
    drawn = ["".join(rng.choice("ACGT") for _ in range(25)) for _ in range(1_000)]
    judge.tell("random, 25 bases", [[x, reverse_complement(x)] for x in drawn], 0, rng)
    try:
        import seqwalk  # noqa: F401
    except ImportError:
        return print("seqwalk is not installed: it is left out")
    line = ("from seqwalk import design\n"
            "print('\\n'.join(design.max_size(25, 9, alphabet='ACGT', RCfree=True, GClims=(10, 15), verbose=False)))")
    cpu, text = seconds(f"{sys.executable} - <<'PYTHON'\n{line}\nPYTHON")
    found = [x for x in text.split() if set(x) <= set("ACGT") and len(x) == 25]
    chosen = rng.sample(found, min(len(found), 1_000))
    judge.tell(f"seqwalk, 25 bases, k = 9 (of {len(found)})", [[x, reverse_complement(x)] for x in chosen], cpu, rng)


def pools(options):
    with open(options.primers) as file:
        # PrimerPooler prepends tags to the primers: without them both see the same strands.
        primers = [record for record in records(file.read().replace("\r", "")) if not record[0].startswith("tag")]
    names = [name for name, _ in primers]
    with tempfile.NamedTemporaryFile("w", suffix=".fa", delete=False) as file:
        file.write("".join(f">{name}\n{letters}\n" for name, letters in primers))
    options.primers = file.name
    _, text = seconds(f"{options.seqgan} classify -q --force-lengths --all-pairs --worst --keep 1 --threshold 0.2 "
                      f"{options.primers}")
    bound = [tuple(line.split("\t")[:2]) for line in text.splitlines()]
    bound = [pair for pair in bound if pair[0] != pair[1]]
    print(f"\npools\tof {len(names)} primers, {len(bound)} pairs above 0.2\tpairs left\tcpu_s")

    def tell(count, who, pool, cpu):
        print(f"{count}\t{who}\t{sum(pool[a] == pool[b] for a, b in bound)}\t{cpu:.1f}", flush=True)

    for count in options.pools:
        rng = random.Random(options.seed)
        tell(count, "random", {name: rng.randrange(count) for name in names}, 0)
        cpu, text = seconds(f"{options.seqgan} select -q --force-lengths --pools {count} {options.primers}")
        tell(count, "seqgan select", dict(line.split("\t")[:2] for line in text.splitlines()[1:]), cpu)
        if not options.pooler:
            print("no --pooler: PrimerPooler is left out")
            continue
        with tempfile.TemporaryDirectory() as folder:
            pooler = os.path.abspath(options.pooler)
            cpu, _ = seconds(f"{pooler} --pools={count},1,pool- --seedless {options.primers}", cwd=folder)
            pool = {}
            for name in sorted(os.listdir(folder)):
                with open(os.path.join(folder, name)) as file:
                    text = file.read().replace("\r", "")
                pool.update((primer, name) for primer, _ in records(text))
        if set(pool) < set(names):
            print(f"PrimerPooler left {len(set(names) - set(pool))} primers out")
        tell(count, "PrimerPooler", {name: pool.get(name, name) for name in names}, cpu)
    os.remove(options.primers)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seqgan", default="seqgan")
    parser.add_argument("--pooler", help="PrimerPooler's program")
    parser.add_argument("--primers", help="FASTA of primers")
    parser.add_argument("--pools", type=int, nargs="+", default=[2, 3, 4])
    parser.add_argument("--nuad", type=int, default=200, help="designs by nuad")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.seqgan = os.path.abspath(options.seqgan) if os.path.exists(options.seqgan) else options.seqgan
    sets(options, random.Random(options.seed))
    if options.primers:
        pools(options)


if __name__ == "__main__":
    main()
