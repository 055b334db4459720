#!/usr/bin/env python3
"""Streams pairs through `seqgan classify`, as many as are asked for, made on the fly, and looks whether as many come
out, all right and in order, whether memory stays flat, and whether the end is as fast as the start. Then runs eight
`classify` and two `train` at once, whose outputs must be those of runs alone, and of which none may starve.

    Tests/Load/stream.py [PAIRS]              100 million by default; SEQGAN names the program

For the figures of speed to mean anything the machine must have nothing else to do.
"""
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import threading
import time

PROGRAM = os.environ.get("SEQGAN") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", ".build", "release", "seqgan")
BLOCK = 50_000
"""Pairs of a block: the stream is the same block again and again, with a comment that counts between two of them."""
LEAST_SPEED = 0.95
"""What the last tenth has to reach of the speed of the first."""
LEAST_SHARE = 0.5
"""What the slowest of equal runs at once has to reach of the speed of the fastest."""


def pairs(count, seed):
    """Lines of two strands of 18 to 26 bases, every second pair complementary but for some letters, and a label."""
    source = random.Random(seed)
    complement = str.maketrans("ACGT", "TGCA")
    lines = []
    for k in range(count):
        a = "".join(source.choices("ACGT", k=source.randint(18, 26)))
        b = a[::-1].translate(complement) if k % 2 == 0 else "".join(source.choices("ACGT", k=len(a)))
        lines.append(f"{a}\t{b}\t{1 - k % 2}\n")
    return "".join(lines).encode()


def fail(what):
    sys.exit(f"stream.py: {what}")


def peak(process):
    """The process's largest memory so far, in kilobytes."""
    try:
        with open(f"/proc/{process}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return 0


def stream(total):
    block = pairs(BLOCK, 1)
    expected = subprocess.run([PROGRAM, "classify", "-q"], input=block, stdout=subprocess.PIPE, check=True).stdout
    if expected.count(b"\n") != BLOCK:
        fail("a block alone comes out with another number of lines")
    digest = hashlib.sha256(expected).digest()
    blocks = max(20, total // BLOCK)
    run = subprocess.Popen([PROGRAM, "classify", "-q"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def write():
        for k in range(blocks):
            run.stdin.write(b"#%d\n" % k)
            run.stdin.write(block)
        run.stdin.close()

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    times, peaks = [time.monotonic()], []
    out = run.stdout
    for k in range(blocks):
        if out.readline() != b"#%d\n" % k:
            fail(f"block {k} does not begin where it should: something is lost or out of order")
        if hashlib.sha256(out.read(len(expected))).digest() != digest:
            fail(f"block {k} differs from what its pairs alone come to")
        times.append(time.monotonic())
        # By its last lines it may have ended; what it had is what it had before.
        peaks.append(max(peak(run.pid), peaks[-1] if peaks else 0))
    if out.read() or run.wait() != 0:
        fail("there is more than came in, or the run did not end well")
    tenth = blocks // 10
    rate = lambda first, last: (last - first) * BLOCK / (times[last] - times[first])
    # The first block waits for the model, and for the pipe to fill.
    first, last = rate(1, 1 + tenth), rate(blocks - 1 - tenth, blocks - 1)
    print(f"{blocks * BLOCK} pairs in, {blocks * BLOCK} out, all right and in order; "
          f"{rate(0, blocks):.0f} pairs/s, the first tenth {first:.0f}, "
          f"the last {last:.0f} ({100 * last / first:.1f} %); "
          f"peak memory {peaks[tenth] / 1024:.1f} MB after a tenth, {peaks[-1] / 1024:.1f} MB at the end", flush=True)
    if peaks[-1] > peaks[tenth] * 1.05 + 1024:
        fail("memory grew")
    return last >= LEAST_SPEED * first


def together():
    """Eight classify and two train at once."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open("pairs.tsv", "wb") as file:
            file.write(pairs(400_000, 2))
        with open("labelled.tsv", "wb") as file:
            file.write(pairs(3_000, 3))
        classify = [PROGRAM, "classify", "-q", "pairs.tsv", "-o"]
        trains = [[PROGRAM, "train", "-q", "--epochs", "4", "labelled.tsv", "-o"],
                  [PROGRAM, "train", "-q", "--classifier", "cnn", "--epochs", "8", "labelled.tsv", "-o"]]
        alone = [classify + ["alone"]] + [train + [f"alone{k}"] for k, train in enumerate(trains)]
        for command in alone:
            subprocess.run(command, check=True)
        runs = [(classify + [f"out{k}"], f"out{k}", "alone") for k in range(8)]
        runs += [(train + [f"model{k}"], f"model{k}", f"alone{k}") for k, train in enumerate(trains)]
        begun = time.monotonic()
        processes = [subprocess.Popen(command) for command, _, _ in runs]
        ended = [0.0] * len(runs)

        def wait(k):
            processes[k].wait()
            ended[k] = time.monotonic() - begun

        waiting = [threading.Thread(target=wait, args=(k,)) for k in range(len(runs))]
        for thread in waiting:
            thread.start()
        for thread in waiting:
            thread.join()
        for (_, output, reference), process in zip(runs, processes):
            with open(output, "rb") as one, open(reference, "rb") as two:
                if process.returncode != 0 or one.read() != two.read():
                    fail(f"{output} differs from what a run alone comes to")
        print(f"8 classify and 2 train at once: all as alone; classify {min(ended[:8]):.1f} to {max(ended[:8]):.1f} s, "
              f"train {ended[8]:.1f} and {ended[9]:.1f} s")
        if min(ended[:8]) < LEAST_SHARE * max(ended[:8]):
            fail("one run starved")


if __name__ == "__main__":
    PROGRAM = os.path.abspath(PROGRAM)
    is_steady = stream(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000_000)
    together()
    if not is_steady:
        fail("the end is slower than the start")
