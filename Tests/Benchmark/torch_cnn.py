"""CNN-Lite (Buterez 2021) in PyTorch, 2 threads, batch 64 of 2 x 4 x 26. Prints training steps a second; with a file of
pairs (strand A, strand B, label) and one to test on, trains for some epochs and prints MCC and AUROC instead.

    torch_cnn.py [TRAIN.tsv.gz TEST.tsv.gz EPOCHS]
"""
import gzip
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

LENGTH, BATCH, STEPS = 26, 64, 60


def net():
    return nn.Sequential(
        nn.Conv2d(2, 256, (4, 9)), nn.ReLU(), nn.BatchNorm2d(256), nn.Flatten(2), nn.Conv1d(256, 128, 9), nn.ReLU(),
        nn.BatchNorm1d(128), nn.Conv1d(128, 64, 3), nn.ReLU(), nn.BatchNorm1d(64), nn.Flatten(), nn.Linear(512, 256),
        nn.ReLU(), nn.Linear(256, 1))


def images(path):
    a, b, y = [], [], []
    code = {letter: k for k, letter in enumerate("ACGT")}
    with gzip.open(path, "rt") as lines:
        for line in lines:
            f = line.rstrip("\n").split("\t")
            if not set(f[0]) <= set("ACGT"):
                continue
            # Strand B as it faces A; behind a strand's end all is zero, which the fifth code stands for.
            a.append([code[c] for c in f[0]] + [4] * (LENGTH - len(f[0])))
            b.append([code[c] for c in reversed(f[1])] + [4] * (LENGTH - len(f[1])))
            y.append(float(f[2]))
    return torch.tensor([a, b], dtype=torch.uint8).transpose(0, 1).contiguous(), torch.tensor(y)


def onehot(codes):
    return F.one_hot(codes.long(), 5)[..., :4].permute(0, 1, 3, 2).float()


def train(model, x, y, optimizer):
    optimizer.zero_grad()
    F.binary_cross_entropy_with_logits(model(x).squeeze(1), y).backward()
    optimizer.step()


def main():
    torch.set_num_threads(2)
    torch.manual_seed(1)
    model = net()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    if len(sys.argv) < 4:
        x = onehot(torch.randint(0, 4, (BATCH, 2, LENGTH)))
        y = torch.randint(0, 2, (BATCH,)).float()
        for k in range(STEPS + 10):
            if k == 10:
                start = time.perf_counter()
            train(model, x, y, optimizer)
        print(STEPS / (time.perf_counter() - start))
        return
    from sklearn.metrics import matthews_corrcoef, roc_auc_score

    x, y = images(sys.argv[1])
    held, labels = images(sys.argv[2])
    for epoch in range(int(sys.argv[3])):
        start = time.perf_counter()
        model.train()
        order = torch.randperm(len(x))
        for at in range(0, len(x), BATCH):
            chosen = order[at : at + BATCH]
            if len(chosen) > 1:
                train(model, onehot(x[chosen]), y[chosen], optimizer)
        model.eval()
        with torch.no_grad():
            scores = torch.cat([model(onehot(held[at : at + 512])).squeeze(1) for at in range(0, len(held), 512)])
        mcc, auroc = matthews_corrcoef(labels, scores > 0), roc_auc_score(labels, scores)
        print(f"epoch {epoch + 1}: MCC {mcc:.4f} AUROC {auroc:.4f} {time.perf_counter() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
