"""Courses that are made up: any section may get any defect, and what learners say of it is made with it.

The sample course's defects were written one by one, with words for each. Here the place, the kind and what is missing
are drawn, so that no wording can be fitted to a place; docs/design/loop-proof.md says what that can and cannot show.
"""

import random
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from evals.loop_course import LANGS, LOOP, DefectKind, LoopCourse, Noise, Stumble

HARD_PLACES = 3
_EXERCISE = {"en": "Exercise. {text}", "ru": "Упражнение. {text}"}
_OPENS = {"en": "This lesson is about: {terms}.", "ru": "Этот урок о том, что такое: {terms}."}
_KINDS = [kind for kind in DefectKind if kind is not DefectKind.HARD]
_FILLERS = {
    "en": ("unexplained", "tools", "things"),
    "ru": ("unexplained_ru", "tools_ru", "things_ru"),
}


def make_loop_course(lang: str, *, seed: int) -> LoopCourse:
    """The course of a seed in a language, always the same; each section but the hard ones has a defect to plant."""
    rng = random.Random(f"made {lang} {seed}")
    told = _told()
    lessons = {f"{number:02}-{row['en'].lower()}": row for number, row in enumerate(told["lessons"], 1)}
    places = [(lesson, section) for lesson, row in lessons.items() for section in row["sections"]]
    rng.shuffle(places)
    hard = [_stumble(DefectKind.HARD, place, lang, rng) for place in places[:HARD_PLACES]]
    kinds = [_KINDS[number % len(_KINDS)] for number in range(len(places) - HARD_PLACES)]
    defects = [_stumble(kind, place, lang, rng) for kind, place in zip(kinds, places[HARD_PLACES:], strict=True)]
    return LoopCourse(
        name=f"made-{lang}",
        lang=lang,
        lessons={lesson: _lesson(row, lang) for lesson, row in lessons.items()},
        defects=tuple(defects),
        hard=tuple(hard),
        noise=Noise(
            lesson={each: _of_sections(lessons, each, "lesson") for each in LANGS},
            course={each: tuple(told["noise"][each]["course"]) for each in LANGS},
            praise={each: tuple(told["noise"][each]["praise"]) for each in LANGS},
            asked={each: _of_sections(lessons, each, "asked") for each in LANGS},
        ),
    )


def _lesson(row: Mapping[str, Any], lang: str) -> str:
    sections = [_told()["sections"][name] for name in row["sections"]]
    terms = ", ".join(section[lang][0].lower() for section in sections)
    parts = [f"# {row[lang]}", _OPENS[lang].format(terms=terms)]
    for section in sections:
        term, text, exercise = section[lang]
        parts += [f"## {term}", text.format(n=section["number"]), _EXERCISE[lang].format(text=exercise)]
    return "\n\n".join(parts) + "\n"


def _stumble(kind: DefectKind, place: tuple[str, str], lang: str, rng: random.Random) -> Stumble:
    lesson, name = place
    told, section = _told(), _told()["sections"][name]
    slots = _slots(section, rng)
    term, text, exercise = section[lang]
    task = _EXERCISE[lang].format(text=exercise)
    wrong = text.format(n=10 * section["number"])
    says = {way: {each: _filled(told["says"][each][kind][way], slots[each]) for each in LANGS} for way in _WAYS}
    becomes = "" if kind is DefectKind.HARD else rng.choice(told["becomes"][lang][kind])
    becomes = becomes.format(**slots[lang], text=wrong)
    return Stumble(
        id=f"{kind}-{name}",
        kind=kind,
        lesson=lesson,
        section=term,
        here=says["here"],
        asked=says["asked"],
        anywhere=says["anywhere"],
        starts=task if kind is DefectKind.EXERCISE else text.format(n=section["number"]),
        becomes=_EXERCISE[lang].format(text=becomes) if kind is DefectKind.EXERCISE else becomes,
    )


_WAYS = ("here", "asked", "anywhere")


def _slots(section: Mapping[str, Any], rng: random.Random) -> dict[str, dict[str, str]]:
    """What stands in for the words in braces, by language: the same thing in each."""
    draw = [rng.random() for _ in range(3)]
    slots = {}
    for lang in LANGS:
        lists = [_told()["fillers"][name] for name in _FILLERS[lang]]
        (a, b), tool, thing = (some[int(share * len(some))] for some, share in zip(lists, draw, strict=True))
        right = section["number"]
        numbers = {"right": str(right), "wrong": str(10 * right)}
        slots[lang] = {"term": section[lang][0], "a": a, "b": b, "tool": tool, "thing": thing, **numbers}
    return slots


def _filled(texts: Sequence[str], slots: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(text.format(**slots) for text in texts)


def _of_sections(lessons: Mapping[str, Mapping[str, Any]], lang: str, what: str) -> tuple[tuple[str, str], ...]:
    """What is said of any section, of each of them, with its lesson."""
    told = _told()
    return tuple(
        (lesson, text.format(term=told["sections"][name][lang][0]))
        for lesson, row in lessons.items()
        for name in row["sections"]
        for text in told["noise"][lang][what]
    )


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads((LOOP / "made.toml").read_text(encoding="utf-8"))
