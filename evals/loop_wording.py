"""How one and the same remark is typed by different people: openings, endings, slips, two remarks in one."""

import random
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

_TYPING = Path(__file__).parent / "loop" / "typing.toml"
_MOST_FOR_TWO = 160


def worded(remarks: Sequence[str], lang: str, rng: random.Random, *, slips: float) -> str:
    """One of the remarks as somebody types it; `slips` is the share of words with a slip in them."""
    text = rng.choice(remarks)
    if rng.random() < 0.15:
        other = rng.choice(remarks)
        if other != text and len(text) + len(other) <= _MOST_FOR_TWO:
            text = f"{text.rstrip('.')}. {other}"
    if rng.random() < 0.35:
        text = rng.choice(_habits()[lang]["openings"]) + _lowered(text)
    if rng.random() < 0.3:
        text += rng.choice(_habits()[lang]["endings"])
    if rng.random() < 0.25:
        text = text.lower()
    if rng.random() < 0.2:
        text = text.replace(",", "").replace("?", "")
    return " ".join(_slipped(word, rng) if rng.random() < slips else word for word in text.split(" "))


@cache
def _habits() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads(_TYPING.read_text(encoding="utf-8"))


def _lowered(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _slipped(word: str, rng: random.Random) -> str:
    """A word with two letters swapped, one left out or one doubled; short ones and those with digits stay."""
    if len(word) < 5 or not word.isalpha():
        return word
    at = rng.randrange(1, len(word) - 2)
    match rng.randrange(3):
        case 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:
            return word[:at] + word[at + 1 :]
        case _:
            return word[:at] + word[at] + word[at:]
