"""What learners say, as the loop sees it: what kind, by which door, in whose voice, about which place."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from foundation.ids import ProductSlug


class ItemKind(StrEnum):
    """What a learner meant to say; the first four by a press or a form, the others are noticed or brought in."""

    THUMB_UP = "thumb_up"
    THUMB_DOWN = "thumb_down"
    COMMENT = "comment"
    STUCK = "stuck"
    # A question the course did not answer, or only in part.
    UNANSWERED = "unanswered"
    # The same question again by the same learner: the first answer did not help.
    REPEATED = "repeated"
    HANDED_OVER = "handed_over"
    SURVEY = "survey"
    FORUM = "forum"
    PRAISE = "praise"


class Source(StrEnum):
    """Which door it came in by."""

    WIDGET = "widget"
    TURN = "turn"
    HAND_OVER = "hand_over"
    FILE = "file"
    WEBHOOK = "webhook"


class Voice(StrEnum):
    """How far it is proved who speaks.

    PERSON: somebody whom a host, a login or the home's owner vouches for. BROWSER: a key anybody can have for nothing.
    NOBODY: nothing is known, so that all of them together may be one.
    """

    PERSON = "person"
    BROWSER = "browser"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Place:
    """A place that trouble or an edit is about: a section of a lesson, by its heading's anchor.

    `lesson` is our slug, None for the product as a whole; `anchor` is "" for what stands above the first heading, and
    for the lesson as a whole.
    """

    lesson: str | None
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One kept item; its fields are those of `feedback.tables.ItemRow`."""

    id: str
    product: ProductSlug
    kind: ItemKind
    source: Source
    text: str
    lang: str
    learner: str | None
    voice: Voice
    place: Place
    passage: str | None
    revision: str | None
    turn: str | None
    outcome: str
    score: float | None
    consent: bool
    theme: str | None
    created: datetime
