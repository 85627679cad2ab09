"""Prints the sentences that the tagger is trained on, one a line, each once.

    python3 corpus.py EMOTION_DATA RUST_DOCS > corpus.txt

EMOTION_DATA holds GoEmotions and XED (CC BY 4.0: comments and subtitles), RUST_DOCS is `share/doc/rust/html` of a Rust
toolchain (MIT or Apache-2.0: edited prose). Nothing of either is kept in the repository.
"""
import html
import pathlib
import re
import sys

NAMES = ["Anna", "James", "Maria", "Smith", "Tom", "Miller", "Sarah", "Brown"]


def comments(emotion):
    for part in ("train", "dev", "test"):
        for line in open(emotion / "goemotions" / f"{part}.tsv", encoding="utf-8"):
            yield line.split("\t")[0]
    for line in open(emotion / "xed" / "en-annotated.tsv", encoding="utf-8"):
        yield re.sub(r" (?=[.,!?;:]|'\w|n't\b)", "", line.split("\t")[0])
    for line in open(emotion / "xed" / "neu_en.txt", encoding="utf-8"):
        yield line.partition("\t")[2]


def prose(docs):
    for folder in ("book", "cargo", "edition-guide", "embedded-book", "rust-by-example", "rustc", "rustdoc", "clippy"):
        for page in sorted((docs / folder).rglob("*.html")):
            if page.name == "print.html":
                continue
            text = page.read_text(encoding="utf-8", errors="ignore")
            for paragraph in re.findall(r"<p>(.*?)</p>", text, re.S):
                plain = html.unescape(re.sub(r"<[^>]+>", "", paragraph))
                yield from re.split(r"(?<=[.!?]) (?=[A-Z])", " ".join(plain.split()))


def main():
    emotion, docs = map(pathlib.Path, sys.argv[1:])
    seen = set()
    for source in (comments(emotion), prose(docs)):
        for line in source:
            line = " ".join(line.split())
            place = iter(NAMES[len(line) % len(NAMES):] + NAMES * 20)
            line = re.sub(r"\[(NAME|PERSON|RELIGION|LOCATION|ORGANIZATION)\]", lambda _: next(place), line)
            if len(line) > 10 and line not in seen:
                seen.add(line)
                print(line)


main()
