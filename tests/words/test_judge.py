"""The judge, judged: what is right counts as right however it is written down, and what is wrong as wrong.

python -m unittest discover tests/words
"""

import itertools
import unittest

import alignment
import corpus
import sounds

SENTENCES = {sentence.id: sentence for sentence in corpus.read()}


def judged(id, heard):
    return alignment.judge(SENTENCES[id].forms, heard)


class Corpus(unittest.TestCase):
    def test_it_is_large_and_varied(self):
        self.assertGreaterEqual(len(SENTENCES), 110)
        kinds = [sentence.kind for sentence in SENTENCES.values()]
        self.assertGreaterEqual(len(set(kinds)), 14)
        self.assertTrue(all(kinds.count(kind) >= 8 for kind in kinds))
        self.assertEqual(sum(sentence.ci for sentence in SENTENCES.values()), 25)
        self.assertEqual({sentence.kind for sentence in SENTENCES.values() if sentence.ci}, set(kinds))

    def test_every_sentence_has_words_that_must_be_heard(self):
        for sentence in SENTENCES.values():
            for form in sentence.forms:
                self.assertTrue(any(word.must for word in form), sentence.id)
                self.assertTrue(all(word.text.isalpha() for word in form), sentence.id)


class Right(unittest.TestCase):
    def test_every_way_of_saying_a_sentence(self):
        for sentence in SENTENCES.values():
            ways = sentence.forms[:: max(1, len(sentence.forms) // 4)]
            for form in ways:
                verdict = alignment.judge([form], " ".join(word.text for word in form))
                self.assertEqual((verdict.errors, verdict.missing), (0, []), sentence.id)

    def test_every_way_of_writing_it_down(self):
        for id, heard in [
            ("money-1", "It costs $1,500,000 to repair the old bridge over the river."),
            ("money-1", "It costs 1.5 million dollars to repair the old bridge over the river."),
            ("money-1", "It costs $1.5m to repair the old bridge over the river."),
            ("money-2", "The ticket was £12.50, which is a little more than last year."),
            ("money-3", "She paid €1,299 for a laptop that broke within a month."),
            ("money-5", "A coffee for $4.75 and a bagel for 99 cents is a fair breakfast."),
            ("number-2", "About three-quarters of the voters said yes, and 1/8 said nothing."),
            ("number-4", "The reading fell to minus 15 at night, although the average is 2.75."),
            ("date-1", "The treaty was signed on May 17th, 2024 in a small town hall."),
            ("date-2", "She was born on the 3rd of March 1987 during a terrible storm."),
            ("date-4", "The castle was built in 1066 and burned down in 1805."),
            ("time-1", "The bus leaves at 3:30 PM and arrives at 5.05 pm sharp."),
            ("time-2", "Dinner is at 7.45, so please be here by quarter past seven at the latest."),
            ("time-8", "A lap takes 58.3s, and the record stands at 1 min 52s."),
            ("measure-2", "Wind speeds reached 120 kilometres per hour, about 75mph along the coast."),
            ("measure-6", "He is 6'2\" tall and throws a ball 70 feet without effort."),
            ("name-1", "Chevonne Wynn met her cousin at the airport late on Sunday."),
            ("name-2", "Dr. O'Neil and Mr. McCallister argued about the wedding cake for hours."),
            ("initialism-2", "Our GPUs and C.P.U.s run hot, but the SSDs stay cool."),
            ("roman-1", "King Henry the 8th had six wives, and Louis XIV had many palaces."),
            ("abbreviation-1", "Doctor Brown lives on Elm Street near St. Mary's Church."),
            ("code-4", "Cooper Netties restarts the pod when Postgres QL refuses the connection."),
            ("code-8", "She rewrote the C++ parser in C# and the UI in Typescript."),
            ("web-1", "Write to anna.keller@example.com if the parcel does not arrive."),
            ("web-4", "Open www.example.net slash help in a browser and look for form 12B."),
            ("address-1", "Call 555-0142 before noon, or 212 555 0187 after lunch."),
            ("symbol-1", "If X equals 3 and Y = 4, then x² plus y squared = 25."),
            ("symbol-5", "The tolerance is plus or minus 0.05 millimeters, which few machines can reach."),
            ("typography-5", "It's 5 o'clock somewhere, said the old sailor with a grin."),
        ]:
            verdict = judged(id, heard)
            self.assertEqual((verdict.errors, verdict.missing), (0, []), (id, heard))


class Wrong(unittest.TestCase):
    def test_errors_are_counted_and_what_is_missing_is_named(self):
        for id, heard, errors, missing in [
            ("money-1", "", 15, ["one", "point", "five", "million", "dollars"]),
            (
                "money-1",
                "It costs one dollar and five cents million to repair the old bridge over the river.",
                4,
                ["point", "dollars"],
            ),
            ("money-1", "It costs $1.4 million to repair the old bridge over the river.", 1, ["five"]),
            ("money-4", "The company lost $314 billion in value between Monday and Friday.", 1, ["forty"]),
            ("number-1", "The stadium holds 67,000 people, and 1,204 of them stood outside.", 2, ["seventy"]),
            ("number-3", "He finished 21st in the race, two places behind the 90th runner.", 1, ["nineteenth"]),
            ("date-1", "The treaty was signed on 2024, 517 in a small town hall.", 4, ["may"]),
            ("date-3", "The 1990s were louder than the 1970, my father likes to say.", 1, ["seventies"]),
            ("measure-1", "The package weighs twelve kg and measures 40 by 13 by 20 centimetres.", 1, ["thirty"]),
            ("measure-5", "The tank holds 55 gallons of water and weighs 480 LBS when full.", 3, ["pounds"]),
            ("name-1", "met her cousin at the airport late on Sunday.", 2, ["nguyen"]),
            ("name-1", "Siobhan met her cousin at the airport late on Sunday.", 1, ["nguyen"]),
            (
                "roman-1",
                "King Henry Roman 8 had six wives, and Louis the fourteenth had many palaces.",
                2,
                ["eighth"],
            ),
            ("typography-2", "Don't panic, he said, and then the lights went out.", 1, []),
            ("rare-6", "An automaton is a word that imitates the sound it names.", 1, ["onomatopoeia"]),
        ]:
            verdict = judged(id, heard)
            self.assertEqual(verdict.errors, errors, heard)
            self.assertLessEqual(set(missing), set(verdict.missing), heard)

    def test_words_that_were_added_count(self):
        self.assertEqual(
            judged("typography-2", "Don't you panic, she said, and then the lights went out.").errors, 1
        )


class Sounds(unittest.TestCase):
    def test_homophones_are_alike_and_neighbours_are_not(self):
        for one, other in [("their", "there"), ("cash", "cache"), ("to", "two"), ("colour", "color")]:
            self.assertTrue(sounds.Row(one).is_heard_as(sounds.Row(other), names=False), (one, other))
        for one, other in [
            ("fifteen", "fifty"),
            ("can", "cant"),
            ("seventeen", "seventy"),
            ("pound", "pounds"),
            ("four", "far"),
            ("cat", "cot"),
            ("boy", "buy"),
            ("ship", "sheep"),
            ("bird", "bud"),
            ("turn", "ton"),
        ]:
            self.assertFalse(sounds.Row(one).is_heard_as(sounds.Row(other), names=False), (one, other))

    def test_names_that_are_not_the_same_pass_in_one_case_of_two_hundred(self):
        names = {
            word.text for sentence in SENTENCES.values() for form in sentence.forms for word in form if word.name
        }
        other = {
            name: {n.id for n in SENTENCES.values() if any(w.text == name for f in n.forms for w in f)}
            for name in names
        }
        pairs = [pair for pair in itertools.combinations(sorted(names), 2) if not other[pair[0]] & other[pair[1]]]
        passing = [pair for pair in pairs if sounds.nearly(sounds.sounds(pair[0]), sounds.sounds(pair[1]))]
        self.assertLessEqual(len(passing), len(pairs) / 200, passing)


if __name__ == "__main__":
    unittest.main()
