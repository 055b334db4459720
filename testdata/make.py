#!/usr/bin/env python3
"""Makes the files of this folder; see README.md."""
import gzip
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def hybridisation(source, rows=3000):
    with gzip.open(source, "rt") as lines:
        text = "".join(line for _, line in zip(range(rows + 1), lines))
    with open(os.path.join(HERE, "hybridisation.tsv.gz"), "wb") as file:
        with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
            packed.write(text.encode())


def metrics():
    from sklearn import metrics as m

    rng = random.Random(5)
    with open(os.path.join(HERE, "metrics.tsv"), "w") as out:
        for case in range(40):
            n = rng.choice([2, 3, 5, 10, 40])
            levels = rng.choice([2, 3, 10, 1000])
            scores = [rng.choice([0.0, 1.0, rng.randrange(levels) / levels]) for _ in range(n)]
            labels = [rng.randrange(2) for _ in range(n)]
            labels[0], labels[1] = 0, 1
            hard = [int(s > 0.5) for s in scores]
            figures = [
                m.roc_auc_score(labels, scores),
                m.average_precision_score(labels, scores),
                m.matthews_corrcoef(labels, hard),
                m.f1_score(labels, hard, zero_division=0),
                m.accuracy_score(labels, hard),
                m.brier_score_loss(labels, scores),
                m.log_loss(labels, scores),
                m.precision_score(labels, hard, zero_division=0),
                m.recall_score(labels, hard),
                max(m.matthews_corrcoef(labels, [int(s >= t) for s in scores]) for t in scores),
            ]
            print(" ".join(map(repr, scores)), " ".join(map(str, labels)), *map(repr, map(float, figures)), sep="\t", file=out)


if __name__ == "__main__":
    if sys.argv[1:2] == ["metrics"]:
        metrics()
    elif sys.argv[1:2] == ["hybridisation"]:
        hybridisation(sys.argv[2])
    else:
        sys.exit(__doc__)
