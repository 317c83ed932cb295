"""Courses with defects planted in them, and what learners say who meet one: `evals/loop/*.toml`.

A defect replaces one paragraph of a lesson by one that is unclear, presupposes what was never taught, is wrong, speaks
of a tool that is gone, or asks for what cannot be done. Beside the defects stand places that are hard and sound, and
what people say of a course in which nothing is the matter.
"""

import random
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from companion.samples import FOLDER
from foundation.errors import ContentUnreadable

LOOP = Path(__file__).parent / "loop"
LANGS = ("ru", "en")


class DefectKind(StrEnum):
    """What is wrong at a place; HARD is nothing, people stumble there all the same."""

    UNCLEAR = "unclear"
    PREREQUISITE = "prerequisite"
    FACT = "fact"
    OUTDATED = "outdated"
    EXERCISE = "exercise"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Stumble:
    """A place where learners stumble, by its lesson's file and its section's heading, and their words about it.

    `here` is said with the lesson open, `asked` of the assistant, `anywhere` where no lesson is named. The words are by
    language. The paragraph that begins with `starts` reads `becomes` where the defect is planted.
    """

    id: str
    kind: DefectKind
    lesson: str
    section: str
    here: Mapping[str, tuple[str, ...]]
    asked: Mapping[str, tuple[str, ...]]
    anywhere: Mapping[str, tuple[str, ...]]
    starts: str = ""
    becomes: str = ""


@dataclass(frozen=True, slots=True)
class Noise:
    """What is said of a sound course, by language: of a lesson, of all of it, in praise, and ordinary questions."""

    lesson: Mapping[str, tuple[tuple[str, str], ...]]
    course: Mapping[str, tuple[str, ...]]
    praise: Mapping[str, tuple[str, ...]]
    asked: Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class LoopCourse:
    """A course before anything is planted: its lessons' texts by file name without its ending, in course order."""

    name: str
    lang: str
    lessons: Mapping[str, str]
    defects: tuple[Stumble, ...]
    hard: tuple[Stumble, ...]
    noise: Noise

    def planted(self, defects: Iterable[Stumble]) -> dict[str, str]:
        """The lessons' texts with these defects in them; raises ContentUnreadable where a paragraph is not found."""
        texts = dict(self.lessons)
        for defect in defects:
            texts[defect.lesson] = _replaced(texts.get(defect.lesson, ""), defect)
        return texts

    def drawn(self, count: int, rng: random.Random) -> tuple[Stumble, ...]:
        """So many of its defects: the kinds as even as can be, and lessons with two only where there is no other."""
        by_kind = [[each for each in self.defects if each.kind is kind] for kind in DefectKind]
        for pile in by_kind:
            rng.shuffle(pile)
        piles = [pile for pile in by_kind if pile]
        rng.shuffle(piles)
        dealt = [pile[row] for row in range(max(map(len, piles))) for pile in piles if row < len(pile)]
        first: dict[str, Stumble] = {}
        for defect in dealt:
            first.setdefault(defect.lesson, defect)
        alone = [*first.values()]
        return tuple([*alone, *(defect for defect in dealt if defect not in alone)][:count])


def read_sample_course(lang: str) -> LoopCourse:
    """The sample course in a language, with the defects that were written for it and words in both languages."""
    told = {each: tomllib.loads((LOOP / f"ab-tests-{each}.toml").read_text(encoding="utf-8")) for each in LANGS}
    mine = told[lang]
    texts = sorted((FOLDER / mine["course"]).glob("*.md"))
    return LoopCourse(
        name=mine["course"],
        lang=lang,
        lessons={path.stem: path.read_text(encoding="utf-8") for path in texts},
        defects=_stumbles(told, lang, "defect"),
        hard=_stumbles(told, lang, "hard"),
        noise=Noise(
            lesson={each: _pairs(told[each]["noise"]["lesson"]) for each in LANGS},
            course={each: tuple(told[each]["noise"]["course"]) for each in LANGS},
            praise={each: tuple(told[each]["noise"]["praise"]) for each in LANGS},
            asked={each: _pairs(told[each]["noise"]["asked"]) for each in LANGS},
        ),
    )


def _stumbles(told: Mapping[str, Any], lang: str, name: str) -> tuple[Stumble, ...]:
    by_id = {each: {row["id"]: row for row in told[each][name]} for each in LANGS}
    stumbles = []
    for row in told[lang][name]:
        here, asked, anywhere = (
            {each: tuple(by_id[each][row["id"]].get(way, ())) for each in LANGS}
            for way in ("here", "asked", "anywhere")
        )
        kind = DefectKind(row.get("kind", DefectKind.HARD))
        stumble = Stumble(row["id"], kind, row["lesson"], row["section"], here, asked, anywhere)
        stumbles.append(replace(stumble, starts=row.get("starts", ""), becomes=row.get("becomes", "")))
    return tuple(stumbles)


def _pairs(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((lesson, text) for lesson, text in rows)


def _replaced(text: str, defect: Stumble) -> str:
    paragraphs = text.split("\n\n")
    at = [place for place, paragraph in enumerate(paragraphs) if paragraph.startswith(defect.starts)]
    if len(at) != 1:
        raise ContentUnreadable(defect.lesson, f"{len(at)} paragraphs begin with what {defect.id} replaces")
    paragraphs[at[0]] = defect.becomes
    return "\n\n".join(paragraphs)
