"""Scores all strands of a library against those of another on Spark, in tiles of rows; with --pairs a packed table.

    spark-submit spark_tiles.py crosstalk 64 "--keep 1 --against targets.fa primers.fa"
    spark-submit spark_tiles.py crosstalk 64 "--keep 1 --all-pairs library.fa"
    spark-submit spark_tiles.py scored 64 pairs.tsv.gz

Each partition runs `seqgan classify --shard i/n` on files that all workers see; the lines of crosstalk/part-* are, one
after the other, those of a single run.
"""

import os
import sys

from pyspark.sql import SparkSession

if __name__ == "__main__":
    target, count, words = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    spark = SparkSession.builder.appName("seqgan classify").getOrCreate()
    shards = spark.sparkContext.parallelize([f"{i}/{count}" for i in range(1, count + 1)], count)
    # Workers have folders of their own.
    command = f"env -C {os.getcwd()} xargs -I{{}} seqgan classify -q -t 1 --shard {{}} {words}"
    shards.pipe(command, env=dict(os.environ), checkCode=True).saveAsTextFile(target)
    spark.stop()
