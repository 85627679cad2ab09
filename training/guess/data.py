"""Words and their phonemes, as Kokoro writes them, from misaki's gold lexicons and from CMUdict."""

import collections
import hashlib
import json
import re

SEED = "voice-soundboard guess 1"
WORD = re.compile(r"[a-z']*[a-z][a-z']*")
LONGEST = 32
VOWELS = "AIOQWYaiuæɑɒəɛɜɪɔʊʌᵊᵻ"
# A stress mark and a length mark belong to their vowel.
PHONEME = re.compile(f"[ˈˌ]?[{VOWELS}]ː?|.")
SUFFIXES = ("'s", "s'", "ingly", "edly", "iness", "ness", "ings", "ing", "iest", "est", "ier", "ers", "er", "ies", "ied",
            "es", "ed", "ily", "ly", "s", "e", "y", "i")
ARPABET = dict(
    AA="ɑ", AE="æ", AH="ʌ", AO="ɔ", AW="W", AY="I", B="b", CH="ʧ", D="d", DH="ð", EH="ɛ", ER="ɜɹ", EY="A", F="f", G="ɡ",
    HH="h", IH="ɪ", IY="i", JH="ʤ", K="k", L="l", M="m", N="n", NG="ŋ", OW="O", OY="Y", P="p", R="ɹ", S="s", SH="ʃ", T="t",
    TH="θ", UH="ʊ", UW="u", V="v", W="w", Y="j", Z="z", ZH="ʒ", AH0="ə", ER0="əɹ")  # fmt: skip


def stem(word):
    """What inflections have in common, roughly; words with the same stem are on the same side of the split."""
    stripped = True
    while stripped:
        stripped = False
        for suffix in SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) >= 3:
                word, stripped = word[: -len(suffix)], True
                break
    return word if len(word) < 4 or word[-1] != word[-2] else word[:-1]


def held_out(word):
    """A tenth of all stems, the same for every lexicon and accent."""
    return int(hashlib.sha256(f"{SEED}:{stem(word)}".encode()).hexdigest(), 16) % 10 == 0


def split(phonemes):
    """ "kˈAk" -> ["k", "ˈA", "k"]"""
    return PHONEME.findall(phonemes)


def read_gold(path):
    """word -> its pronunciations, the default first; lower case, without acronyms."""
    words = {}
    with open(path, encoding="utf-8") as file:
        entries = json.load(file)
    # Where "polish" and "Polish" are both there, the plain word goes first.
    for word, entry in sorted(entries.items(), key=lambda item: not item[0].islower()):
        if not (word.islower() or word[1:].islower()) or not WORD.fullmatch(word.lower()) or len(word) > LONGEST:
            continue
        said = [entry] if isinstance(entry, str) else [entry.get("DEFAULT"), *entry.values()]
        # Kokoro v1.0 was trained with T for the tap and t for the glottal stop.
        said = [p.replace("ɾ", "T").replace("ʔ", "t") for p in said if p]
        said = [p for p in said if any(v in p for v in VOWELS) and " " not in p]
        known = words.setdefault(word.lower(), [])
        known.extend(p for p in said if p not in known)
    return {word: said for word, said in words.items() if said}


def read_cmudict(path):
    """word -> its pronunciations in ARPABET."""
    words = collections.defaultdict(list)
    with open(path, encoding="utf-8") as file:
        for line in file:
            word, *said = line.split("#")[0].split()
            word = re.sub(r"\(\d+\)$", "", word)
            if WORD.fullmatch(word) and len(word) <= LONGEST:
                words[word].append(said)
    return dict(words)


def plain(arpabet):
    """ARPABET sound by sound, with no regard to what stands around it."""
    said = []
    for symbol in arpabet:
        sound, stress = symbol.rstrip("012"), symbol[-1]
        mark = {"1": "ˈ", "2": "ˌ"}.get(stress, "")
        said.extend(split(mark + ARPABET.get(symbol, ARPABET[sound])))
    return said


def align(left, right, cost):
    """Each sound of `left` with the sounds of `right` that stand for it (none, one or two); None if there is no way."""
    best = {(0, 0): (0.0, None)}
    for i in range(len(left)):
        for j in range(len(right) + 1):
            if (i, j) not in best:
                continue
            so_far = best[i, j][0]
            for n in range(min(2, len(right) - j) + 1):
                total = so_far + cost(left[i], right[j : j + n])
                if (i + 1, j + n) not in best or total < best[i + 1, j + n][0]:
                    best[i + 1, j + n] = (total, n)
    at, parts = (len(left), len(right)), []
    if at not in best:
        return None
    while at[0]:
        n = best[at][1]
        parts.append(tuple(right[at[1] - n : at[1]]))
        at = (at[0] - 1, at[1] - n)
    return parts[::-1]


class Mapping:
    """CMUdict's pronunciations in misaki's manner, learnt from the words that both have.

    A sound becomes what it became most often between the same neighbours: the two before and the two after it, if they
    were seen often enough, or else fewer of them. So `AH0` before a final `L` becomes `ᵊ`, and `T` between vowels `T`.
    """

    CONTEXTS = ((2, 2), (1, 2), (2, 1), (1, 1), (0, 1), (1, 0), (0, 0))

    def __init__(self, cmudict, gold, often=4):
        self.often = often
        self.seen = collections.defaultdict(collections.Counter)
        for word in sorted(set(cmudict) & set(gold)):
            if held_out(word):
                continue
            sounds = min((plain(said) for said in cmudict[word]), key=lambda s: distance(s, split(gold[word][0])))
            target = split(gold[word][0])
            if distance(sounds, target) > 0.5 * len(target):
                continue
            parts = align(sounds, target, self._cost)
            for i, part in enumerate(parts or []):
                for context in self._contexts(sounds, i):
                    self.seen[context][part] += 1

    @staticmethod
    def _cost(sound, others):
        bare = sound.strip("ˈˌ")
        costs = [0 if o == sound else 0.3 if o.strip("ˈˌ") == bare else 0.7 if (o[-1] in VOWELS) == (bare in VOWELS) else 2 for o in others]
        return min(costs) + 0.9 * (len(costs) - 1) if costs else 1.0

    def _contexts(self, sounds, i):
        padded = ["", "", *sounds, "", ""]
        for before, after in self.CONTEXTS:
            yield (before, after, *padded[i + 2 - before : i + 3 + after])

    def __call__(self, arpabet):
        sounds, said = plain(arpabet), []
        for i in range(len(sounds)):
            for context in self._contexts(sounds, i):
                counts = self.seen.get(context)
                if counts and (sum(counts.values()) >= self.often or context[:2] == (0, 0)):
                    said.extend(counts.most_common(1)[0][0])
                    break
        return "".join(said)


def distance(left, right):
    """Levenshtein's."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        corner, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (a != b))
    return row[-1]
