#!/usr/bin/env python3
"""Computes from a model file the score of each pair of a table.

    classifier_score.py [--logit] [--columns A,B] [--at NAME=VALUE]... MODEL PAIRS.tsv

The columns are separated by tabs. The strands are in the first two columns, or in those that --columns names. A value
of a condition is that of --at, or of the column with its name, or the usual one of the model, always in the model's
unit (degrees Celsius, mol/l). The first line is a header if it names the strands' columns or has no strands in them.
Writes a score for each pair, or a logit. This follows seqgan-model(5) and shares nothing with the program: what one of
them gets wrong shows in the other. It needs numpy.
"""
import argparse
import json
import sys

import numpy as np

# What seqgan-model(5) says and the tensors' shapes don't tell.
SCALES = {"reciprocal": lambda celsius: 1000 / (celsius + 273.15), "logarithm": np.log, "linear": lambda value: value}
ENERGIES = -87, 88
LARGEST = 2.0 ** 164
LEAST, BELOW_LEAST = 2.0 ** -62, 2.0 ** -63
ADDED = 2.0 ** -56
SMALLEST_VARIANCE = 1e-5
SLOPE, LARGEST_FOLD = 1.3, 4
PAIRS_AT_A_TIME = 500


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


class Condition:
    def __init__(self, metadata, key):
        self.name, self.scale = metadata[f"{key}.name"], SCALES[metadata[f"{key}.scale"]]
        self.mean, self.deviation, self.usual = (float(metadata[f"{key}.{k}"]) for k in ["mean", "deviation", "usual"])

    def standardised(self, values):
        return (self.scale(values) - self.mean) / self.deviation


def conditions(metadata):
    found = []
    while f"condition.{len(found) + 1}.name" in metadata:
        found.append(Condition(metadata, f"condition.{len(found) + 1}"))
    return found


def padded(strands):
    """Codes as rows of one array, and the strands' lengths."""
    codes = np.zeros((len(strands), max(map(len, strands))), int)
    for row, strand in zip(codes, strands):
        row[:len(strand)] = strand
    return codes, np.array([len(strand) for strand in strands])


def rows_of(table, index):
    """Row index[p] of the table of pair p; a table of one pair is that of all."""
    return table[0][index] if len(table) == 1 else table[np.arange(len(index)), index]


def log_sum(weights):
    return np.log(np.where(weights < LEAST, BELOW_LEAST, weights))


def activation(x):
    return x / (1 + np.exp(-x))


