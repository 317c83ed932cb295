"""Takes a look at an effect again, from the log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from feedback.course_log import read_course_log
from feedback.effect import Effect
from feedback.effects import find_effect
from feedback.look import look_at
from knowledge.place_history import changed_lessons


def recount_effect(session: Session, product: str, of: str, how: Mapping[str, Any], *, made: datetime) -> object:
    """What a report calls `of` of one look at an effect; raises KeyError where there was no such look."""
    effect = find_effect(session, product, how["effect"])
    if of == "effect_verdict":
        return effect.verdict.value
    look = _again(session, effect, int(how["look"]), made=made)
    match of:
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
    """The look of this number, taken again of the same learners."""
    kept = next((look for look in effect.looks if look["number"] == number), None)
    if kept is None:
        raise KeyError(number)
    since = datetime.fromisoformat(effect.plan["since"])

    def changed_until(moment: datetime) -> frozenset[str]:
        return changed_lessons(session, effect.product, since=since, until=moment)

    learners = int(kept["after"]["learners"])
    found = look_at(
        effect,
        read_course_log(session, effect.product, until=made),
        learners,
        earlier=[look for look in effect.looks if look["number"] < number],
        is_last=kept["share"] == 1.0,
        changed=changed_until,
    )
    if found is None:
        raise KeyError(number)
    return found
