"""Takes the planned looks at what releases did, and says helped, no evidence of effect, or made it worse."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.cohorts import WINDOW
from feedback.course_log import CourseLog, read_course_log
from feedback.effect import Effect, EffectState, Verdict
from feedback.effects import as_effect
from feedback.look import next_look, take_due
from feedback.promises import tell_promises
from feedback.tables import EffectRow
from knowledge.place_history import changed_after, changed_lessons, standings_of
from learning.visits import count_newcomers


def take_looks(session: Session, product: str, *, now: datetime) -> list[Effect]:
    """Take every look that is due; gives the effects of which something new is known.

    Promises whose item found its place only now are kept, too.
    """
    tell_promises(session, product, now=now)
    watched = select(EffectRow).where(EffectRow.product == product, EffectRow.state == EffectState.WATCHED)
    rows = list(session.scalars(watched.order_by(EffectRow.released, EffectRow.id)))
    over = {row.id: _over(session, as_effect(row), now=now) for row in rows}
    due = [row for row in rows if _is_due(session, as_effect(row), over[row.id], now=now)]
    if not due:
        return []
    log = read_course_log(session, product, until=now)
    return [as_effect(row) for row in due if _take(session, log, row, over[row.id], now=now)]


def offers_rollback(session: Session, effect: Effect) -> bool:
    """Whether to offer taking a change back: it made things worse, and learners still read it."""
    return effect.verdict is Verdict.WORSE and _changed(session, effect) is None


def looks_ahead(session: Session, effect: Effect, *, now: datetime) -> tuple[int, int | None]:
    """How many learners after the release were or can be looked at, and at how many the next look is, None for no more.

    What they did is kept back until then: whoever looks all the time finds something.
    """
    following = next_look(effect) if effect.state is EffectState.WATCHED else None
    lesson, upto = effect.place.lesson or "", max(now - WINDOW, effect.released)
    if following is None:
        return int(effect.looks[-1]["after"]["learners"]) if effect.looks else 0, None
    return count_newcomers(session, effect.product, lesson, since=effect.released, until=upto), following


def _is_due(session: Session, effect: Effect, over: datetime | None, *, now: datetime) -> bool:
    """Whether enough learners came for the next look, or no more are to come: the whole log is read for that alone."""
    came, following = looks_ahead(session, effect, now=now)
    return over is not None or (following is not None and came >= following)


def _over(session: Session, effect: Effect, *, now: datetime) -> datetime | None:
    """Since when nobody who comes later counts; None while they do."""
    ends = _changed(session, effect), datetime.fromisoformat(effect.plan["until"]) + WINDOW
    return min((at for at in ends if at is not None and at < now), default=None)


def _take(session: Session, log: CourseLog, row: EffectRow, over: datetime | None, *, now: datetime) -> bool:
    """Take what looks are due at one place; gives whether anything came of it."""
    effect = as_effect(row)
    since = datetime.fromisoformat(effect.plan["since"])

    def changed_until(moment: datetime) -> frozenset[str]:
        return changed_lessons(session, effect.product, since=since, until=moment)

    looks, verdict = take_due(effect, log, upto=over or now, is_over=over is not None, changed=changed_until)
    if len(looks) == len(effect.looks) and verdict is effect.verdict:
        return False
    row.looks, row.verdict, row.updated = looks, verdict, now
    if verdict is not Verdict.WATCHING:
        cut = verdict is Verdict.NO_EVIDENCE and _changed(session, effect) is not None
        row.state = EffectState.CUT_SHORT if cut else EffectState.DONE
    session.flush()
    return True


def _changed(session: Session, effect: Effect) -> datetime | None:
    """When the place was changed again, by a rollback too; None while it is as it was released."""
    standings = standings_of(session, effect.product, effect.place.lesson or "")
    return changed_after(session, standings, anchors=effect.plan["anchors"], release=effect.release)
