"""Five questions to begin with: what for, with what experience, how many hours a week, until when, in which language.

Every one may be skipped and has a default; what was answered is kept, so that somebody may go on another day. Answers
are plain values by the question's name; a name that is not there was not asked yet, None was skipped.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from feedback.redaction import without_contacts
from foundation.errors import Invalid
from foundation.text import clean_text
from knowledge.language import Lang

MAX_GOAL_CHARS = 500
MAX_WORDS_CHARS = 500
MAX_KNOWN = 200
MIN_HOURS, MAX_HOURS, USUAL_HOURS = 0.5, 60.0, 3.0
# Further away is a slip of the keyboard.
MAX_DAYS_AHEAD = 3 * 366

Kept = Mapping[str, Any]


class Asking(StrEnum):
    """The questions, in the order they are asked."""

    GOAL = "goal"
    EXPERIENCE = "experience"
    HOURS = "hours"
    DEADLINE = "deadline"
    LANG = "lang"


class Level(StrEnum):
    """How much somebody has done with the subject before."""

    NEW = "new"
    SOME = "some"
    PRACTISED = "practised"


class AnswerRefused(Invalid):
    """An answer that cannot be taken; `code` says why, for whoever words it for a learner."""

    def __init__(self, ask: Asking, code: str, reason: str) -> None:
        self.ask = ask
        self.code = code
        super().__init__(f"{ask}: {reason}")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a plan is made from; `known` are names of parts that the learner says they know, `deadline` may be None."""

    goal: str = ""
    level: Level = Level.NEW
    words: str = ""
    known: tuple[str, ...] = ()
    hours: float = USUAL_HOURS
    deadline: date | None = None
    lang: Lang | None = None

    @property
    def minutes_a_week(self) -> int:
        """The hours in minutes."""
        return round(self.hours * 60)


def next_question(kept: Kept) -> Asking | None:
    """What to ask next, None when everything was."""
    return next((ask for ask in Asking if ask not in kept), None)


def take_answers(kept: Kept, given: Mapping[str, Any], *, parts: Collection[str], today: date) -> dict[str, Any]:
    """What is kept with the answers given now, later ones in the place of earlier ones.

    `parts` are the names that `known` may hold. Raises AnswerRefused for the first answer that cannot be taken, and
    Invalid for a question that is not asked here; nothing is lost by either.
    """
    taken = dict(kept)
    for name in given:
        if name not in tuple(Asking):
            raise Invalid(f"there is no question {name[:40]!r}; the questions are {', '.join(Asking)}")
    for ask in Asking:
        if ask in given:
            value = given[ask]
            taken[ask.value] = None if value is None else _checked(ask, value, parts=parts, today=today)
    return taken


def read_answers(kept: Kept) -> Answers:
    """The answers kept, with the default for each that was skipped or not asked."""
    experience = kept.get(Asking.EXPERIENCE) or {}
    deadline, hours, lang = kept.get(Asking.DEADLINE), kept.get(Asking.HOURS), kept.get(Asking.LANG)
    return Answers(
        goal=kept.get(Asking.GOAL) or "",
        level=Level(experience.get("level", Level.NEW)),
        words=experience.get("words", ""),
        known=tuple(experience.get("known", ())),
        hours=USUAL_HOURS if hours is None else hours,
        deadline=None if deadline is None else date.fromisoformat(deadline),
        lang=None if lang is None else ("ru" if lang == "ru" else "en"),
    )


def _checked(ask: Asking, value: Any, *, parts: Collection[str], today: date) -> Any:
    match ask:
        case Asking.GOAL:
            return _text(ask, value, most=MAX_GOAL_CHARS)
        case Asking.EXPERIENCE:
            return _experience(value, parts=parts)
        case Asking.HOURS:
            return check_hours(value)
        case Asking.DEADLINE:
            deadline = check_deadline(value, today=today)
            return None if deadline is None else deadline.isoformat()
        case Asking.LANG:
            if value not in ("ru", "en"):
                raise AnswerRefused(ask, "unknown", "must be ru or en")
            return value


def check_hours(value: object) -> float:
    """Hours a week, as a number or as people write it; raises AnswerRefused."""
    try:
        hours = float(value.strip().replace(",", ".") if isinstance(value, str) else value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise AnswerRefused(Asking.HOURS, "no_number", "must be a number of hours a week, such as 3 or 2.5") from None
    if isinstance(value, bool) or not math.isfinite(hours) or not MIN_HOURS <= hours <= MAX_HOURS:
        raise AnswerRefused(Asking.HOURS, "out_of_range", f"must be between {MIN_HOURS:g} and {MAX_HOURS:g} a week")
    return round(hours, 2)


def check_deadline(value: object, *, today: date) -> date | None:
    """A day, given as one or as its ISO form; "" is none. Raises AnswerRefused."""
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            raise AnswerRefused(Asking.DEADLINE, "no_date", "must be a day such as 2027-03-31") from None
    if not isinstance(value, date):
        raise AnswerRefused(Asking.DEADLINE, "no_date", "must be a day such as 2027-03-31")
    if value < today:
        raise AnswerRefused(Asking.DEADLINE, "past", "lies in the past; give a day from today on, or none")
    if value > today + timedelta(days=MAX_DAYS_AHEAD):
        raise AnswerRefused(Asking.DEADLINE, "far", "is more than three years away; give a nearer day, or none")
    return value


def _text(ask: Asking, value: object, *, most: int) -> str:
    if not isinstance(value, str):
        raise AnswerRefused(ask, "no_text", "must be text")
    text = " ".join(clean_text(value).split())
    if len(text) > most:
        raise AnswerRefused(ask, "long", f"has {len(text)} characters; {most} are the most")
    return without_contacts(text)


def _experience(value: object, *, parts: Collection[str]) -> dict[str, Any]:
    told = value if isinstance(value, Mapping) else {}
    level = told.get("level")
    if level not in tuple(Level):
        raise AnswerRefused(Asking.EXPERIENCE, "unknown", f"level must be one of {', '.join(Level)}")
    known = told.get("known") or []
    if not isinstance(known, list | tuple) or len(known) > MAX_KNOWN or not all(name in parts for name in known):
        raise AnswerRefused(Asking.EXPERIENCE, "unknown_part", "known must name parts of this product")
    words = _text(Asking.EXPERIENCE, told.get("words") or "", most=MAX_WORDS_CHARS)
    return {"level": str(level), "words": words, "known": list(dict.fromkeys(known))}