class Duplex:
    def __init__(self, metadata, tensors):
        self.tensors, self.conditions = tensors, conditions(metadata)
        self.letters, self.heads = len(metadata["alphabet"]), int(metadata["heads"])
        self.is_antiparallel = metadata["orientation"] == "antiparallel"
        self.is_symmetric, self.has_self_maps = (metadata[key] == "true" for key in ["symmetric", "self-maps"])
        self.has_self_bulges = metadata.get("self-bulges", "true") == "true"
        self.has_positions = metadata["positions-a"] != "0"
        self.has_equilibrium = metadata.get("head", "network") == "equilibrium"
        self.order = tensors["energy.stack"].ndim // 2
        bound = metadata.get("bound-head")
        self.bound = bound and (int(bound) - 1, float(metadata["bound-margin"]))

    def weights(self, name, x):
        """Boltzmann weights at the standardised conditions x (pairs, conditions); those of one pair without any."""
        energies = self.tensors[f"energy.{name}"][None]
        for c, values in enumerate(x.T):
            change = self.tensors.get(f"condition.{c + 1}.energy.{name}")
            if change is not None:
                energies = energies + values.reshape(-1, *[1] * change.ndim) * change
        return np.exp(np.clip(energies, *ENERGIES))

    def all_weights(self, x):
        pair, stack = self.weights("pair", x), self.weights("stack", x)
        k, n = self.letters, len(pair)
        found = {
            "start": pair[:, :, :, 0].reshape(n, k * k, -1), "end": pair[:, :, :, 1].reshape(n, k * k, -1),
            "stack": stack.reshape(n, -1, self.heads), "hairpin": self.weights("hairpin", x)}
        if self.order == 1:
            found["end"] = np.ones_like(found["end"])
        gaps = self.weights("gaps", x)
        found["open"], found["extend"], found["bulge"] = gaps[:, 0], np.minimum(1, gaps[:, 1]), gaps[:, 2]
        for name in ["positions_a", "positions_b"] if self.has_positions else []:
            found[name] = self.weights(name, x)
        if self.has_equilibrium:
            found["equilibrium"] = self.weights("equilibrium", x)
        return found

    def position(self, i, field, w):
        return w["positions_a"][:, min(i, w["positions_a"].shape[1] - 1), field]

    def cells(self, w, a, b, is_self=False):
        """M of each cell (i, j), for all pairs and heads at once. Of a strand with itself only the cells that count."""
        k = self.letters
        none = np.zeros((len(a), self.heads))
        is_positioned = self.has_positions and not is_self
        has_bulges = self.has_self_bulges or not is_self

        def stack(before_a, i, before_b, j):
            here = a[:, i] * k + b[:, j]
            if self.order == 2:
                here = ((a[:, before_a] * k + a[:, i]) * k + b[:, before_b]) * k + b[:, j]
            return rows_of(w["stack"], here)

        width = b.shape[1]
        above, second = [none] * width, [none] * width  # Q of row i - 1 and of row i - 2
        loops_above, of_a = [none] * width, [none] * width  # L of row i - 1, and X of row i
        for i in range(a.shape[1]):
            row, loops, of_b = [], [], none
            for j in range(width - 1 - i if is_self else width):
                letters = a[:, i] * k + b[:, j]
                end = rows_of(w["end"], letters)
                first = self.position(i, 0, w) if is_positioned else 1
                q = rows_of(w["start"], letters) * (first + (w["open"] * loops_above[j - 1] if j > 0 else 0))
                if i > 0 and j > 0:
                    stacked = stack(i - 1, i, j - 1, j) * above[j - 1]
                    if i > 1 and has_bulges:
                        stacked += w["bulge"] * stack(i - 2, i, j - 1, j) * second[j - 1]
                    if j > 1 and has_bulges:
                        stacked += w["bulge"] * stack(i - 1, i, j - 2, j) * above[j - 2]
                    q = q + (self.position(i, 1, w) if is_positioned else 1) * stacked
                m = np.minimum(q * end, LARGEST)
                yield i, j, m
                row.append(m / end)
                loops.append(of_a[j] + of_b)
                of_a[j] = m + w["extend"] * of_a[j]
                of_b = m + w["extend"] * loops[j]
            above, second, loops_above = row, above, loops

    def facing(self, strands):
        return [strand[::-1] for strand in strands] if self.is_antiparallel else strands

    def duplex(self, w, a, b):
        """Z(AB), for each head."""
        (codes_a, lengths_a), (codes_b, lengths_b) = padded(a), padded(self.facing(b))
        total = 0
        for i, j, m in self.cells(w, codes_a, codes_b):
            if self.has_positions:
                ends = w["positions_b"]
                m = m * self.position(i, 2, w) * ends[:, min(j, ends.shape[1] - 1)]
            total = total + m * ((i < lengths_a) & (j < lengths_b))[:, None]
        return total

    def alone(self, w, strands):
        """Z(A) and Z(AA) of a strand, for each head."""
        (codes, lengths), facing = padded(strands), padded(self.facing(strands))[0]
        folded = dimers = np.ones((len(strands), self.heads))
        for i, j, m in self.cells(w, codes, facing, is_self=True):
            unpaired = lengths - 2 - i - j
            m = m * (unpaired >= 0)[:, None]
            dimers = dimers + m
            last = w["hairpin"].shape[1] - 1
            folded = folded + m * rows_of(w["hairpin"], np.clip(unpaired, 0, last))
        return folded, dimers

    def looked_up(self, name, strands):
        table, (codes, lengths) = self.tensors[name], padded(strands)
        places = np.arange(codes.shape[1])
        found = table[np.minimum(places, len(table) - 1), codes]
        return (found * (places < lengths[:, None])[:, :, None]).sum(axis=1)

    def network(self, duplex, strands, x):
        """The output of the network, from the features of the duplex and of both strands."""
        t, h = self.tensors, self.heads
        size = strands[0].shape[1]
        ends = 0, h, h + size, h + 2 * size
        mean, scale = t["feature.mean"], t["feature.scale"]
        parts = [
            (part - mean[first:end]) * scale[first:end]
            for part, first, end in zip([duplex, *strands], ends, ends[1:])]
        into = [t["network.first.weight"][first:end] for first, end in zip(ends, ends[1:])]
        bias = t["network.first.bias"] + (x @ t["network.first.conditions"] if x.shape[1] else 0)
        shared = bias + parts[0] @ into[0]
        hidden = activation(shared + parts[1] @ into[1] + parts[2] @ into[2])
        if self.is_symmetric:
            hidden = hidden + activation(shared + parts[2] @ into[1] + parts[1] @ into[2])
        second = activation(t["network.second.bias"] + hidden @ t["network.second.weight"])
        return t["network.last.bias"] + second @ t["network.last.weight"]

    def equilibrium(self, w, duplex, alone, correction, concentration):
        """The logit of the share of the strands that is in the duplex."""
        def summed(terms):
            return np.where(terms < LEAST, 0, terms).sum(axis=1) + ADDED

        by_duplex, by_fold, by_homodimer = np.moveaxis(w["equilibrium"], 1, 0)
        concentration = concentration + self.tensors["feature.log_concentration"]
        log_folds = [np.log(summed(by_fold * folded)) - np.log(by_fold.sum(axis=1)) for folded, _ in alone]
        log_constant = np.log(summed(by_duplex * duplex)) - sum(log_folds) + correction
        if self.bound:
            head, margin = self.bound
            own = slice(head, head + 1)
            counted = sum(np.minimum(fold, LARGEST_FOLD) for fold in log_folds)
            limit = SLOPE * np.log(summed((by_duplex * duplex)[:, own])) + margin - counted
            log_constant = np.minimum(log_constant, limit)
        log_duplex = log_constant + concentration
        log_homodimers = [
            np.log(summed(by_homodimer * dimers)) - 2 * fold + concentration
            for (_, dimers), fold in zip(alone, log_folds)]

        def log_free(log_constant, log_left):
            return log_left + np.log(2) - np.logaddexp(0, np.logaddexp(0, np.log(8) + log_constant + log_left) / 2)

        # The logit is below log K, and what is too much on the left of the equation falls as it grows.
        low, high = np.full_like(log_duplex, -1000), np.maximum(log_duplex, -999)
        for _ in range(60):
            u = (low + high) / 2
            log_bound, log_left = -np.logaddexp(0, -u), -np.logaddexp(0, u)
            free = sum(log_free(constant, log_left) for constant in log_homodimers)
            is_low = log_duplex + free > log_bound
            low, high = np.where(is_low, u, low), np.where(is_low, high, u)
        return (low + high) / 2

    def logits(self, pairs, values):
        """The logits of pairs of codes at values (pairs, conditions)."""
        if self.is_symmetric:
            pairs = [sorted(pair, key=lambda strand: (len(strand), strand)) for pair in pairs]
        strands = list(zip(*pairs))
        x = np.stack([c.standardised(v) for c, v in zip(self.conditions, values.T)], 1) if self.conditions else values
        w = self.all_weights(x)
        duplex = self.duplex(w, *strands)
        if self.has_self_maps:
            alone = [self.alone(w, side) for side in strands]
        else:
            alone = [(np.ones_like(duplex), np.zeros_like(duplex))] * 2
        features = []
        for side, name, sums in zip(strands, ["lookup.a", "lookup.b"], alone):
            parts = list(map(log_sum, sums)) if self.has_self_maps else []
            parts.append(np.array([[len(strand)] for strand in side]))
            features.append(np.hstack([*parts, self.looked_up(name, side)] if self.has_positions else parts))
        output = self.network(log_sum(duplex), features, x)
        if not self.has_equilibrium:
            return output
        concentration = sum(np.log(v) for c, v in zip(self.conditions, values.T) if c.name == "concentration")
        return self.equilibrium(w, duplex, alone, output, concentration)


