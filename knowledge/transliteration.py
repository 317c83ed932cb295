"""Russian in Latin letters, as people write it: a key that all spellings of a word share, and the plain way back.

Everybody mixes schemes (ш is sh or w, ч is ch or 4, ж is zh or j, й is y, i or j, х is h, x or kh, the soft sign an
apostrophe or nothing), so a spelling is not undone letter by letter: it is reduced to what it has in common with a
Russian word reduced the same way.
"""

import re
from itertools import islice, product

_PLAIN = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "i", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
})  # fmt: skip
_DIGITS = str.maketrans({"4": "ch", "6": "sh", "'": "", "`": "", "’": "", "ʹ": ""})
_ALIKE = (("shch", "sh"), ("sch", "sh"), ("kh", "h"), ("tch", "ch"), ("tz", "ts"), ("ck", "k"), ("y", "i"))
# Letters that mean one sound to one writer and another to the next; the first reading is tried first.
_READINGS = {"j": ("zh", "i"), "w": ("sh", "v"), "x": ("h", "ks"), "c": ("ts", "k", "s"), "q": ("ia", "k")}
_AMBIGUOUS = re.compile(r"(c(?!h|k)|[jwxq])")
_MOST_READINGS = 16
_DOUBLE = re.compile(r"(.)\1+")
_SOUNDS = re.compile(r"shch|sch|zh|kh|ch|sh|ts|yu|ju|iu|ya|ja|ia|yo|jo|ye|je|yy|iy|ij|yj|.")
_LETTERS = {
    "shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ch": "ч", "sh": "ш", "ts": "ц", "yu": "ю", "ju": "ю", "iu": "ю",
    "ya": "я", "ja": "я", "ia": "я", "yo": "е", "jo": "е", "ye": "е", "je": "е", "yy": "ый", "iy": "ий", "ij": "ий",
    "yj": "ый", "a": "а", "b": "б", "v": "в", "g": "г", "d": "д", "e": "е", "z": "з", "i": "и", "k": "к", "l": "л",
    "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с", "t": "т", "u": "у", "f": "ф", "h": "х", "c": "ц",
    "y": "ы", "j": "ж", "w": "ш", "x": "х", "q": "к", "4": "ч", "6": "ш", "'": "ь", "`": "ь", "’": "ь",
}  # fmt: skip


def sound(word: str) -> tuple[str, ...]:
    """The keys of a folded word in either script, likeliest first; a Russian word has one."""
    plain = word.translate(_PLAIN)
    if plain != word:
        return (_reduced(plain),)
    parts = _AMBIGUOUS.split(plain.translate(_DIGITS))
    choices = [_READINGS.get(part, (part,)) for part in parts]
    readings = islice(product(*choices), _MOST_READINGS)
    return tuple(dict.fromkeys(_reduced("".join(reading)) for reading in readings))


def _reduced(plain: str) -> str:
    for spelling, key in _ALIKE:
        plain = plain.replace(spelling, key)
    plain = _DOUBLE.sub(r"\1", plain)
    return plain.replace("ie", "e").replace("io", "e")


def to_cyrillic(latin: str) -> str:
    """A folded word letter by letter in Russian ones, for words nobody knows."""
    if latin.endswith(("aj", "ej", "oj", "uj", "ij", "yj", "ay", "ey", "oy", "uy")):
        return to_cyrillic(latin[:-1]) + "й"
    return "".join(_LETTERS.get(part, part) for part in _SOUNDS.findall(latin))
