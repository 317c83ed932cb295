"""Learners of whom the log tells, made for tests: who came when, and who had trouble."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from feedback.course_log import CourseLog, Trouble, TroubleKind

RELEASED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def moment(day: float) -> datetime:
    """So many days after the release."""
    return RELEASED + timedelta(days=day)


def course_log(
    rates: Mapping[str, tuple[float, float]], *, before: int = 200, after: int = 200, anchor: str | None = None
) -> CourseLog:
    """Learners who come one by one to each lesson; the shares of them with trouble before and after are as named.

    They come in the 100 days before day -8, and in the 100 from day 1 on; their trouble lies evenly among them.
    """
    visits: dict[str, dict[str, datetime]] = {}
    troubles: dict[str, list[Trouble]] = {}
    for lesson, (then, now) in rates.items():
        visits[lesson], troubles[lesson] = {}, []
        for side, (n, rate, first) in enumerate([(before, then, -108.0), (after, now, 1.0)]):
            for k in range(n):
                name, at = f"{'ab'[side]}{k}", moment(first + 100 * k / n)
                visits[lesson][name] = at
                if int((k + 1) * rate + 1e-9) > int(k * rate + 1e-9):
                    troubles[lesson].append(Trouble(TroubleKind.STUCK, name, anchor, at + timedelta(hours=1)))
    begun: dict[str, list[datetime]] = {}
    for told in visits.values():
        for name, at in told.items():
            begun.setdefault(name, []).append(at)
    return CourseLog(visits, troubles, {}, {name: sorted(times) for name, times in begun.items()})
