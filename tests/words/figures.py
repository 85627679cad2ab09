"""Figures in words: every way in which people say them."""

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
MAGNITUDES = ["", "thousand", "million", "billion", "trillion"]
ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth",
    "eight": "eighth", "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


def cardinal(number):
    """76 -> "seventy six"; without "and", which is taken out wherever it stands between numbers."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return " ".join([TENS[number // 10], *([ONES[number % 10]] if number % 10 else [])])
    if number < 1000:
        rest = [cardinal(number % 100)] if number % 100 else []
        return " ".join([ONES[number // 100], "hundred", *rest])
    for power in range(len(MAGNITUDES) - 1, 0, -1):
        high, rest = divmod(number, 1000**power)
        if high:
            words = [cardinal(high), MAGNITUDES[power], *([cardinal(rest)] if rest else [])]
            return " ".join(words)


def ordinal(number):
    """21 -> "twenty first"."""
    *first, last = cardinal(number).split()
    if last.endswith("y"):
        last = last[:-1] + "ieth"
    else:
        last = ORDINALS.get(last, last + "th")
    return " ".join([*first, last])


def plural(words):
    """ "ninety" -> "nineties"."""
    if words.endswith("y"):
        return words[:-1] + "ies"
    return words + ("es" if words.endswith("x") else "s")


def digits(text, zero="zero"):
    """ "204" -> "two zero four"."""
    return " ".join(zero if digit == "0" else ONES[int(digit)] for digit in text)


def whole(text):
    """Ways of saying a row of digits such as "2024", the most usual first."""
    number, ways = int(text), []
    if not text.startswith("0") or text == "0":
        ways.append(cardinal(number) if number < 10**15 else digits(text))
    if text == "0":
        ways += ["oh", "nil", "nothing"]
    if len(text) in (3, 4) and text[0] != "0":
        ways += pairs(text)
    for power, magnitude in ((2, "million"), (3, "billion"), (4, "trillion")):
        high, rest = divmod(number, 1000**power)
        tenth, rest = divmod(rest, 1000**power // 10)
        if 0 < high < 1000 and tenth and not rest:
            ways.append(f"{cardinal(high)} point {cardinal(tenth)} {magnitude}")
    if len(text) > 1:
        ways += [digits(text), digits(text, "oh")]
    if len(text) == 6:
        ways.append(" ".join(cardinal(int(text[at : at + 2])) for at in (0, 2, 4)))
    return list(dict.fromkeys(ways))


def pairs(text):
    """ "1805" -> "eighteen oh five", "305" -> "three oh five", "1600" -> "sixteen hundred"."""
    high, low = cardinal(int(text[:-2])), int(text[-2:])
    if low == 0:
        return [f"{high} hundred"]
    if low < 10:
        return [f"{high} {nought} {ONES[low]}" for nought in ("oh", "zero", "hundred")]
    return [f"{high} {cardinal(low)}", f"{high} hundred {cardinal(low)}"]


def number(text):
    """Ways of saying "1,204", "2.75" or ".5"."""
    text = text.replace(",", "")
    before, point, after = text.partition(".")
    if not point:
        return whole(text)
    fractions = list(
        dict.fromkeys([digits(after), digits(after, "oh"), *(whole(after) if len(after) < 4 else [])])
    )
    wholes = whole(before) if before else [""]
    if before == "0":
        wholes.append("")
    ways = [f"{high} {dot} {low}".strip() for high in wholes for dot in ("point", "dot") for low in fractions]
    if before and after == "5":
        ways += [f"{high} and a half" for high in wholes]
    if before and len(after) == 2:
        ways += [f"{high} {low}" for high in wholes[:1] for low in [cardinal(int(after)), *fractions]]
    return list(dict.fromkeys(ways))


def roman(text):
    """ "XIV" -> 14; none where the letters are no number."""
    values = [ROMAN.get(letter) for letter in text.lower()]
    if None in values:
        return None
    total = sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0]))
    return total if 0 < total < 100 else None
