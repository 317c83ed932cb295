"""Does the open lesson help a question that points at it, and leave every other question alone.

Questions such as "what is meant here" are asked with nothing open, with the lesson open that they were written at, and
with another one. Ordinary questions are asked with nothing open and with an unrelated lesson open: what they find
first must not change for the worse.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.carrying import Nearby
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from evals.ranking_scores import bootstrap_interval
from evals.shaped import LANGS, QUESTIONS, take_in_sample
from foundation.errors import ContentUnreadable
from foundation.ids import ProductSlug, content_hash
from foundation.settings import Settings
from knowledge.lessons import LessonHead, live_lessons, load_sources
from knowledge.products import find_product
from knowledge.vectors import Progress


@dataclass(frozen=True, slots=True)
class Pointing:
    """A question that points at a lesson, and the section that answers it."""

    id: str
    text: str
    lesson: str
    heading: str
    split: str


def read_pointing(path: Path) -> list[Pointing]:
    """The questions of one file; raises ContentUnreadable with path and line."""
    read = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            read.append(Pointing(row["id"], row["text"], row["lesson"], row["heading"], row["split"]))
        except (ValueError, KeyError, TypeError) as err:
            raise ContentUnreadable(path.name, f"this is no question about a page ({err})", line=number) from err
    return read


def run_here(
    splits: Sequence[str], *, settings: Settings, encoder: CachedEncoder, progress: Progress
) -> dict[str, Any]:
    """Take the sample courses in and ask both kinds of questions with lessons open and not."""
    with tempfile.TemporaryDirectory() as folder:
        throw_away = settings.model_copy(update={"home": Path(folder), "chat_model": None})
        with open_house(throw_away, encoder=encoder) as house:
            over = {lang: _Reader(house, take_in_sample(house, lang, progress)) for lang in LANGS}
            return {split: {lang: over[lang].measure(lang, split) for lang in LANGS} for split in splits}


class _Reader:
    """Asks one product with a lesson open."""

    def __init__(self, house: House, product: ProductSlug) -> None:
        self._house = house
        with house.database.read() as session:
            self._product = find_product(session, product)
            self._lessons = {lesson.slug: lesson for lesson in live_lessons(session, product)}

    def measure(self, lang: str, split: str) -> dict[str, Any]:
        pointing = [row for row in read_pointing(QUESTIONS / f"here-{lang}.jsonl") if row.split == split]
        lines = (QUESTIONS / f"ab-tests-{lang}.jsonl").read_text(encoding="utf-8").splitlines()
        ordinary = [row for row in map(json.loads, lines) if row["answerable"] and row["split"] == split]
        return {
            "pointing": {
                "n": len(pointing),
                "nothing_open": _shares([self._found(row.text, row, None) for row in pointing]),
                "its_lesson_open": _shares([self._found(row.text, row, self._at(row.lesson)) for row in pointing]),
            },
            "ordinary": {
                "n": len(ordinary),
                "nothing_open": _share([self._lesson_of(row["text"], None) == row["lesson"] for row in ordinary]),
                "another_open": _share(
                    [
                        self._lesson_of(row["text"], self._other(row["id"], row["lesson"])) == row["lesson"]
                        for row in ordinary
                    ]
                ),
                "its_lesson_open": _share(
                    [self._lesson_of(row["text"], self._at(row["lesson"])) == row["lesson"] for row in ordinary]
                ),
            },
        }

    def _at(self, lesson: str) -> Nearby:
        head: LessonHead = self._lessons[lesson]
        return Nearby(head.id, head.title)

    def _other(self, question: str, lesson: str) -> Nearby:
        """One of the other lessons, by a hash of the question's id."""
        others = sorted(self._lessons.keys() - {lesson})
        return self._at(others[int(content_hash(question)[:8], 16) % len(others)])

    def _found(self, text: str, row: Pointing, nearby: Nearby | None) -> tuple[float, float]:
        """Whether the first passage is in the right lesson, and in the right section."""
        first = self._first(text, nearby)
        return float(first[0] == row.lesson), float(first == (row.lesson, row.heading))

    def _lesson_of(self, text: str, nearby: Nearby | None) -> str:
        return self._first(text, nearby)[0]

    def _first(self, text: str, nearby: Nearby | None) -> tuple[str, str]:
        looked = self._house.answerer.look(text, self._product, nearby=nearby)
        best = [hit.place.passage for hit in looked.ranking.hits[:1]]
        with self._house.database.read() as session:
            sources = load_sources(session, best)
        return next(((sources[each].lesson.slug, sources[each].heading_path[-1]) for each in best), ("", ""))


def here_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """The same for people."""
    for split, languages in figures.items():
        for lang, told in languages.items():
            pointing, ordinary = told["pointing"], told["ordinary"]
            yield f"{split} {lang}, {pointing['n']} questions that point at a page, first passage in"
            for name in ("nothing_open", "its_lesson_open"):
                lesson, section = (_told(pointing[name][part]) for part in ("its_lesson", "its_section"))
                yield f"  {name.replace('_', ' ')}: its lesson {lesson}, its section {section}"
            yield f"{split} {lang}, {ordinary['n']} other questions, first passage in their lesson"
            for name in ("nothing_open", "another_open", "its_lesson_open"):
                yield f"  {name.replace('_', ' ')}: {_told(ordinary[name])}"


def _told(share: Mapping[str, Any]) -> str:
    low, high = share["interval_95"]
    return f"{share['share']:.3f} [{low:.3f}, {high:.3f}]"


def _shares(found: Sequence[tuple[float, float]]) -> dict[str, Any]:
    return {"its_lesson": _share([each[0] for each in found]), "its_section": _share([each[1] for each in found])}


def _share(values: Sequence[float]) -> dict[str, Any]:
    told = [float(value) for value in values]
    share = round(sum(told) / len(told), 4) if told else 0.0
    return {"share": share, "interval_95": bootstrap_interval(told) if told else None}
