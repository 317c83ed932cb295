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

_WORD = r"[^\W\d_]+(?:[-'’][^\W\d_]+)*"
_WORDS = re.compile(_WORD)
_CAPITAL = r"[A-ZА-ЯЁ][^\W\d_]*(?:[-'’][A-ZА-ЯЁ]?[^\W\d_]+)*"
_GAP = re.compile(r"[ \t]+")
# Behind these somebody's name follows, whatever it is and however it is written.
_INTRODUCED = re.compile(
    r"\b(?:зовут|зовите\s+меня|зови\s+меня|мо[её]\s+имя|мо[её]\s+фио|фио|фамилия|пишет\s+вам|my\s+(?:full\s+)?name(?:\s+is|['’]s)?"
    r"|name\s*:|имя\s*:|i['’]?\s?am\s+called|people\s+call\s+me|just\s+call\s+me)(?:\s*[:,—–-]\s*|\s+)"
    rf"(?P<name>{_WORD}(?:[ \t]+{_CAPITAL}){{0,2}})",
    re.IGNORECASE,
)
# Behind these, and in capitals; a full stop, a new line or the end must follow who signs.
_SIGNED = re.compile(
    r"(?i:\b(?:с\s+уважением|всего\s+доброго|ваш[аи]?|(?:best|kind|warm)?\s*regards|sincerely(?:\s+yours)?|cheers|yours(?:\s+truly)?|best"
    r"|искренне\s+ваш[аи]?)\s*[,.!—–-]?\s+|(?:^|\n|\s)[—–]\s?)"
    rf"(?P<name>{_CAPITAL}(?:[ \t]+{_CAPITAL}){{0,2}})\s*[.!)]*\s*(?=\n|\Z)"
)
_ROLES_RU = (
    r"преподавател\w*|преподш\w*|препод\w?|учител\w*|куратор\w*|наставни\w+|ментор\w*|тьютор\w*|лектор\w*|проверяющ\w+|методист\w*"
    r"|координатор\w*|менеджер\w*|ревьюер\w*|профессор\w*|доцент\w*|господин\w*|госпож\w+|г-жа|г-н\w?|коллег\w+|одногруппни\w+"
    r"|однокурсни\w+|сокурсни\w+|ассистент\w*|асессор\w*|студент\w*"
)
_TITLES_EN = r"[Mm]r|[Mm]rs|[Mm]s|[Mm]iss|[Dd]r|Prof"
_ROLES_EN = (
    r"prof|[Pp]rofessor|[Tt]eacher|[Ii]nstructor|[Tt]utor|[Mm]entor|[Ll]ecturer|[Cc]urator|TA|[Cc]oach|[Cc]lassmate"
    r"|[Cc]olleague|[Gg]roupmate|[Rr]eviewer|[Mm]anager"
)
_BY_ROLE = (
    re.compile(rf"\b(?i:{_ROLES_RU})\s+(?P<name>[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?(?:[ \t]+[А-ЯЁ][а-яё]+){{0,2}})"),
    re.compile(
        rf"\b(?:(?:{_TITLES_EN})\.?|{_ROLES_EN})[ \t]+(?P<name>[A-Z][a-z]+(?:[-'’][A-Z][a-z]+)?(?:[ \t]+[A-Z][a-z]+)?)"
    ),
)
# Endings of Russian surnames, in all cases. Three letters before them, so that "Слова" is none.
_ENDING = (
    r"(?:[оеё]в(?:а|у|ым|е|ой|ы|ых|ыми?)?|[иы]н(?:а|у|ым|е|ой|ы|ых)?|[сц]к(?:ий|ого|ому|им|ом|ая|ой|ую|ие|их)|(?:ен|ч)ко|(?:ч|н|щ|й)ук(?:а|у|ом|е)?"
    r"|юк(?:а|у|ом|е)?|[её]в?ич(?:а|у|ем|е)?|ян(?:а|у|ом|е)?|дзе|швили|[её]нок|их|ых)"
)
_SURNAME = re.compile(rf"[А-ЯЁ][а-яё]{{2,}}{_ENDING}(?:-[А-ЯЁ][а-яё]+)?")
_PATRONYMIC = re.compile(
    r"[А-ЯЁа-яё][а-яё]{2,}(?:[оеё]вич(?:а|у|ем|е)?|ьич(?:а|у|ем|ом|е)?|[оеё]вн(?:а|ы|е|у|ой)|(?:ич|инич)н(?:а|ы|е|у|ой))"
)
_INITIALS = (
    re.compile(r"(?<![\w.])[А-ЯЁ]\.[ \t]?[А-ЯЁ]\.[ \t]?[А-ЯЁ][а-яё]{2,}(?:-[А-ЯЁ][а-яё]+)?"),
    re.compile(r"\b[А-ЯЁ][а-яё]{2,}(?:-[А-ЯЁ][а-яё]+)?[ \t][А-ЯЁ]\.[ \t]?[А-ЯЁ]\."),
    re.compile(
        rf"(?<![\w.])[А-ЯЁ]\.[ \t]?[А-ЯЁ][а-яё]{{2,}}{_ENDING}\b|\b[А-ЯЁ][а-яё]{{2,}}{_ENDING}[ \t][А-ЯЁ]\.(?!\w)"
    ),
    re.compile(r"(?<![\w.])[A-Z]\.[ \t]?[A-Z]\.[ \t]?[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?"),
)
# A name follows or stands alone between these and a comma.
_HAILED = re.compile(
    r"(?:\b(?:спасибо|спс|благодар\w+|привет\w*|здравствуй(?:те)?|дорог\w+|уважаем\w+|добрый\s+(?:день|вечер)|доброе\s+утро|hi|hello|hey|dear|thanks"
    r"|thank\s+you|thx|cheers|с|от|у|для|by|from|to|with|ask|and|это|i['’]m|i\s+am)[,]?\s+)\Z",
    re.IGNORECASE,
)
_STRONG_HAIL = re.compile(
    r"(?:\b(?:спасибо|спс|привет\w*|здравствуй(?:те)?|дорог\w+|уважаем\w+|hi|hello|hey|dear|thanks|thank\s+you|thx|i['’]m|i\s+am)[,]?\s+)\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Known:
    """Lower-case forms: names whatever they are, names with a capital, names only in company."""

    plain: frozenset[str]
    capital: frozenset[str]
    unsure: frozenset[str]
    scholars: frozenset[str]
    beside: frozenset[str]
    never: frozenset[str]


def find_names(text: str) -> Iterator[Span]:
    """Where they stand, in no order; some may overlap."""
    known = _known()
    for pattern in (_INTRODUCED, _SIGNED, *_BY_ROLE):
        for found in pattern.finditer(text):
            yield from _trimmed(text, *found.span("name"), known=known)
    for pattern in _INITIALS:
        yield from (found.span() for found in pattern.finditer(text) if not _is_scholarly(found[0], known))
    words = list(_WORDS.finditer(text))
    for number in range(len(words)):
        if _is_given(text, words, number, known) or _is_patronymic(words, number, known):
            span = _with_neighbours(text, words, number, known)
            if not _is_scholarly(text[span[0] : span[1]], known):
                yield span


def _trimmed(text: str, start: int, end: int, *, known: _Known) -> Iterator[Span]:
    """A stretch that a pattern took for a name, up to the first word that is part of none."""
    last = start
    for word in _WORDS.finditer(text, start, end):
        plain = word[0].casefold()
        if plain in known.never or plain in known.beside:
            break
        last = word.end()
    if last > start and not _is_scholarly(text[start:last], known):
        yield start, last


def _is_given(text: str, words: list[re.Match[str]], number: int, known: _Known) -> bool:
    word = words[number][0]
    plain, has_capital = word.casefold(), word[0].isupper()
    parts = plain.split("-")
    if plain in known.plain or (len(parts) == 2 and all(part in known.plain for part in parts)):
        return True
    if plain in known.capital and has_capital:
        return not _begins_sentence(text, words[number].start()) or _in_company(text, words, number, known)
    return plain in known.unsure and has_capital and _in_company(text, words, number, known, sure=True)


def _in_company(text: str, words: list[re.Match[str]], number: int, known: _Known, *, sure: bool = False) -> bool:
    """Whether what stands beside a word says that it is a name."""
    start, end = words[number].span()
    hailed = (_STRONG_HAIL if sure else _HAILED).search(text, max(0, start - 24), start)
    if hailed and (text[end : end + 1] in {",", "!", ".", "", "\n"} or not sure):
        return True
    after = words[number + 1] if number + 1 < len(words) else None
    beside = after is not None and _GAP.fullmatch(text, end, after.start()) is not None
    if after is not None and beside and (_is_surname(after[0], known) or _PATRONYMIC.fullmatch(after[0])):
        return True
    return not sure and text[end : end + 1] == ","


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"'«“(")
    return not before or before[-1] in ".!?\n:;—–"


