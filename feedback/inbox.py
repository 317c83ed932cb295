"""The door of the improvement loop: what learners say is cleaned, redacted, told apart from repetitions, and kept.

Whatever comes in passes here. Personal data is taken out before anything is written (`feedback.redaction`). A thing
that was brought before, by its own id or else by its words, author and date, is not kept a second time. Where in a
lesson it belongs is found later (`feedback.placing`), because that takes the encoder.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from feedback.item import ItemKind as ItemKind
from feedback.item import Source, Voice
from feedback.redaction import redact
from feedback.tables import ItemRow
from foundation.errors import Invalid, NotFound
from foundation.ids import PassageId, ProductSlug, content_hash, random_id
from foundation.text import clean_text
from knowledge.language import language_of
from knowledge.lessons import find_lesson, live_lessons, load_sources
from learning.people import is_vouched_for

MAX_TEXT_CHARS = 8_000
MAX_EXTERNAL_CHARS = 200
# Clocks of hosts and time zones that were left out of a file.
_AHEAD = timedelta(days=1)
_EARLIEST_YEAR = 1990
_SAME_PRESS = timedelta(minutes=1)
_A_BATCH = 500
# Of these an item without words says nothing.
_NEEDS_WORDS = frozenset(
    {ItemKind.COMMENT, ItemKind.UNANSWERED, ItemKind.REPEATED, ItemKind.SURVEY, ItemKind.FORUM, ItemKind.PRAISE}
)
# A press is a thing of its own, however often it is made; what is brought may be brought again.
_BROUGHT = frozenset({Source.FILE, Source.WEBHOOK})

_Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewItem:
    """A feedback item before it is kept; `turn` was checked by the caller, `lesson` by the caller of `record_item`.

    `external` is its id where it comes from, `created` when it was said, None: now. `score` is from -1 to 1. `passage`
    is given where the caller knows better than a search would what it is about.
    """

    product: ProductSlug
    kind: ItemKind
    text: str = ""
    turn: str | None = None
    lesson: str | None = None
    source: Source = Source.WIDGET
    learner: str | None = None
    voice: Voice = Voice.NOBODY
    external: str | None = None
    created: datetime | None = None
    score: float | None = None
    consent: bool = False
    outcome: str = ""
    passage: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An item that was not taken in; `position` counts from 0 in what was given."""

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Ids of the items kept and of those that were there already, in the order given, and what was refused."""

    kept: tuple[str, ...]
    repeated: tuple[str, ...]
    refused: tuple[Refused, ...]


def record_item(session: Session, item: NewItem, *, now: datetime, item_id: str | None = None) -> str:
    """Keep one item and return its id, the earlier one's for a repetition.

    Raises Invalid for a comment without words, one that is too long, or a date to come.
    """
    values = _checked(item, now=now)
    earlier = _known(session, [values]).get(values["fingerprint"])
    if earlier is not None:
        return earlier
    row = ItemRow(**values | _place(session, item))
    row.id = item_id or row.id
    session.add(row)
    session.flush()
    return row.id


def voice_of(session: Session, learner: str | None) -> Voice:
    """How far it is proved who a learner is whom we know by an id of ours."""
    if learner is None:
        return Voice.NOBODY
    return Voice.PERSON if is_vouched_for(session, learner) else Voice.BROWSER


def said_lately(session: Session, product: str, text: str, kind: ItemKind, *, now: datetime) -> bool:
    """Whether these words were kept as this kind within the last minute: one press may reach us by two doors."""
    words = redact(clean_text(text).strip()).text
    mine = ItemRow.product == product, ItemRow.kind == kind, ItemRow.created >= now - _SAME_PRESS
    return session.scalar(select(ItemRow.id).where(*mine, ItemRow.text == words).limit(1)) is not None


def take_in(session: Session, items: Sequence[NewItem], *, now: datetime) -> TakenIn:
    """Keep many items, of one or several products; one that is refused stops no other."""
    live = {product: _live_revisions(session, product) for product in {item.product for item in items}}
    kept: list[str] = []
    repeated: list[str] = []
    refused: list[Refused] = []
    for start in range(0, len(items), _A_BATCH):
        rows = []
        for position, item in enumerate(items[start : start + _A_BATCH], start):
            try:
                rows.append(_with_revision(_checked(item, now=now), live[item.product]))
            except Invalid as err:
                refused.append(Refused(position, str(err)))
        fresh, again = _told_apart(rows, _known(session, rows))
        if fresh:
            session.execute(insert(ItemRow), fresh)
        kept += [str(row["id"]) for row in fresh]
        repeated += again
    return TakenIn(tuple(kept), tuple(repeated), tuple(refused))


def _told_apart(rows: Sequence[_Columns], known: dict[str, str]) -> tuple[list[_Columns], list[str]]:
    """The rows that are new, and the ids of the others' earlier ones; `known` is fingerprint → id."""
    seen = dict(known)
    fresh, again = [], []
    for row in rows:
        mark = row["fingerprint"]
        if mark is not None and mark in seen:
            again.append(seen[mark])
            continue
        fresh.append(row)
        if mark is not None:
            seen[mark] = row["id"]
    return fresh, again


