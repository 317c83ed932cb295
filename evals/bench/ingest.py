"""Leg: a real course taken in with the real encoder, asked, and taken in again with one lesson changed."""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from companion.wiring import House, default_encoder, open_house
from evals.bench.leg import print_result, run_leg, say
from evals.bench.machine import Rate, percentiles, told
from evals.bench.made_home import made_settings
from evals.bench.metered import MeteredEncoder
from evals.bench.real_course import RealCourse, questions_of, read_real_course, with_one_lesson_changed
from evals.bench.search import dense_recall
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.blocks import SourceCourse
from knowledge.encoder import Encoder
from knowledge.ingest import IngestReport, Target, ingest
from knowledge.lessons import load_sources
from knowledge.passages import pack
from knowledge.products import Collection
from knowledge.search import search
from knowledge.shelf import ShelfKey

_PRODUCT = ProductSlug("bench")
_KEY = ShelfKey(_PRODUCT, Collection.LESSONS)
_SHOWN = 4  # as many documents as the stock retriever gives


@dataclass(frozen=True, slots=True)
class Taken:
    """One ingest: CPU seconds of the process for reading, taking in and laying out, and the encoder's share."""

    report: IngestReport
    read_s: float
    ingest_s: float
    layout_s: float
    encoder_s: float
    wall_s: float
    texts: int

    @property
    def whole_s(self) -> float:
        return self.read_s + self.ingest_s + self.layout_s


def take_in(house: House, encoder: MeteredEncoder, folder: Path | None, *, changed: bool) -> Taken:
    """Read the course and take it in as `companion ingest` does, on one thread; `changed`: with one lesson changed."""
    wall, started = time.perf_counter(), time.process_time()
    encoded, texts = encoder.spent_s, encoder.texts
    course = read_real_course(folder).source
    read = time.process_time()
    if changed:
        course = with_one_lesson_changed(course)
        started += time.process_time() - read
        read = time.process_time()
    report = _ingest(house, encoder, course, workers=1)
    taken = time.process_time()
    house.shelves.shelf(_KEY)
    return Taken(
        report,
        read_s=read - started,
        ingest_s=taken - read,
        layout_s=time.process_time() - taken,
        encoder_s=encoder.spent_s - encoded,
        wall_s=time.perf_counter() - wall,
        texts=encoder.texts - texts,
    )


def take_in_by_clock(home: Path, encoder: Encoder, folder: Path | None, *, workers: int) -> float:
    """Seconds by the clock from reading a course to its last array, on as many threads as a default installation."""
    with open_house(made_settings(home), encoder=encoder) as house:
        started = time.perf_counter()
        _ingest(house, encoder, read_real_course(folder).source, workers=workers)
        house.shelves.shelf(_KEY)
        return time.perf_counter() - started


def _ingest(house: House, encoder: Encoder, course: SourceCourse, *, workers: int) -> IngestReport:
    return ingest(
        course,
        Target(_PRODUCT),
        database=house.database,
        encoder=encoder,
        clock=house.clock,
        workers=workers,
        progress=_tell,
        shelf_of=house.shelves.shelf,
    )


def _tell(done: int, total: int) -> None:
    if done % 1024 == 0 or done == total:
        say(f"encoded {done} of {total} texts")


def time_questions(house: House, questions: Sequence[str], *, rate: Rate) -> dict[str, float]:
    """CPU milliseconds from a question to the texts of its best passages, encoding included."""
    spent_ms = []
    for number, question in enumerate((*questions[:5], *questions)):
        if number % 40 == 0:
            rate.sample()
        started = time.process_time()
        shelf = house.shelves.shelf(_KEY)
        ranking = search(question, shelf, encoder=house.encoder, index=house.shelves.index, count=20)
        with house.database.read() as session:
            load_sources(session, [hit.place.passage for hit in ranking.hits[:_SHOWN]])
        spent_ms.append(1000 * (time.process_time() - started))
    return percentiles(spent_ms[5:])


def _passage_hashes(course: RealCourse, encoder: Encoder) -> set[str]:
    """Hashes of the texts that are passages; the other texts are their sentences."""
    return {
        window.input_hash
        for lesson in course.source.lessons
        for passage in pack(lesson, lesson_id="", count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
        for window in passage.windows
    }


def measure(folder: Path | None, place: Path, *, count: int) -> dict[str, Any]:
    """The leg's figures, over fresh homes in an empty folder."""
    home, workers = place / "home", int(Settings.model_fields["encode_workers"].default)
    rate, real = Rate(), default_encoder(home)
    encoder = MeteredEncoder(real)
    course = read_real_course(folder)
    questions = questions_of(course.source, count)
    rate.sample()
    with open_house(made_settings(home), encoder=encoder) as house:
        first = take_in(house, encoder, folder, changed=False)
        rate.sample()
        passages = _passage_hashes(course, encoder)
        passages_s = sum(spent for key, spent in encoder.passage_s.items() if key in passages)
        asked = time_questions(house, questions, rate=rate)
        near = dense_recall(house, _KEY, questions)
        second = take_in(house, encoder, folder, changed=True)
    rate.sample()
    by_clock = take_in_by_clock(place / "by-clock", real, folder, workers=workers)
    return told(
        rate,
        lessons=first.report.lessons,
        passages=first.report.passages,
        texts=first.texts,
        passage_texts=len(passages),
        first=_figures(first),
        passage_encoder_s=round(passages_s, 3),
        question_ms=asked,
        question_tokens=float(np.median([encoder.count_tokens(question) for question in questions])),
        questions=len(questions),
        recall_10=near,
        by_clock={"workers": workers, "wall_s": round(by_clock, 3)},
        second=_figures(second),
    )


def _figures(taken: Taken) -> dict[str, Any]:
    report = taken.report
    return {
        "added": report.added,
        "unchanged": report.unchanged,
        "encoded": report.encoded,
        "texts": taken.texts,
        "read_s": round(taken.read_s, 3),
        "ingest_s": round(taken.ingest_s, 3),
        "layout_s": round(taken.layout_s, 3),
        "whole_s": round(taken.whole_s, 3),
        "encoder_s": round(taken.encoder_s, 3),
        "wall_s": round(taken.wall_s, 3),
    }


def add_course_options(parser: argparse.ArgumentParser) -> None:
    """The options that every leg over a real course takes."""
    parser.add_argument("--folder", type=Path, help="course folder [default: the sample products]")
    parser.add_argument("--questions", type=int, default=120)


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_course_options(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        print_result(measure(options.folder, Path(place), count=options.questions))


if __name__ == "__main__":
    run_leg(main)