class Convolutional:
    conditions = []

    def __init__(self, metadata, tensors):
        self.metadata, self.tensors, self.letters = metadata, tensors, len(metadata["alphabet"])
        self.length = int(metadata["length"])

    def image(self, pairs):
        """The images (pairs, rows, columns, channels)."""
        image = np.zeros((len(pairs), self.letters, self.length, 2))
        for p, (a, b) in enumerate(pairs):
            b = b[::-1] if self.metadata["orientation"] == "antiparallel" else b
            for side, strand in enumerate([a, b]):
                image[p, strand, np.arange(len(strand)), side] = 1
        if self.metadata["layout"] == "stacked":
            image = image.transpose(0, 2, 3, 1).reshape(len(pairs), 1, self.length, -1)
        return image

    def layer(self, number, x):
        t, name = self.tensors, f"layer{number}"
        if f"{name}.scale" in t:
            deviation = np.sqrt(t[f"{name}.variance"] + SMALLEST_VARIANCE)
            return t[f"{name}.scale"] * (x - t[f"{name}.mean"]) / deviation + t[f"{name}.shift"]
        weight, bias = t[f"{name}.weight"], t[f"{name}.bias"]
        if weight.ndim == 2:
            return x.reshape(len(x), -1) @ weight + bias
        height, width = (x.shape[k + 1] - weight.shape[k] + 1 for k in range(2))
        return bias + sum(
            x[:, i:i + height, j:j + width] @ weight[i, j] for i, j in np.ndindex(*weight.shape[:2]))

    def logits(self, pairs, _):
        x = self.image(pairs)
        is_compact = self.metadata["size"] == "compact"
        for number in range(1, 6 if is_compact else 9):
            x = self.layer(number, x)
            if is_compact and number == 3:
                x = x ** 2
            elif not is_compact and number in (1, 3, 5, 7):
                x = np.maximum(x, 0)
        return x[:, 0]