def _checked(item: NewItem, *, now: datetime) -> _Columns:
    """An item's columns; raises Invalid."""
    said = clean_text(item.text).strip()
    if item.kind in _NEEDS_WORDS and not said:
        raise Invalid(f"the {item.kind.replace('_', ' ')} is empty; write what should be better")
    if len(said) > MAX_TEXT_CHARS:
        raise Invalid(f"the text has {len(said)} characters; {MAX_TEXT_CHARS} are the most")
    if item.score is not None and not -1.0 <= item.score <= 1.0:
        raise Invalid(f"the score is {item.score:g}; it goes from -1 to 1")
    redacted = redact(said)
    return {
        "id": random_id("i"),
        "product": item.product,
        "kind": item.kind.value,
        "source": item.source.value,
        "text": redacted.text,
        "redacted": redacted.count,
        "lang": language_of(redacted.text) if redacted.text else "",
        "turn": item.turn,
        "lesson": item.lesson,
        "anchor": "",
        "passage": None,
        "revision": None,
        "outcome": item.outcome,
        "learner": item.learner,
        "voice": item.voice.value,
        "external": _external(item.external),
        "fingerprint": _fingerprint(item, said),
        "score": item.score,
        "consent": item.consent,
        "created": _said_at(item.created, now),
        "received": None if item.created is None else now,
    }


def _external(external: str | None) -> str | None:
    if external is not None and len(external) > MAX_EXTERNAL_CHARS:
        raise Invalid(f"the id has {len(external)} characters; {MAX_EXTERNAL_CHARS} are the most")
    return None if external is None else clean_text(external)


def _said_at(created: datetime | None, now: datetime) -> datetime:
    if created is None:
        return now
    if created > now + _AHEAD:
        raise Invalid(f"the date {created:%Y-%m-%d} is still to come")
    if created.year < _EARLIEST_YEAR:
        raise Invalid(f"the date {created.year:04}-{created:%m-%d} is before there were courses like this")
    return min(created, now)


def _fingerprint(item: NewItem, said: str) -> str | None:
    """What makes the same thing again the same; None for a press that is about no answer."""
    if item.external is not None:
        return content_hash(item.product, item.source, "id", item.external)
    if item.turn is not None:
        return content_hash(item.product, item.source, "turn", item.turn, item.kind, said)
    if item.source not in _BROUGHT:
        return None
    when = item.created.isoformat() if item.created else ""
    whose = item.learner or "", item.lesson or ""
    return content_hash(item.product, item.source, "words", item.kind, *whose, when, said)


def _known(session: Session, rows: Sequence[_Columns]) -> dict[str, str]:
    """Which of these were kept before: fingerprint → id."""
    prints = [row["fingerprint"] for row in rows if row["fingerprint"] is not None]
    if not prints:
        return {}
    mine = ItemRow.product.in_({row["product"] for row in rows}), ItemRow.fingerprint.in_(prints)
    found = session.execute(select(ItemRow.fingerprint, ItemRow.id).where(*mine))
    return {row.fingerprint: row.id for row in found}


def _place(session: Session, item: NewItem) -> _Columns:
    """Where an item belongs, as far as its caller knows: a live passage, else the lesson as a whole.

    A passage of another lesson than the one named is no place of it.
    """
    passage = PassageId(item.passage) if item.passage is not None else None
    source = None if passage is None else load_sources(session, [passage]).get(passage)
    if source is not None and item.lesson in (None, source.lesson.slug):
        lesson = source.lesson
        return {
            "lesson": lesson.slug,
            "anchor": source.anchor,
            "passage": source.passage,
            "revision": lesson.revision,
        }
    if item.lesson is None:
        return {}
    with suppress(NotFound):
        return {"revision": find_lesson(session, item.product, item.lesson).revision}
    return {}


def _live_revisions(session: Session, product: str) -> dict[str, str]:
    return {head.slug: head.revision for head in live_lessons(session, product)}


def _with_revision(row: _Columns, live: dict[str, str]) -> _Columns:
    """The row bound to the lesson as it is now; raises Invalid for a lesson that is not there."""
    if row["lesson"] is None:
        return row
    if row["lesson"] not in live:
        raise Invalid(f"there is no lesson {row['lesson'][:70]!r} in {row['product']}")
    return row | {"revision": live[row["lesson"]]}
