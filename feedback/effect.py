"""What a released change did at its place."""

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


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect; `looks` are plain values, oldest first (`feedback.measure_effect`)."""

    id: str
    product: ProductSlug
    proposal: str
    release: int
    place: Place
    released: datetime
    plan: dict[str, Any]
    looks: tuple[dict[str, Any], ...]
    verdict: Verdict