def table(path, alphabet, names):
    """The strands as codes, and the other fields of each row by name."""
    codes = {letter: code for code, letter in enumerate(alphabet)}
    # The letter of the other nucleic acid.
    codes |= {"TU"[k]: codes["UT"[k]] for k in range(2) if "UT"[k] in codes and "TU"[k] not in codes}
    with open(path) as file:
        rows = [line.rstrip("\r\n").split("\t") for line in file if line.strip()]
    header, places = rows[0], [0, 1]
    is_header = names is not None or not all(set(header[k].upper()) <= set(codes) for k in places)
    if names is not None:
        places = [header.index(name) for name in names]
    rows = rows[is_header:]
    columns = {name: [row[k] for row in rows] for k, name in enumerate(header)} if is_header else {}
    return [[[codes[letter] for letter in row[k].upper()] for k in places] for row in rows], columns


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--logit", action="store_true")
    parser.add_argument("--columns", type=lambda text: text.split(","))
    parser.add_argument("--at", action="append", default=[], type=lambda text: text.split("="))
    parser.add_argument("model")
    parser.add_argument("pairs")
    options = parser.parse_args()
    metadata, tensors = read(options.model)
    classifier = {"duplex": Duplex, "cnn": Convolutional}[metadata["kind"]](metadata, tensors)
    pairs, columns = table(options.pairs, metadata["alphabet"], options.columns)
    given, values = dict(options.at), np.zeros((len(pairs), len(classifier.conditions)))
    for k, condition in enumerate(classifier.conditions):
        values[:, k] = given.get(condition.name, columns.get(condition.name, condition.usual))
    for first in range(0, len(pairs), PAIRS_AT_A_TIME):
        part = slice(first, first + PAIRS_AT_A_TIME)
        for logit in classifier.logits(pairs[part], values[part]):
            print(f"{logit if options.logit else 1 / (1 + np.exp(-logit)):.7f}")


if __name__ == "__main__":
    main()
