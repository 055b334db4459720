# Scores all strands of a library against each other, or against those of another, in tiles of rows, and keeps the pairs
# that are predicted to interact.
#
#     snakemake -s all-pairs.smk --cores 2 --config library=library.fa tiles=8
#     snakemake -s all-pairs.smk --cores 2 --config library=primers.fa against=targets.fa tiles=8
#
# A tile is a part of the library's rows against all columns; tiles have about as many pairs each, also where the rows
# of a library against itself grow shorter.
LIBRARY = config.get("library", "library.fa")
AGAINST = config.get("against")
TILES = int(config.get("tiles", 8))
RETRIES = int(config.get("retries", 2))
OPTIONS = config.get("options", "--keep 1")
COLUMNS = f"--against {AGAINST}" if AGAINST else "--all-pairs"


rule crosstalk:
    input: expand("tiles/{i}.tsv", i=range(1, TILES + 1))
    output: "crosstalk.tsv"
    log: "logs/crosstalk.log"
    resources: mem_mb=100, runtime=60
    shell: "cat {input} > {output} 2> {log}"


rule tile:
    input: [LIBRARY] + ([AGAINST] if AGAINST else [])
    output: "tiles/{i}.tsv"
    log: "logs/tile{i}.log"
    threads: 2
    resources: mem_mb=1000, runtime=60
    retries: RETRIES
    shell: "seqgan classify -q -t {threads} {OPTIONS} {COLUMNS} --shard {wildcards.i}/{TILES} {LIBRARY} -o {output} 2> {log}"
