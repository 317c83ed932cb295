"""Takes the planned looks at what releases did, and says helped, no evidence of effect, or made it worse."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.cohorts import WINDOW
from feedback.course_log import CourseLog, read_course_log
from feedback.effect import Effect, EffectState, Verdict
from feedback.effects import as_effect
from feedback.look import learners_after, next_look, take_due
from feedback.promises import tell_promises
from feedback.tables import EffectRow
from knowledge.place_history import changed_after, changed_lessons, standings_of


def take_looks(session: Session, product: str, *, now: datetime) -> list[Effect]:
    """Take every look that is due; gives the effects of which something new is known.

    Promises whose item found its place only now are kept, too.
    """
    tell_promises(session, product, now=now)
    watched = select(EffectRow).where(EffectRow.product == product, EffectRow.state == EffectState.WATCHED)
    rows = list(session.scalars(watched.order_by(EffectRow.released, EffectRow.id)))
    if not rows:
        return []
    log = read_course_log(session, product, until=now)
    return [as_effect(row) for row in rows if _take(session, log, row, now=now)]


def offers_rollback(session: Session, effect: Effect) -> bool:
    """Whether to offer taking a change back: it made things worse, and learners still read it."""
    return effect.verdict is Verdict.WORSE and _changed(session, effect) is None


def looks_ahead(session: Session, effect: Effect, *, now: datetime) -> tuple[int, int | None]:
    """How many learners after the release can be looked at by now, and at how many the next look is, None for no more.

    What they did is kept back until then: whoever looks all the time finds something.
    """
    log = read_course_log(session, effect.product, until=now)
    return learners_after(effect, log, upto=now), next_look(effect)


def _take(session: Session, log: CourseLog, row: EffectRow, *, now: datetime) -> bool:
    """Take what looks are due at one place; gives whether anything came of it."""
    effect = as_effect(row)
    changed, since = _changed(session, effect), datetime.fromisoformat(effect.plan["since"])
    ends = changed, datetime.fromisoformat(effect.plan["until"]) + WINDOW
    over = [at for at in ends if at is not None and at < now]

    def changed_until(moment: datetime) -> frozenset[str]:
        return changed_lessons(session, effect.product, since=since, until=moment)

    looks, verdict = take_due(effect, log, upto=min([now, *over]), is_over=bool(over), changed=changed_until)
    if len(looks) == len(effect.looks) and verdict is effect.verdict:
        return False
    row.looks, row.verdict, row.updated = looks, verdict, now
    if verdict is not Verdict.WATCHING:
        cut = changed is not None and verdict is Verdict.NO_EVIDENCE
        row.state = EffectState.CUT_SHORT if cut else EffectState.DONE
    session.flush()
    return True


def _changed(session: Session, effect: Effect) -> datetime | None:
    """When the place was changed again, by a rollback too; None while it is as it was released."""
    standings = standings_of(session, effect.product, effect.place.lesson or "")
    return changed_after(session, standings, anchors=effect.plan["anchors"], release=effect.release)
