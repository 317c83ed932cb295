"""The words of proposals, Russian and English; from `proposal_words/*.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from knowledge.language import Lang


def draft_words(name: str, lang: str, **told: str) -> str:
    """What stands around a quote in a drafted change, in the lesson's language."""
    return _words(_known(lang))["draft"][name].format(**told)


def reason_words(made_with: Mapping[str, Any], lang: str) -> str:
    """Why a proposal was made and what its draft is made of, from what is kept with it (`made_with`)."""
    reason = made_with["reason"]
    words, told = _words(_known(lang)), reason["with"]
    return f"{words['why'][reason['why']].format(**told)} {words['from'][reason['from']].format(**told)}"


def _known(lang: str) -> Lang:
    return "ru" if lang == "ru" else "en"


@cache
def _words(lang: Lang) -> dict[str, dict[str, str]]:
    told: dict[str, dict[str, str]] = tomllib.loads(
        (files("feedback") / "proposal_words" / f"{lang}.toml").read_text(encoding="utf-8")
    )
    return told
