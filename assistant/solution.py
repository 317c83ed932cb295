"""What must not be told of an exercise, and whether a text tells any of it.

Told is: a number of the key that the question does not give, a run of the key's words, a sentence much like one of the
key's, a line of its code, an accepted short answer, an option singled out of the others by its words or its letter.
Words and numbers are compared evened out: "80 679", "80,679" and "80679" are one number, and so are 85,1% and 0.851.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache

from rapidfuzz import fuzz

from assistant.disguises import plain, readings
from knowledge.exercises import Exercise, Option
from knowledge.lexical import terms
from knowledge.sentences import sentence_spans
from knowledge.words import fold

# Set on the sample course's keys against its lessons (2026-11): at 85 every key sentence with a word or two changed is
# still recognised, and no sentence of another lesson is.
_ALIKE = 85
_OPTION_ALIKE = 88
_CODE_ALIKE = 88
_RUN = 5
_FEWEST_WORDS, _SHORT_WORDS = 4, 3
_FEWEST_CODE_CHARS = 10
_EXACT_DIGITS = 3
_MOST_OF_AN_OPTION = 0.75
_TOKEN = re.compile(r"\d{1,3}(?:[ \u00a0\u202f,’']\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[^\W\d_]+")
_GROUPED = re.compile(r"\d{1,3}(?:[ \u00a0\u202f,’']\d{3})+(?:[.,]\d+)?")
_PERCENT = re.compile(r"\s*(?:%|проц|per\s?cent)", re.IGNORECASE)
_TITLE = re.compile(
    r"(?:the )?(?:worked |model |sample )?(?:solutions?|answers?|answer key|output|it prints|result)|"
    r"решени[ея]|ответы?|разбор|вывод|получится|результат", re.IGNORECASE
)  # fmt: skip
_UNTICKED = re.compile(r"(?:-\s+)?\[ \]\s*")
_TICK = re.compile(r"^(?:-\s+)?\[[ x]\]\s*|^-\s+", re.IGNORECASE)
# A letter by which an option is named. "В", "к" and "и" are words as well: before another word they name nothing.
_NAMED_AS = r"(?:\s+(?:is|are|это|будет|под))*[\s:—–«\"'“(*-]*(?<!\w)"
_ANY_LETTER = r"([a-lа-м])"
_LETTER = rf"{_ANY_LETTER}(?![\w'’/])"
_CLOSED = r"(?=\W*$|\s*[).,;:!?»”\"'*—–])"
_OPTION_NAMED = re.compile(
    rf"\b(?:options?|letters?|вариант\w*|букв\w+){_NAMED_AS}(?![вки]\s+\w){_LETTER}", re.IGNORECASE
)
_LETTER_NAMED = re.compile(
    rf"\b(?:answers?|choices?|statements?|ответ\w*|пункт\w*|утвержден\w+|it\s+is|it.?s|это|choose|pick|select|выб\w+){_NAMED_AS}"
    rf"{_LETTER}{_CLOSED}|(?<![\w(]){_ANY_LETTER}\)|(?<!\w){_LETTER}\s+(?:is|—|–|верн|прав|right|correct|fits)"
    rf"|[«\"“'*(]{_ANY_LETTER}[»\"”'*)]|^\W*{_LETTER}\W*$",
    re.IGNORECASE | re.MULTILINE,
)
# Where an author writes а, б, в, г and a reader types a, b, c, d, the place in the list is the same.
_ALPHABETS = ("abcdefghijkl", "абвгдежзиклм")


def numbers_in(text: str) -> frozenset[str]:
    """The values of a text's numbers, each in every way it may be read; per cent also as a share."""
    found: set[str] = set()
    for match in re.finditer(r"\d{1,3}(?:[ \u00a0\u202f,’']\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?", text):
        values = _values(match[0])
        found |= values
        if _PERCENT.match(text, match.end()):
            found |= {_canonical(Decimal(value) / 100) for value in values}
    return frozenset(found)


def words_in(text: str) -> list[str]:
    """A text's words and numbers, evened out, in order."""
    return [min(_values(token)) if token[0].isdecimal() else token for token in _TOKEN.findall(fold(text))]


@lru_cache(maxsize=500)
def solution_of(exercise: Exercise) -> "Solution":
    """The solution of an exercise; that of a lesson's state is made ready once."""
    return Solution(exercise)


