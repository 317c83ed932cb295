"""Invented cases, declared as such in their files (`example: true`): there is no person behind them.

They are published with their own blocks like lessons, and shown without anybody's consent. Their row says what they
belong to and keeps none of their words. A file that does not say so is somebody's case and goes to the moderators.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.ids import ProductSlug, content_hash
from knowledge.blocks import SourceCourse
from knowledge.cases.case import EXAMPLE, CaseState, Shown
from knowledge.cases.dates import parse_date
from knowledge.cases.files import is_example
from knowledge.lessons import LessonHead, live_lessons
from knowledge.products import Collection
from knowledge.tables import CaseRow, LessonRow

Fronts = Mapping[str, dict[str, str]]
"""What files say about themselves, by their path in the folder."""


def examples_in(course: SourceCourse, fronts: Fronts) -> SourceCourse:
    """A folder of cases without those that are somebody's."""
    invented = tuple(lesson for lesson in course.lessons if is_example(fronts.get(lesson.source_path, {})))
    return replace(course, lessons=invented)


def note_examples(
    session: Session, course: SourceCourse, fronts: Fronts, product: ProductSlug, *, now: datetime
) -> None:
    """Write down what the invented cases that are live belong to, in place of what was written down before."""
    live = select(LessonRow.external_id, LessonRow.id).where(
        LessonRow.product == product, LessonRow.collection == Collection.CASES, LessonRow.live_revision.is_not(None)
    )
    lesson_of = dict(session.execute(live).all())
    lessons = live_lessons(session, product)
    session.execute(delete(CaseRow).where(CaseRow.product == product, CaseRow.source == EXAMPLE))
    for case in course.lessons:
        if case.external_id in lesson_of:
            front = fronts[case.source_path]
            row = _row(front, product, case.external_id, lessons)
            row.title, row.lang = case.title, case.lang or ""
            row.lesson_row, row.created = lesson_of[case.external_id], now
            session.add(row)
    session.flush()


def _row(front: dict[str, str], product: ProductSlug, external_id: str, lessons: Sequence[LessonHead]) -> CaseRow:
    row = CaseRow(id=f"case-{content_hash(product, external_id, size=12)}", product=product, source=EXAMPLE)
    for name in (column.name for column in CaseRow.__table__.columns):
        if name not in ("id", "product", "source", "consent_withdrawn", "graduates", "lesson_row", "created"):
            setattr(row, name, "")
    named = front.get("lesson", "")
    lesson = next((one for one in lessons if named in (one.slug, one.external_id)), None)
    row.lesson = named if lesson is None else lesson.external_id
    row.block = front.get("block", "") if lesson is None else lesson.block_title
    row.skill, row.date = front.get("skill", ""), parse_date(front.get("date", "")) or ""
    row.state, row.shown = CaseState.APPROVED, Shown.BARE
    return row
