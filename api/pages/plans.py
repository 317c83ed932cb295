"""A plan in words a page can show: days, stretches of time and what to do first, in the reader's language."""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from assistant.effort import WinKind
from knowledge.language import Lang

_HERE = Path(__file__).parent


@cache
def plan_texts(lang: Lang) -> dict[str, str]:
    """The words of these pages in a reader's language."""
    texts: dict[str, str] = json.loads((_HERE / "texts" / "plans" / f"{lang}.json").read_text(encoding="utf-8"))
    return texts


def told_plan(plan: Mapping[str, Any], c: Mapping[str, str], *, today: date) -> dict[str, Any]:
    """A plan as `plan_wire.tell_plan` gives it, with what a template needs besides."""
    ends, deadline = plan["ends"], plan["deadline"]
    return {
        **plan,
        "today": today,
        "ends_text": "" if ends is None else day_text(ends, c),
        "deadline_text": "" if deadline is None else day_text(deadline, c),
        "hours_text": hours_text(plan["hours"], c),
        "hours_needed_text": "" if plan["hours_needed"] is None else hours_text(plan["hours_needed"], c),
        "win_text": "" if plan["win"] is None else _win_text(plan["win"], c),
        "weeks": [_week(week, plan["week"], c) for week in plan["weeks"]],
        "blocks": [_block(block, plan["hours"], c) for block in plan["blocks"]],
    }


def day_text(day: date, c: Mapping[str, str]) -> str:
    """A day as people write it."""
    return c["day"].format(day=day.day, month=c["months"].split()[day.month - 1], year=day.year)


def minutes_text(minutes: int, c: Mapping[str, str]) -> str:
    """A stretch of time, in hours from an hour on."""
    hours, rest = divmod(minutes, 60)
    return c["hours_minutes"].format(hours=hours, minutes=rest) if hours else c["minutes"].format(minutes=minutes)


def hours_text(hours: float, c: Mapping[str, str]) -> str:
    """Hours as a number is written in the reader's language."""
    return f"{hours:g}".replace(".", c["decimal"])


def _week(week: Any, current: int, c: Mapping[str, str]) -> dict[str, Any]:
    lessons = [{"told": lesson, "minutes": minutes_text(lesson.minutes, c)} for lesson in week.lessons]
    return {
        "number": week.number,
        "from": c["week_from"].format(day=day_text(week.starts, c)),
        "starts": week.starts.isoformat(),
        "minutes": minutes_text(week.minutes, c),
        "is_now": week.number == current,
        "lessons": lessons,
    }


def _win_text(win: Any, c: Mapping[str, str]) -> str:
    alone = win.kind in (WinKind.EXERCISE, WinKind.CODE) and win.heading == win.upto
    name = "exercise_here" if alone and win.kind is WinKind.EXERCISE else win.kind
    return c[f"win_{name}"].format(heading=win.heading or win.title, upto=win.upto or win.title)


def _block(block: Mapping[str, Any], hours: float, c: Mapping[str, str]) -> dict[str, Any]:
    weeks = -(-block["minutes"] // round(hours * 60))
    told = c["block_weeks"].format(hours=hours_text(hours, c), weeks=weeks)
    return {**block, "time": f"{minutes_text(block['minutes'], c)} ({told})"}
