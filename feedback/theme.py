"""Themes: what several learners say about one place, in their own words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feedback.item import Place
from foundation.ids import ProductSlug


class ThemeKind(StrEnum):
    """A gap is what the course does not answer, a trouble what hurts, praise what should stay as it is."""

    GAP = "gap"
    TROUBLE = "trouble"
    PRAISE = "praise"


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme as it is kept; what can be counted of it is in `feedback.figures`."""

    id: str
    product: ProductSlug
    kind: ThemeKind
    place: Place
    passage: str | None
    facet: str
    label: str
    label_by: str
    terms: tuple[str, ...]
    created: datetime
    updated: datetime
