"""The nets that write strand B letter by letter given strand A, and a training step of them, in PyTorch.

    torch_sequence.py [--threads 2] [--steps 100] [--warm-up 10] [--compile] [--fused]

Prints steps a second. As seqgan trains them: a batch of 128 pairs of 26 letters each, labels given, cross-entropy of
B's letters, gradients clipped to norm 1, AdamW, and an exponential moving average of the weights. All strands are of
one length, so that nothing is padded or masked but by cause. The default was the fastest on one thread: attention by
batched products (--fused: by PyTorch's own kernel), not compiled (--compile takes a minute before the first step).
Which is fastest on several threads differs between machines: compare with the fastest.
"""
import argparse
import time

import torch
import torch.nn.functional as F
from torch import nn

LETTERS, LENGTH, BATCH, WIDTH, LONGEST = 4, 26, 128, 64, 64


class Columns(nn.Module):
    """The sum of what is looked up for a letter, its place from the start and from the end, and the label."""

    def __init__(self):
        super().__init__()
        self.letter, self.label = nn.Embedding(LETTERS + 1, WIDTH), nn.Embedding(2, WIDTH)
        self.start, self.end = (nn.Parameter(0.5 * torch.randn(LONGEST, WIDTH)) for _ in range(2))

    def forward(self, letters, labels):
        places = self.start[:LENGTH] + self.end[:LENGTH].flip(0)
        return self.letter(letters) + places + self.label(labels).unsqueeze(1)


class Convolution(nn.Module):
    def __init__(self, width, before, after):
        super().__init__()
        self.around, self.inner = (before, after), nn.Conv1d(WIDTH, WIDTH, width)

    def forward(self, x):
        found = self.inner(F.pad(x.transpose(1, 2), self.around))
        return x + F.leaky_relu(found, 0.2).transpose(1, 2)


def attention(q, k, v, causal, fused):
    """Of batch x heads x length x width each; heads side by side in the answer."""
    if fused:
        found = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    else:
        q, k, v = (x.reshape(-1, LENGTH, x.shape[3]) for x in (q, k, v))
        hidden = torch.full((LENGTH, LENGTH), -torch.inf if causal else 0.0).triu(1)
        scores = torch.baddbmm(hidden.expand(len(q), -1, -1), q, k.transpose(1, 2), alpha=q.shape[2] ** -0.5)
        found = torch.bmm(scores.softmax(2), v).view(BATCH, -1, LENGTH, v.shape[2])
    return found.transpose(1, 2).reshape(BATCH, LENGTH, -1)


class SelfAttention(nn.Module):
    def __init__(self, causal, fused):
        super().__init__()
        self.causal, self.fused, self.norm = causal, fused, nn.LayerNorm(WIDTH)
        self.into, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        q, k, v = self.into(self.norm(x)).view(BATCH, LENGTH, 3, 4, 16).permute(2, 0, 3, 1, 4)
        return x + self.out(attention(q, k, v, self.causal, self.fused))


class CrossAttention(nn.Module):
    def __init__(self, fused):
        super().__init__()
        self.fused, self.norm = fused, nn.LayerNorm(WIDTH)
        self.query, self.into, self.out = nn.Linear(WIDTH, 128), nn.Linear(WIDTH, 256), nn.Linear(128, WIDTH)

    def forward(self, x, memory):
        q = self.query(self.norm(x)).view(BATCH, LENGTH, 4, 32).transpose(1, 2)
        k, v = self.into(memory).view(BATCH, LENGTH, 2, 4, 32).permute(2, 0, 3, 1, 4)
        return x + self.out(attention(q, k, v, False, self.fused))


class Perceptron(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.first, self.second = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 128), nn.Linear(128, WIDTH)

    def forward(self, x):
        return x + self.second(F.leaky_relu(self.first(self.norm(x)), 0.2))


class Net(nn.Module):
    def __init__(self, fused):
        super().__init__()
        self.of_a, self.of_b = Columns(), Columns()
        self.encoder = nn.Sequential(Convolution(5, 2, 2), SelfAttention(False, fused))
        self.decoder = nn.Sequential(Convolution(3, 2, 0), SelfAttention(True, fused))
        self.cross, self.perceptron = CrossAttention(fused), Perceptron()
        self.head = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, LETTERS))

    def forward(self, a, b, labels):
        """The cross-entropy of B's letters."""
        before = F.pad(b[:, :-1], (1, 0), value=LETTERS)
        memory = self.encoder(self.of_a(a, labels))
        x = self.cross(self.decoder(self.of_b(before, labels)), memory)
        return F.cross_entropy(self.head(self.perceptron(x)).flatten(0, 1), b.flatten())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--warm-up", type=int, default=10, help="steps before those that are timed")
    parser.add_argument("--compile", action="store_true", help="compile the nets")
    parser.add_argument("--fused", action="store_true", help="attention by PyTorch's own kernel")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    net = Net(options.fused)
    weights = list(net.parameters())
    mean = [w.detach().clone() for w in weights]
    optimiser = torch.optim.AdamW(weights, 2e-3, betas=(0.9, 0.98), weight_decay=1e-3, fused=True)
    loss_of = torch.compile(net) if options.compile else net
    a = torch.randint(0, LETTERS, (20_000, LENGTH))
    b, labels = 3 - a.flip(1), torch.ones(20_000, dtype=torch.long)

    def step():
        drawn = torch.randint(0, len(a), (BATCH,))
        optimiser.zero_grad(set_to_none=True)
        loss = loss_of(a[drawn], b[drawn], labels[drawn])
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0, foreach=True)
        optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(mean, weights, 0.01)
        return loss

    for _ in range(options.warm_up):
        step()
    start = time.perf_counter()
    for _ in range(options.steps):
        step()
    print(options.steps / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
