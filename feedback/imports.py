"""Brings in what learners said elsewhere: surveys, comments and forum posts from files and from hosts' servers.

Everything goes through the inbox's door. A row that cannot be taken in says why and stops no other; the same file
again changes nothing, so that one can be mended and brought once more.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from feedback.import_fields import BEST_RATING, read_consent, read_day_first, read_kind, read_rating, read_time
from feedback.import_formats import Brought, Row
from feedback.inbox import NewItem, take_in
from feedback.item import ItemKind, Source, Voice
from foundation.database import Database
from foundation.errors import Invalid
from foundation.ids import ProductSlug, content_hash
from knowledge.lessons import live_lessons
from knowledge.vectors import Progress
from learning.people import known_by_host_id

_A_COMMIT = 500
_NOBODY = re.compile(r"\s*(?:anon\w*|аноним\w*|guest|гость|none|null|n/?a|unknown|неизвест\w*|-|—)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bringing:
    """How a product's rows are to be read.

    `host` names whose ids the authors are, "" for a file's own names. `best` is the best rating there is. With
    `keeps_unplaced` a row that names a lesson which is not there is kept without one. With `one_each` whoever brings
    the file vouches that every row without an author is another learner's, as in an anonymous survey.
    """

    product: ProductSlug
    source: Source = Source.FILE
    kind: ItemKind = ItemKind.COMMENT
    host: str = ""
    best: int = BEST_RATING
    keeps_unplaced: bool = False
    one_each: bool = False


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken in: its line in the file, or its number in a list, from 1."""

    line: int
    reason: str


@dataclass(slots=True)
class Imported:
    """What became of the rows; `unplaced` of those kept name a lesson that is not there."""

    rows: int = 0
    kept: int = 0
    repeated: int = 0
    unplaced: int = 0
    left_out: int = 0
    refused: list[RefusedRow] = field(default_factory=list)


def import_rows(
    database: Database,
    brought: Brought,
    bringing: Bringing,
    *,
    clock: Callable[[], datetime],
    is_dry: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> Imported:
    """Take a file's rows in, committing every few, so that one that was stopped goes on when it is brought again.

    A dry run takes in and keeps nothing. Raises NotFound for an unknown product.
    """
    told = Imported(rows=len(brought.rows) + len(brought.unread), left_out=brought.left_out)
    told.refused += [RefusedRow(each.line, each.reason) for each in brought.unread]
    day_first = read_day_first(row.fields.get("created", "") for row in brought.rows)
    size = max(1, len(brought.rows)) if is_dry else _A_COMMIT
    every = _one_each(brought.rows) if bringing.one_each else brought.rows
    for start in range(0, len(every), size):
        rows = every[start : start + size]
        try:
            with database.write() as session:
                bring_in(session, rows, bringing, now=clock(), day_first=day_first, told=told)
                if is_dry:
                    raise _NothingKept
        except _NothingKept:
            pass
        progress(start + len(rows), len(every))
    return told


def _one_each(rows: Sequence[Row]) -> list[Row]:
    """Rows without an author by an author each, named by what they say: the same file again names the same."""
    alike: Counter[str] = Counter()
    named = []
    for row in rows:
        if _NOBODY.fullmatch(str(row.fields.get("author", ""))):
            said = content_hash(*(str(row.fields.get(name, "")) for name in ("id", "source", "text", "created")))
            alike[said] += 1
            row = replace(row, fields={**row.fields, "author": f"row {said} {alike[said]}"})
        named.append(row)
    return named


class _NothingKept(Exception):
    """Ends a dry run's transaction."""


def bring_in(
    session: Session,
    rows: Sequence[Row],
    bringing: Bringing,
    *,
    now: datetime,
    day_first: bool | None = None,
    told: Imported | None = None,
) -> Imported:
    """Take rows in within the caller's transaction, and add to what was `told` of earlier ones."""
    told = Imported(rows=len(rows)) if told is None else told
    reading = _Reading(session, bringing, day_first)
    items, lines = [], []
    for row in rows:
        try:
            items.append(reading.item(row.fields, told))
            lines.append(row.line)
        except Invalid as err:
            told.refused.append(RefusedRow(row.line, str(err)))
    done = take_in(session, items, now=now)
    told.kept += len(done.kept)
    told.repeated += len(done.repeated)
    told.refused += [RefusedRow(lines[each.position], each.reason) for each in done.refused]
    told.refused.sort(key=lambda each: each.line)
    return told


class _Reading:
    """Makes items of rows' fields; what it looks up is looked up once."""

    def __init__(self, session: Session, bringing: Bringing, day_first: bool | None) -> None:
        self._session = session
        self._bringing = bringing
        self._day_first = day_first
        self._lessons = _lesson_names(session, bringing.product)
        self._learners: dict[str, tuple[str | None, Voice]] = {}

    def item(self, fields: Mapping[str, Any], told: Imported) -> NewItem:
        """Raises Invalid for what cannot be read."""
        text = fields.get("text", "")
        if not isinstance(text, str | int | float) or not str(text).strip():
            raise Invalid("the row has no text")
        created, rating = fields.get("created"), fields.get("rating")
        learner, voice = self._learner(str(fields.get("author", "")))
        source = str(fields.get("source", "")).strip()
        external = str(fields["id"]).strip() if fields.get("id") not in (None, "") else None
        return NewItem(
            product=self._bringing.product,
            kind=read_kind(dict(fields), default=self._bringing.kind),
            text=str(text),
            lesson=self._lesson(str(fields.get("lesson", "")).strip(), told),
            source=self._bringing.source,
            learner=learner,
            voice=voice,
            # Ids of two forums may be the same.
            external=f"{source}:{external}" if external and source else external,
            created=None if created is None else read_time(created, day_first=self._day_first),
            score=None if rating is None else read_rating(rating, best=self._bringing.best),
            consent=read_consent(fields.get("consent", False)),
        )

    def _lesson(self, name: str, told: Imported) -> str | None:
        if not name:
            return None
        slug = self._lessons.get(name) or self._lessons.get(name.casefold())
        if slug is None and not self._bringing.keeps_unplaced:
            raise Invalid(
                f"there is no lesson {name[:70]!r} in {self._bringing.product}; write its id or title as "
                "`companion lessons` shows it, or leave it out"
            )
        told.unplaced += slug is None
        return slug

    def _learner(self, author: str) -> tuple[str | None, Voice]:
        if author not in self._learners:
            self._learners[author] = _learner_of(self._session, author.strip(), self._bringing)
        return self._learners[author]


def _learner_of(session: Session, author: str, bringing: Bringing) -> tuple[str | None, Voice]:
    """Whom an author's name stands for: a person a host knows, else a name of nobody's made from it."""
    if _NOBODY.fullmatch(author):
        return None, Voice.NOBODY
    person = known_by_host_id(session, bringing.host, author) if bringing.host else None
    return person or author_key(bringing.product, author), Voice.PERSON


def author_key(product: str, author: str) -> str:
    """What an author of imported things is counted by: the name itself is not kept."""
    return f"a-{content_hash('author', product, author.strip().casefold(), size=16)}"


def _lesson_names(session: Session, product: str) -> dict[str, str]:
    """Slugs by everything a live lesson may be called; a title that two have means neither."""
    heads = live_lessons(session, product)
    names: dict[str, str] = {}
    titles = [head.title.casefold() for head in heads]
    names |= {title: head.slug for title, head in zip(titles, heads, strict=True) if titles.count(title) == 1}
    names |= {head.external_id: head.slug for head in heads}
    return names | {head.slug: head.slug for head in heads}
