"""The network: a word's letters in, for each letter how likely each chunk of phonemes is."""

import torch
from torch import nn
from torch.nn import functional

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
PAD = 0
# The ids: 0 pads, 1 to 27 are the letters, and the sources follow.
IDS = {letter: i for i, letter in enumerate(LETTERS, 1)}
SOURCE_IDS = {"us": 28, "gb": 29, "cmu": 30}
# How many letters before and after it a letter is read with at once.
AROUND = 4
# Runs of letters that are looked up as a whole, from the first to the last of them as seen from the letter.
RUNS = ((-1, 1), (-2, 0), (0, 2), (-2, 1), (-1, 2), (-3, 0), (0, 3), (-2, 2), (-4, 0), (0, 4), (-3, 3), (-1, 4))
# The size of their table: a prime, for the sake of the hash.
ROWS = 32749
ROW = 96


def coefficients():
    """A run's row is the sum of its ids, each times one of these, modulo ROWS: [runs, places]."""
    random = torch.Generator().manual_seed(7)
    numbers = torch.randint(1, ROWS, (len(RUNS), 2 * AROUND + 1), generator=random)
    for row, (first, last) in zip(numbers, RUNS):
        row[: AROUND + first] = 0
        row[AROUND + last + 1 :] = 0
    return numbers


class Dropout(nn.Module):
    """Drops the same features at each letter of a word."""

    def __init__(self, share):
        super().__init__()
        self.share = share

    def forward(self, x):
        if not self.training:
            return x
        kept = torch.rand(x.shape[0], 1, x.shape[2]) >= self.share
        return x * (kept / (1 - self.share)).to(x.dtype)


class Near(nn.Module):
    """A depthwise convolution, written as the sum of shifted copies: faster on a processor, backwards above all."""

    def __init__(self, width, reach):
        super().__init__()
        self.reach = reach
        self.weight = nn.Parameter(torch.randn(2 * reach + 1, width) * (2 * reach + 1) ** -0.5)
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x):
        length, padded = x.shape[1], functional.pad(x, (0, 0, self.reach, self.reach))
        total = self.bias.to(x.dtype)
        for i in range(2 * self.reach + 1):
            total = total + padded[:, i : i + length] * self.weight[i].to(x.dtype)
        return total


class Block(nn.Module):
    """What stands near, in every other block what stands anywhere in the word, and what follows from it."""

    def __init__(self, width, heads, inner, dropout):
        super().__init__()
        self.heads = heads
        self.near_norm, self.near = nn.LayerNorm(width), Near(width, 2)
        if heads:
            self.far_norm = nn.LayerNorm(width)
            self.ask, self.answer = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.think_norm = nn.LayerNorm(width)
        self.think_in, self.think_out = nn.Linear(width, inner), nn.Linear(inner, width)
        self.dropout = Dropout(dropout)

    def forward(self, x, mask, bias):
        batch, length, width = x.shape
        x = x + self.near(self.near_norm(x) * mask)
        if self.heads:
            split = self.ask(self.far_norm(x)).view(batch, length, 3, self.heads, width // self.heads)
            q, k, v = split.permute(2, 0, 3, 1, 4).unbind(0)
            scores = q @ k.transpose(2, 3) * (width // self.heads) ** -0.5 + bias
            far = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width)
            x = x + self.dropout(self.answer(far))
        think = functional.relu(self.think_in(self.think_norm(x)))
        return x + self.dropout(self.think_out(think))


class Guess(nn.Module):
    """Halfway the network says what it thinks so far, and reads that, so that the letters agree with one another."""

    def __init__(self, chunks, width=128, blocks=4, heads=2, inner=256, longest=66, dropout=0.05, forget=0.0):
        super().__init__()
        self.letters = nn.Embedding(32, 32)
        self.around = nn.Linear(32 * (2 * AROUND + 1), width)
        self.runs = nn.EmbeddingBag(ROWS, ROW, mode="sum", sparse=True)
        nn.init.normal_(self.runs.weight, std=0.02)
        self.register_buffer("coefficients", coefficients(), persistent=False)
        self.recall = nn.Linear(ROW, width)
        self.places = nn.Parameter(torch.randn(longest, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, heads if i % 2 else 0, inner, dropout) for i in range(blocks))
        self.norm, self.say = nn.LayerNorm(width), nn.Linear(width, chunks)
        self.hear = nn.Linear(chunks, width)
        self.dropout = Dropout(dropout)
        # The share of the runs that a word goes without in training, lest the table knows the words by heart.
        self.forget = forget

    def forward(self, ids):
        """ids [words, 1 + letters] -> the last guess and the earlier one, each [words, letters, chunks] in logits."""
        batch, length = ids.shape
        mask = (ids != PAD).unsqueeze(-1).to(self.places.dtype)
        bias = ((1 - mask) * -1e4).transpose(1, 2).unsqueeze(1)
        # Whatever the source is, it is the beginning of the word.
        near = functional.pad(ids.clamp(max=SOURCE_IDS["us"]), (AROUND, AROUND)).unfold(1, 2 * AROUND + 1, 1)
        with torch.autocast("cpu", enabled=False):
            # Exact: no sum reaches 2^24.
            rows = (near.float() @ self.coefficients.T.float()).long() % ROWS
        share = self.forget if self.training else 0.0
        kept = (torch.rand(batch, 1, len(RUNS)) >= share) / (1 - share)
        runs = self.runs(rows.flatten(0, 1), per_sample_weights=kept.expand(-1, length, -1).flatten(0, 1))
        runs = runs.view(batch, length, ROW)
        padded = functional.pad(ids, (AROUND, AROUND)).unfold(1, 2 * AROUND + 1, 1)
        around = self.letters(padded).flatten(2)
        x = self.dropout(self.around(around) + self.recall(runs) + self.places[:length])
        early, half = None, len(self.blocks) // 2
        for i, block in enumerate(self.blocks):
            if i == half:
                early = self.say(self.norm(x))
                x = x + self.hear(early.softmax(-1))
            x = block(x, mask, bias)
        return self.say(self.norm(x))[:, 1:], early[:, 1:]
