"""The nets that write strand B letter by letter given strand A, and a training step of them, in PyTorch.

    torch_sequence.py [--threads 2] [--steps 100] [--warm-up 10] [--compile] [--fused]

Prints steps a second. As seqgan trains them: pairs of 26 letters each, labels given, cross-entropy of B's length and
letters, gradients clipped to norm 1, AdamW, and an exponential moving average of the weights. All strands are of one
length, so that nothing is padded or masked but by cause. Attention is by batched products, or with --fused by PyTorch's
own kernel; --compile takes a minute before the first step. Which is fastest differs between machines and numbers of
threads: compare with the fastest.
"""
import argparse
import time

import torch
import torch.nn.functional as F
from torch import nn

# The sizes of the nets in Sources/SeqModel/Generator/EncoderDecoder/EncoderDecoder.swift, and of a batch.
WIDTH, CROSS, HIDDEN, HEADS, BLOCKS = 32, 64, 64, 4, 2
ENCODER_CONVOLUTION, DECODER_CONVOLUTION, CONVOLUTIONS = 9, 5, 2
DROPOUT = 0.1
PLACES = 64
BATCH = 64
# Those of the pairs.
LETTERS, LENGTH, LENGTHS = 4, 26, 1


class Embedding(nn.Module):
    """The sum of what is looked up for a letter, its place from the start and from the end, and the label."""

    def __init__(self, codes):
        super().__init__()
        self.letter, self.label = nn.Embedding(codes, WIDTH), nn.Embedding(2, WIDTH)
        self.start, self.end = (nn.Parameter(0.5 * torch.randn(PLACES + k, WIDTH)) for k in range(2))

    def forward(self, letters, labels):
        places = self.start[:LENGTH] + self.end[:LENGTH].flip(0)
        if letters.shape[1] > LENGTH:
            # A first column, before the length is known.
            places = torch.cat([(self.start[0] + self.end[PLACES]).unsqueeze(0), places])
        return self.letter(letters) + places + self.label(labels).unsqueeze(1)


class Convolution(nn.Module):
    def __init__(self, width, before):
        super().__init__()
        self.around, self.inner = (before, width - 1 - before), nn.Conv1d(WIDTH, WIDTH, width)

    def forward(self, x):
        found = self.inner(F.pad(x.transpose(1, 2), self.around))
        return x + F.leaky_relu(found, 0.2).transpose(1, 2)


def attention(q, k, v, causal, fused):
    """Of batch x heads x columns x width each; heads side by side in the answer."""
    columns = q.shape[2]
    if fused:
        found = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    else:
        q, k, v = (x.reshape(-1, x.shape[2], x.shape[3]) for x in (q, k, v))
        hidden = torch.full((columns, k.shape[1]), -torch.inf if causal else 0.0).triu(1)
        scores = torch.baddbmm(hidden.expand(len(q), -1, -1), q, k.transpose(1, 2), alpha=q.shape[2] ** -0.5)
        found = torch.bmm(scores.softmax(2), v).view(BATCH, HEADS, columns, v.shape[2])
    return found.transpose(1, 2).reshape(BATCH, columns, -1)


def heads(x, parts):
    """Each of some parts of the channels: batch x heads x columns x width."""
    return x.view(BATCH, x.shape[1], parts, HEADS, -1).permute(2, 0, 3, 1, 4)


def dropped(x):
    """Dropout of channels, the same ones in all columns of a strand."""
    return x * F.dropout(torch.ones(len(x), 1, WIDTH), DROPOUT)


class SelfAttention(nn.Module):
    def __init__(self, causal, fused):
        super().__init__()
        self.causal, self.fused, self.norm = causal, fused, nn.LayerNorm(WIDTH)
        self.into, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        q, k, v = heads(self.into(self.norm(x)), 3)
        return x + dropped(self.out(attention(q, k, v, self.causal, self.fused)))


class Block(nn.Module):
    """Causal self-attention, attention to strand A, and a perceptron."""

    def __init__(self, fused):
        super().__init__()
        self.fused, self.own = fused, SelfAttention(True, fused)
        self.norm, self.query, self.into = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, CROSS), nn.Linear(WIDTH, 2 * CROSS)
        self.out = nn.Linear(CROSS, WIDTH)
        self.perceptron = nn.Sequential(
            nn.LayerNorm(WIDTH), nn.Linear(WIDTH, HIDDEN), nn.LeakyReLU(0.2), nn.Linear(HIDDEN, WIDTH))

    def forward(self, x, memory):
        x = self.own(x)
        (q,), (k, v) = heads(self.query(self.norm(x)), 1), heads(self.into(memory), 2)
        x = x + dropped(self.out(attention(q, k, v, False, self.fused)))
        return x + dropped(self.perceptron(x))


class Net(nn.Module):
    def __init__(self, fused):
        super().__init__()
        self.of_a, self.of_b = Embedding(LETTERS), Embedding(LETTERS + 2)
        self.encoder = nn.Sequential(
            *(Convolution(ENCODER_CONVOLUTION, ENCODER_CONVOLUTION // 2) for _ in range(CONVOLUTIONS)),
            SelfAttention(False, fused))
        self.decoder = nn.Sequential(
            *(Convolution(DECODER_CONVOLUTION, DECODER_CONVOLUTION - 1) for _ in range(CONVOLUTIONS)))
        self.blocks = nn.ModuleList(Block(fused) for _ in range(BLOCKS))
        self.norm, self.letter, self.length = (
            nn.LayerNorm(WIDTH), nn.Linear(WIDTH, LETTERS), nn.Linear(WIDTH, LENGTHS))

    def forward(self, a, b, labels):
        """The cross-entropy of B's length and letters."""
        before = F.pad(F.pad(b[:, :-1], (1, 0), value=LETTERS), (1, 0), value=LETTERS + 1)
        memory = self.encoder(self.of_a(a, labels))
        x = self.decoder(self.of_b(before, labels))
        for block in self.blocks:
            x = block(x, memory)
        x = self.norm(x)
        of_length = F.cross_entropy(self.length(x[:, 0]), torch.zeros_like(labels), reduction="sum")
        of_letters = F.cross_entropy(self.letter(x[:, 1:]).flatten(0, 1), b.flatten(), reduction="sum")
        return (of_length + of_letters) / (len(b) * (LENGTH + 1))


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
    optimiser = torch.optim.AdamW(weights, 4e-3, betas=(0.9, 0.98), weight_decay=0.1, fused=True)
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
