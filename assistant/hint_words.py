"""What hints say in the assistant's own words, Russian and English, from `texts/hint/*.toml`."""

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from knowledge.language import Lang
from knowledge.words import fold

_LANGUAGES: tuple[Lang, ...] = ("ru", "en")


class HintWord(StrEnum):
    """Every phrase there is; the files must have each of them."""

    NO_ANSWER = "no_answer"
    WHERE = "where"
    WHERE_LESSON = "where_lesson"
    WHERE_NONE = "where_none"
    CONCEPT = "concept"
    CONCEPT_NONE = "concept_none"
    TIP = "tip"
    ANALOGUE = "analogue"
    ANALOGUE_NONE = "analogue_none"
    GRADUATE = "graduate"
    GRADUATE_EXAMPLE = "graduate_example"
    GRADUATE_NONE = "graduate_none"
    PERSON = "person"
    TOP = "top"
    PASSED = "passed"
    SOLUTION = "solution"
    WHICH = "which"
    WHICH_NONE = "which_none"


def hint_word(name: HintWord, lang: Lang, **values: str) -> str:
    """A phrase in the reader's language with its values; these may hold braces of their own."""
    return _words(lang).by_name[name].format(**values)


def nudge(task: str, lang: Lang, *, turn: int) -> str:
    """A question towards the next step, by what kind of task it is; each `turn`, from 0, another one.

    The kinds stand in one order in every language, and a task is told by the cues of any of them.
    """
    told = fold(task)
    kinds = zip(*(_words(each).cues for each in _LANGUAGES), strict=True)
    kind = next(number for number, cues in enumerate(kinds) if any(cue.search(told) for cue in cues))
    texts = _words(lang).nudges[kind]
    return texts[turn % len(texts)]


@dataclass(frozen=True, slots=True)
class _Words:
    by_name: dict[str, str]
    cues: tuple[re.Pattern[str], ...]
    nudges: tuple[tuple[str, ...], ...]


@cache
def _words(lang: Lang) -> _Words:
    told = tomllib.loads((files("assistant") / "texts" / "hint" / f"{lang}.toml").read_text(encoding="utf-8"))
    cues = tuple(re.compile(each["cue"]) for each in told["nudge"])
    return _Words(told["words"], cues, tuple(tuple(each["texts"]) for each in told["nudge"]))
