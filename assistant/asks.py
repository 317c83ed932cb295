"""Sees by its words what a team, a community or an author is asked that none of their pages answers."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from knowledge.words import fold

_LANGUAGES = ("ru", "en")
_AROUND = " \t\n.,;:!?…\"'«»“”()—–-"


class Ask(StrEnum):
    """What is asked for."""

    REUSE = "reuse"
    CONTRADICTIONS = "contradictions"
    CHECKLIST = "checklist"
    WAITING = "waiting"
    WEEK = "week"
    SOLVED = "solved"
    SHARE = "share"
    CATALOGUE = "catalogue"
    PAGE = "page"
    SECTION = "section"
    PLAN = "plan"
    BLOCKS = "blocks"
    STUCK_WHERE = "stuck_where"
    NOT_ANSWERED = "not_answered"
    CLEARER = "clearer"
    GOT_BETTER = "got_better"
    PRAISED = "praised"


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What is asked for, and the subject where one is named: "confidence intervals", or ""."""

    ask: Ask
    topic: str


def asked_for(text: str, wanted: Sequence[Ask]) -> AskedFor | None:
    """The first of the wanted things that a message asks for; the subject keeps the learner's own letters."""
    folded = fold(text)
    for ask in wanted:
        for pattern in _patterns()[ask]:
            found = pattern.search(folded)
            if found is not None:
                return AskedFor(ask, _topic(text, folded, found))
    return None


def _topic(text: str, folded: str, found: re.Match[str]) -> str:
    if "topic" not in found.re.groupindex:
        return ""
    start, end = found.span("topic")
    # Folding that changes a text's length is rare; then its folded form serves.
    told = text[start:end] if len(text) == len(folded) else folded[start:end]
    return told.strip(_AROUND)


@cache
def _patterns() -> dict[Ask, tuple[re.Pattern[str], ...]]:
    told = [
        tomllib.loads((files("assistant") / "asks" / f"{lang}.toml").read_text(encoding="utf-8")) for lang in _LANGUAGES
    ]
    return {ask: tuple(re.compile(rf"\b{pattern}") for lists in told for pattern in lists[ask]) for ask in Ask}
