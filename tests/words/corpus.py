"""The sentences of `hard.tsv`, and the ways in which each may be read aloud."""

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

from readings import plain

FILE = Path(__file__).parent / "hard.tsv"


@dataclass(frozen=True)
class Spoken:
    """A word that is to be heard."""

    text: str
    #: A name or rare word: a listener who writes it as it sounds is right.
    name: bool
    #: Without it the sentence has lost its point.
    must: bool


@dataclass(frozen=True)
class Sentence:
    id: str
    ci: bool
    written: str
    #: What a good reader says: one list of words for each way of saying it.
    forms: list[list[Spoken]]

    @property
    def kind(self):
        return self.id.rsplit("-", 1)[0]


def read(file=FILE):
    """All sentences, in the file's order."""
    lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("#")]
    rows = (line.split("\t") for line in lines[1:])
    return [Sentence(id, ci == "ci", written, forms(spoken)) for id, ci, written, spoken in rows]


def forms(spoken):
    """Every way of reading a pattern such as "it costs *{one|two} dollars*"."""
    return [list(words(form)) for form in dict.fromkeys(expand(spoken))]


def expand(pattern):
    """The texts that a pattern with {alternatives} stands for, innermost braces first."""
    innermost = re.search(r"\{([^{}]*)\}", pattern)
    if innermost is None:
        return [" ".join(pattern.split())]
    before, after = pattern[: innermost.start()], pattern[innermost.end() :]
    ways = (expand(before + way + after) for way in innermost.group(1).split("|"))
    return list(itertools.chain.from_iterable(ways))


def words(form):
    """The words of a text in which asterisks stand around what must be heard."""
    must = False
    for word in form.split():
        must |= word.startswith("*")
        for part in plain(word).split():
            yield Spoken(part, word.strip("*")[:1].isupper(), must)
        must &= not word.endswith("*")
