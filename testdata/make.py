#!/usr/bin/env python3
"""Makes the files of this folder; see README.md."""
import gzip
import os
import random
import struct
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))


def hybridisation(source, rows=3000):
    with gzip.open(source, "rt") as lines:
        text = "".join(line for _, line in zip(range(rows + 1), lines))
    with open(os.path.join(HERE, "hybridisation.tsv.gz"), "wb") as file:
        with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
            packed.write(text.encode())


def bgzf(text, block):
    """Blocked gzip: members of at most `block` bytes of text that tell their size, and the empty one that ends it."""
    pieces = [text[at : at + block] for at in range(0, len(text), block)] + [b""]
    packed = b""
    for piece in pieces:
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        body = deflate.compress(piece) + deflate.flush()
        extra = struct.pack("<BBHH", 66, 67, 2, len(body) + 25)
        head = struct.pack("<BBBBIBBH", 31, 139, 8, 4, 0, 0, 255, len(extra))
        packed += head + extra + body + struct.pack("<II", zlib.crc32(piece), len(piece))
    return packed


def formats(rows=40):
    def write(name, content):
        with open(os.path.join(HERE, name), "wb") as file:
            file.write(content)

    with gzip.open(os.path.join(HERE, "hybridisation.tsv.gz"), "rt") as lines:
        next(lines)
        pairs = [line.split("\t")[:2] for _, line in zip(range(rows), lines)]
    table = "".join(f"{a}\t{b}\n" for a, b in pairs).encode()
    write("pairs.tsv", table)
    write("pairs.bgzf.tsv.gz", bgzf(table, 500))
    write("pairs.members.tsv.gz", b"".join(gzip.compress(table[k : k + 700], mtime=0) for k in range(0, len(table), 700)))
    fasta, fastq = "", ""
    for k, strands in enumerate(pairs, 1):
        for end, strand in zip("12", strands):
            # Wrapped at ten letters, in turn lower case, RNA and plain, with the line ends of two systems.
            shown = [strand, strand.lower(), strand.replace("T", "U")][k % 3]
            fasta += f">pair{k}/{end} a note\n" + "".join(shown[at : at + 10] + "\r\n" for at in range(0, len(shown), 10))
            # Qualities that look like the starts of records.
            quality = ("@>+!I" * 10)[k % 5 :][: len(strand)]
            fastq += f"@pair{k}/{end}\n{strand}\n+\n{quality}\n"
    write("pairs.fa", fasta.encode())
    write("pairs.fq", fastq[:-1].encode())


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
    elif sys.argv[1:2] == ["formats"]:
        formats()
    elif sys.argv[1:2] == ["hybridisation"]:
        hybridisation(sys.argv[2])
    else:
        sys.exit(__doc__)
