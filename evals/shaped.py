"""Does it find what learners type: the same questions written in full and as they come, over the sample course.

Both columns are asked through the product's own search. A passage is right that holds one of the snippets a question
was written from. Figures are told by language, split and column; the gap between columns and the distance between
languages are told beside them, and nothing is averaged over either.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from companion.samples import FOLDER
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from evals.ranking_scores import bootstrap_interval
from foundation.errors import ContentUnreadable
from foundation.ids import PassageId, ProductSlug
from foundation.settings import Settings
from knowledge.ingest import Target, ingest
from knowledge.lessons import load_sources
from knowledge.products import Collection
from knowledge.readers import read_course
from knowledge.search import search
from knowledge.shelf import ShelfKey
from knowledge.vectors import Progress

LANGS = ("ru", "en")
SPLITS = ("dev", "held-out")
COLUMNS = ("full", "shaped")
QUESTIONS = Path(__file__).parent / "questions"
_HITS = 10


@dataclass(frozen=True, slots=True)
class ShapedQuestion:
    """One question in full and as a learner types it; `gold` are snippets of the lessons that answer it."""

    id: str
    full: str
    shaped: str
    shape: str
    gold: tuple[str, ...]
    split: str


@dataclass(frozen=True, slots=True)
class Ranks:
    """At which place each column found a right passage; None beyond the tenth."""

    question: ShapedQuestion
    full: int | None
    shaped: int | None

    def of(self, column: str) -> int | None:
        """The rank in a column by its name."""
        return self.full if column == "full" else self.shaped


def read_shaped(path: Path) -> list[ShapedQuestion]:
    """The questions of one file; raises ContentUnreadable with path and line."""
    read = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            gold = tuple(row["gold"])
            read.append(ShapedQuestion(row["id"], row["full"], row["shaped"], row["shape"], gold, row["split"]))
        except (ValueError, KeyError, TypeError) as err:
            raise ContentUnreadable(path.name, f"this is no shaped question ({err})", line=number) from err
    return read


def run_shaped(
    splits: Sequence[str], *, settings: Settings, encoder: CachedEncoder, progress: Progress
) -> dict[str, Any]:
    """Take the sample course in, in both languages, and ask every question of these splits in both columns."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        throw_away = settings.model_copy(update={"home": Path(folder)})
        with open_house(throw_away, encoder=encoder) as house:
            for lang in LANGS:
                product = take_in_sample(house, lang, progress)
                questions = [row for row in read_shaped(QUESTIONS / f"shaped-{lang}.jsonl") if row.split in splits]
                found[lang] = ask_shaped(house, product, questions)
    return {split: shaped_figures({lang: _of(found[lang], split) for lang in LANGS}) for split in splits}


def take_in_sample(house: House, lang: str, progress: Progress) -> ProductSlug:
    """Make the sample course in one language a product."""
    product = ProductSlug(f"ab-tests-{lang}")
    ingest(
        read_course(FOLDER / str(product)),
        Target(product),
        database=house.database,
        encoder=house.encoder,
        clock=house.clock,
        workers=house.settings.encode_workers,
        progress=progress,
    )
    return product


def ask_shaped(house: House, product: ProductSlug, questions: Iterable[ShapedQuestion]) -> list[Ranks]:
    """Where a product's search finds a right passage for each question, in both columns."""
    key = ShelfKey(product, Collection.LESSONS)
    shelf = house.shelves.shelf(key)
    with house.database.read() as session:
        sources = load_sources(session, [place.passage for place in shelf.places])
    texts = {passage: _plain(source.text) for passage, source in sources.items()}

    def rank(text: str, right: set[PassageId]) -> int | None:
        hits = search(text, shelf, encoder=house.encoder, index=house.shelves.index, count=_HITS).hits
        return next((number for number, hit in enumerate(hits, 1) if hit.place.passage in right), None)

    asked = []
    for question in questions:
        gold = [_plain(snippet) for snippet in question.gold]
        right = {passage for passage, text in texts.items() if any(snippet in text for snippet in gold)}
        asked.append(Ranks(question, rank(question.full, right), rank(question.shaped, right)))
    return asked


def shaped_figures(asked: Mapping[str, Sequence[Ranks]]) -> dict[str, Any]:
    """Figures by language and column, per shape, with the gap of each language and the parity of each column."""
    figures: dict[str, Any] = {lang: _language(ranks) for lang, ranks in asked.items()}
    parity = {
        column: round(abs(_mean(_hits(asked["ru"], column, 3)) - _mean(_hits(asked["en"], column, 3))), 4)
        for column in COLUMNS
    }
    return {**figures, "parity": parity}


def shaped_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """The same for people: by split and language both columns with intervals, each shape, the gap, the parity."""
    for split, told in figures.items():
        for lang in LANGS:
            language = told[lang]
            yield f"{split} {lang}, {language['n']} questions"
            for column in COLUMNS:
                yield f"  {column}: " + ", ".join(
                    f"{name} {language[column][name]:.3f}{_range(interval)}"
                    for name, interval in language[column]["intervals_95"].items()
                )
            for shape, row in language["by_shape"].items():
                yield f"  {shape} ({row['n']}): hit@3 full {row['full_hit@3']:.3f}, shaped {row['shaped_hit@3']:.3f}"
            yield f"  gap, full - shaped at 3: {language['gap']:.3f}{_range(language['gap_95'])}"
        parity = ", ".join(f"{column} {told['parity'][column]:.3f}" for column in COLUMNS)
        yield f"{split} parity, |ru - en| at 3: {parity}"


def _range(interval: Sequence[float] | None) -> str:
    return f" [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else ""


def _language(ranks: Sequence[Ranks]) -> dict[str, Any]:
    full, shaped = _hits(ranks, "full", 3), _hits(ranks, "shaped", 3)
    shapes = sorted({one.question.shape for one in ranks})
    by_shape = {shape: [one for one in ranks if one.question.shape == shape] for shape in shapes}
    return {
        "n": len(ranks),
        **{column: _column(ranks, column) for column in COLUMNS},
        "by_shape": {
            shape: {"n": len(some), **{f"{column}_hit@3": _mean(_hits(some, column, 3)) for column in COLUMNS}}
            for shape, some in by_shape.items()
        },
        "gap": round(_mean(full) - _mean(shaped), 4),
        "gap_95": bootstrap_interval([one - other for one, other in zip(full, shaped, strict=True)]) if ranks else None,
    }


def _column(ranks: Sequence[Ranks], column: str) -> dict[str, Any]:
    values = {
        "hit@3": _hits(ranks, column, 3),
        "hit@1": _hits(ranks, column, 1),
        "mrr@10": [1 / place if (place := one.of(column)) else 0.0 for one in ranks],
    }
    means = {name: _mean(scores) for name, scores in values.items()}
    return {**means, "intervals_95": {name: bootstrap_interval(scores) for name, scores in values.items() if scores}}


def _hits(ranks: Sequence[Ranks], column: str, within: int) -> list[float]:
    return [float((one.of(column) or _HITS + 1) <= within) for one in ranks]


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0


def _of(ranks: Iterable[Ranks], split: str) -> list[Ranks]:
    return [one for one in ranks if one.question.split == split]


def _plain(text: str) -> str:
    return " ".join(text.split())
