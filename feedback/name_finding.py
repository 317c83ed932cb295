"""Finds people's names in what learners write, in Russian and English, by rules and lists of given names.

A given name is known in all its cases; a surname by what stands beside it: a given name, a patronymic, initials, a
word for who somebody is, or how people introduce themselves and sign. A name that is an everyday word as well needs one
of these, too. People whom courses speak of (Bayes, Student, Euler) are nobody's personal data.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from feedback.contact_finding import Span
from feedback.name_patterns import (
    BY_ROLE,
    GAP,
    HAILED,
    HAILING,
    INITIALS,
    INTRODUCED,
    LAST_WORD,
    NEXT_WORD,
    PATRONYMIC,
    PLAIN_SURNAME,
    SAME_BREATH,
    SIGNED,
    STRONG_HAIL,
    SURE_PATRONYMIC,
    SURNAME,
    WORDS,
)


@dataclass(frozen=True, slots=True)
class _Known:
    """Words in lower case.

    The first three are given names in all their cases: such however they are written, with a capital, in company only.
    """

    plain: frozenset[str]
    capital: frozenset[str]
    unsure: frozenset[str]
    given: frozenset[str]
    no_surnames: frozenset[str]
    scholars: frozenset[str]
    beside: frozenset[str]
    never: frozenset[str]
    named_after: frozenset[str]
    towns: frozenset[str]


def find_names(text: str) -> Iterator[Span]:
    """Where they stand, in no order; some may overlap."""
    known = _known()
    for pattern in (INTRODUCED, SIGNED, *BY_ROLE, *HAILING):
        for found in pattern.finditer(text):
            yield from _trimmed(text, *found.span("name"), known=known)
    for pattern in INITIALS:
        yield from (found.span() for found in pattern.finditer(text) if not _is_scholarly(found[0], known))
    words = list(WORDS.finditer(text))
    for number in range(len(words)):
        if _is_given(text, words, number, known) or _is_patronymic(words, number, known):
            span = _with_neighbours(text, words, number, known)
            if not _is_scholarly(text[span[0] : span[1]], known) and not _names_a_thing(text, *span, known=known):
                yield span
                yield from _in_one_breath(text, words[max(0, number - 4) : number + 6], *span, known=known)
        elif _is_alone_surname(text, words[number], known):
            yield words[number].span()


def _trimmed(text: str, start: int, end: int, *, known: _Known) -> Iterator[Span]:
    """A stretch that a pattern took for a name, without the words around it that are part of none."""
    first, last = start, start
    for word in WORDS.finditer(text, start, end):
        plain = word[0].casefold()
        if plain in known.never or plain in known.beside or _is_short_form(word[0]):
            if last > first:
                break
            first = last = word.end()
            continue
        first, last = (word.start() if last == first else first), word.end()
    start = first
    if (
        last > start
        and not _is_scholarly(text[start:last], known)
        and not _names_a_thing(text, start, last, known=known)
    ):
        yield start, last


def _is_given(text: str, words: list[re.Match[str]], number: int, known: _Known) -> bool:
    word = words[number][0]
    plain, has_capital = word.casefold(), word[0].isupper()
    if word.isascii() and word.isupper() and len(word) > 1:
        return False
    parts = plain.split("-")
    if plain in known.plain or (len(parts) == 2 and all(part in known.plain for part in parts)):
        return True
    if plain in known.capital and has_capital:
        return not _begins_sentence(text, words[number].start()) or _in_company(text, words, number, known)
    return plain in known.unsure and has_capital and _in_company(text, words, number, known, sure=True)


def _in_company(text: str, words: list[re.Match[str]], number: int, known: _Known, *, sure: bool = False) -> bool:
    """Whether what stands beside a word says that it is a name."""
    start, end = words[number].span()
    hailed = (STRONG_HAIL if sure else HAILED).search(text, max(0, start - 24), start)
    if hailed and (text[end : end + 1] in {",", "!", ".", "", "\n"} or not sure):
        return True
    after = words[number + 1] if number + 1 < len(words) else None
    beside = after is not None and GAP.fullmatch(text, end, after.start()) is not None
    if after is not None and beside and (_is_surname(after[0], known) or PATRONYMIC.fullmatch(after[0])):
        return True
    return not sure and text[end : end + 1] == ","


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"'«“(")
    return not before or before[-1] in ".!?\n:;—–"


def _in_one_breath(text: str, words: list[re.Match[str]], start: int, end: int, *, known: _Known) -> Iterator[Span]:
    """Those of the words with a capital that an "and" joins to a name."""
    for word in words:
        before = word.end() <= start and SAME_BREATH.fullmatch(text, word.end(), start)
        behind = word.start() >= end and SAME_BREATH.fullmatch(text, end, word.start())
        if (before or behind) and _is_surname(word[0], known) and not _is_scholarly(word[0], known):
            yield word.span()


def _is_alone_surname(text: str, word: re.Match[str], known: _Known) -> bool:
    """Whether a word within a sentence can hardly be anything but a Russian surname."""
    plain = word[0].casefold()
    if not PLAIN_SURNAME.fullmatch(word[0]) or plain in known.no_surnames:
        return False
    return not _begins_sentence(text, word.start()) and not _names_a_thing(text, *word.span(), known=known)


def _names_a_thing(text: str, start: int, end: int, *, known: _Known) -> bool:
    """Whether a law, a test or a method is called by this name."""
    before = LAST_WORD.search(text, max(0, start - 40), start)
    behind = NEXT_WORD.match(text, end)
    return any(found is not None and found[1].casefold() in known.named_after for found in (before, behind))


def _is_patronymic(words: list[re.Match[str]], number: int, known: _Known) -> bool:
    word = words[number][0]
    if not PATRONYMIC.fullmatch(word):
        return False
    before = words[number - 1][0] if number else ""
    return before.casefold() in known.given or SURE_PATRONYMIC.fullmatch(word) is not None


def _is_surname(word: str, known: _Known) -> bool:
    """Whether a word right beside a given name is a part of the name."""
    if len(word) < 2 or not word[0].isupper() or word.casefold() in known.beside:
        return False
    return not _is_short_form(word)


def _is_short_form(word: str) -> bool:
    """Whether this is rather an abbreviation, such as LLM."""
    return len(word) <= 4 and word.isupper()


def _with_neighbours(text: str, words: list[re.Match[str]], number: int, known: _Known) -> Span:
    """A given name with the words of the name around it."""
    start, end = words[number].span()
    for after in words[number + 1 : number + 4]:
        if not GAP.fullmatch(text, end, after.start()) or not _is_surname(after[0], known):
            break
        end = after.end()
    if number:
        before = words[number - 1]
        joined = GAP.fullmatch(text, before.end(), start) is not None
        fits = SURNAME.fullmatch(before[0]) and before[0].casefold() not in known.beside
        given = before[0][0].isupper() and before[0].casefold() in known.given
        if joined and (fits or given or (PATRONYMIC.fullmatch(words[number][0]) and before[0][0].isupper())):
            start = before.start()
    return start, end


def _is_scholarly(name: str, known: _Known) -> bool:
    return any(word[0].casefold() in known.scholars for word in WORDS.finditer(name))


@cache
def _known() -> _Known:
    books = {name: tomllib.loads((files("feedback") / "names" / f"{name}.toml").read_text("utf-8")) for name in _BOOKS}
    books["en"]["plain"] += books["en"]["wider"]
    latin = [_in_latin(name) for name in books["ru"]["plain"].casefold().split()]
    books["en"]["plain"] += " " + " ".join(name for name in latin if len(name) >= _LONG)
    books["en"]["capital"] += " " + " ".join(name for name in latin if len(name) < _LONG)
    plain, capital, unsure = (
        frozenset(
            form for book in ("ru", "en") for name in books[book][kind].casefold().split() for form in _forms(name)
        )
        for kind in ("plain", "capital", "unsure")
    )
    kept = {kind: frozenset(books["kept"][kind].casefold().split()) for kind in _KEPT}
    no_surnames = kept["scholars"] | kept["towns"] | kept["beside"]
    return _Known(plain, capital, unsure, plain | capital | unsure, no_surnames, **kept)


_BOOKS = "ru", "en", "kept"
_KEPT = "scholars", "beside", "never", "named_after", "towns"
# A shorter Russian name in Latin letters may well be an English word.
_LONG = 6
_IN_LATIN = str.maketrans("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye") | str.maketrans(
    {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)
_HUSHING, _BACK = "жшщчц", "гкх"
_FLEETING = {"павел": "павл", "лев": "льв", "пётр": "петр"}
_CASES = {
    "а": ("а", "ы", "е", "у", "ой", "ою"),
    "я": ("я", "и", "е", "ю", "ей", "ёй", "ею"),
    "й": ("й", "я", "ю", "ем", "е", "и"),
    "ь": ("ь", "я", "ю", "ем", "е", "и", "ью"),
}


def _in_latin(name: str) -> str:
    """A Russian name as passports write it (ICAO 9303), but for some vowels."""
    return name.translate(_IN_LATIN)


def _forms(name: str) -> list[str]:
    """A Russian name in its cases; an English one as it is and as an owner."""
    if name.isascii():
        return [name, f"{name}'s", f"{name}’s"]
    endings = _CASES.get(name[-1])
    if endings is not None:
        # "Маши" and "Машей", but "Инны" and "Инной".
        hushed = ("и", "ей") if name[-2:-1] in _HUSHING else ("и",) if name[-2:-1] in _BACK else ()
        return [name[:-1] + ending for ending in (*endings, *hushed)]
    if name[-1] in "еиоуэюы":
        return [name]
    stem = _FLEETING.get(name, name)
    return [name, *(stem + ending for ending in ("а", "у", "ом", "ем", "е"))]
