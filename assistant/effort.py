"""How long a lesson takes whoever studies it, and where in it something is done within ten minutes.

Rates are a beginner's, on the slow side, because a plan that is too short is given up. Reading to learn goes at 200
words a minute (Carver 1992, "Reading rate", Journal of Reading 36); silent reading of English non-fiction at 238
(Brysbaert 2019, Journal of Memory and Language 109). Russian words are longer and fewer: 184 a minute where English
readers of the same texts do 228 (Trauzettel-Klosinski and Dietz 2012, IReST), so 165 here. A lecture is 140 words a
minute (Tauroza and Allison 1990). What a line of code and an exercise take are our own assumptions, not measured.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowledge.outline import LessonOutline, Section

WORDS_A_MINUTE = {"ru": 165, "en": 200}
HEARD_WORDS_A_MINUTE = 140
# A table is looked up and down: half the pace of prose.
TABLE_PACE = 0.5
CODE_LINE_S = 8
# Doing an exercise, its text not included, and every further question or part of it.
EXERCISE_MINUTES = 5
EXERCISE_PART_MINUTES = 1
CHOICE_MINUTES = 1.5
WIN_MINUTES = 10


class WinKind(StrEnum):
    """What is done at the end of a first small win; BEGINNING is ten minutes of a lesson that has no smaller part."""

    EXERCISE = "exercise"
    LESSON = "lesson"
    CODE = "code"
    SECTION = "section"
    BEGINNING = "beginning"


@dataclass(frozen=True, slots=True)
class Win:
    """A stretch of a lesson that is done within ten minutes: from a section's anchor to the section `upto`."""

    lesson: str
    kind: WinKind
    minutes: int
    anchor: str
    heading: str
    upto: str


def section_minutes(section: Section, lang: str) -> float:
    """Minutes a section takes, not rounded."""
    pace = WORDS_A_MINUTE.get(lang, WORDS_A_MINUTE["en"])
    read = (section.words + section.exercise_words + section.table_words / TABLE_PACE) / pace
    heard = section.heard_words / HEARD_WORDS_A_MINUTE + section.watched_s / 60
    done: float = EXERCISE_MINUTES + EXERCISE_PART_MINUTES * (section.exercises - 1) if section.exercises else 0
    done += CHOICE_MINUTES * section.choices
    return read + heard + done + section.code_lines * CODE_LINE_S / 60


def lesson_minutes(outline: LessonOutline) -> int:
    """Whole minutes a lesson takes, one at least."""
    return max(1, math.ceil(sum(section_minutes(section, outline.lang) for section in outline.sections)))


def first_win(outlines: Sequence[LessonOutline]) -> Win | None:
    """The first thing to get done, of the first of these lessons that has one; None where there is no lesson.

    What ends in an exercise comes first, in whichever lesson, then a lesson short enough, then code to run, then a
    section; what is left is the beginning of the first lesson.
    """
    for look in (_exercise, _whole, _code, _section):
        for outline in outlines:
            win = look(outline)
            if win is not None:
                return win
    if not outlines:
        return None
    return Win(outlines[0].head.slug, WinKind.BEGINNING, WIN_MINUTES, "", "", "")


def _exercise(outline: LessonOutline) -> Win | None:
    """Up to the first exercise that fits, with as much before it as ten minutes take."""
    return _stretch(
        outline, WinKind.EXERCISE, [bool(section.exercises or section.choices) for section in outline.sections]
    )


def _code(outline: LessonOutline) -> Win | None:
    return _stretch(outline, WinKind.CODE, [bool(section.code_lines) for section in outline.sections])


def _stretch(outline: LessonOutline, kind: WinKind, ends: Sequence[bool]) -> Win | None:
    took = [section_minutes(section, outline.lang) for section in outline.sections]
    for end, is_end in enumerate(ends):
        if is_end and took[end] <= WIN_MINUTES:
            begin = end
            while begin and sum(took[begin - 1 : end + 1]) <= WIN_MINUTES:
                begin -= 1
            return _win(outline, kind, took, begin, end)
    return None


def _whole(outline: LessonOutline) -> Win | None:
    minutes = lesson_minutes(outline)
    return Win(outline.head.slug, WinKind.LESSON, minutes, "", "", "") if minutes <= WIN_MINUTES else None


def _section(outline: LessonOutline) -> Win | None:
    """From the top as many sections as ten minutes take."""
    took = [section_minutes(section, outline.lang) for section in outline.sections]
    end = -1
    while end + 1 < len(took) and sum(took[: end + 2]) <= WIN_MINUTES:
        end += 1
    # A title alone is nothing to have done.
    has_words = any(section.words > len(section.heading.split()) for section in outline.sections[: end + 1])
    return _win(outline, WinKind.SECTION, took, 0, end) if has_words else None


def _win(outline: LessonOutline, kind: WinKind, took: Sequence[float], begin: int, end: int) -> Win:
    sections = outline.sections
    minutes = max(1, math.ceil(sum(took[begin : end + 1])))
    return Win(outline.head.slug, kind, minutes, sections[begin].anchor, sections[begin].heading, sections[end].heading)
