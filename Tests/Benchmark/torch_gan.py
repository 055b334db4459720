"""The generator's and the critic's nets and one step of each in PyTorch, 2 threads; prints steps a second.

As seqgan trains them: batch 64 of 26 columns, strand A given, R1 by finite differences every second step,
straight-through Gumbel letters, wrong labels, Adam. The classifier as a teacher and the drawing
of strand A are left out.
"""
import time

import torch
import torch.nn.functional as F
from torch import nn

LETTERS, LENGTH, BATCH, STEPS = 4, 26, 64, 150


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.context = nn.Conv1d(24, 32, 9, padding=4), nn.Linear(17, 32)
        self.second, self.third = nn.Conv1d(32, 32, 5, padding=2), nn.Conv1d(32, 32, 5, padding=2)
        self.head = nn.Conv1d(32, LETTERS, 1)

    def forward(self, columns, context):
        h = F.leaky_relu(self.first(columns) + self.context(context).unsqueeze(2), 0.2)
        h = h + F.leaky_relu(self.second(h), 0.2)
        h = h + F.leaky_relu(self.third(h), 0.2)
        logits = 6 * torch.tanh(self.head(h) / 6)
        noisy = logits - torch.log(-torch.log(torch.rand_like(logits).clamp_min(1e-7)))
        soft = F.softmax(noisy, 1)
        hard = F.one_hot(noisy.argmax(1), LETTERS).permute(0, 2, 1).float()
        return hard + soft - soft.detach()


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.outer = nn.Linear(16, 8, bias=False)
        self.first, self.second = nn.Conv1d(58, 48, 5, padding=2), nn.Conv1d(48, 48, 5, padding=2)
        self.joint, self.head, self.label = nn.Linear(48, 32), nn.Linear(80, 1), nn.Linear(80, 1, bias=False)

    def forward(self, near, far, b, y):
        found = []
        for frame in (near[:, :4], far):
            for shift in (-1, 0, 1):
                product = torch.roll(frame, shift, 2).unsqueeze(2) * b[:, :4].unsqueeze(1)
                found.append(self.outer(product.reshape(BATCH, 16, LENGTH).transpose(1, 2)).transpose(1, 2))
        h = torch.cat(found + [near, b], 1)
        h = F.leaky_relu(self.second(F.leaky_relu(self.first(h), 0.2)), 0.2).sum(2)
        h = torch.cat([h, F.leaky_relu(self.joint(h), 0.2)], 1)
        return (self.head(h) + (2 * y - 1) * self.label(h)).squeeze(1)


def main():
    torch.set_num_threads(2)
    generator, critic = Generator(), Critic()
    of_generator = torch.optim.Adam(generator.parameters(), 6e-4, betas=(0.5, 0.9))
    of_critic = torch.optim.Adam(critic.parameters(), 5e-4, betas=(0.5, 0.9))
    pad = torch.zeros(BATCH, 1, LENGTH)
    y = (torch.arange(BATCH) % 2).float().unsqueeze(1)

    def letters():
        return F.one_hot(torch.randint(0, 4, (BATCH, LENGTH)), 4).permute(0, 2, 1).float()

    def batch():
        a = letters()
        near = torch.cat([a, pad], 1)
        columns = torch.cat([near, pad + 1, torch.randn(BATCH, 8, LENGTH), torch.rand(BATCH, 2, LENGTH), a, a], 1)
        return near, a, torch.cat([letters(), pad], 1), columns, torch.cat([y, torch.randn(BATCH, 16)], 1)

    def step(k):
        near, far, b, columns, context = batch()
        with torch.no_grad():
            made = torch.cat([generator(columns, context), pad], 1)
        real, fake, wrong = critic(near, far, b, y), critic(near, far, made, y), critic(near, far, b, 1 - y)
        loss = F.softplus(fake - real).mean() + 0.5 * F.softplus(wrong - real).mean()
        if k % 2 == 0:
            for strand, value in ((b, real), (made, fake)):
                near2, far2, b2 = (t + 0.05 * torch.randn_like(t) for t in (near, far, strand))
                loss = loss + ((critic(near2, far2, b2, y) - value) / 0.05).pow(2).mean()
        of_critic.zero_grad()
        loss.backward()
        of_critic.step()
        near, far, b, columns, context = batch()
        real = critic(near, far, b, y).detach()
        fake = critic(near, far, torch.cat([generator(columns, context), pad], 1), y)
        of_generator.zero_grad()
        F.softplus(real - fake).mean().backward()
        of_generator.step()

    for k in range(20):
        step(k)
    start = time.perf_counter()
    for k in range(STEPS):
        step(k)
    print(STEPS / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
