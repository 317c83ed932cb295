"""Prints what the constants of `knowledge.coverage` were chosen by: `python -m evals.fit_coverage`.

No measured set takes part. Courses are made up of the background's passages (twenty or twelve subjects at a time) and
judged by the other subjects' questions; questions that their passages answer are in `evals/questions/background.jsonl`.
The sample course, where every lesson speaks of the same, is the other end, with the development halves of its
questions.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from assistant.grounding import best_lang, judge
from companion.samples import FOLDER
from companion.wiring import House, default_encoder, open_house
from evals.cached_encoder import CachedEncoder
from foundation.ids import ProductSlug
from foundation.settings import Settings, read_settings
from knowledge.background import LANGS, BackgroundText, read_texts
from knowledge.blocks import SourceCourse
from knowledge.coverage import Scale
from knowledge.coverage_measuring import measure_shelf
from knowledge.ingest import Target, ingest
from knowledge.language import Lang
from knowledge.products import Collection, find_product
from knowledge.readers import read_course, read_markdown_text
from knowledge.shelf import ShelfKey

_QUESTIONS = Path(__file__).parent / "questions"
_SUBJECTS = tuple(dict.fromkeys(text.subject for text in read_texts("en")))
_TAKEN = (_SUBJECTS[0::2], _SUBJECTS[1::2], _SUBJECTS[:20], _SUBJECTS[20:], _SUBJECTS[6:18], _SUBJECTS[21:33])
_PRODUCT = ProductSlug("made-up")


@dataclass(frozen=True, slots=True)
class Course:
    """A course with the questions it answers and does not, by language, and the questions about anything else."""

    name: str
    lang: Lang
    source: SourceCourse
    answered: dict[Lang, list[str]]
    others: dict[Lang, list[str]]
    about: frozenset[str] = frozenset()


def main() -> None:
    """Print every course's separation and strengths, then the pooled quantiles."""
    settings = read_settings()
    encoder = CachedEncoder(
        default_encoder(settings.home), Path(platformdirs.user_cache_dir("learning-companion")) / "eval-vectors.db"
    )
    pooled: dict[tuple[bool, bool], list[tuple[list[float], list[float]]]] = {}
    for course in (*_made_up(), *_samples()):
        with _taken_in(course, encoder) as house:
            for scale in _scales(house, course, encoder):
                asked: Lang = "ru" if scale.question_lang == "ru" else "en"
                high = _strengths(house, scale, course.answered.get(asked, []))
                low = _strengths(house, scale, course.others.get(asked, []))
                print(course.name, f"{asked} over {course.lang}", scale.separation, _line(high), _line(low), flush=True)
                pooled.setdefault((bool(course.about), asked != course.lang), []).append((high, low))
    for (made_up, across), pairs in sorted(pooled.items()):
        high, low = ([value for pair in pairs for value in pair[side]] for side in (0, 1))
        print("made up" if made_up else "sample", "across" if across else "one language", _line(high), _line(low))


def _line(values: Sequence[float]) -> dict[str, Any]:
    shares = (0.03, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
    return {"n": len(values), **{f"{share}": round(float(np.quantile(values, share)), 2) for share in shares if values}}


def _made_up() -> Iterator[Course]:
    rows = [json.loads(line) for line in (_QUESTIONS / "background.jsonl").read_text(encoding="utf-8").splitlines()]
    for lang in LANGS:
        for subjects in _TAKEN:
            texts = [text for text in read_texts(lang) if text.subject in subjects]
            lessons = tuple(
                read_markdown_text(text.passage, external_id=f"{number}", title="") for number, text in enumerate(texts)
            )
            answered: dict[Lang, list[str]] = {"ru": [], "en": []}
            others: dict[Lang, list[str]] = {"ru": [], "en": []}
            for row in rows:
                if row["passage_lang"] == lang:
                    (answered if row["subject"] in subjects else others)[row["lang"]].append(row["text"])
            yield Course(
                f"{subjects[0]}+{len(subjects)}", lang, SourceCourse(lessons), answered, others, frozenset(subjects)
            )


def _samples() -> Iterator[Course]:
    for lang in LANGS:
        answered: dict[Lang, list[str]] = {"ru": [], "en": []}
        others: dict[Lang, list[str]] = {"ru": [], "en": []}
        for asked in LANGS:
            for line in (_QUESTIONS / f"ab-tests-{asked}.jsonl").read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                if row["split"] == "dev":
                    (answered if row["answerable"] else others)[asked].append(row["text"])
        yield Course("sample", lang, read_course(FOLDER / f"ab-tests-{lang}"), answered, others)


@contextmanager
def _taken_in(course: Course, encoder: CachedEncoder) -> Iterator[House]:
    with (
        tempfile.TemporaryDirectory() as folder,
        open_house(Settings(home=Path(folder), index="exact"), encoder=encoder) as house,
    ):
        target = Target(_PRODUCT, lang=course.lang)
        ingest(course.source, target, database=house.database, encoder=encoder, clock=house.clock)
        yield house


def _scales(house: House, course: Course, encoder: CachedEncoder) -> tuple[Scale, ...]:
    shelf = house.shelves.shelf(ShelfKey(_PRODUCT, Collection.LESSONS))
    with house.database.read() as session:
        measured = measure_shelf(session, shelf, encoder, cohort=partial(_elsewhere, subjects=course.about))
    return tuple(scale for scale in measured.scales if scale.passage_lang == course.lang)


def _elsewhere(lang: Lang, *, subjects: frozenset[str]) -> list[BackgroundText]:
    return [text for text in read_texts(lang) if text.subject not in subjects]


def _strengths(house: House, scale: Scale, questions: Sequence[str]) -> list[float]:
    with house.database.read() as session:
        product = find_product(session, _PRODUCT)
    found = []
    for question in questions:
        looked = house.answerer.look(question, product)
        if best_lang(looked.ranking) == scale.passage_lang:
            judged = judge(looked.ranking, looked.evidence, shelf=looked.shelf, scale=scale)
            found.append(judged.strength if judged.strength is not None else -np.inf)
    return found


if __name__ == "__main__":
    main()
