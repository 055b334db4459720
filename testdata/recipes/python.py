"""Scores, one-hot arrays, matrices and weights of seqgan as NumPy arrays. Needs NumPy, and seqgan on the PATH.

    python3 python.py scores pairs.tsv --at temperature=37C
    python3 python.py arrays pairs.tsv
    python3 python.py matrix strands.fa
    python3 python.py weights my.seqgan

The command lines print what they found; the functions are for your own programs. Options behind the file go to seqgan.
"""

import io
import json
import subprocess
import sys

import numpy


def seqgan(*words, text=None):
    """The bytes that seqgan writes; its messages go to standard error. Raises CalledProcessError where it fails."""
    given = None if text is None else text.encode()
    return subprocess.run(["seqgan", *words, "-q"], input=given, stdout=subprocess.PIPE, check=True).stdout


def scores(pairs, *options):
    """What classify predicts of pairs of strands: an array of 0 and 1, and one of the scores."""
    text = "".join(f"{a}\t{b}\n" for a, b in pairs)
    lines = seqgan("classify", "--header", "no", *options, text=text).decode().splitlines()
    columns = [line.split("\t")[2:4] for line in lines]
    return numpy.array([int(p) for p, _ in columns]), numpy.array([float(s) for _, s in columns])


def arrays(path, *options):
    """The one-hot images of the pairs of a file: (pairs, 2, letters, columns), or another --layout."""
    return numpy.load(io.BytesIO(seqgan("encode", *options, path)))


def matrix(path, *options, against=None):
    """The scores of all strands of a file with each other, or with those of another file: (rows, columns)."""
    which = ["--all-pairs"] if against is None else ["--against", against]
    return numpy.load(io.BytesIO(seqgan("classify", "--matrix", *which, *options, path)))


def weights(path):
    """The tensors of a model file by name, and its metadata; seqgan-model(5) describes both."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        data = file.read()
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        tensors[name] = numpy.frombuffer(data[first:last], "<f4").reshape(entry["shape"])
    return tensors, metadata


def table(path):
    """The strands in the first two columns of a table without a header."""
    with open(path) as file:
        return [line.rstrip("\n").split("\t")[:2] for line in file if not line.startswith("#")]


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("scores", "arrays", "matrix", "weights"):
        sys.exit(__doc__)
    what, path, *options = sys.argv[1:]
    if what == "scores":
        predicted, found = scores(table(path), *options)
        print(f"{len(found)} pairs, {predicted.sum()} predicted to interact, mean score {found.mean():.4f}")
    elif what == "arrays":
        images = arrays(path, *options)
        print(f"shape {images.shape}, {images.dtype}, {images.sum():.0f} letters")
    elif what == "matrix":
        found = matrix(path, *options)
        print(f"shape {found.shape}, {found.dtype}, largest score {found.max():.4f}")
    else:
        tensors, metadata = weights(path)
        print(f"{metadata['kind']}, letters {metadata['alphabet']}, threshold {metadata['threshold']}")
        for name, tensor in tensors.items():
            print(name, tensor.shape)
