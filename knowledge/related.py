"""How live lessons relate, for whoever shows them: only what is open to learners, and no draft.

To be equivalent is mutual, whichever of two lessons declared it, in whichever product.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.ids import LessonId
from knowledge.blocks import RelationKind
from knowledge.lessons import LessonHead, lesson_heads
from knowledge.openings import is_open_lesson
from knowledge.products import Collection
from knowledge.relations import newest_published
from knowledge.releases import ReleaseState
from knowledge.tables import LessonRow, RelationRow, ReleaseLessonRow, ReleaseRow, RevisionRow

# A product and its author's id of a lesson.
_Name = tuple[str, str]
_PUBLISHED = (ReleaseRow.state == ReleaseState.PUBLISHED, ReleaseRow.collection == Collection.LESSONS)


@dataclass(frozen=True, slots=True)
class RelatedLesson:
    """The other lesson of a relation; `head` is None for one that was replaced and is gone."""

    product: str
    title: str
    head: LessonHead | None


@dataclass(frozen=True, slots=True)
class Related:
    """The lessons a lesson requires, is equivalent to, replaces and is replaced by."""

    requires: tuple[RelatedLesson, ...] = ()
    equivalent: tuple[RelatedLesson, ...] = ()
    replaces: tuple[RelatedLesson, ...] = ()
    replaced_by: tuple[RelatedLesson, ...] = ()


NONE_RELATED = Related()


def related_lessons(session: Session, product: str, *, now: datetime) -> dict[LessonId, Related]:
    """The relations of a product's live lessons; lessons that have none are left out."""
    ties: defaultdict[_Name, defaultdict[str, list[_Name]]] = defaultdict(lambda: defaultdict(list))
    for owner, source, kind, other, target in _live_relations(session, product):
        here, there = (owner, source), (other, target)
        ties[here][kind].append(there)
        if kind == RelationKind.EQUIVALENT:
            ties[there][kind].append(here)
        elif kind == RelationKind.REPLACES:
            ties[there]["replaced_by"].append(here)
    names = {*ties, *(name for tied in ties.values() for others in tied.values() for name in others)}
    heads = _heads(session, names, now=now)
    replaces = any(RelationKind.REPLACES in tied for tied in ties.values())
    gone = _last_titles(session, product, now=now) if replaces else {}

    def told(kind: str, others: Iterable[_Name]) -> tuple[RelatedLesson, ...]:
        lessons = {name: RelatedLesson(name[0], heads[name].title, heads[name]) for name in others if name in heads}
        if kind == RelationKind.REPLACES:
            lessons |= {
                name: RelatedLesson(product, gone[name[1]], None)
                for name in others
                if name not in heads and name[0] == product and name[1] in gone
            }
        return tuple(lessons.values())

    mine = {name: tied for name, tied in ties.items() if name[0] == product and name in heads}
    return {heads[name].id: Related(**{kind: told(kind, tied[kind]) for kind in tied}) for name, tied in mine.items()}


def _live_relations(session: Session, product: str) -> list[Any]:
    """What a product declares and what others declare of it: their product, source, kind, target's product, target."""
    columns = (ReleaseRow.product, RelationRow.source, RelationRow.kind, RelationRow.product, RelationRow.target)
    declared = (
        select(*columns)
        .join(ReleaseRow, ReleaseRow.id == RelationRow.release)
        .where(*_PUBLISHED, ReleaseRow.number == newest_published(ReleaseRow.product))
        .where((ReleaseRow.product == product) | (RelationRow.product == product))
    )
    return list(session.execute(declared.order_by(*columns)))


def _heads(session: Session, names: set[_Name], *, now: datetime) -> dict[_Name, LessonHead]:
    """Those of the named lessons that are live and open."""
    if not names:
        return {}
    live = (
        select(LessonRow.id, LessonRow.product, LessonRow.external_id)
        .join(RevisionRow, RevisionRow.id == LessonRow.live_revision)
        .where(LessonRow.collection == Collection.LESSONS, is_open_lesson(now))
        .where(LessonRow.product.in_({product for product, _ in names}))
        .where(LessonRow.external_id.in_({external_id for _, external_id in names}))
    )
    found = {(product, external_id): LessonId(lesson) for lesson, product, external_id in session.execute(live)}
    heads = lesson_heads(session, found.values())
    return {name: heads[lesson] for name, lesson in found.items() if name in names}


def _last_titles(session: Session, product: str, *, now: datetime) -> dict[str, str]:
    """What lessons that are gone were called when learners saw them last, by their author's id."""
    titles = (
        select(LessonRow.external_id, RevisionRow.title)
        .join(ReleaseLessonRow, ReleaseLessonRow.lesson == LessonRow.id)
        .join(ReleaseRow, ReleaseRow.id == ReleaseLessonRow.release)
        .join(RevisionRow, RevisionRow.id == ReleaseLessonRow.revision)
        .where(LessonRow.product == product, LessonRow.live_revision.is_(None), *_PUBLISHED, is_open_lesson(now))
        .order_by(ReleaseRow.number)
    )
    return dict(session.execute(titles).all())
