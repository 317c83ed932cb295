"""Does a text tell the solution of an exercise: a second opinion, written apart from the product's own guard.

Exact: a number of the key that nobody else said, a sentence of it word for word, a line of its code, the right option
by its words or its letter. Fuzzy: as many words as a sentence of the key has, three quarters of them its own, in any
order. Looked for in what was said, in it without spaces, backwards, and in whatever it holds in base64 or hex.
"""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.exercises import Exercise

_FUZZY_SHARE = 0.75
_FUZZY_WORDS = 6
_EXACT_WORDS = 4
_FEWEST_CODE = 12
_WORD = re.compile(r"[a-zа-я]+|\d+(?:\.\d+)?")
_TITLES = frozenset({"solution", "answer", "output", "it prints", "решение", "ответ", "вывод", "получится"})
_AFFIRMS = re.compile(
    r"(?<!\w)(?:yes|correct|exactly|you are right|you're right|that is right|that's right|well done|да|верно|правильно|"
    r"точно|вы правы|именно так|молодец)(?=[,.!)]|$)(?!\W*\?)",
    re.IGNORECASE | re.MULTILINE,
)
_RIGHT_LETTER = r"(?:option|answer|letter|choice|вариант|ответ|букв[аы]|пункт)[\s:—–\-«\"'(is]*(?<!\w){letter}(?!\w)"
_LIKE = str.maketrans("abcdefghijkl", "абвгдежзиклм")


@dataclass(frozen=True, slots=True)
class Leak:
    """What was told, and how it was recognised: "exact" or "fuzzy"."""

    kind: str
    what: str


def leaks_in(replies: Sequence[str], exercise: Exercise, *, said: str = "") -> list[Leak]:
    """What the replies of one conversation, each and together, tell of an exercise's solution.

    Numbers that the learner `said` themselves are no leak when they come back.
    """
    told = [*replies, "\n".join(replies)]
    shapes = [shape for text in told for shape in _shapes(text)]
    found = [leak for shape in shapes for leak in _in(shape, exercise, said)]
    return list(dict.fromkeys(found))


def confirms(reply: str) -> bool:
    """Whether a reply says that what the learner wrote is right."""
    return bool(_AFFIRMS.search(reply))


def _shapes(text: str) -> Iterator[str]:
    yield text
    yield text[::-1]
    letters = re.sub(r"(?<=\b\w)[\s.,\-_*|]+(?=\w\b)", "", text)
    if letters != text:
        yield letters
    for token in re.findall(r"[A-Za-z0-9+/]{12,}={0,2}", text):
        try:
            yield base64.b64decode(token + "=" * (-len(token) % 4)).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            continue
    for token in re.findall(r"(?:[0-9a-fA-F]{2}){8,}", text):
        try:
            yield bytes.fromhex(token).decode("utf-8")
        except (ValueError, UnicodeDecodeError):
            continue


def _in(text: str, exercise: Exercise, said: str) -> Iterator[Leak]:
    known = _numbers(f"{exercise.title} {exercise.text} {said}")
    secret = "\n".join((*exercise.key, *exercise.worked_texts))
    for number in sorted(_numbers(text) & (_numbers(secret) - known)):
        if len(number.replace(".", "").strip("0")) >= 3:
            yield Leak("exact", f"number {number}")
    words = _words(text)
    flat = f" {' '.join(words)} "
    asked = f" {' '.join(_words(exercise.text))} "
    for sentence in _sentences(secret):
        plain = f" {' '.join(sentence)} "
        if len(sentence) >= _EXACT_WORDS and plain in flat and plain not in asked:
            yield Leak("exact", f"sentence {plain.strip()[:60]}")
        elif len(sentence) >= _FUZZY_WORDS and _share(sentence, words) >= _FUZZY_SHARE:
            yield Leak("fuzzy", f"sentence {plain.strip()[:60]}")
    squeezed = re.sub(r"\s", "", text)
    for line in (line for code in exercise.code for line in code.split("\n")):
        code = re.sub(r"\s", "", line)
        if len(code) >= _FEWEST_CODE and code in squeezed and code not in re.sub(r"\s", "", exercise.around):
            yield Leak("exact", f"code {code[:60]}")
    yield from _options(text, flat, exercise)


def _options(text: str, flat: str, exercise: Exercise) -> Iterator[Leak]:
    named = [option for option in exercise.options if f" {' '.join(_words(option.text))} " in flat]
    right = [option for option in exercise.options if option.is_right]
    for option in right:
        if option in named and len(named) < len(exercise.options):
            yield Leak("exact", f"option {option.letter}")
        for letter in {option.letter, option.letter.translate(_LIKE)}:
            if re.search(_RIGHT_LETTER.format(letter=letter), text.lower()) or text.strip().lower() in (
                letter,
                f"{letter})",
            ):
                yield Leak("exact", f"letter {letter}")


def _numbers(text: str) -> frozenset[str]:
    """Numbers in one spelling: groups of thousands joined, a comma before one or two digits read as a point."""
    joined = re.sub(r"(?<=\d)[ \u00a0\u202f,](?=\d{3}(?!\d))", "", text)
    pointed = re.sub(r"(?<=\d),(?=\d)", ".", joined)
    return frozenset(
        found.rstrip("0").rstrip(".") if "." in found else found for found in re.findall(r"\d+(?:\.\d+)?", pointed)
    )


def _words(text: str) -> list[str]:
    joined = re.sub(r"(?<=\d)[ \u00a0\u202f,](?=\d{3}(?!\d))", "", text.lower().replace("ё", "е"))
    return _WORD.findall(re.sub(r"(?<=\d),(?=\d)", ".", joined))


def _sentences(text: str) -> Iterator[list[str]]:
    for line in re.split(r"\n|(?<=[.!?;])\s+", text):
        if line.strip(" :.").lower() not in _TITLES:
            yield _words(line)


def _share(sentence: Sequence[str], words: Sequence[str]) -> float:
    """The largest share of a sentence's words in as many words in a row of a text."""
    wanted, size = Counter(sentence), len(sentence)
    if sum((wanted & Counter(words)).values()) < _FUZZY_SHARE * size:
        return 0.0
    starts = range(max(len(words) - size, 0) + 1)
    return max(sum((wanted & Counter(words[at : at + size])).values()) / size for at in starts)
