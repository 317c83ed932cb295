"""A graduate takes a case back: its words and whatever names them leave every row, and with it its consent ends.

Ids, states and times stay in the audit record. What lies outside this database (shelves, the index, answers that
quoted it) is seen to by who calls this, and the file itself by `Database.scrub`; the record says `erased` after that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.errors import Conflict, NotAllowed, NotFound
from foundation.ids import ProductSlug
from knowledge.cases.case import WORDS, CaseState, case_of, check_named, find_row, note_event
from knowledge.cases.erase import erase_lessons, erase_vectors
from knowledge.cases.put_out import plan_cases
from knowledge.cases.submit import hash_of
from knowledge.encoder import Encoder
from knowledge.sentences import sentence_spans
from knowledge.tables import CaseEventRow, CaseRow, PassageRow, TokenVectorsRow, VectorRow, WindowRow

ERASED = "erased"
_EMPTIED = (
    *("title", "lesson", "block", "skill", "stuck", "did", "changed", "date", "employer", "sector", "link", "name"),
    *("person", "reason", "lang"),
)
_FEWEST_CHARS = 20


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A case that is gone; `sentences` are what must not be left anywhere else."""

    id: str
    product: ProductSlug
    sentences: tuple[str, ...]


def case_of_code(session: Session, product: str, code: str) -> str:
    """The id of the case a code withdraws; raises NotFound."""
    wanted = select(CaseRow.id).where(CaseRow.product == product, CaseRow.code_hash == hash_of(code))
    found = session.scalar(wanted)
    if found is None:
        raise NotFound("no case of this product has this code; it was shown once, when the case was handed in")
    return found


def check_code(session: Session, product: str, case: str, code: str) -> None:
    """Raises NotFound for an unknown case, NotAllowed for another case's code."""
    if find_row(session, product, case).code_hash != hash_of(code):
        raise NotAllowed("this is not the code of this case; it was shown once, when the case was handed in")


def withdraw_case(session: Session, product: str, case: str, *, by: str, encoder: Encoder, now: datetime) -> Withdrawn:
    """Empty a case and take it off the shelf. Raises NotFound, or Conflict when it was withdrawn before.

    The encoder only counts tokens, to find vectors that were made for the case and never used.
    """
    who = check_named(by)
    row = find_row(session, product, case)
    if row.state == CaseState.WITHDRAWN:
        raise Conflict("this case was withdrawn already; nothing of it is kept")
    told = case_of(row)
    slug = ProductSlug(row.product)
    lessons = [row.lesson_row] if row.lesson_row else []
    planned = [] if told.is_example else plan_cases(session, [told], slug, encoder=encoder)
    erase_lessons(session, slug, lessons)
    erase_vectors(session, (window.input_hash for lesson in planned for window in lesson.windows()))
    note_event(session, row.id, "withdrawn", who=who, at=now, before=row.state)
    for name in _EMPTIED:
        setattr(row, name, "")
    row.state, row.shown, row.lesson_row, row.graduates = CaseState.WITHDRAWN, None, None, None
    row.consent_withdrawn = now
    session.flush()
    return Withdrawn(row.id, slug, _sentences(told.title, told.stuck, told.did, told.changed))


def vectors_of_case(session: Session, product: str, case: str) -> list[bytes]:
    """The vectors that stand for a case's passages and no others, as they are stored: what else a file could hold."""
    row = find_row(session, product, case)
    passages = select(PassageRow.id).where(PassageRow.lesson == (row.lesson_row or ""))
    others = select(WindowRow.input_hash).where(WindowRow.passage.not_in(passages))
    hashes = select(WindowRow.input_hash).where(WindowRow.passage.in_(passages), WindowRow.input_hash.not_in(others))
    kept = [select(table.values).where(table.input_hash.in_(hashes)) for table in (VectorRow, TokenVectorsRow)]
    return [values for wanted in kept for values in session.scalars(wanted) if values]


def still_told(session: Session, sentences: Sequence[str]) -> set[str]:
    """Those of a withdrawn case's sentences that another case or a lesson says as well: they are not its alone."""
    places = [getattr(CaseRow, name) for name in WORDS] + [PassageRow.text]
    return {
        sentence
        for sentence in sentences
        if any(session.scalar(select(1).where(func.instr(place, sentence) > 0).limit(1)) for place in places)
    }


def note_erased(session: Session, case: str, *, now: datetime) -> None:
    """Write down that nothing of a withdrawn case is left outside the audit record."""
    note_event(session, case, ERASED, who="service", at=now)


def half_withdrawn(session: Session) -> list[tuple[str, ProductSlug]]:
    """Cases that were withdrawn by a process which stopped before it had erased everything, with their products."""
    erased = select(CaseEventRow.case).where(CaseEventRow.what == ERASED)
    left = select(CaseRow.id, CaseRow.product).where(CaseRow.state == CaseState.WITHDRAWN, CaseRow.id.not_in(erased))
    return [(case, ProductSlug(product)) for case, product in session.execute(left)]


def _sentences(*texts: str) -> tuple[str, ...]:
    """Sentences long enough to be nobody else's words, whole texts first."""
    found = [text for text in texts if len(text) >= _FEWEST_CHARS]
    for text in texts:
        found += [text[span.start : span.end].strip() for span in sentence_spans(text)]
    return tuple(dict.fromkeys(part for part in found if len(part) >= _FEWEST_CHARS))
