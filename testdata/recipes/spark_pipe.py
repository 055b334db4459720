"""Scores a table of pairs on Spark: every partition goes through its own `seqgan classify`.

    spark-submit spark_pipe.py pairs.tsv scored

The lines of scored/part-* are, one after the other, what `seqgan classify pairs.tsv` writes. Spark cuts plain text
only: what is packed by gzip would be one partition, see spark_tiles.py for how to cut that.
"""

import os
import sys

from pyspark.sql import SparkSession

COMMAND = "seqgan classify -q -t 1"

if __name__ == "__main__":
    source, target = sys.argv[1:3]
    options = sys.argv[3] if len(sys.argv) > 3 else ""
    spark = SparkSession.builder.appName("seqgan classify").getOrCreate()
    pairs = spark.sparkContext.textFile(source, minPartitions=8)
    # Without checkCode, a partition whose run fails is lost in silence; without env, there is no PATH.
    scored = pairs.pipe(
        f"{COMMAND} {options}", env=dict(os.environ), checkCode=True)
    scored.saveAsTextFile(target)
    spark.stop()
