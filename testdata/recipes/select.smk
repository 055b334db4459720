# Selects a set of designs that do not bind each other out of a large library: each tile of the library is screened
# within itself, by a job of its own, and one selection is made of what is left of all tiles.
#
#     snakemake -s select.smk --cores 2 --config library=library.fa tiles=8
#     snakemake -s select.smk --cores 2 --config library=pairs.fa records=2 options='--gc 0.4:0.6' last='-n 1000'
#
# The library is FASTA, plain or packed; records=2 where two records are a design, as pairs are. `options` are those of
# every selection, `last` those of the last one alone, such as -n or --best.
LIBRARY = config.get("library", "library.fa")
TILES = int(config.get("tiles", 8))
RECORDS = int(config.get("records", 1))
RETRIES = int(config.get("retries", 2))
OPTIONS = config.get("options", "--complement" if RECORDS == 1 else "")
LAST = config.get("last", "")


rule selection:
    input: expand("tiles/{i}.kept.fa", i=range(1, TILES + 1))
    output: "set.fa"
    log: "logs/selection.log"
    threads: 2
    resources: mem_mb=1000, runtime=120
    retries: RETRIES
    shell: "seqgan select -q -t {threads} {OPTIONS} {LAST} {input} -o {output} 2> {log}"


rule screen:
    input: "tiles/{i}.fa"
    output: temp("tiles/{i}.kept.fa")
    log: "logs/screen{i}.log"
    threads: 2
    resources: mem_mb=500, runtime=60
    retries: RETRIES
    shell: "seqgan select -q -t {threads} {OPTIONS} {input} -o {output} 2> {log}"


rule cut:
    input: LIBRARY
    output: temp(expand("tiles/{i}.fa", i=range(1, TILES + 1)))
    log: "logs/cut.log"
    resources: mem_mb=100, runtime=30
    shell:
        "zcat -f {input} | awk -v records={RECORDS} -v tiles={TILES} "
        "'/^>/ {{ tile = int(n / records) % tiles + 1; n++ }} {{ print > (\"tiles/\" tile \".fa\") }}' 2> {log}"