def _is_patronymic(words: list[re.Match[str]], number: int, known: _Known) -> bool:
    word = words[number][0]
    if not _PATRONYMIC.fullmatch(word):
        return False
    before = words[number - 1][0] if number else ""
    return word[0].isupper() or before.casefold() in known.plain


def _is_surname(word: str, known: _Known) -> bool:
    """Whether a word right beside a given name is a part of the name."""
    if len(word) < 2 or not word[0].isupper() or word.casefold() in known.beside:
        return False
    return not word.isupper() or len(word) > 4


def _with_neighbours(text: str, words: list[re.Match[str]], number: int, known: _Known) -> Span:
    """A given name with the words of the name around it."""
    start, end = words[number].span()
    for after in words[number + 1 : number + 4]:
        if not _GAP.fullmatch(text, end, after.start()) or not _is_surname(after[0], known):
            break
        end = after.end()
    if number:
        before = words[number - 1]
        joined = _GAP.fullmatch(text, before.end(), start) is not None
        fits = _SURNAME.fullmatch(before[0]) and before[0].casefold() not in known.beside
        given = before[0][0].isupper() and before[0].casefold() in known.plain | known.capital | known.unsure
        if joined and (fits or given or (_PATRONYMIC.fullmatch(words[number][0]) and before[0][0].isupper())):
            start = before.start()
    return start, end


