"""The fewest errors by which what was heard is what was to be said."""

from dataclasses import dataclass

import readings
from sounds import Row

#: At most so many words are compared as one: "g p us" with "GPUs", "Cooper Netties" with "Kubernetes".
LONGEST_EXPECTED, LONGEST_HEARD = 7, 3


@dataclass
class Word:
    """A word that may have been heard."""

    text: str
    #: The places in `Heard.words` of those that may stand before it.
    before: list[int]
    #: Whether it may also not have been heard, as the "dash" of a hyphen.
    optional: bool


class Heard:
    """A transcript as a graph of words, since it can be read in several ways. Word 0 stands before all."""

    def __init__(self, transcript):
        self.words = [Word("", [], optional=True)]
        self.ends = [0]
        for slot in readings.slots(transcript):
            self.ends = self._append(slot)
        #: For each word, the rows that end with it, each with the word before the row.
        self.rows = [list(self._rows(last)) for last in range(len(self.words))]

    def _append(self, slot):
        after = []
        for way in slot:
            before = self.ends
            for word in way:
                self.words.append(Word(word, before, optional=[] in slot))
                before = [len(self.words) - 1]
            after += [end for end in before if end not in after]
        return after

    def _rows(self, last):
        rows = [([], last)]
        for _ in range(LONGEST_HEARD if last else 0):
            rows = [
                ([self.words[first].text, *row], before)
                for row, first in rows
                if first
                for before in self.words[first].before
            ]
            yield from ((Row(*row), before) for row, before in rows)

    def has(self, expected):
        """Whether that word was heard anywhere."""
        wanted = Row(expected.text)
        return any(
            wanted.is_heard_as(row, expected.name)
            for word, rows in zip(self.words, self.rows)
            if not word.optional
            for row, _ in rows
        )


@dataclass
class Verdict:
    """What is wrong with what was heard, beside the form that it fits best."""

    form: list
    errors: int
    #: Words that must be heard, and were not.
    missing: list[str]


def judge(forms, transcript):
    """Beside the form with the fewest errors; among equals, the one with the fewest missing words."""
    heard = Heard(transcript)
    paths = [path(form, heard) for form in forms]
    fewest = min(errors for errors, _ in paths)
    verdicts = [
        Verdict(form, errors, [word.text for word in wrong if word.must and not heard.has(word)])
        for form, (errors, wrong) in zip(forms, paths)
        if errors == fewest
    ]
    return min(verdicts, key=lambda verdict: len(verdict.missing))


def path(form, heard):
    """The cheapest path through the expected and the heard words: its errors, and the expected words off it."""
    spans = [
        [
            (start, Row(*(w.text for w in form[start:i])), all(w.name for w in form[start:i]))
            for start in range(max(0, i - LONGEST_EXPECTED), i)
        ]
        for i in range(len(form) + 1)
    ]
    # at[v][i]: the errors once i expected words are done and v was heard last, and the step that led there:
    # where from, and whether it was right.
    at = [[None] * (len(form) + 1) for _ in heard.words]
    for v, rows in enumerate(heard.rows):
        for i in range(len(form) + 1):
            at[v][i] = min(steps(at, rows, spans[i], v, i), default=(0, None, True))
    end = min(heard.ends, key=lambda end: at[end][-1][0])
    wrong, (errors, came, right), i = [], at[end][-1], len(form)
    while came is not None:
        v, start = came
        if not right:
            wrong = form[start:i] + wrong
        _, came, right = at[v][start]
        i = start
    return errors, wrong


def steps(at, rows, spans, v, i):
    """Every last step to (v, i)."""
    if i:
        yield at[v][i - 1][0] + 1, (v, i - 1), False
    for row, u in rows:
        if len(row.words) == 1:
            yield at[u][i][0] + 1, (u, i), False
            if i:
                yield at[u][i - 1][0] + 1, (u, i - 1), False
        for start, expected, names in spans:
            if expected.is_heard_as(row, names):
                yield at[u][start][0], (u, start), True
