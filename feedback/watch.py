"""Begins to watch what a release did: an effect for each of its proposals, with the plan of how it is measured."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from feedback.cohorts import REACH, Period
from feedback.course_log import CourseLog, read_course_log
from feedback.effect import Effect, EffectState, Verdict
from feedback.effect_plan import plan_effect
from feedback.effects import as_effect
from feedback.promises import tell_promises
from feedback.proposal import Proposal
from feedback.tables import EffectRow
from foundation.ids import ProductSlug, content_hash
from knowledge.place_history import anchors_of, standings_of, unchanged_since


def watch_release(
    session: Session, product: ProductSlug, release: int, proposals: Sequence[Proposal], *, now: datetime
) -> list[Effect]:
    """Watch the places of a release's proposals from now on, and tell whom that was promised.

    A proposal watched already is left as it is.
    """
    log = read_course_log(session, product, until=now)
    effects = []
    for proposal in proposals:
        name = f"f-{content_hash(product, proposal.id, str(release))}"
        row = session.get(EffectRow, name)
        if row is None:
            row = _begin(session, log, name, product, release, proposal, now=now)
            session.add(row)
            session.flush()
        effects.append(as_effect(row))
    tell_promises(session, product, now=now)
    return effects


def _begin(
    session: Session,
    log: CourseLog,
    name: str,
    product: ProductSlug,
    release: int,
    proposal: Proposal,
    *,
    now: datetime,
) -> EffectRow:
    lesson = proposal.place.lesson or ""
    standings = standings_of(session, product, lesson)
    anchors = _anchors(session, proposal, next((s.revision for s in standings if s.release == release), None))
    since = unchanged_since(session, standings, anchors=anchors, release=release)
    since = now - REACH if since is None else max(since, now - REACH)
    plan = plan_effect(log, lesson, anchors, period=Period(since, now, now))
    measurable = bool(plan["looks"])
    row = EffectRow(id=name, product=product, proposal=proposal.id, release=release)
    row.lesson, row.anchor, row.released = lesson, proposal.place.anchor, now
    row.plan, row.looks = plan, []
    row.verdict = Verdict.WATCHING if measurable else Verdict.NO_EVIDENCE
    row.state = EffectState.WATCHED if measurable else EffectState.DONE
    row.created = row.updated = now
    return row


def _anchors(session: Session, proposal: Proposal, released: str | None) -> list[str] | None:
    """The sections to measure: the place's, and those that came with the change; None for the lesson as a whole."""
    after = anchors_of(session, released) if released is not None else frozenset[str]()
    if not proposal.place.anchor or proposal.place.anchor not in after:
        return None
    return sorted({proposal.place.anchor} | (after - anchors_of(session, proposal.base)))