@dataclass(frozen=True)
class Solution:
    """The solution of one exercise, ready to be looked for."""

    exercise: Exercise

    def told_in(self, text: str, *, disguised: bool = False) -> frozenset[str]:
        """What a text tells of it, by name ("number 0.851", "phrase 2"); empty for one that tells nothing.

        `disguised` looks for hidden words too, as whoever is made to may hide them; a course's own text does not.
        """
        shown = plain(text)
        shapes = readings(text) if disguised else iter((shown,))
        told = frozenset(item for shape in shapes for item in self._told_in(shape))
        # Backwards or decoded, any text has letters that stand alone.
        return told | frozenset(self._letters_in(shown, disguised=disguised)) if self.exercise.options else told

    def _told_in(self, text: str) -> Iterator[str]:
        words = words_in(text)
        yield from (f"number {value}" for value in numbers_in(text) & self._numbers)
        if not self._runs.isdisjoint(_runs(words)):
            yield "run"
        flat = " ".join(words)
        for number, phrase in enumerate(self._phrases):
            if len(flat) >= len(phrase) // 2 and fuzz.partial_ratio(phrase, flat, score_cutoff=_ALIKE):
                yield f"phrase {number}"
        padded = f" {flat} "
        yield from (f"short {short}" for short in self._short if f" {short} " in padded)
        yield from self._code_in(text)
        if self.exercise.options:
            yield from self._options_in(text, words)

    def _code_in(self, text: str) -> Iterator[str]:
        lines = [squeezed for line in text.split("\n") if len(squeezed := _squeezed(line)) >= _FEWEST_CODE_CHARS]
        whole = _squeezed(text)
        for number, code in enumerate(self._code):
            if code in whole or any(fuzz.ratio(code, line) >= _CODE_ALIKE for line in lines):
                yield f"code {number}"

    def _options_in(self, text: str, words: Sequence[str]) -> Iterator[str]:
        options = self.exercise.options
        flat, stems = " ".join(words), set(terms(text))
        named = [option for option in options if self._names(option, flat, stems)]
        if named and len(named) < len(options):
            yield from (f"option {option.letter}" for option in named)

    def _letters_in(self, text: str, *, disguised: bool) -> Iterator[str]:
        count, folded = len(self.exercise.options), fold(text)
        for name, pattern in {
            "option letter": _OPTION_NAMED,
            **({"letter": _LETTER_NAMED} if disguised else {}),
        }.items():
            letters = {letter for found in pattern.finditer(folded) for letter in found.groups() if letter}
            places = {alphabet.index(each) for each in letters for alphabet in _ALPHABETS if each in alphabet}
            if len(places) < count:
                yield from (f"{name} {place}" for place in places if place < count)

    def _names(self, option: Option, flat: str, stems: set[str]) -> bool:
        told = " ".join(words_in(option.text))
        if len(told) < 8:
            return f" {told} " in f" {flat} "
        if len(flat) >= len(told) // 2 and fuzz.partial_ratio(told, flat, score_cutoff=_OPTION_ALIKE):
            return True
        own = set(terms(option.text)) - self._shared_terms
        return len(own) >= 2 and len(own & stems) >= _MOST_OF_AN_OPTION * len(own)

    @cached_property
    def _shared_terms(self) -> frozenset[str]:
        """Words that half of the options have: they tell none from another."""
        each = [set(terms(option.text)) for option in self.exercise.options]
        return frozenset(
            term for told in each for term in told if 2 * sum(term in other for other in each) >= len(each)
        )

    @cached_property
    def _asked(self) -> str:
        return f"{self.exercise.title}\n{self.exercise.text}"

    @cached_property
    def _lines(self) -> list[str]:
        """The key's lines but for titles; of an option that is not right only what is said to it."""
        told = [line.strip() for text in self._secret for line in text.split("\n")]
        return [line for line in told if line and not _TITLE.fullmatch(line.strip(" :.!*#"))]

    @property
    def _secret(self) -> tuple[str, ...]:
        return (*self.exercise.key, *self.exercise.worked_texts)

    @cached_property
    def _numbers(self) -> frozenset[str]:
        """Numbers that make the answer: of three digits or more, or such as its lesson nowhere says."""
        known, around = numbers_in(self._asked), numbers_in(self.exercise.around)
        programs = "\n".join(self.exercise.code)
        told = numbers_in("\n".join(_UNTICKED.sub("", line) for line in self._lines if line not in programs))
        told = frozenset(value for value in told if value not in around and len(value) > 1)
        return (told | frozenset(filter(_is_exact, numbers_in("\n".join(self._secret))))) - known

    @cached_property
    def _sentences(self) -> list[list[str]]:
        return [
            words_in(_TICK.sub("", line)[span.start : span.end])
            for line in self._lines
            for span in sentence_spans(_TICK.sub("", line))
        ]

    @cached_property
    def _phrases(self) -> list[str]:
        asked = " ".join(words_in(self._asked))
        told = [" ".join(words) for words in self._sentences if len(words) >= _FEWEST_WORDS]
        return [phrase for phrase in told if phrase not in asked]

    @cached_property
    def _runs(self) -> frozenset[tuple[str, ...]]:
        asked = frozenset(_runs(words_in(self._asked)))
        return frozenset(run for words in self._sentences for run in _runs(words)) - asked

    @cached_property
    def _short(self) -> tuple[str, ...]:
        """Answers of a word or three; a lone letter is an option's, and is looked for as one."""
        lines = [_TICK.sub("", line) for line in self._lines if not _UNTICKED.match(line)]
        told = [words for line in lines if 0 < len(words := words_in(line)) <= _SHORT_WORDS]
        return tuple(" ".join(words) for words in told if len(words) > 1 or len(words[0]) > 1 or words[0].isdecimal())

    @cached_property
    def _code(self) -> tuple[str, ...]:
        asked = _squeezed(self._asked)
        lines = [_squeezed(line) for text in self.exercise.code for line in text.split("\n")]
        return tuple(line for line in dict.fromkeys(lines) if len(line) >= _FEWEST_CODE_CHARS and line not in asked)


def _runs(words: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(_RUN)), strict=False)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text.lower())


def _values(number: str) -> frozenset[str]:
    """A number as it may be meant: "8,400" is eight thousand to one reader and eight point four to another."""
    readings_of = {re.sub(r"[ \u00a0\u202f’']", "", number).replace(",", ".")}
    if _GROUPED.fullmatch(number):
        readings_of.add(re.sub(r"[ \u00a0\u202f,’']", "", number))
    return frozenset(_canonical(Decimal(each)) for each in readings_of if _is_decimal(each))


def _is_decimal(text: str) -> bool:
    try:
        Decimal(text)
    except InvalidOperation:
        return False
    return True


def _is_exact(value: str) -> bool:
    return len(value.replace(".", "").strip("0")) >= _EXACT_DIGITS


def _canonical(value: Decimal) -> str:
    return format(value.normalize(), "f")
