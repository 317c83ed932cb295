"""The assistant's own words, Russian and English, from `texts/*.toml`."""

import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files

from knowledge.language import Lang
from knowledge.spots import clock


class Phrase(StrEnum):
    """Every phrase there is; the files must have each of them."""

    ANSWERED_ELSEWHERE = "answered_elsewhere"
    PARTLY = "partly"
    DECLINED = "declined"
    DECLINED_NEAR = "declined_near"
    DECLINED_EMPTY = "declined_empty"
    DECLINED_WORDS = "declined_words"
    MODEL_FAILED = "model_failed"
    SEARCHED = "searched"
    CARRIED = "carried"
    LATER = "later"
    UP_TO_HERE = "up_to_here"
    SUGGESTION = "suggestion"
    PLACE_PAGE = "place_page"
    PLACE_SLIDE = "place_slide"
    PLACE_CELL = "place_cell"


def phrase(name: Phrase, lang: Lang) -> str:
    """A phrase in the reader's language."""
    return _phrases(lang)[name]


def place_name(kind: str, value: str, lang: Lang) -> str:
    """What a person calls a locator: a heading by itself, else "стр. 3", "slide 2", "1:03"."""
    if kind == "time":
        return clock(int(value))
    counted = {"page": Phrase.PLACE_PAGE, "slide": Phrase.PLACE_SLIDE, "cell": Phrase.PLACE_CELL}.get(kind)
    return value if counted is None else phrase(counted, lang).format(number=value)


@cache
def _phrases(lang: Lang) -> dict[str, str]:
    content = (files("assistant") / "texts" / f"{lang}.toml").read_text(encoding="utf-8")
    return {name: str(text) for name, text in tomllib.loads(content).items()}
