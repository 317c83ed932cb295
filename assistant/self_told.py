"""Reads what somebody tells of themselves in a message, by rule alone; contact data and secrets are taken out.

Only plain statements in the first person count. What a person feels, believes or suffers from has no pattern here and
is never kept.
"""

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from feedback.redaction import TAKEN_OUT, without_contacts
from foundation.text import clean_text
from knowledge.language import Lang

MAX_TEXT_CHARS = 120
_BEGINS = (
    r"(?:^|(?<=[.,;:!?\n(])|(?<=\band )|(?<=\bbut )|(?<=\bи )|(?<=\bа )|(?<=\bно ))"
    r"\s*(?:hi|hello|привет|so|well|ну)?\s*"
)
_PARTS = {
    "tell": r"(?P<what>[^.,;!?\n]{2,80})",
    "name": r"(?P<what>[^\W\d_]{2,20}(?:[ -](?-i:[A-ZА-ЯЁ])[^\W\d_]{1,20})?)",
}
_ENDS = re.compile(r"\s+(?:and i|but i|so|because|и я|но я|поэтому|потому что|а)\b.*$", re.IGNORECASE)
# Nothing is told of oneself without one of these; most questions are done with here.
_FIRST_PERSON = re.compile(
    r"\b(?:i|my|me|we|я|мне|меня|моя|хочу|могу|готов|готова|готовлюсь|собираюсь|планирую"
    r"|in english|in russian|англ\w+|русск\w+)\b",
    re.IGNORECASE,
)
# Who writes more tells of a case and not of themselves.
_MOST_CHARS = 1_000
_LANGUAGES = {"русски": "ru", "русском": "ru", "russian": "ru", "английски": "en", "английском": "en", "english": "en"}


class MemoryKind(StrEnum):
    """What a kept thing is about."""

    GOAL = "goal"
    EXPERIENCE = "experience"
    KNOWS = "knows"
    STRUGGLES = "struggles"
    TOOL = "tool"
    LANGUAGE = "language"
    PACE = "pace"
    NAME_TO_USE = "name_to_use"


@dataclass(frozen=True, slots=True)
class SelfTold:
    """One thing somebody told of themselves; the `text` of a language is `ru` or `en`."""

    kind: MemoryKind
    text: str


def read_self_told(message: str) -> list[SelfTold]:
    """Everything a message tells of its author, in the order of kinds; each kind and text once."""
    told = clean_text(message)[:_MOST_CHARS]
    if not _FIRST_PERSON.search(told):
        return []
    found: dict[SelfTold, None] = {}
    for kind, pattern in _patterns():
        for match in pattern.finditer(told):
            text = kept_text(kind, _ENDS.sub("", match["what"]))
            if text:
                found[SelfTold(kind, text)] = None
    return list(found)


def tells_only_of_self(message: str) -> bool:
    """Whether a message tells something of its author and asks nothing."""
    if "?" in message or len(message) > _MOST_CHARS or not _FIRST_PERSON.search(message):
        return False
    left = message
    for _kind, pattern in _patterns():
        left = pattern.sub(" ", left)
    return left != message and len(re.findall(r"\w{3,}", left)) <= 1


def asks_for_language(message: str) -> Lang | None:
    """The language a message asks to be answered in."""
    asked = next((told.text for told in read_self_told(message) if told.kind is MemoryKind.LANGUAGE), None)
    return None if asked is None else "ru" if asked == "ru" else "en"


def kept_text(kind: MemoryKind, text: str) -> str:
    """A text as it is kept: on one line, short, contact data taken out; "" for a language that is none of ours."""
    plain = without_contacts(" ".join(clean_text(text).split())).strip(" .,;:!—-")
    if kind is MemoryKind.LANGUAGE:
        words = plain.lower().replace("-", " ").split()
        return next((_LANGUAGES[word] for word in words if word in _LANGUAGES), plain if plain in ("ru", "en") else "")
    return "" if not plain.replace(TAKEN_OUT, "").strip() else plain[:MAX_TEXT_CHARS].strip()


@cache
def _patterns() -> tuple[tuple[MemoryKind, re.Pattern[str]], ...]:
    compiled = []
    for kind in MemoryKind:
        for lang in ("ru", "en"):
            book = tomllib.loads((files("assistant") / "cues" / f"memory-{lang}.toml").read_text(encoding="utf-8"))
            for pattern in book[kind]:
                whole = _BEGINS + pattern.format(**_PARTS)
                compiled.append((kind, re.compile(whole, re.IGNORECASE | re.MULTILINE)))
    return tuple(compiled)
