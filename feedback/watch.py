"""Begins to watch what a release did: at each changed place, with what was there before and a plan of looks.

The plan is made when the release is published, before anything of it can be seen: which sections, which learners
before, how many are needed after, and when to look.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from scipy.stats import norm
from sqlalchemy.orm import Session

from feedback.before_after import Usual, usual_rates
from feedback.cohorts import REACH, WINDOW, Period, cohorts_at
from feedback.course_log import CourseLog, read_course_log
from feedback.effect import Effect, EffectState, Verdict
from feedback.effects import as_effect
from feedback.proposal import Proposal
from feedback.sequential import ALPHA_HELPED, ALPHA_WORSE
from feedback.tables import EffectRow
from foundation.ids import ProductSlug, content_hash
from knowledge.place_history import anchors_of, standings_of, unchanged_since

DROP = 0.10
"""The fall in the share of learners with trouble that a plan is made to find."""
POWER = 0.8
LOOKS = 4
LEAST = 20
"""Of fewer learners on a side no look is taken: it would say nothing, and might tell of one of them."""
GIVES_UP = timedelta(days=180)
"""After so long the last look is taken at whoever came by then."""
_MOST = 2_000
# What looking several times and comparing with other places cost in learners (docs/design/effects.md).
_DEARER = 1.15
# In standard errors, what a true difference must be to be found with the planned power.
_STANDS_OUT = float(norm.isf(ALPHA_HELPED) + norm.ppf(POWER))


@dataclass(frozen=True, slots=True)
class Needs:
    """How many learners after a release find a `drop` with the planned power; None for more than there can be."""

    drop: float
    learners: int | None


def watch_release(
    session: Session, product: ProductSlug, release: int, proposals: Sequence[Proposal], *, now: datetime
) -> list[Effect]:
    """Watch the places of a release's proposals from now on; a proposal watched already is left as it is."""
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
    return effects


def needs_of(before: int, troubled: int, *, kept: float = 1.0) -> Needs:
    """How many learners after are needed beside so many before, of whom so many had trouble."""
    share = troubled / before if before else 0.0
    drop = min(DROP, share)
    if drop <= 0:
        return Needs(0.0, None)
    allowed = (drop / _STANDS_OUT) ** 2 / _DEARER
    left = allowed - kept * share * (1 - share) / before
    then = share - drop
    # Nobody with trouble left is still known from so many only.
    spread = max(then * (1 - then), share * (1 - share) / 4)
    return Needs(drop, None if left <= 0 else min(math.ceil(spread / left), _MOST))


def learners_needed(share: float) -> int:
    """How many before and as many after find a drop of ten points from a share of learners with trouble."""
    drop = min(DROP, share)
    spread = share * (1 - share) + (share - drop) * (1 - share + drop)
    return int(math.ceil(spread * _DEARER * (_STANDS_OUT / drop) ** 2))


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
    plan = _plan(log, lesson, anchors, Period(since, now, now))
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


def _plan(log: CourseLog, lesson: str, anchors: list[str] | None, period: Period) -> dict[str, Any]:
    cohorts = cohorts_at(log, lesson, anchors, period=period)
    before, troubled = len(cohorts.came), int(cohorts.troubled.sum())
    usual = _usual(log, anchors, period)
    needs = needs_of(before, troubled)
    final = max(needs.learners or min(3 * before, _MOST), 2 * LEAST)
    looks = [math.ceil(final * k / LOOKS) for k in range(1, LOOKS + 1)] if before >= LEAST and troubled else []
    return {
        "window_days": WINDOW.days,
        "since": period.since.isoformat(),
        "until": (period.released + GIVES_UP).isoformat(),
        "anchors": anchors,
        "before": {"learners": before, "troubled": troubled},
        "usual": None if usual is None else {"mean": usual.mean, "variance": usual.variance, "places": usual.places},
        "drop": round(needs.drop, 4),
        "power": POWER,
        "needed": needs.learners,
        "looks": [look for look in looks if look >= LEAST],
        "alpha": {"helped": ALPHA_HELPED, "worse": ALPHA_WORSE},
    }


def _usual(log: CourseLog, anchors: list[str] | None, period: Period) -> Usual | None:
    """The rates of the course's places before: of lessons as a whole, or of the sections somebody had trouble in."""
    places = []
    for lesson in sorted(log.visits):
        named = {t.anchor for t in log.troubles.get(lesson, ()) if t.anchor is not None}
        wanted = [None] if anchors is None else [[anchor] for anchor in sorted(named)]
        for each in wanted:
            cohorts = cohorts_at(log, lesson, each, period=period)
            places.append((len(cohorts.came), int(cohorts.troubled.sum())))
    return usual_rates([(n, yes) for n, yes in places if n >= LEAST])
