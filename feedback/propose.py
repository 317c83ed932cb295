"""Makes proposals of what learners have trouble with, and keeps those that wait up to date.

One place has one proposal at a time. Refreshing is idempotent: as long as nothing new was said and nothing changed,
nothing is written. What an author wrote or a model drafted is never written over; what nobody decided is withdrawn
when its trouble is gone.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.concern import Concern, concerns_of, items_named
from feedback.course_log import read_course_log
from feedback.decide import wake
from feedback.draft_changes import Asked, Draft
from feedback.drafting import draft_by_rules
from feedback.expected import expected_of
from feedback.figures import figures_of
from feedback.item import Place
from feedback.proposal import Origin, ProposalState
from feedback.proposal_wording import reason_words
from feedback.proposals import keep_event
from feedback.reuse import AnswersOf, Course
from feedback.tables import ProposalRow
from foundation.database import Database
from foundation.errors import NotFound
from foundation.ids import PassageId, ProductSlug, RevisionId, content_hash
from knowledge.edits import change_from_plain, change_to_plain
from knowledge.lessons import load_sources
from knowledge.products import find_product
from knowledge.revisions import LessonState, live_states, state_of_revision
from knowledge.shelves import Shelves
from knowledge.sight import StoredBlock
from knowledge.three_way import StaleBase, fresh_changes

_WAITING = frozenset({ProposalState.OPEN, ProposalState.POSTPONED, ProposalState.APPROVED})
_CLOSED = frozenset({ProposalState.REJECTED, ProposalState.RELEASED})
# What may say something else at every look without anything to decide anew.
_SHOWN_ONLY = ("severity", "expected", "evidence", "themes")


@dataclass(frozen=True, slots=True)
class _Made:
    """What a proposal of one place says now; `mark` names everything it was made of."""

    place: Place
    columns: Mapping[str, Any]
    mark: str
    blocks: Sequence[StoredBlock]


def propose(
    database: Database, shelves: Shelves, product: ProductSlug, *, now: datetime, answers: AnswersOf
) -> list[str]:
    """Make and refresh a product's proposals; gives the ids of those that are new, the gravest first.

    Raises NotFound for an unknown product, EncoderUnavailable and IndexUnavailable; then nothing is written.
    """
    with database.read() as session:
        made = _Looking(session, shelves, product, answers, now).made()
    with database.write() as session:
        wake(session, product, now=now)
        latest = _latest(session, product)
        new = [_keep(session, product, each, latest, now=now) for each in made]
        _withdraw(session, latest, {each.place for each in made}, now=now)
    return [proposal for proposal in new if proposal is not None]


class _Looking:
    """What proposals are made of, read in one session."""

    def __init__(
        self, session: Session, shelves: Shelves, product: ProductSlug, answers: AnswersOf, now: datetime
    ) -> None:
        self._session, self._shelves, self._product, self._now = session, shelves, product, now
        self._known = answers(session, product)
        self._lang = find_product(session, product).lang

    def made(self) -> list[_Made]:
        session, now = self._session, self._now
        figures = figures_of(session, self._product, now=now)
        if not figures.themes:
            return []
        states = {state.slug: state for state in live_states(session, self._product)}
        anchors = {slug: {str(block["anchor"]) for block in state.blocks} for slug, state in states.items()}
        course = Course(session, self._shelves, self._product, self._known)
        latest = _latest(session, self._product)
        closed = {place: row.updated for place, row in latest.items() if row.state in _CLOSED}
        concerns = concerns_of(session, figures, course, anchors=anchors, closed=closed)
        log = read_course_log(session, self._product, until=now)
        found = []
        for concern in concerns:
            expected = expected_of(concern, log, k=figures.k, now=now)
            row, state = latest.get(concern.place), states[concern.place.lesson or ""]
            made = self._made(concern, state, expected, row, course)
            if made is not None:
                found.append(made)
        return found

    def _made(
        self, concern: Concern, state: LessonState, expected: dict[str, Any], row: ProposalRow | None, course: Course
    ) -> _Made | None:
        evidence, themes = list(concern.evidence), [theme.id for theme in concern.themes]
        shown = {"severity": concern.severity, "expected": expected, "evidence": evidence, "themes": themes}
        # The question is in it, so that a draft does not keep the words of somebody who took them back.
        mark = content_hash(state.revision, concern.question, *themes, *evidence, *map(repr, self._known))
        if row is not None and row.state in _WAITING and row.made_with.get("mark") == mark:
            return _Made(concern.place, shown, mark, state.blocks)
        drafted = self._drafted(concern, state, course)
        return None if drafted is None else _Made(concern.place, {**shown, **drafted}, mark, state.blocks)

    def _drafted(self, concern: Concern, state: LessonState, course: Course) -> dict[str, Any] | None:
        passage = next((theme.passage for theme in concern.themes if theme.passage), None)
        items, kinds = items_named(self._session, concern.evidence), concern.kinds
        asked = Asked(items, concern.terms, concern.question)
        text = self._text_of(passage)
        made = draft_by_rules(course, state, concern.place.anchor, asked, kinds=kinds, passage=text)
        if made is None:
            return None
        draft = made.draft
        made_with = {
            "reason": _reason(made.kind, made.at.heading, concern, draft),
            "asked": {"terms": list(asked.terms), "kinds": kinds},
        }
        plain = [change_to_plain(change) for change in draft.changes]
        return {
            **{"kind": made.kind, "passage": passage, "base": state.revision, "changes": plain, "drafted": plain},
            **{
                "reuse": list(draft.reuse),
                "sources": list(draft.sources),
                "origin": Origin.RULE,
                "made_with": made_with,
            },
            "reason": reason_words(made_with, self._lang),
        }

    def _text_of(self, passage: str | None) -> str:
        if passage is None:
            return ""
        found = load_sources(self._session, [PassageId(passage)])
        return found[PassageId(passage)].text if found else ""


def _reason(kind: str, heading: str, concern: Concern, draft: Draft) -> dict[str, Any]:
    label = concern.themes[0].label or ", ".join(concern.terms) or "…"
    told = {"heading": heading, "label": label, **draft.told}
    return {"why": kind, "from": draft.made_of, "with": told}


def _latest(session: Session, product: str) -> dict[Place, ProposalRow]:
    """The last proposal made for each place."""
    mine = select(ProposalRow).where(ProposalRow.product == product).order_by(ProposalRow.created, ProposalRow.id)
    return {Place(row.lesson, row.anchor): row for row in session.scalars(mine)}


def _keep(
    session: Session, product: str, made: _Made, latest: Mapping[Place, ProposalRow], *, now: datetime
) -> str | None:
    """Add a proposal or bring one up to date; gives the id of a new one."""
    row = latest.get(made.place)
    if row is None or row.state not in _WAITING:
        # Without a draft it was read while somebody decided; the next round makes it.
        return _add(session, product, made, row, now=now) if "changes" in made.columns else None
    if row.state != ProposalState.APPROVED:
        _refresh(session, row, made, now=now)
    return None


def _add(session: Session, product: str, made: _Made, before: ProposalRow | None, *, now: datetime) -> str | None:
    columns = dict(made.columns)
    if before is not None and before.state == ProposalState.ROLLED_BACK and columns["changes"] == before.changes:
        # It was tried, and taken back.
        columns |= {"changes": [], "drafted": []}
    lesson, anchor = made.place.lesson or "", made.place.anchor
    after = before.id if before is not None else ""
    name = f"pr-{content_hash(product, lesson, anchor, after, size=10)}"
    if session.get(ProposalRow, name) is not None:
        return None
    columns["made_with"] = {**columns["made_with"], "mark": made.mark}
    row = ProposalRow(id=name, product=product, state=ProposalState.OPEN, version=1, lesson=lesson, anchor=anchor)
    for column, value in columns.items():
        setattr(row, column, value)
    row.decision, row.created, row.updated = "", now, now
    session.add(row)
    session.flush()
    keep_event(session, name, "proposed", who="", at=now, detail={"changes": row.changes, "kind": row.kind})
    return name


def _refresh(session: Session, row: ProposalRow, made: _Made, *, now: datetime) -> None:
    before = (row.kind, row.base, row.changes)
    for column in _SHOWN_ONLY:
        if getattr(row, column) != made.columns[column]:
            setattr(row, column, made.columns[column])
    if row.made_with.get("mark") != made.mark:
        if _is_untouched(row) and row.state == ProposalState.OPEN:
            _redraft(row, made)
        elif row.base != made.columns.get("base", row.base):
            _rebase(session, row, made)
        row.made_with = {**row.made_with, "mark": made.mark}
    if (row.kind, row.base, row.changes) != before:
        row.version, row.updated = row.version + 1, now
        keep_event(session, row.id, "refreshed", who="", at=now, detail={"changes": row.changes, "base": row.base})
    session.flush()


def _redraft(row: ProposalRow, made: _Made) -> None:
    for column, value in made.columns.items():
        setattr(row, column, value)


def _rebase(session: Session, row: ProposalRow, made: _Made) -> None:
    """Carry changes over to the live revision; where somebody changed the section, they wait for the author."""
    changes, live = tuple(map(change_from_plain, row.changes)), RevisionId(made.columns["base"])
    with suppress(NotFound, StaleBase):
        then = state_of_revision(session, row.base)
        fresh = fresh_changes(row.lesson, base=(then.revision, then.blocks), changes=changes, live=(live, made.blocks))
        row.changes, row.base = [change_to_plain(change) for change in fresh], live


def _withdraw(session: Session, latest: Mapping[Place, ProposalRow], troubled: set[Place], *, now: datetime) -> None:
    """Take back what nobody decided on or wrote at, where there is no trouble any more."""
    for place, row in latest.items():
        if row.state == ProposalState.OPEN and place not in troubled and _is_untouched(row):
            row.state, row.version, row.updated = ProposalState.WITHDRAWN, row.version + 1, now
            keep_event(session, row.id, "withdrawn", who="", at=now)


def _is_untouched(row: ProposalRow) -> bool:
    """Whether it says what a rule drafted, and nothing else."""
    return row.origin == Origin.RULE and row.changes == row.drafted
