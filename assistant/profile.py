"""Product profiles: what the assistant of each kind of product does, as data in `profiles/*.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from assistant.intents import Intent
from knowledge.products import ProductKind


@dataclass(frozen=True, slots=True)
class Profile:
    """What one kind of assistant does: the movers asked for each intent, in order; whether it uses memory."""

    kind: ProductKind
    moves: Mapping[Intent, tuple[str, ...]]
    memory: bool


@cache
def profile_of(kind: ProductKind) -> Profile:
    """The profile of a kind of product."""
    content = (files("assistant") / "profiles" / f"{kind}.toml").read_text(encoding="utf-8")
    told = tomllib.loads(content)
    moves = {Intent(intent): tuple(names) for intent, names in told["moves"].items()}
    return Profile(kind, moves, told["memory"])
