"""The assistant's own words, Russian and English, from `texts/*.toml`."""

import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files

from knowledge.language import Lang


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
    SUGGESTION = "suggestion"


def phrase(name: Phrase, lang: Lang) -> str:
    """A phrase in the reader's language."""
    return _phrases(lang)[name]


@cache
def _phrases(lang: Lang) -> dict[str, str]:
    content = (files("assistant") / "texts" / f"{lang}.toml").read_text(encoding="utf-8")
    return {name: str(text) for name, text in tomllib.loads(content).items()}
