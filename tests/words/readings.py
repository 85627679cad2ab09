"""What somebody may have said who was written down like this.

A transcript says "$1.5 million" for "one point five million dollars" and "1805" for "eighteen oh five", so it is
taken apart into slots, each with every way of saying it. Where a transcript does not tell two ways apart, neither
does the judge: nobody is blamed for what the ears did not keep.
"""

import re
import unicodedata

import figures

MONTHS = ("january february march april may june july august september october november december").split()
MONTH = rf"(?:{'|'.join([*MONTHS, *(month[:3] for month in MONTHS), 'sept'])})\b\.?"
NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
LETTER = r"[^\W\d_²³½¼¾]"
TOKEN = re.compile(
    rf"""
      (?P<money>(?:US|CA?|AU?)?[$£€¥]\s?{NUMBER}(?:\s?(?:thousand|million|billion|trillion|[kmb]n?)\b)?)
    | (?P<cents>{NUMBER}\s?¢)
    | (?P<date>\d{{1,2}}/\d{{1,2}}/\d{{2,4}}|\d{{4}}-\d\d-\d\d)
    | (?P<day>{MONTH}\s\d{{1,2}}\b(?![:.]\d)|\d{{1,2}}\s{MONTH})
    | (?P<ordinal>\d[\d,]*(?:st|nd|rd|th)\b)
    | (?P<plural>'?\d+'?s\b)
    | (?P<fraction>\d+/\d+(?![/\d]))
    | (?P<clock>\d{{1,2}}:\d\d(?::\d\d)?)
    | (?P<number>{NUMBER})
    | (?P<letters>(?:[a-z]\.){{2,}}[a-z]?)
    | (?P<word>{LETTER}+(?:'{LETTER}+)*)
    | (?P<sign>[^\w\s]|[_²³½¼¾])
    """,
    re.IGNORECASE | re.VERBOSE,
)

CURRENCIES = {"$": ("dollar", "cent"), "£": ("pound", "pence"), "€": ("euro", "cent"), "¥": ("yen", "sen")}
SHORT_MAGNITUDES = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion"}

SIGNS = {
    "&": ["and", "ampersand"],
    "%": ["percent"],
    "+": ["plus", ""],
    "=": ["equals", "is", "is equal to", "equal", "or equal to", "or equals", ""],
    "@": ["at", ""],
    "/": ["slash", "per", "an", "a", "over", ""],
    ":": ["", "colon", "to"],
    ".": ["", "dot", "point"],
    "-": ["", "dash", "hyphen", "minus", "negative", "to", "through"],
    "_": ["underscore", ""],
    "#": ["hashtag", "number", "hash", "sharp", "pound"],
    "*": ["times", "star", "asterisk", ""],
    "×": ["times", "by"],
    "÷": ["divided by"],
    "<": ["less than", "is less than"],
    ">": ["greater than", "is greater than"],
    "!": ["", "bang", "not", "exclamation mark"],
    "°": ["degrees", "degree"],
    "²": ["squared"],
    "³": ["cubed"],
    "±": ["plus or minus", "plus minus"],
    "½": ["and a half", "one half", "half a"],
    "¼": ["and a quarter", "one quarter"],
    "¾": ["and three quarters", "three quarters"],
    "'": ["", "foot", "feet"],
    '"': ["", "inch", "inches"],
    "$": ["dollar", "dollars"],
    "~": ["", "tilde", "about"],
    "\\": ["backslash", ""],
    "≠": ["is not equal to", "not equal to"],
    "≥": ["greater than or equal to"],
    "≤": ["less than or equal to"],
}

