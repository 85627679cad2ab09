"""Which letter of a word stands for which of its phonemes: each letter for none to three of them."""

import collections
import math

MOST = 3


class Letters:
    """How likely a letter stands for a chunk of phonemes; learnt by aligning, counting, and aligning again."""

    def __init__(self, pairs, rounds=4):
        together, letters, phonemes = collections.Counter(), collections.Counter(), collections.Counter()
        for word, said in pairs:
            for letter in set(word):
                letters[letter] += 1
                for phoneme in set(said):
                    together[letter, phoneme] += 1
            phonemes.update(set(said))
        self.costs = {}
        for (letter, phoneme), count in together.items():
            pointwise = math.log(count * len(pairs) / (letters[letter] * phonemes[phoneme]))
            self.costs[letter, (phoneme,)] = 3.0 - pointwise
        for letter in letters:
            self.costs[letter, ()] = 3.5
        self.unseen = 5.0
        for _ in range(rounds):
            counts = collections.Counter()
            for word, said in pairs:
                chunks = self.align(word, said)
                counts.update(zip(word, chunks or []))
            totals = collections.Counter()
            for (letter, _), count in counts.items():
                totals[letter] += count
            self.costs = {key: -math.log(count / totals[key[0]]) for key, count in counts.items()}
            self.unseen = 12.0

    def cost(self, letter, chunk):
        cost = self.costs.get((letter, chunk))
        return self.unseen + 3.0 * max(len(chunk) - 1, 0) if cost is None else cost

    def align(self, word, said):
        """A chunk for each letter, or None where the word has too few letters."""
        if len(said) > MOST * len(word):
            return None
        rows = [{0: (0.0, 0)}]
        for i, letter in enumerate(word):
            left = len(word) - i - 1
            row = {}
            for j, (so_far, _) in rows[-1].items():
                for n in range(min(MOST, len(said) - j) + 1):
                    if len(said) - j - n > MOST * left:
                        continue
                    total = so_far + self.cost(letter, said[j : j + n])
                    if j + n not in row or total < row[j + n][0]:
                        row[j + n] = (total, n)
            rows.append(row)
        j, chunks = len(said), []
        for row in reversed(rows[1:]):
            n = row[j][1]
            chunks.append(said[j - n : j])
            j -= n
        return chunks[::-1]
