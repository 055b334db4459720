#!/usr/bin/env python3
"""Computes from a model file how probable strand B of each pair is, given strand A, a label and conditions.

    generator_probability.py MODEL PAIRS.tsv          # strand A, strand B, the label if it is not 1, values

The values are those of the conditions of the model, in order and in its units (degrees Celsius, mol/l). Writes
the natural logarithm of the probability of strand B, of its length and of each of its letters, as one row for each
pair: the sum, that of the length, then those of the letters. The model has a generator of the default kind,
autoregressive. This follows seqgan-model(5) and shares nothing with the program: what one of them gets wrong shows in
the other. It needs numpy. Letters that are seldom enough to be left out in drawing are counted here.
"""
import json
import sys

import numpy as np

# What seqgan-model(5) says and the tensors' shapes don't tell.
HEADS = 4
SLOPE = 0.2
SMALLEST_VARIANCE = 1e-5
SCALES = {"reciprocal": lambda celsius: 1000 / (celsius + 273.15), "logarithm": np.log, "linear": lambda value: value}


def read(path):
    """The metadata and the tensors of a model file."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        first, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[first:end], "<f4").astype(float).reshape(entry["shape"])
    return metadata, tensors


def log_softmax(logits):
    shifted = logits - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def attention(q, k, v, is_causal=False):
    """Columns of queries, of keys and of values, each with its heads side by side in the channels."""
    outputs = []
    for q, k, v in zip(*(np.split(x, HEADS, axis=1) for x in (q, k, v))):
        scores = q @ k.T / np.sqrt(q.shape[1])
        if is_causal:
            scores[np.triu_indices_from(scores, 1)] = -np.inf
        outputs.append(np.exp(log_softmax(scores)) @ v)
    return np.concatenate(outputs, axis=1)


class Generator:
    def __init__(self, path):
        self.metadata, self.tensors = read(path)
        kind = self.metadata.get("generator")
        if kind != "autoregressive":
            sys.exit(f"{path}: generator {kind}, expected autoregressive")
        self.alphabet = self.metadata["alphabet"]
        self.conditions = []
        while f"condition.{len(self.conditions) + 1}.name" in self.metadata:
            key = f"condition.{len(self.conditions) + 1}"
            self.conditions.append((
                SCALES[self.metadata[f"{key}.scale"]],
                *(float(self.metadata[f"{key}.{name}"]) for name in ["mean", "deviation"])))
        self.shortest, self.longest = (int(self.metadata[f"generator.{k}-b"]) for k in ["shortest", "longest"])

    def tensor(self, name):
        return self.tensors[f"generator.{name}"]

    def numbers(self, values):
        """The numbers of the conditions with these values, as the model sees them."""
        if len(values) != len(self.conditions):
            sys.exit(f"{len(values)} values of conditions, expected {len(self.conditions)}")
        return [(scale(value) - mean) / deviation for (scale, mean, deviation), value in zip(self.conditions, values)]

    def embedded(self, strand, codes, places, label, numbers):
        """The sum of the rows for each column; places are distances from the 5' end and from the 3' end."""
        starts, ends = zip(*places)
        last = len(self.tensor(f"{strand}.from_start")) - 1
        return (self.tensor(f"{strand}.letters")[codes]
                + self.tensor(f"{strand}.from_start")[np.minimum(starts, last)]
                + self.tensor(f"{strand}.from_end")[[last + 1 if end is None else min(end, last) for end in ends]]
                + self.tensor(f"{strand}.labels")[label]
                + (np.array(numbers) @ self.tensor(f"{strand}.conditions") if numbers else 0))

    def linear(self, name, x):
        return x @ self.tensor(f"{name}.weight")[0] + self.tensor(f"{name}.bias")

    def leaky(self, x):
        return np.where(x > 0, x, SLOPE * x)

    def convolved(self, name, x, before):
        """The first row of weights is for the column that is `before` columns earlier."""
        weight = self.tensor(f"{name}.weight")
        padded = np.pad(x, ((before, len(weight) - 1 - before), (0, 0)))
        return x + self.leaky(
            sum(padded[k:k + len(x)] @ weight[k] for k in range(len(weight))) + self.tensor(f"{name}.bias"))

    def normal(self, name, x):
        gain, shift = self.tensor(name)
        variance = x.var(axis=1, keepdims=True)
        return gain * (x - x.mean(axis=1, keepdims=True)) / np.sqrt(variance + SMALLEST_VARIANCE) + shift

    def self_attention(self, name, x, is_causal):
        parts = np.split(self.linear(f"{name}.inputs", self.normal(f"{name}.norm", x)), 3, axis=1)
        return x + self.linear(f"{name}.out", attention(*parts, is_causal))

    def convolutions(self, strand, x, before):
        k = 0
        while f"generator.{strand}.convolution.{k}.weight" in self.tensors:
            name = f"{strand}.convolution.{k}"
            x, k = self.convolved(name, x, before(len(self.tensor(f"{name}.weight")))), k + 1
        return x

    def encoded(self, a, label, numbers):
        x = self.embedded("encoder", a, [(k, len(a) - 1 - k) for k in range(len(a))], label, numbers)
        x = self.convolutions("encoder", x, lambda width: width // 2)
        return self.self_attention("encoder.self", x, False)

    def block(self, name, x, encoded):
        x = self.self_attention(f"{name}.self", x, True)
        query = self.linear(f"{name}.cross.query", self.normal(f"{name}.cross.norm", x))
        k, v = np.split(self.linear(f"{name}.cross.keys", encoded), 2, axis=1)
        x = x + self.linear(f"{name}.cross.out", attention(query, k, v))
        hidden = self.leaky(self.linear(f"{name}.hidden.in", self.normal(f"{name}.hidden.norm", x)))
        return x + self.linear(f"{name}.hidden.out", hidden)

    def logarithms(self, a, b, label, values):
        """The logarithm of the probability of B's length, then those of its letters."""
        a, b = ([self.alphabet.index(letter) for letter in strand] for strand in (a, b))
        letters, length, numbers = len(self.alphabet), len(b), self.numbers(values)
        if not self.shortest <= length <= self.longest:
            return np.full(length + 1, -np.inf)
        x = self.embedded(
            "decoder", [letters + 1, letters, *b[:-1]],
            [(0, None), *((k, length - 1 - k) for k in range(length))], label, numbers)
        x = self.convolutions("decoder", x, lambda width: width - 1)
        encoded, k = self.encoded(a, label, numbers), 0
        while f"generator.decoder.{k}.self.norm" in self.tensors:
            x, k = self.block(f"decoder.{k}", x, encoded), k + 1
        x = self.normal("decoder.norm", x)
        # Outputs are padded to a multiple of 8.
        of_length = log_softmax(self.linear("decoder.length", x[:1])[:, :self.longest - self.shortest + 1])
        of_letters = log_softmax(self.linear("decoder.letter", x[1:])[:, :letters])
        return np.array([of_length[0, length - self.shortest], *of_letters[np.arange(length), b]])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    generator = Generator(sys.argv[1])
    with open(sys.argv[2]) as pairs:
        for line in pairs:
            fields = line.split()
            found = generator.logarithms(
                fields[0], fields[1], int(fields[2]) if len(fields) > 2 else 1, [float(x) for x in fields[3:]])
            print(*(f"{x:.6f}" for x in [found.sum(), *found]), sep="\t")


if __name__ == "__main__":
    main()
