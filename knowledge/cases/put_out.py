"""Puts cases that may be shown on the product's shelf of cases, and nothing else there.

Encoding goes before; whether a case may be shown is asked again in the transaction that publishes it, and what was
encoded for one that may not is thrown away in the same. Killed anywhere, it ends the same when it is run again.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database import Database
from foundation.ids import ProductSlug
from knowledge.blocks import SourceCourse
from knowledge.cases.case import Case, CaseState, case_of
from knowledge.cases.erase import erase_vectors
from knowledge.cases.tell import tell_case
from knowledge.encoder import Encoder
from knowledge.plan import PlannedLesson, plan_lessons
from knowledge.products import Collection
from knowledge.publish import publish_beside
from knowledge.tables import CaseRow
from knowledge.vectors import encode_missing


def put_cases_out(database: Database, product: ProductSlug, *, encoder: Encoder, clock: Clock, workers: int = 1) -> int:
    """Publish every case of a product that may be shown and is not yet; gives how many. Raises EncoderUnavailable."""
    with database.read() as session:
        waiting = _waiting(session, product)
        lessons = plan_cases(session, waiting, product, encoder=encoder)
    if not lessons:
        return 0
    texts = {window.input_hash: window.input_text for lesson in lessons for window in lesson.windows()}
    whole = {window.input_hash for lesson in lessons for each in lesson.passages for window in each.windows}
    encode_missing(database, encoder, texts, workers=workers, progress=_quiet, rounded=texts.keys() - whole)
    with database.write() as session:
        return _publish(session, product, lessons, now=clock())


def plan_cases(session: Session, cases: list[Case], product: ProductSlug, *, encoder: Encoder) -> list[PlannedLesson]:
    """Cases as they would be published; nothing is encoded or written."""
    course = SourceCourse(tuple(tell_case(case) for case in cases))
    return plan_lessons(session, course, product, Collection.CASES, encoder=encoder) if cases else []


def _waiting(session: Session, product: ProductSlug) -> list[Case]:
    rows = session.scalars(
        select(CaseRow)
        .where(CaseRow.product == product, CaseRow.state == CaseState.APPROVED)
        .where(CaseRow.shown.is_not(None), CaseRow.lesson_row.is_(None))
        .order_by(CaseRow.created, CaseRow.id)
    )
    return [case_of(row) for row in rows]


def _publish(session: Session, product: ProductSlug, lessons: list[PlannedLesson], *, now: datetime) -> int:
    still = {case.id for case in _waiting(session, product)}
    shown = [lesson for lesson in lessons if lesson.source.external_id in still]
    for lesson in shown:
        row = session.get_one(CaseRow, lesson.source.external_id)
        row.lesson_row = lesson.id
    publish_beside(session, shown, product, Collection.CASES, now=now)
    refused = [lesson for lesson in lessons if lesson.source.external_id not in still]
    erase_vectors(session, (window.input_hash for lesson in refused for window in lesson.windows()))
    return len(shown)


def _quiet(_done: int, _total: int) -> None:
    """A case is a few sentences; nobody waits for a bar."""
