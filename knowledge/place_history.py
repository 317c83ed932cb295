"""Since when a section of a lesson reads as it does, and which lessons changed in a stretch of time, by releases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.ids import content_hash
from knowledge.products import Collection as Kept
from knowledge.releases import ReleaseState
from knowledge.tables import LessonRow, ReleaseLessonRow, ReleaseRow, RevisionRow


@dataclass(frozen=True, slots=True)
class Standing:
    """Which revision of a lesson a published release has; None for one without the lesson."""

    release: int
    published: datetime
    revision: str | None


def standings_of(session: Session, product: str, lesson: str) -> list[Standing]:
    """A lesson, by its slug, in each published release, oldest first."""
    placed = (
        select(ReleaseLessonRow.release, ReleaseLessonRow.revision)
        .join(LessonRow, LessonRow.id == ReleaseLessonRow.lesson)
        .where(LessonRow.product == product, LessonRow.slug == lesson)
    )
    revisions = dict(session.execute(placed).all())
    return [Standing(number, at, revisions.get(name)) for name, number, at in _published(session, product)]


def anchors_of(session: Session, revision: str) -> frozenset[str]:
    """The anchors of a revision's sections; none of one that is gone."""
    blocks = session.scalar(select(RevisionRow.blocks).where(RevisionRow.id == revision))
    return frozenset(str(block["anchor"]) for block in blocks or ())


def unchanged_since(
    session: Session, standings: Sequence[Standing], *, anchors: Collection[str] | None, release: int
) -> datetime | None:
    """Since when these sections read as they did just before a release; None where they did from the beginning.

    `anchors` of None is the lesson as a whole.
    """
    earlier = [standing for standing in standings if standing.release < release]
    if not earlier:
        return None
    prints = _prints(session, earlier, anchors)
    same = earlier[-1]
    for newer, older in pairwise(reversed(earlier)):
        if prints[newer.revision] != prints[older.revision]:
            return same.published
        same = older
    return None


def changed_after(
    session: Session, standings: Sequence[Standing], *, anchors: Collection[str] | None, release: int
) -> datetime | None:
    """When these sections were first changed after a release, a rollback included; None while they were not."""
    later = [standing for standing in standings if standing.release >= release]
    prints = _prints(session, later, anchors)
    return next((each.published for each in later if prints[each.revision] != prints[later[0].revision]), None)


def changed_lessons(session: Session, product: str, *, since: datetime, until: datetime) -> frozenset[str]:
    """Slugs of the lessons that did not stay as they were from one moment to another."""
    published = _published(session, product)
    before = [name for name, _, at in published if at <= since][-1:]
    named = before + [name for name, _, at in published if since < at <= until]
    placed = (
        select(ReleaseLessonRow.release, LessonRow.slug, ReleaseLessonRow.revision)
        .join(LessonRow, LessonRow.id == ReleaseLessonRow.lesson)
        .where(ReleaseLessonRow.release.in_(named))
    )
    sets: dict[str, dict[str, str]] = {name: {} for name in named}
    for name, slug, revision in session.execute(placed):
        sets[name][slug] = revision
    changed: set[str] = set()
    for one, next_one in pairwise(named):
        changed |= {slug for slug, _ in sets[one].items() ^ sets[next_one].items()}
    return frozenset(changed)


def _published(session: Session, product: str) -> list[tuple[str, int, datetime]]:
    """Published releases of a product's lessons, oldest first: id, number, when."""
    mine = select(ReleaseRow.id, ReleaseRow.number, ReleaseRow.published).where(
        ReleaseRow.product == product,
        ReleaseRow.collection == Kept.LESSONS,
        ReleaseRow.state == ReleaseState.PUBLISHED,
        ReleaseRow.published.is_not(None),
    )
    return [(name, number, at) for name, number, at in session.execute(mine.order_by(ReleaseRow.number)) if at]


def _prints(
    session: Session, standings: Sequence[Standing], anchors: Collection[str] | None
) -> Mapping[str | None, str]:
    """What names the text of the sections, by revision."""
    wanted = {standing.revision for standing in standings if standing.revision is not None}
    rows = session.execute(select(RevisionRow.id, RevisionRow.blocks).where(RevisionRow.id.in_(wanted)))
    prints: dict[str | None, str] = dict.fromkeys({standing.revision for standing in standings}, "")
    prints.update({revision: _print(blocks, anchors) for revision, blocks in rows})
    return prints


def _print(blocks: Sequence[Mapping[str, Any]], anchors: Collection[str] | None) -> str:
    mine = [block for block in blocks if anchors is None or block["anchor"] in anchors]
    return content_hash(*(str(block[name]) for block in mine for name in ("kind", "text", "html")))
