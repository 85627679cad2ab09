"""Reads the lexicons and writes what the training reads: each word's letters with their chunks of phonemes."""

import argparse
import collections
import json
import random

import data
from alignment import Letters

# A word's source is a token before its letters: the accents' own conventions, and CMUdict's.
SOURCES = ("us", "gb", "cmu")
RARE = 8


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--us-gold", required=True)
    arguments.add_argument("--gb-gold", required=True)
    arguments.add_argument("--cmudict", required=True)
    arguments.add_argument("--names", help="words of this list are in neither part")
    arguments.add_argument("--out", required=True)
    options = arguments.parse_args()

    us, gb = data.read_gold(options.us_gold), data.read_gold(options.gb_gold)
    cmudict = data.read_cmudict(options.cmudict)
    mapping = data.Mapping(cmudict, us)
    both = [word for word in cmudict if word in us]
    for part in (False, True):
        words = [word for word in both if data.held_out(word) == part]
        same = sum(any(mapping(said) in us[word] for said in cmudict[word]) for word in words) / len(words)
        print(f"CMUdict mapped is one of gold's: {same:.3f} of {len(words)} words, held out: {part}")
    cmu = {word: list(dict.fromkeys(map(mapping, said))) for word, said in cmudict.items() if word not in us}

    names = set()
    if options.names:
        with open(options.names, encoding="utf-8") as file:
            names = {data.stem(line.split("\t")[0].lower()) for line in file if line.strip()}

    entries = [
        (source, word, said)
        for source, words in zip(SOURCES, (us, gb, cmu))
        for word, said in sorted(words.items())
        if data.stem(word) not in names and all(said)
    ]
    training = [(s, word, said) for s, word, said in entries if not data.held_out(word)]
    test = [(s, word, said) for s, word, said in entries if data.held_out(word)]

    sample = random.Random(1).sample(training, 40_000)
    letters = Letters([(word, tuple(data.split(said[0]))) for _, word, said in sample])
    aligned = [(s, word, letters.align(word, tuple(data.split(said[0])))) for s, word, said in training]
    aligned = [entry for entry in aligned if entry[2] is not None]
    counts = collections.Counter("".join(chunk) for _, _, chunks in aligned for chunk in chunks)
    chunks = [chunk for chunk, count in counts.most_common() if count >= RARE]
    known = set(chunks)
    kept = [(s, w, ["".join(c) for c in cs]) for s, w, cs in aligned]
    kept = [entry for entry in kept if known.issuperset(entry[2])]
    print(f"{len(training)} words to train on, {len(kept)} of them aligned with {len(chunks)} chunks; {len(test)} held out")
    with open(options.out, "w", encoding="utf-8") as file:
        json.dump({"chunks": chunks, "training": kept, "test": test}, file, ensure_ascii=False)


if __name__ == "__main__":
    main()
