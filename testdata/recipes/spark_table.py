"""Scores a DataFrame of pairs on Spark, with a model of one's own that Spark carries to the workers.

    spark-submit spark_table.py pairs.tsv my.seqgan scored

The table's columns strandA and strandB hold the strands; all columns come back, with predicted and score.
"""

import subprocess
import sys
import threading
from collections import deque

from pyspark import SparkFiles
from pyspark.sql import SparkSession
from pyspark.sql.types import DoubleType, IntegerType, StructField, StructType

ADDED = [StructField("predicted", IntegerType()), StructField("score", DoubleType())]


def scored(pairs, model, strands=("strandA", "strandB")):
    """The DataFrame `pairs` with two more columns; `model` is the name of a file given to addFile."""
    columns = pairs.columns

    def run(rows):
        command = ["seqgan", "classify", "-q", "-t", "1", "-m", SparkFiles.get(model)]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        waiting, failures = deque(), []

        def feed():
            # Strands alone go through the program; the rows wait here for their scores.
            try:
                with child.stdin:
                    for row in rows:
                        waiting.append(row)
                        child.stdin.write(f"{row[strands[0]]}\t{row[strands[1]]}\n")
            except BrokenPipeError:
                pass  # its exit code says why
            except Exception as error:
                failures.append(error)

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        for line in child.stdout:
            predicted, score = line.rstrip("\n").split("\t")[-2:]
            yield (*waiting.popleft(), int(predicted), float(score))
        feeder.join()
        code = child.wait()
        if failures:
            raise failures[0]
        if code != 0 or waiting:
            raise RuntimeError(f"seqgan ended with {code}; {len(waiting)} pairs have no score")

    return pairs.rdd.mapPartitions(run).toDF(StructType(pairs.schema.fields + ADDED))


if __name__ == "__main__":
    source, model, target = sys.argv[1:4]
    spark = SparkSession.builder.appName("seqgan classify").getOrCreate()
    spark.sparkContext.addFile(model)
    pairs = spark.read.csv(source, sep="\t", header=True, quote="")
    table = scored(pairs, model.rsplit("/", 1)[-1])
    table.write.csv(target, sep="\t", quote="", escapeQuotes=False, emptyValue="")  # or .parquet(target)
    spark.stop()
