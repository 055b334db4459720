# Finds where probes bind in a genome of many records: each job searches a part of the targets, and one file, sorted by
# place, has all sites.
#
#     snakemake -s sites.smk --cores 2 --config genome=genome.fa.gz probes=probes.fa shards=8
#     snakemake -s sites.smk --cores 2 --config genome=genome.fa probes=primers.fa options='--at temperature=60C'
#
# A part has the records that begin in it, so there is no use for more shards than records; --top counts in each part.
GENOME = config.get("genome", "genome.fa")
PROBES = config.get("probes", "probes.fa")
SHARDS = int(config.get("shards", 8))
RETRIES = int(config.get("retries", 2))
OPTIONS = config.get("options", "")


rule sites:
    input: expand("sites/{i}.bed", i=range(1, SHARDS + 1))
    output: "sites.bed"
    log: "logs/sites.log"
    resources: mem_mb=1000, runtime=60
    shell: "LC_ALL=C sort -k1,1 -k2,2n -k3,3n -k4,4 -k6,6 {input} > {output} 2> {log}"


rule shard:
    input: genome=GENOME, probes=PROBES
    output: temp("sites/{i}.bed")
    log: "logs/shard{i}.log"
    threads: 2
    resources: mem_mb=500, runtime=240
    retries: RETRIES
    shell:
        "seqgan classify -q -t {threads} {OPTIONS} --format bed --shard {wildcards.i}/{SHARDS} --sites {input.genome} "
        "{input.probes} -o {output} 2> {log}"
