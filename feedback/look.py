"""A look at what a released change did: of the first so many learners who came after it, whenever it is taken.

Pure: from the log and the plan alone. Looking late, or twice, finds the same, and every value can be computed again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from feedback.before_after import Difference, compare
from feedback.cohorts import WINDOW, Cohorts, Flags, Period, cohorts_at
from feedback.course_log import CourseLog
from feedback.effect import Effect, Verdict
from feedback.effect_plan import LEAST
from feedback.luck import Usual
from feedback.sequential import Bounds, bounds_of
from learning.figures import Share

PLACEBOS = 20
"""So many unchanged lessons are compared with, those most learners had come to."""

ChangedUntil = Callable[[datetime], frozenset[str]]
"""Slugs of the lessons that did not stay as they were from the plan's beginning until a moment."""


def take_due(
    effect: Effect, log: CourseLog, *, upto: datetime, is_over: bool, changed: ChangedUntil
) -> tuple[list[dict[str, Any]], Verdict]:
    """All looks there are once those due at a moment were taken, and what they say.

    `is_over` says that nobody who comes later counts: then the last look is taken at whoever there is.
    """
    looks = list(effect.looks)
    seen = _Seen(effect, log, upto - WINDOW)
    came = int(seen.at(effect.place.lesson or "").after.sum())
    for size in _due(effect, came, is_over=is_over):
        is_last = size >= effect.plan["looks"][-1] or (is_over and size == came)
        look = _look(seen, size, earlier=looks, is_last=is_last, changed=changed)
        if look is not None:
            looks.append(look)
        if looks and looks[-1]["verdict"] != Verdict.WATCHING:
            break
    verdict = Verdict(looks[-1]["verdict"]) if looks else Verdict.WATCHING
    return looks, Verdict.NO_EVIDENCE if is_over and verdict is Verdict.WATCHING else verdict


def next_look(effect: Effect) -> int | None:
    """At how many learners after the release the next look is; None where no more is planned."""
    return next((size for size in effect.plan["looks"] if size > _taken(effect)), None)


class _Seen:
    """The cohorts at a changed place and at the others, of those who came until a moment: each made once."""

    def __init__(self, effect: Effect, log: CourseLog, until: datetime) -> None:
        self.effect, self.log = effect, log
        self._period = Period(datetime.fromisoformat(effect.plan["since"]), effect.released, until)
        self._made: dict[str, Cohorts] = {}
        # By what was there at the release, which stays so whenever a look is taken.
        before = {lesson: sum(at < effect.released for at in came.values()) for lesson, came in log.visits.items()}
        self._others = sorted(before.keys() - {effect.place.lesson}, key=lambda lesson: (-before[lesson], lesson))

    def at(self, lesson: str) -> Cohorts:
        if lesson not in self._made:
            anchors = self.effect.plan["anchors"] if lesson == self.effect.place.lesson else None
            self._made[lesson] = cohorts_at(self.log, lesson, anchors, period=self._period)
        return self._made[lesson]

    def placebos(self, changed: frozenset[str]) -> list[str]:
        return [lesson for lesson in self._others if lesson not in changed][:PLACEBOS]


def _look(
    seen: _Seen, learners: int, *, earlier: Sequence[Mapping[str, Any]], is_last: bool, changed: ChangedUntil
) -> dict[str, Any] | None:
    """The look at the first so many learners after the release; None where nobody before is comparable with them.

    `difference` is how much larger the share of learners with trouble is than was to be expected, and lies in
    `interval`, which leaves zero out just when a verdict is said (a repeated interval; Jennison and Turnbull 1989).
    """
    effect = seen.effect
    everybody = seen.at(effect.place.lesson or "")
    last = everybody.came[int(everybody.after.argmax()) + learners - 1]
    cohorts = everybody.until(last)
    placebos = [seen.at(lesson).until(last) for lesson in seen.placebos(changed(last + WINDOW))]
    usual = effect.plan["usual"]
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
        **_judged(found, bounds, is_last=is_last),
    }


def _due(effect: Effect, came: int, *, is_over: bool) -> list[int]:
    """At how many learners looks are to be taken, now that so many came; when it is over, one at all there are."""
    planned = [size for size in effect.plan["looks"] if size > _taken(effect)]
    due = [size for size in planned if size <= came]
    if is_over and len(due) < len(planned) and came >= LEAST and came > max([_taken(effect), *due]):
        due.append(came)
    return due


def _taken(effect: Effect) -> int:
    return int(effect.looks[-1]["after"]["learners"]) if effect.looks else 0


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


def _judged(found: Difference, bounds: Bounds, *, is_last: bool) -> dict[str, Any]:
    low, high = found.value - bounds.worse * found.error, found.value + bounds.helped * found.error
    return {
        "bounds": {"helped": round(bounds.helped, 4), "worse": round(bounds.worse, 4)},
        "interval": [round(max(low, -1.0), 4), round(min(high, 1.0), 4)],
        "verdict": _verdict(found, bounds, is_last=is_last),
    }


def _side(cohorts: Cohorts, told: Flags, after: bool) -> dict[str, Any]:
    share = Share(int(told[cohorts.after == after].sum()), int((cohorts.after == after).sum()))
    interval = share.interval_95
    return {
        "learners": share.n,
        "troubled": share.yes,
        "share": share.share,
        "interval_95": None if interval is None else list(interval),
    }


def _verdict(found: Difference, bounds: Bounds, *, is_last: bool) -> Verdict:
    if found.error and found.value < -bounds.helped * found.error:
        return Verdict.HELPED
    if found.error and found.value > bounds.worse * found.error:
        return Verdict.WORSE
    return Verdict.NO_EVIDENCE if is_last else Verdict.WATCHING
