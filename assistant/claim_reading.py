"""Reads a sentence as a claim: its statements one by one, with the words, numbers, names and code each is made of.

By form alone, with no knowledge of grammar: a statement ends at a comma, a dash, a conjunction. `claims` compares what
is read here of a sentence with what is read of its quote.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from assistant.claim_vocabulary import (
    EXCEPT,
    JOINT,
    NOT,
    WITHOUT,
    Meaning,
    folded,
    joined_phrases,
    letter_of,
    meaning_of,
)
from knowledge.language import Lang, language_of

_TOKEN = re.compile(
    r"(?P<code>`[^`]+`|(?<!\w)--?[A-Za-z][\w-]*(?:=\S*\w)?|[A-Za-z_][\w.]*\([^()\s]*\)|[A-Za-z]\w*(?:\.[A-Za-z_]\w*)+"
    r"|(?<!\w)\w*[^\W_]_\w+|[A-Za-z_]\w*=(?:\"[^\"]*\"|'[^']*'|[^\s,;`]*\w))"
    r"|(?P<time>(?<!\d)\d{1,2}:\d\d(?!\d))"
    r"|(?P<number>(?<![\w.,])[-−+]?\d+(?:[ \u00a0\u202f,.]\d{3})*(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
    r"(?P<percent>\s?[%‰])?"
    r"|(?P<word>[^\W\d_][\w]*(?:[-'’][^\W_]+)*)"
    r"|(?P<sign>[$€£₽°])"
    r"|(?P<stop>[.!?…:]+(?=\s|$)|[,;:()—–\n])"
)
_GROUPS = re.compile(r"\d+(?:[ \u00a0\u202f,.]\d{3})+")
# "Twelve hundred", "5 тысяч".
_FACTORS = (100, 1_000, 1_000_000, 1_000_000_000)
_ENDS_SENTENCE = ".!?…\n:"
_SIGN_UNITS = {"$": "dollar", "€": "euro", "£": "pound", "₽": "rouble", "°": "degree"}
# Written like the verb, but for its capital.
_MONTH = "May"
_CONTRACTED = re.compile(r"n['’]t$")


@dataclass(frozen=True, slots=True)
class Word:
    """A word where it stands; `is_name`: by its letters it names something, so that no other word will do."""

    text: str
    meaning: Meaning
    is_name: bool = False

    @property
    def is_content(self) -> bool:
        return self.is_name or self.meaning.is_content


@dataclass(frozen=True, slots=True)
class Number:
    """What a number may mean (`1,200` is one or the other), and in what; `percent` is a unit."""

    values: frozenset[float | str]
    unit: str | None

    def bears(self, other: "Number") -> bool:
        """Whether a quote's number is the claim's `other`."""
        same_unit = self.unit == other.unit or (other.unit is None and self.unit != "percent")
        return bool(self.values & other.values) and (same_unit or (self.unit is None and other.unit != "percent"))


@dataclass(slots=True)
class Statement:
    """What stands between commas and conjunctions; `part` numbers what full stops and semicolons part from the rest."""

    words: list[Word] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    part: int = 0

    def __bool__(self) -> bool:
        return bool(self.content or self.code)

    @property
    def content(self) -> list[Word]:
        """The words that a quote has to have."""
        return [word for word in self.words if word.is_content]

    @property
    def marks(self) -> frozenset[str]:
        """What its words do to it."""
        return frozenset().union(*(word.meaning.marks for word in self.words))

    def negated(self) -> Iterator[tuple[str, Word | None]]:
        """Each kind of negation with the word it turns around: the next one that says something, or the last."""
        for place, word in enumerate(self.words):
            for kind in (NOT, WITHOUT, EXCEPT):
                if kind in word.meaning.marks:
                    yield kind, self._turned(place)

    def _turned(self, place: int) -> Word | None:
        after = (word for word in self.words[place + 1 :] if says(word))
        before = (word for word in reversed(self.words[:place]) if says(word))
        return next(after, None) or next(before, None)


def says(word: Word) -> bool:
    """Whether it says something, were it only which pole of a pair."""
    return word.is_content or any(":" in mark for mark in word.meaning.marks)


@dataclass(frozen=True)
class Reading:
    """A text as statements."""

    text: str
    lang: Lang
    statements: tuple[Statement, ...]

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """All words in order."""
        return tuple(word for each in self.statements for word in each.words)

    @cached_property
    def content(self) -> tuple[Word, ...]:
        """All words that say something."""
        return tuple(word for word in self.words if word.is_content)

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """All numbers in order."""
        return tuple(number for each in self.statements for number in each.numbers)

    @cached_property
    def code(self) -> tuple[str, ...]:
        """All pieces of code in order."""
        return tuple(code for each in self.statements for code in each.code)

    @cached_property
    def marks(self) -> frozenset[str]:
        """Everything its words do."""
        return frozenset().union(*(each.marks for each in self.statements))

    @cached_property
    def names(self) -> frozenset[str]:
        """Stems of the words that are names by their letters."""
        return frozenset(word.meaning.stem for word in self.words if word.is_name)


@lru_cache(maxsize=512)
def read_claim(text: str) -> Reading:
    """Read a sentence, or several."""
    lang = language_of(re.sub(r"`[^`]*`", "", text))
    return Reading(text, lang, tuple(_merged(_Reader(joined_phrases(text), lang).statements())))


class _Reader:
    """One pass over a text."""

    def __init__(self, text: str, lang: Lang) -> None:
        self._text = text
        self._lang = lang
        self._quoted = _quoted_places(text)

    def statements(self) -> Iterator[Statement]:
        statement, at_start, part = Statement(), True, 0
        for token in self._tokens():
            if token.lastgroup == "stop":
                yield statement
                at_start = token.group()[0] in _ENDS_SENTENCE
                part += at_start or token.group() == ";"
                statement = Statement(part=part)
                continue
            if token["word"]:
                for word in self._words(token, at_start=at_start):
                    if JOINT in word.meaning.marks:
                        yield statement
                        statement = Statement(part=part)
                    _add(statement, word)
            elif token["code"]:
                statement.code.append(token["code"].strip("`"))
            else:
                _add_number(statement, token)
            at_start = False
        yield statement

    def _tokens(self) -> Iterator[re.Match[str]]:
        return _TOKEN.finditer(self._text)

    def _words(self, token: re.Match[str], *, at_start: bool) -> Iterator[Word]:
        text = token["word"]
        low = folded(text)
        if _CONTRACTED.search(low) or low == "cannot":
            yield Word(text, meaning_of("not"))
            low = _CONTRACTED.sub("", low) if low not in ("cannot", "can't") else "can"
            low = {"wo": "will", "ca": "can", "sha": "shall"}.get(low, low)
        meaning = meaning_of(low.removesuffix("'s"))
        if not at_start and (text == _MONTH or (len(text) == 1 and text.isupper() and text != "I")):
            yield Word(text, letter_of(text), is_name=True)
            return
        yield Word(text, meaning, self._is_name(token, meaning, at_start=at_start))

    def _is_name(self, token: re.Match[str], meaning: Meaning, *, at_start: bool) -> bool:
        text = token["word"]
        if meaning.marks or meaning.amount is not None or len(text) < 2:
            return False
        if any(map(str.isdigit, text)) or any(map(str.isupper, text[1:])):
            return True
        if self._lang == "ru" and text.isascii():
            return True
        if any(start < token.start() < end for start, end in self._quoted):
            return True
        return text[0].isupper() and not at_start


def _quoted_places(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"[«“\"„][^«»“”\"„]{2,60}[»”\"]", text)]


def _add(statement: Statement, word: Word) -> None:
    """A word, and the number it stands for or the unit it gives to the number before."""
    statement.words.append(word)
    meaning = word.meaning
    if meaning.amount is not None:
        value: float | str = meaning.amount if isinstance(meaning.amount, str) else float(meaning.amount)
        last = statement.numbers[-1] if statement.numbers else None
        if last is not None and meaning.amount in _FACTORS and last.unit is None:
            statement.numbers[-1] = Number(_times(last.values, float(meaning.amount)), None)
        else:
            statement.numbers.append(Number(frozenset({value}), None))
    elif meaning.unit is not None and statement.numbers and statement.numbers[-1].unit is None:
        before = statement.words[-2] if len(statement.words) > 1 else None
        # "3 quick days": the unit of a number stands next to it, or after one word.
        if before is None or before.meaning.amount is not None or before.meaning.unit is None:
            statement.numbers[-1] = Number(statement.numbers[-1].values, meaning.unit)


def _times(values: frozenset[float | str], factor: float) -> frozenset[float | str]:
    return frozenset(value * factor if isinstance(value, float) else value for value in values)


def _add_number(statement: Statement, token: re.Match[str]) -> None:
    if token["time"]:
        statement.numbers.append(Number(frozenset({token["time"].lstrip("0")}), None))
    elif token["sign"]:
        if statement.numbers and statement.numbers[-1].unit is None:
            statement.numbers[-1] = Number(statement.numbers[-1].values, _SIGN_UNITS[token["sign"]])
    else:
        unit = "percent" if token["percent"] else None
        statement.numbers.append(Number(_values(token["number"]), unit))


def _values(text: str) -> frozenset[float | str]:
    """Every number a reader may see in it."""
    plain = text.replace("−", "-").replace("\u00a0", " ").replace("\u202f", " ")
    readings = {plain.replace(" ", "").replace(",", ".")}
    if _GROUPS.match(plain.lstrip("+-")):
        readings.add(re.sub(r"[ ,.](?=\d{3}(?!\d))", "", plain).replace(",", "."))
    return frozenset(float(each) for each in readings if each.count(".") <= 1)


def _merged(statements: Iterator[Statement]) -> Iterator[Statement]:
    """Without empty ones; one that says nothing by itself goes to the one before: "between 20 and 80 percent"."""
    held: Statement | None = None
    for each in statements:
        if not each.words and not each.numbers and not each.code:
            continue
        if held is not None and (_says_nothing(each) or _says_nothing(held)):
            held = Statement(held.words + each.words, held.numbers + each.numbers, held.code + each.code, held.part)
            continue
        if held is not None:
            yield held
        held = each
    if held is not None:
        yield held


def _says_nothing(statement: Statement) -> bool:
    return not statement and not any(mark == NOT or ":" in mark for mark in statement.marks)
