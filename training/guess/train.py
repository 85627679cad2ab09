"""Trains the network on one thread."""

import argparse
import json
import math
import random
import time

import torch
from torch.nn import functional

from model import IDS, PAD, SOURCE_IDS, Guess

SEED = 20261122


def batches(entries, most_letters, rng):
    """Shuffled batches of words of about the same length, each of about as many letters."""
    order = sorted(range(len(entries)), key=lambda i: (len(entries[i][0]) + rng.random() * 2, rng.random()))
    groups, group = [], []
    for i in order:
        group.append(i)
        if len(group) * (len(entries[i][0]) + 1) >= most_letters:
            groups.append(group)
            group = []
    groups.append(group)
    rng.shuffle(groups)
    for group in groups:
        longest = max(len(entries[i][0]) for i in group)
        pad = [entries[i][0] + [PAD] * (longest - len(entries[i][0])) for i in group]
        want = [entries[i][1] + [-100] * (longest - 1 - len(entries[i][1])) for i in group]
        yield torch.tensor(pad), torch.tensor(want)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("prepared")
    arguments.add_argument("--out", required=True)
    length = arguments.add_mutually_exclusive_group(required=True)
    length.add_argument("--minutes", type=float, help="the learning rate falls to nothing by then")
    length.add_argument("--steps", type=int, help="the same, by steps: a run that can be repeated")
    arguments.add_argument("--letters", type=int, default=1500, help="in a batch")
    arguments.add_argument("--rate", type=float, default=2e-3)
    arguments.add_argument("--width", type=int, default=128)
    arguments.add_argument("--blocks", type=int, default=4)
    arguments.add_argument("--inner", type=int, default=256)
    arguments.add_argument("--dropout", type=float, default=0.05)
    arguments.add_argument("--forget", type=float, default=0.0, help="the share of runs that a word goes without")
    arguments.add_argument("--continue", dest="before", help="go on from what another training gave")
    options = arguments.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    with open(options.prepared, encoding="utf-8") as file:
        prepared = json.load(file)
    chunks = {chunk: i for i, chunk in enumerate(prepared["chunks"])}
    entries = [
        ([SOURCE_IDS[source], *(IDS[c] for c in word)], [chunks[c] for c in said])
        for source, word, said in prepared["training"]
    ]
    size = dict(width=options.width, blocks=options.blocks, inner=options.inner)
    network = Guess(len(chunks), **size, dropout=options.dropout, forget=options.forget)
    if options.before:
        network.load_state_dict(torch.load(options.before)["network"])
    print(f"{sum(p.numel() for p in network.parameters())} weights", flush=True)
    # Muon for the matrices inside the blocks, where it needs half the steps; AdamW for all else.
    inside = [p for p in network.blocks.parameters() if p.ndim == 2 and min(p.shape) > 16]
    others = [p for p in network.parameters() if not any(p is q for q in [*inside, *network.runs.parameters()])]
    optimisers = [
        torch.optim.Muon(inside, lr=options.rate, weight_decay=0.02, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=options.rate, betas=(0.9, 0.98), weight_decay=0.02),
        torch.optim.SparseAdam(list(network.runs.parameters()), lr=2 * options.rate, betas=(0.9, 0.98)),
    ]
    faster = [1, 1, 2]

    def keep():
        torch.save({"network": network.state_dict(), "size": size, "chunks": prepared["chunks"], "step": step}, options.out)

    start, step, epoch, warm, shown, done = time.monotonic(), 0, 0, 200, [], 0.0
    while done < 1:
        epoch += 1
        for ids, want in batches(entries, options.letters, rng):
            done = step / options.steps if options.steps else (time.monotonic() - start) / (60 * options.minutes)
            if done >= 1:
                break
            rate = options.rate * min(1, (step + 1) / warm) * (0.5 + 0.5 * math.cos(math.pi * done))
            for optimiser, times in zip(optimisers, faster):
                for group in optimiser.param_groups:
                    group["lr"] = times * rate
                optimiser.zero_grad(set_to_none=True)
            network.train()
            with torch.autocast("cpu", dtype=torch.bfloat16):
                last, early = network(ids)
            loss_of = lambda logits: functional.cross_entropy(
                logits.float().flatten(0, 1), want.flatten(), ignore_index=-100, label_smoothing=0.02
            )
            loss = loss_of(last)
            (loss + 0.3 * loss_of(early)).backward()
            torch.nn.utils.clip_grad_norm_([*inside, *others], 1.0)
            for optimiser in optimisers:
                optimiser.step()
            step += 1
            shown.append(loss.item())
            if step % 250 == 0:
                minutes = (time.monotonic() - start) / 60
                print(f"{minutes:.1f} min, epoch {epoch}, step {step}: loss {sum(shown) / len(shown):.4f}", flush=True)
                shown.clear()
                keep()
    keep()
    print(f"{step} steps, {epoch} epochs, {(time.monotonic() - start) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
