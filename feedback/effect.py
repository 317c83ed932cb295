"""What a released change did at its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from feedback.item import Place
from foundation.ids import ProductSlug


class Verdict(StrEnum):
    """WATCHING until a planned look says something; NO_EVIDENCE is what the last one says otherwise."""

    WATCHING = "watching"
    HELPED = "helped"
    NO_EVIDENCE = "no_evidence"
    WORSE = "worse"


class EffectState(StrEnum):
    """Whether more looks are to come.

    WATCHED: they are. DONE: an earlier one said enough, or the last one was taken. CUT_SHORT: the place was changed
    again, or the release taken back, before that.
    """

    WATCHED = "watched"
    DONE = "done"
    CUT_SHORT = "cut_short"


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect; `plan` are plain values of `feedback.watch`, `looks` of `feedback.measure_effect`, oldest first."""

    id: str
    product: ProductSlug
    proposal: str
    release: int
    place: Place
    released: datetime
    plan: Mapping[str, Any]
    looks: tuple[dict[str, Any], ...]
    verdict: Verdict
    state: EffectState = EffectState.WATCHED
