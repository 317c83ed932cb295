"""What may be expected of mending a place: whom it concerns, how many have trouble there now, and when an effect shows.

Nothing here is foretold. What is counted is what the effect will be compared with (`feedback.measure_effect`).
"""

from datetime import datetime
from typing import Any

from feedback.cohorts import REACH, Period, cohorts_at
from feedback.concern import Concern
from feedback.course_log import CourseLog
from feedback.effect_plan import needs_of
from learning.figures import wilson


def expected_of(concern: Concern, log: CourseLog, *, k: int, now: datetime) -> dict[str, Any]:
    """Plain values: `learners` of `active` speak of it, with share and interval.

    `now` has, of those who first came to the lesson in the last half year and were there a week, how many had trouble
    at the place; `needed` is how many of them before a release and as many after show a change of ten points. Both are
    None where fewer came than the floor lets be told.
    """
    learners, active = len(concern.learners), max(concern.active, len(concern.learners))
    told: dict[str, Any] = {
        "learners": learners,
        "active": active,
        "share": round(learners / active, 4) if active else 0.0,
        "interval": list(wilson(learners, active)) if active else [0.0, 1.0],
    }
    return {**told, **_now(concern, log, k=k, now=now)}


def _now(concern: Concern, log: CourseLog, *, k: int, now: datetime) -> dict[str, Any]:
    anchors = [concern.place.anchor] if concern.place.anchor else None
    period = Period(since=now - REACH, released=now, until=now)
    cohorts = cohorts_at(log, concern.place.lesson or "", anchors, period=period)
    came, troubled = len(cohorts.came), int(cohorts.troubled.sum())
    if came < k:
        return {"now": None, "needed": None}
    share = round(troubled / came, 4)
    shares = {"troubled": troubled, "came": came, "share": share, "interval": list(wilson(troubled, came))}
    return {"now": shares, "needed": needs_of(came, troubled).learners}
