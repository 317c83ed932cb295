"""Lessons as their author sees them: every block of what is live, with who may see it, why and since when.

For whoever owns the home. Nothing that a learner is shown may come from here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database import moment
from foundation.errors import NotFound
from knowledge.blocks import BlockKind, Visibility
from knowledge.products import Collection
from knowledge.sight import StoredBlock, is_seen
from knowledge.tables import LessonRow, RevisionRow


@dataclass(frozen=True, slots=True)
class WholeBlock:
    """A block; `seen` says whether learners see it now, `not_before` since or from when, `path` in which file it is."""

    kind: BlockKind
    visibility: Visibility
    not_before: datetime | None
    seen: bool
    path: str
    heading_path: tuple[str, ...]
    lang: str
    text: str


@dataclass(frozen=True, slots=True)
class WholeLesson:
    """A live lesson; `seen` says whether learners may open it now, `hidden` counts what they do not see in it by why.

    `blocks` are empty in a list of lessons.
    """

    slug: str
    external_id: str
    title: str
    block_title: str
    path: str
    visibility: Visibility
    not_before: datetime | None
    seen: bool
    shown: int
    hidden: Mapping[str, int]
    blocks: tuple[WholeBlock, ...] = ()


def whole_lessons(session: Session, product: str) -> list[WholeLesson]:
    """All live lessons of a product in course order, whoever may see them."""
    ordered = _live(product).order_by(LessonRow.position, LessonRow.id)
    # One at a time: the blocks of a large course are not held together.
    rows = session.execute(ordered.execution_options(yield_per=20))
    return [_lesson(lesson, revision, now=moment(session)) for lesson, revision in rows]


def whole_lesson(session: Session, product: str, name: str) -> WholeLesson:
    """One of them with its blocks, by its slug or its author's own id; raises NotFound."""
    named = _live(product).where((LessonRow.slug == name) | (LessonRow.external_id == name))
    found = session.execute(named.order_by(LessonRow.slug != name).limit(1)).first()
    if found is None:
        raise NotFound(f"there is no lesson {name[:70]!r} in {product[:70]}")
    return _lesson(*found, now=moment(session), with_blocks=True)


def _live(product: str):  # type: ignore[no-untyped-def]  # the Select's type is as long as the statement
    live = select(LessonRow, RevisionRow).join(RevisionRow, RevisionRow.id == LessonRow.live_revision)
    return live.where(LessonRow.product == product, LessonRow.collection == Collection.LESSONS)


def _lesson(lesson: LessonRow, revision: RevisionRow, *, now: datetime, with_blocks: bool = False) -> WholeLesson:
    blocks = [_block(block, path=revision.source_path, now=now) for block in revision.blocks]
    hidden = Counter(_reason(block) for block in blocks if not block.seen)
    return WholeLesson(
        slug=lesson.slug,
        external_id=lesson.external_id,
        title=revision.title,
        block_title=revision.block_title,
        path=revision.source_path,
        visibility=Visibility(revision.visibility),
        not_before=revision.not_before,
        seen=any(block.seen for block in blocks),
        shown=sum(block.seen for block in blocks),
        hidden=dict(sorted(hidden.items())),
        blocks=tuple(blocks) if with_blocks else (),
    )


def _block(block: StoredBlock, *, path: str, now: datetime) -> WholeBlock:
    opens = block.get("not_before")
    heading_path: Sequence[str] = block["heading_path"]
    return WholeBlock(
        kind=BlockKind(block["kind"]),
        visibility=Visibility(block["visibility"]),
        not_before=datetime.fromisoformat(opens) if opens else None,
        seen=is_seen(block, now=now),
        path=block.get("path") or path,
        heading_path=tuple(heading_path),
        lang=block.get("lang") or "",
        text=block["text"],
    )


def _reason(block: WholeBlock) -> str:
    return "answer_key" if block.kind is BlockKind.ANSWER_KEY else block.visibility.value
