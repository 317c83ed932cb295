"""How far an author lets hints go: `hints` in `product.yml`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

TOP_RUNG = 5
NEVER = "never"
HOW_TO_SAY = (
    f"field hints is like {{top: 4, answer_from: {NEVER}}}: top is the highest rung, 1 to {TOP_RUNG}; answer_from is "
    f"the rung from which the solution may be shown, 2 to {TOP_RUNG}, or {NEVER}"
)


@dataclass(frozen=True, slots=True)
class HintRules:
    """`top` is the highest rung given, `answer_from` the one from which the solution is shown as well; None: never."""

    top: int = TOP_RUNG
    answer_from: int | None = None

    def to_plain(self) -> dict[str, Any]:
        """Plain values for storage."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any] | None) -> "HintRules":
        """From the plain values; nothing stored is the usual rules."""
        return cls() if plain is None else cls(**plain)


def read_hint_rules(told: object) -> HintRules | None:
    """The rules as an author writes them; None for what cannot be understood."""
    if not isinstance(told, Mapping) or told.keys() - {"top", "answer_from"}:
        return None
    top, answer_from = told.get("top", TOP_RUNG), told.get("answer_from", NEVER)
    if answer_from in (NEVER, False, None):
        answer_from = None
    if not _is_rung(top, least=1) or not (answer_from is None or _is_rung(answer_from, least=2)):
        return None
    return HintRules(top, answer_from)


def _is_rung(value: object, *, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= TOP_RUNG
