"""Reads lessons as their authors wrote them: every block of a revision, hidden ones and answer keys too.

For authors and for changes of a lesson only; what learners may see of it says `knowledge.sight`.
"""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from foundation.errors import NotFound
from foundation.ids import LessonId, RevisionId
from knowledge.products import Collection
from knowledge.sight import StoredBlock
from knowledge.tables import LessonRow, RevisionRow


@dataclass(frozen=True, slots=True)
class LessonState:
    """A lesson in one revision; `blocks` are all of it, in reading order, numbered from 0 by `knowledge.edits`."""

    lesson: LessonId
    slug: str
    revision: RevisionId
    title: str
    lang: str
    blocks: tuple[StoredBlock, ...]


def live_state(session: Session, product: str, slug: str) -> LessonState:
    """A live lesson by its slug; raises NotFound for one that is gone."""
    found = session.execute(_live(product).where(LessonRow.slug == slug)).one_or_none()
    if found is None:
        raise NotFound(f"there is no lesson {slug[:70]!r} in {product[:70]} now")
    return _state(*found)


def live_states(session: Session, product: str) -> list[LessonState]:
    """All live lessons of a product, in course order."""
    rows = session.execute(_live(product).order_by(LessonRow.position, LessonRow.id))
    return [_state(row, revision) for row, revision in rows]


def state_of_revision(session: Session, revision: str) -> LessonState:
    """A lesson as it stands in a revision, live or not; raises NotFound."""
    both = select(LessonRow, RevisionRow).join(RevisionRow, RevisionRow.lesson == LessonRow.id)
    found = session.execute(both.where(RevisionRow.id == revision)).one_or_none()
    if found is None:
        raise NotFound(f"there is no revision {revision[:70]!r} here")
    return _state(*found)


def live_revisions(session: Session, product: str) -> dict[str, RevisionId]:
    """Which revision is live of each lesson, by the lesson's slug."""
    live = select(LessonRow.slug, LessonRow.live_revision).where(
        LessonRow.product == product,
        LessonRow.collection == Collection.LESSONS,
        LessonRow.live_revision.is_not(None),
    )
    return {slug: RevisionId(str(revision)) for slug, revision in session.execute(live)}


def _live(product: str) -> Select[LessonRow, RevisionRow]:
    both = select(LessonRow, RevisionRow).join(RevisionRow, RevisionRow.id == LessonRow.live_revision)
    return both.where(LessonRow.product == product, LessonRow.collection == Collection.LESSONS)


def _state(lesson: LessonRow, revision: RevisionRow) -> LessonState:
    return LessonState(
        lesson=LessonId(lesson.id),
        slug=lesson.slug,
        revision=RevisionId(revision.id),
        title=revision.title,
        lang=revision.lang,
        blocks=tuple(revision.blocks),
    )
