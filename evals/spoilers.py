"""Is what a learner has not come to kept from them, and are they told that it comes later.

Every answerable question of the sample course is asked twice with a position: from the lesson before the one that
answers it, and from that lesson itself. The first should show nothing of it and say that it comes later; the second
should change nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.looking import Looked
from assistant.position import Position, PositionSource
from assistant.reply import Outcome
from companion.wiring import House
from evals.ranking_scores import bootstrap_interval
from foundation.ids import ProductSlug
from knowledge.lessons import live_lessons
from knowledge.products import find_product


@dataclass(frozen=True, slots=True)
class Positioned:
    """One question from before its lesson, None for one of the first lesson, and from its lesson; and from nowhere."""

    split: str
    lesson: str
    before: Looked | None
    there: Looked
    anywhere: Looked


def ask_positioned(house: House, product: ProductSlug, path: Path) -> list[Positioned]:
    """Ask the answerable questions of a file."""
    with house.database.read() as session:
        found, lessons = find_product(session, product), tuple(live_lessons(session, product))
    places = {lesson.slug: place for place, lesson in enumerate(lessons)}

    def look(text: str, place: int | None) -> Looked:
        position = None if place is None else Position(lessons, place, PositionSource.HOST)
        return house.answerer.look(text, found, position=position)

    asked = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["answerable"]:
            place, text = places[row["lesson"]], row["text"]
            before = look(text, place - 1) if place else None
            asked.append(Positioned(row["split"], row["lesson"], before, look(text, place), look(text, None)))
    return asked


def spoiler_figures(asked: Sequence[Positioned]) -> dict[str, Any]:
    """How many were told of the lesson to come, and what a position cost those who had come to it."""
    ahead = [row for row in asked if row.before is not None]
    return {
        "before_its_lesson": {
            "n": len(ahead),
            "told_it_comes_later": _share([_later(row.before) is not None for row in ahead]),
            "told_its_lesson": _share([_later(row.before) == row.lesson for row in ahead]),
            "answered_without_saying_so": _share([_answers(row.before) for row in ahead]),
        },
        "at_its_lesson": {
            "n": len(asked),
            "told_it_comes_later": _share([_later(row.there) is not None for row in asked]),
            "declined": _share([_declined(row.there) for row in asked]),
            "declined_without_a_position": _share([_declined(row.anywhere) for row in asked]),
        },
    }


def _later(looked: Looked | None) -> str | None:
    held = looked.held if looked is not None else None
    return held.later.lesson if held is not None and held.later is not None else None


def _answers(looked: Looked | None) -> bool:
    return looked is not None and not _declined(looked) and _later(looked) is None


def _declined(looked: Looked) -> bool:
    return looked.judgement.outcome is Outcome.DECLINED


def _share(values: Sequence[bool]) -> dict[str, Any]:
    scores = [float(value) for value in values]
    mean = round(float(np.mean(scores)), 4) if scores else 0.0
    return {"share": mean, "interval_95": bootstrap_interval(scores) if scores else None}
