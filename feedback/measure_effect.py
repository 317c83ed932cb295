"""Looks at what a released change did, at the looks that were planned, and says helped, no evidence, or made it worse.

A look is of the first so many learners who came after the release, whenever it is taken: looking late, or twice, finds
the same. Its values are plain, and can be computed again from the rows (`look_at`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.before_after import Difference, Usual, compare
from feedback.cohorts import WINDOW, Cohorts, Flags, Period, cohorts_at
from feedback.course_log import CourseLog, read_course_log
from feedback.effect import Effect, EffectState, Verdict
from feedback.effects import as_effect
from feedback.sequential import Bounds, bounds_of
from feedback.tables import EffectRow
from feedback.watch import LEAST
from knowledge.place_history import changed_after, changed_lessons, standings_of
from learning.figures import Share

PLACEBOS = 20
"""So many unchanged lessons are compared with, those most learners came to."""


def take_looks(session: Session, product: str, *, now: datetime) -> list[Effect]:
    """Take every look that is due; gives the effects of which something new is known."""
    watched = select(EffectRow).where(EffectRow.product == product, EffectRow.state == EffectState.WATCHED)
    rows = list(session.scalars(watched.order_by(EffectRow.released, EffectRow.id)))
    if not rows:
        return []
    log = read_course_log(session, product, until=now)
    return [as_effect(row) for row in rows if _take(session, log, row, now=now)]


def look_at(
    session: Session,
    log: CourseLog,
    effect: Effect,
    learners: int,
    *,
    earlier: Sequence[Mapping[str, Any]],
    is_last: bool,
) -> dict[str, Any] | None:
    """The look at the first so many learners after the release; None where nobody before is comparable with them.

    `difference` is how much larger the share of learners with trouble is than was to be expected, and lies in
    `interval`, which leaves zero out just when a verdict is said (a repeated interval; Jennison and Turnbull 1989).
    """
    period = _period(effect, until=None)
    last = [at for at, after in _sides(_cohorts(log, effect, period)) if after][learners - 1]
    period = replace(period, until=last)
    cohorts = _cohorts(log, effect, period)
    usual = effect.plan["usual"]
    placebos = [cohorts_at(log, lesson, None, period=period) for lesson in _unchanged(session, log, effect, period)]
    found = compare(cohorts, placebos, None if usual is None else Usual(**usual))
    if found is None:
        return None
    shares = [*(look["share"] for look in earlier), 1.0 if is_last else learners / effect.plan["looks"][-1]]
    errors = [*(look["error"] for look in earlier), found.error]
    bounds = bounds_of(tuple(shares), tuple(errors))[-1]
    return {
        "number": len(shares),
        "share": shares[-1],
        "until": last.isoformat(),
        **_told(cohorts, found),
        "bounds": {"helped": round(bounds.helped, 4), "worse": round(bounds.worse, 4)},
        "interval": [
            round(max(found.value - bounds.worse * found.error, -1.0), 4),
            round(min(found.value + bounds.helped * found.error, 1.0), 4),
        ],
        "verdict": _verdict(found, bounds, is_last=is_last),
    }


def offers_rollback(session: Session, effect: Effect) -> bool:
    """Whether to offer taking a change back: it made things worse, and learners still read it."""
    return effect.verdict is Verdict.WORSE and _changed(session, effect) is None


def progress_of_effect(session: Session, effect: Effect, *, now: datetime) -> tuple[int, int | None]:
    """How many learners after the release can be looked at by now, and at how many the next look is, None for no more.

    What they did is kept back until then: whoever looks all the time finds something.
    """
    came = _came(read_course_log(session, effect.product, until=now), effect, now - WINDOW)
    return came, next((size for size in effect.plan["looks"] if size > _taken(effect.looks)), None)


def _take(session: Session, log: CourseLog, row: EffectRow, *, now: datetime) -> bool:
    """Take what looks are due at one place; gives whether anything came of it."""
    effect = as_effect(row)
    changed = _changed(session, effect)
    over = [at for at in (changed, datetime.fromisoformat(effect.plan["until"]) + WINDOW) if at and at < now]
    came = _came(log, effect, min([now, *over]) - WINDOW)
    looks = list(effect.looks)
    for size in _due(effect, came, is_over=bool(over)):
        is_last = size >= effect.plan["looks"][-1] or (bool(over) and size == came)
        look = look_at(session, log, effect, size, earlier=looks, is_last=is_last)
        looks += [] if look is None else [{**look, "taken": now.isoformat()}]
        if looks and looks[-1]["verdict"] != Verdict.WATCHING:
            break
    verdict = Verdict(looks[-1]["verdict"]) if looks else Verdict.WATCHING
    if over and verdict is Verdict.WATCHING:
        verdict = Verdict.NO_EVIDENCE
    if len(looks) == len(effect.looks) and verdict is effect.verdict:
        return False
    row.looks, row.verdict, row.updated = looks, verdict, now
    if verdict is not Verdict.WATCHING:
        cut = changed is not None and verdict is Verdict.NO_EVIDENCE
        row.state = EffectState.CUT_SHORT if cut else EffectState.DONE
    session.flush()
    return True


def _due(effect: Effect, came: int, *, is_over: bool) -> list[int]:
    """At how many learners looks are to be taken, now that so many came; when it is over, one at all there are."""
    planned = [size for size in effect.plan["looks"] if size > _taken(effect.looks)]
    due = [size for size in planned if size <= came]
    if is_over and len(due) < len(planned) and came >= LEAST and came > max([_taken(effect.looks), *due]):
        due.append(came)
    return due


def _taken(looks: Sequence[Mapping[str, Any]]) -> int:
    return looks[-1]["after"]["learners"] if looks else 0


def _changed(session: Session, effect: Effect) -> datetime | None:
    standings = standings_of(session, effect.product, effect.place.lesson or "")
    return changed_after(session, standings, anchors=effect.plan["anchors"], release=effect.release)


def _period(effect: Effect, *, until: datetime | None) -> Period:
    return Period(
        datetime.fromisoformat(effect.plan["since"]), effect.released, until or datetime.max.replace(tzinfo=UTC)
    )


def _cohorts(log: CourseLog, effect: Effect, period: Period) -> Cohorts:
    return cohorts_at(log, effect.place.lesson or "", effect.plan["anchors"], period=period)


def _sides(cohorts: Cohorts) -> Iterator[tuple[datetime, bool]]:
    yield from zip(cohorts.came, cohorts.after.tolist(), strict=True)


def _came(log: CourseLog, effect: Effect, until: datetime) -> int:
    visits = log.visits.get(effect.place.lesson or "", {})
    return sum(effect.released <= at <= until for at in visits.values())


def _unchanged(session: Session, log: CourseLog, effect: Effect, period: Period) -> list[str]:
    """The placebo places: other lessons that stayed as they were all the time."""
    changed = changed_lessons(session, effect.product, since=period.since, until=period.until + WINDOW)
    others = set(log.visits) - changed - {effect.place.lesson}
    return sorted(others, key=lambda lesson: (-len(log.visits[lesson]), lesson))[:PLACEBOS]


def _told(cohorts: Cohorts, found: Difference) -> dict[str, Any]:
    rates = {
        kind.value: {"before": _side(cohorts, told, False), "after": _side(cohorts, told, True)}
        for kind, told in cohorts.told.items()
    }
    return {
        "before": _side(cohorts, cohorts.troubled, False),
        "after": _side(cohorts, cohorts.troubled, True),
        "rates": rates,
        "comparable": {"before": round(found.before, 4), "after": round(found.after, 4)},
        "expected": round(found.expected, 4),
        "drift": asdict(found.drift),
        "difference": round(found.value, 4),
        "error": round(found.error, 6),
    }


def _side(cohorts: Cohorts, told: Flags, after: bool) -> dict[str, Any]:
    share = Share(int(told[cohorts.after == after].sum()), int((cohorts.after == after).sum()))
    return {"learners": share.n, "troubled": share.yes, "share": share.share, "interval_95": share.interval_95}


def _verdict(found: Difference, bounds: Bounds, *, is_last: bool) -> Verdict:
    if found.error and found.value < -bounds.helped * found.error:
        return Verdict.HELPED
    if found.error and found.value > bounds.worse * found.error:
        return Verdict.WORSE
    return Verdict.NO_EVIDENCE if is_last else Verdict.WATCHING
