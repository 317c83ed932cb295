"""Which revisions of which lessons are looked at: those that are live, or those of one release, published or not.

Everything that reads a collection as a whole takes one of these, so that a draft is read by the very code that reads
what is live.
"""

from sqlalchemy import Subquery, select

from knowledge.products import Collection
from knowledge.tables import LessonRow, ReleaseLessonRow


def live_lessons_of(product: str, collection: Collection | None = None) -> Subquery:
    """The live lessons of a product, or of one of its collections: columns `lesson`, `revision`, `position`."""
    columns = (LessonRow.id.label("lesson"), LessonRow.live_revision.label("revision"), LessonRow.position)
    live = select(*columns).where(LessonRow.product == product, LessonRow.live_revision.is_not(None))
    if collection is not None:
        live = live.where(LessonRow.collection == collection)
    return live.subquery("shown")


def lessons_of_release(release: str) -> Subquery:
    """The lessons of a release, by its id: columns as above."""
    columns = (ReleaseLessonRow.lesson, ReleaseLessonRow.revision, ReleaseLessonRow.position)
    return select(*columns).where(ReleaseLessonRow.release == release).subquery("shown")
