"""Phoneme and word error rates of a trained network, or of anybody's answers."""

import argparse
import json

import data
import numpy
import onnxruntime
from model import IDS, SOURCE_IDS


class Exported:
    """The committed graph, run as the program runs it."""

    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        with open(path.removesuffix(".onnx") + ".txt", encoding="utf-8") as file:
            self.chunks = file.read().split("\n")

    def __call__(self, words, source):
        answers = []
        for at in range(0, len(words), 100):
            batch = words[at : at + 100]
            ids = numpy.zeros((len(batch), 1 + max(map(len, batch))), numpy.int64)
            for row, word in zip(ids, batch):
                row[: len(word) + 1] = [SOURCE_IDS[source], *(IDS[c] for c in word)]
            said = self.session.run(None, {"ids": ids})[0]
            joined = ("".join(self.chunks[c] for c in row[: len(word)]) for row, word in zip(said, batch))
            answers += map(stressed, joined)
        return answers


def stressed(said):
    """One main stress, as the program sees to it: the last of several; else the first other stress or strong vowel."""
    if "ˈ" in said:
        return said.replace("ˈ", "ˌ", said.count("ˈ") - 1)
    if "ˌ" in said:
        return said.replace("ˌ", "ˈ", 1)
    places = [i for i, c in enumerate(said) if c in data.VOWELS and c not in "əᵊᵻ"]
    places = places or [i for i, c in enumerate(said) if c in data.VOWELS]
    return f"{said[: places[0]]}ˈ{said[places[0] :]}" if places else said


def no_stress(said):
    return said.replace("ˈ", "").replace("ˌ", "")


def alike(said):
    """Without stress, and what American speakers merge or hardly tell apart written alike."""
    said = no_stress(said).replace("T", "t").replace("ɔɹ", "§").replace("ɔ", "ɑ").replace("§", "ɔɹ").replace("hw", "w")
    return said.translate(str.maketrans("ᵊᵻɪ", "əəə"))


def rates(answers, references, view):
    """Phoneme errors for each phoneme of the nearest reference, and the share of words that are none of theirs."""
    errors = length = wrong = 0
    for answer, said in zip(answers, references):
        best = min((data.distance(view(answer), view(p)), len(view(p))) for p in said)
        errors, length, wrong = errors + best[0], length + best[1], wrong + (best[0] > 0)
    return errors / length, wrong / len(answers)


def table(title, answers, references):
    figures = [rates(answers, references, view) for view in (str, no_stress, alike)]
    columns = " | ".join(f"{per:6.2%} | {wer:6.2%}" for per, wer in figures)
    print(f"| {title} | {len(answers)} | {columns} |", flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("prepared")
    arguments.add_argument("--model", help="the exported graph")
    arguments.add_argument("--answers", nargs=3, action="append", default=[], metavar=("TITLE", "SOURCE", "TSV"),
                           help="words with somebody's phonemes; of the held-out words, those that are in the file")  # fmt: skip
    arguments.add_argument("--names", required=True)
    options = arguments.parse_args()
    with open(options.prepared, encoding="utf-8") as file:
        test = json.load(file)["test"]
    held_out = {source: {word: said for s, word, said in test if s == source} for source in SOURCE_IDS}
    with open(options.names, encoding="utf-8") as file:
        names = {word: said.split("|") for word, said in (line.rstrip("\n").split("\t") for line in file)}
    print("| | words | PER | WER | PER, no stress | WER, no stress | PER, alike | WER, alike |\n|---|---|---|---|---|---|---|---|")
    if options.model:
        model = Exported(options.model)
        for title, asked, source, words in (
            ("US gold", "us", "us", held_out["us"]),
            ("GB gold", "gb", "gb", held_out["gb"]),
            ("CMUdict, asked for American", "us", "cmu", held_out["cmu"]),
            ("CMUdict, asked as CMUdict", "cmu", "cmu", held_out["cmu"]),
            ("names", "us", None, names),
            ("names, asked as CMUdict", "cmu", None, names),
        ):
            table(title, model(list(words), asked), words.values())
    for title, source, path in options.answers:
        with open(path, encoding="utf-8") as file:
            said = dict(line.rstrip("\n").split("\t") for line in file)
        for what, words in ((f"{source} held out", held_out[source]), ("names", names)):
            both = [word for word in words if word in said]
            if both:
                table(f"{title}: {what}", [said[word] for word in both], [words[word] for word in both])


if __name__ == "__main__":
    main()