SHORT = {
    "dr": ["doctor", "drive"], "mr": ["mister"], "mrs": ["missus", "misses"], "ms": ["miss"],
    "st": ["saint", "street"], "ave": ["avenue"], "blvd": ["boulevard"], "rd": ["road"], "apt": ["apartment"],
    "ft": ["fort", "feet", "foot"], "mt": ["mount"], "prof": ["professor"], "jr": ["junior"], "sr": ["senior"],
    "lt": ["lieutenant"], "col": ["colonel"], "sgt": ["sergeant"], "capt": ["captain"], "gen": ["general"],
    "inc": ["incorporated"], "ltd": ["limited"], "co": ["company"], "dept": ["department"],
    "approx": ["approximately", "approximate"], "etc": ["et cetera"], "vs": ["versus"], "v": ["versus", "version"],
    "no": ["number"], "fig": ["figure"], "p": ["page", "pence"], "pp": ["pages"],
    "ctrl": ["control"], "config": ["configuration"], "etsy": ["et cetera"],
    "il": ["illinois"], "or": ["oregon"],
    "jan": ["january"], "feb": ["february"], "mar": ["march"], "apr": ["april"], "aug": ["august"],
    "sep": ["september"], "sept": ["september"], "oct": ["october"], "nov": ["november"], "dec": ["december"],
    "mon": ["monday"], "tue": ["tuesday"], "wed": ["wednesday"], "thu": ["thursday"], "fri": ["friday"],
    "sat": ["saturday"], "sun": ["sunday"],
    "kg": ["kilograms", "kilogram", "kilos"], "g": ["grams", "gram"], "mg": ["milligrams", "milligram"],
    "lb": ["pounds", "pound"], "lbs": ["pounds"], "oz": ["ounces", "ounce"], "t": ["tons", "tonnes"],
    "km": ["kilometers", "kilometer"], "m": ["meters", "meter", "million"], "cm": ["centimeters", "centimeter"],
    "mm": ["millimeters", "millimeter"], "mi": ["miles"], "ml": ["milliliters", "milliliter"],
    "l": ["liters", "liter"], "gal": ["gallons", "gallon"], "mph": ["miles per hour", "miles an hour"],
    "kmh": ["kilometers per hour"], "kph": ["kilometers per hour"], "sq": ["square"],
    "h": ["hours", "hour"], "hr": ["hours", "hour"], "hrs": ["hours"], "min": ["minutes", "minute"],
    "mins": ["minutes"], "sec": ["seconds", "second"], "s": ["seconds", "second"],
    "ghz": ["gigahertz"], "mhz": ["megahertz"], "hz": ["hertz"], "k": ["thousand"],
    "kb": ["kilobytes"], "mb": ["megabytes", "megabyte"], "gb": ["gigabytes", "gigabyte"],
    "c": ["celsius", "centigrade"], "f": ["fahrenheit"], "x": ["times", "by"],
    "eur": ["euros"], "usd": ["dollars"], "tb": ["terabytes", "terabyte"],
}  # fmt: skip
#: Short forms that are written in capitals though they are said in full.
CAPITALS = ["CTRL", "GB", "MB", "KB", "TB", "EUR", "USD"]
ENDINGS = {"'s": ["is", "has"], "'re": ["are"], "'ll": ["will"], "'ve": ["have"], "'m": ["am"], "n't": ["not"]}
COUNTED = f"(?:{'|'.join([*figures.ONES, *figures.TENS[1:]])})"


def plain(text):
    """Lower-case letters and digits: accents and apostrophes go, everything else becomes a space.

    "Kilometres" become "kilometers"; other British spellings sound like the American ones.
    """
    text = text.lower().translate(str.maketrans("øłđı’", "oldi'", "'")).replace("ß", "ss").replace("æ", "ae")
    text = unicodedata.normalize("NFKD", text.replace("'", ""))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = re.sub(r"[^a-z0-9]+", " ", text).strip()
    text = re.sub(r"(\wt)re(s?)\b", r"\1er\2", text)
    # "two hundred and five" is "two hundred five": readers differ.
    return re.sub(rf"\b(hundred|thousand|million) and (?={COUNTED}\b)", r"\1 ", text)


def slots(transcript):
    """A list of slots; each is a list of alternatives; each of these is a list of words, maybe empty."""
    text = transcript.replace("’", "'").replace("–", "-").replace("—", "-")
    text = re.sub(rf"\b(hundred|thousand|million) and (?={COUNTED}\b)", r"\1 ", text, flags=re.IGNORECASE)
    for token in TOKEN.finditer(text):
        ways = dict.fromkeys(plain(way) for way in READERS[token.lastgroup](token.group()))
        yield [way.split() for way in ways]


def money(text):
    symbol, amount, magnitude = re.search(rf"([$£€¥])\s?({NUMBER})\s?([a-z]*)", text, re.IGNORECASE).groups()
    unit, part = CURRENCIES[symbol]
    units = [figures.plural(unit), unit]
    if magnitude:
        magnitude = SHORT_MAGNITUDES.get(magnitude.lower(), magnitude)
        return [f"{count} {magnitude} {unit}" for count in figures.number(amount) for unit in units]
    whole, _, fraction = amount.replace(",", "").partition(".")
    counts = figures.whole(whole) if whole else []
    ways = [f"{count} {unit}" for count in counts for unit in units]
    if fraction.strip("0"):
        cents = figures.cardinal(int(fraction.ljust(2, "0")))
        parts = [part, figures.plural(part)]
        ways = [f"{way} {join} {cents} {name}" for way in ways for join in ("", "and") for name in ("", *parts)]
        ways += [f"{count} {cents}" for count in counts]
        ways += [f"{count} {units[0]}" for count in figures.number(amount)]
        if not whole.strip("0"):
            ways += [f"{cents} {name}" for name in parts]
    return ways


