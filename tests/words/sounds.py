"""How words sound, as espeak-ng reads them: it stands between the judge and spelling, and is in no product.

Only differences that any listener hears are kept: stress and length go, and so do those in [`FOLDED`]. So "their" is
"there", and "Larsson" is "Larson".
"""

import functools
import re

import espeakng_loader
from phonemizer.backend import EspeakBackend
from phonemizer.backend.espeak.wrapper import EspeakWrapper

#: How much of a name's sounds may differ, as a part of the longer of the two: a name that one hears for the first
#: time is written with one sound in four wrong, such as "Agneshka" for "Agnieszka". docs/intelligibility.md says
#: how often two names that are not the same pass.
NAMES_DIFFER_BY = 0.25

#: What is taken for what: reduced vowels for one, "cot" for "caught", flaps for "t".
FOLDED = [
    # The vowel of "bird" is not that of "bud".
    ("ɜː?", "əɹ"),
    ("[ˈˌːʲ]", ""),
    ("[ɐʌəᵻ]", "ə"),
    ("ɚ", "əɹ"),
    ("[ɑɒ]|ɔ(?![ɹɪ])", "a"),
    ("[ɾʔ]", "t"),
    ("([nl])̩", r"ə\1"),
    ("ɫ", "l"),
    ("[^a-zæəɔɛɪʊɹʃʒθðŋɡ]", ""),
]


@functools.cache
def espeak():
    EspeakWrapper.set_library(espeakng_loader.get_library_path())
    EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
    return EspeakBackend("en-us", with_stress=False, words_mismatch="ignore")


@functools.cache
def sounds(word):
    """The sounds of one word, read by itself."""
    phonemes = espeak().phonemize([word], strip=True)[0]
    # espeak-ng marks a change of language: (fr)...(en-us).
    phonemes = re.sub(r"\([a-z-]+\)", "", phonemes)
    for pattern, replacement in FOLDED:
        phonemes = re.sub(pattern, replacement, phonemes)
    return phonemes


def edits(one, other):
    """The fewest insertions, deletions and replacements (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one):
        diagonal, row[0] = row[0], i + 1
        for j, right in enumerate(other):
            replaced = diagonal + (left != right)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    return row[-1]


@functools.cache
def nearly(one, other):
    """Whether so few sounds differ that both may be one name."""
    longer = max(len(one), len(other))
    if abs(len(one) - len(other)) > NAMES_DIFFER_BY * longer:
        return False
    return edits(one, other) <= NAMES_DIFFER_BY * longer


class Row:
    """Words in a row, without the spaces between them."""

    def __init__(self, *words):
        self.words = words
        self.spelled = "".join(words)
        self.sound = "".join(map(sounds, words))

    def is_heard_as(self, heard, names):
        """Whether these words were said: spelled alike, sounding alike or, if they are names, nearly so."""
        return (
            self.spelled == heard.spelled
            or self.sound == heard.sound
            or (names and nearly(self.sound, heard.sound))
        )