def _is_scholarly(name: str, known: _Known) -> bool:
    return any(word[0].casefold() in known.scholars for word in _WORDS.finditer(name))


@cache
def _known() -> _Known:
    books = {name: tomllib.loads((files("feedback") / "names" / f"{name}.toml").read_text("utf-8")) for name in _BOOKS}
    given = {
        kind: frozenset(
            form for book in ("ru", "en") for name in books[book][kind].casefold().split() for form in _forms(name)
        )
        for kind in ("plain", "capital", "unsure")
    }
    kept = {kind: frozenset(books["kept"][kind].casefold().split()) for kind in ("known", "beside", "never")}
    return _Known(given["plain"], given["capital"], given["unsure"], kept["known"], kept["beside"], kept["never"])


_BOOKS = "ru", "en", "kept"
_FLEETING = {"павел": "павл", "лев": "льв", "пётр": "петр"}
_CASES = {
    "а": ("а", "ы", "и", "е", "у", "ой", "ою"),
    "я": ("я", "и", "е", "ю", "ей", "ёй", "ею"),
    "й": ("й", "я", "ю", "ем", "е", "и"),
    "ь": ("ь", "я", "ю", "ем", "е", "и", "ью"),
}


def _forms(name: str) -> list[str]:
    """A Russian name in its cases; an English one as it is and as an owner."""
    if name.isascii():
        return [name, f"{name}'s", f"{name}’s"]
    endings = _CASES.get(name[-1])
    if endings is not None:
        return [name[:-1] + ending for ending in endings]
    if name[-1] in "еиоуэюы":
        return [name]
    stem = _FLEETING.get(name, name)
    return [name, *(stem + ending for ending in ("а", "у", "ом", "ем", "е"))]