def date(text):
    if "-" in text:
        year, month, day = text.split("-")
    else:
        month, day, year = text.split("/")
    signs = [" ".join(part) for part in _product(*(figures.whole(part)[:2] for part in re.split("[-/]", text)))]
    if not 1 <= int(month) <= 12 or not 1 <= int(day) <= 31:
        return signs
    month, day = MONTHS[int(month) - 1], figures.ordinal(int(day))
    return [
        f"{way} {year}"
        for year in figures.whole(year)
        for way in (f"{month} {day}", f"{month} the {day}", f"the {day} of {month}")
    ] + signs


def day(text):
    """ "May 4" is also written for "may fourth"."""
    number = re.search(r"\d+", text).group()
    [month] = (month for month in MONTHS if month.startswith(re.search("[a-z]{3}", text.lower()).group()))
    days = [figures.cardinal(int(number)), figures.ordinal(int(number))]
    if text[0].isdigit():
        return [f"{way} {of} {month}" for way in days for of in ("", "of")]
    return [f"{month} {the} {way}" for way in days for the in ("", "the")]


def _product(first, *rest):
    return [[one, *others] for one in first for others in (_product(*rest) if rest else [[]])]


def clock(text):
    hours, minutes, *seconds = text.split(":")
    hour, minute = int(hours), int(minutes)
    if seconds:
        return [
            " ".join(way) for way in _product(*(figures.whole(part)[:3] for part in (hours, minutes, *seconds)))
        ]
    hours = figures.whole(hours)
    ways = [f"{hour} {way}" for hour in hours for way in figures.whole(minutes)]
    if minute == 0:
        ways = [f"{hour} {way}".strip() for hour in hours for way in ("", "o'clock", "hundred")] + ways
    if 0 < minute < 10:
        ways += [f"{hour} {figures.ONES[minute]}" for hour in hours]
    on_the_hour, past = figures.cardinal((hour - 1) % 12 + 1), figures.cardinal(minute)
    named = {15: "quarter past", 30: "half past"}.get(minute, f"{past} past")
    return ways + [f"{named} {on_the_hour}", f"{hours[0]} to {past}", *([f"midnight {past}"] if hour == 0 else [])]


def fraction(text):
    above, below = text.split("/")
    names = {"2": ["half", "halves"], "4": ["quarter", "fourth"]}.get(below, [figures.ordinal(int(below))])
    names += [figures.plural(name) for name in names]
    counts = figures.whole(above)[:1] + (["a", "an"] if above == "1" else [])
    ways = [f"{count} {name}" for count in counts for name in names]
    return ways + [
        " ".join(way)
        for way in _product(figures.whole(above)[:2], ["", "slash", "over", "out of"], figures.whole(below)[:2])
    ]


def plural(text):
    """ "1990s", and the "52s" of a stopwatch."""
    counts = figures.whole(re.sub(r"\D", "", text))
    return [figures.plural(count) for count in counts] + [f"{count} seconds" for count in counts]


def word(text):
    if text.isupper() and len(text) > 1 and not set(text) & set("AEIOUY") and text not in CAPITALS:
        # "LBS" was spelled out: who says "pounds" is written down as "pounds" or "lbs".
        ways = [" ".join(text)]
    else:
        ways = [text, *SHORT.get(text.lower(), [])]
    value = figures.roman(text) if text.isupper() and (len(text) > 1 or text in "VX") else None
    if value:
        ways += [figures.cardinal(value), figures.ordinal(value), f"the {figures.ordinal(value)}"]
    for ending, meanings in ENDINGS.items():
        if text.lower().endswith(ending):
            ways += [f"{text[: -len(ending)]} {meaning}" for meaning in meanings]
    return ways


READERS = {
    "money": money,
    "cents": lambda text: [f"{count} cents" for count in figures.number(text.strip("¢ "))],
    "date": date,
    "day": day,
    "ordinal": lambda text: [figures.ordinal(int(re.sub(r"\D", "", text)))],
    "plural": plural,
    "fraction": fraction,
    "clock": clock,
    "number": figures.number,
    "letters": lambda text: [text.replace(".", " ")],
    "word": word,
    "sign": lambda text: SIGNS.get(text, [""]),
}
