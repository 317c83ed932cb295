"""Takes the looks at an effect again, from the log."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from feedback.cohorts import WINDOW
from feedback.course_log import read_course_log
from feedback.effect import Effect, Verdict
from feedback.effects import find_effect
from feedback.look import take_due
from knowledge.place_history import changed_lessons


def recount_effect(session: Session, product: str, of: str, how: Mapping[str, Any], *, made: datetime) -> object:
    """What a report calls `of` of an effect, at one look where it names one; raises KeyError for no such look."""
    effect = find_effect(session, product, str(how["effect"]))
    if "look" not in how and of == "effect_verdict":
        return effect.verdict.value
    look = _again(session, effect, int(how["look"]), made=made)
    match of:
        case "effect_verdict":
            return str(look["verdict"])
        case "effect_before" | "effect_after":
            return look["comparable"][of.removeprefix("effect_")]
        case "effect_learners":
            return look["after"]["learners"]
        case "effect_difference":
            return look["difference"]
        case "effect_low" | "effect_high":
            return look["interval"][of == "effect_high"]
    raise KeyError(of)


def _again(session: Session, effect: Effect, number: int, *, made: datetime) -> dict[str, Any]:
    """The look of this number, and those before it, taken again of the same learners."""
    kept = next((look for look in effect.looks if look["number"] == number), None)
    if kept is None:
        raise KeyError(number)
    since = datetime.fromisoformat(effect.plan["since"])

    def changed_until(moment: datetime) -> frozenset[str]:
        return changed_lessons(session, effect.product, since=since, until=moment)

    looks, _ = take_due(
        replace(effect, looks=(), verdict=Verdict.WATCHING),
        read_course_log(session, effect.product, until=made),
        # Who came by then is who it was of.
        upto=datetime.fromisoformat(kept["until"]) + WINDOW,
        is_over=kept["after"]["learners"] not in effect.plan["looks"],
        changed=changed_until,
    )
    return dict(next(look for look in looks if look["number"] == number))
