"""Takes a case's lesson out of every row it left: revisions, passages, windows, and vectors nobody else needs."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from foundation.ids import ProductSlug
from knowledge.tables import (
    LessonRow,
    PassageRow,
    ProductRow,
    RevisionPassageRow,
    RevisionRow,
    TokenVectorsRow,
    VectorRow,
    WindowRow,
)

_IDS_A_QUERY = 500


def erase_lessons(session: Session, product: ProductSlug | str, lessons: Sequence[str]) -> None:
    """Remove lessons as if they had never been there; the product's version grows, so shelves follow."""
    if not lessons:
        return
    passages = list(session.scalars(select(PassageRow.id).where(PassageRow.lesson.in_(lessons))))
    revisions = list(session.scalars(select(RevisionRow.id).where(RevisionRow.lesson.in_(lessons))))
    hashes: set[str] = set()
    session.execute(update(LessonRow).where(LessonRow.id.in_(lessons)).values(live_revision=None))
    for some in _chunks(passages):
        hashes.update(session.scalars(select(WindowRow.input_hash).where(WindowRow.passage.in_(some))))
        session.execute(delete(WindowRow).where(WindowRow.passage.in_(some)))
        session.execute(delete(RevisionPassageRow).where(RevisionPassageRow.passage.in_(some)))
    for some in _chunks(revisions):
        session.execute(delete(RevisionPassageRow).where(RevisionPassageRow.revision.in_(some)))
    session.execute(delete(PassageRow).where(PassageRow.lesson.in_(lessons)))
    session.execute(delete(RevisionRow).where(RevisionRow.lesson.in_(lessons)))
    session.execute(delete(LessonRow).where(LessonRow.id.in_(lessons)))
    session.execute(update(ProductRow).where(ProductRow.slug == product).values(version=ProductRow.version + 1))
    erase_vectors(session, hashes)


def erase_vectors(session: Session, hashes: Iterable[str]) -> None:
    """Remove what was encoded under these hashes, by whatever encoder, unless a passage that is left needs it."""
    for some in _chunks(sorted(set(hashes))):
        needed = set(session.scalars(select(WindowRow.input_hash).where(WindowRow.input_hash.in_(some))))
        idle = [key for key in some if key not in needed]
        session.execute(delete(VectorRow).where(VectorRow.input_hash.in_(idle)))
        session.execute(delete(TokenVectorsRow).where(TokenVectorsRow.input_hash.in_(idle)))
    session.flush()


def _chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(ids), _IDS_A_QUERY):
        yield ids[start : start + _IDS_A_QUERY]
