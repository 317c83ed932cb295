"""Takes a course in: pack, encode what is new, then publish everything in one transaction.

Encoding writes vectors only, which nobody sees; lessons change in the last step, all or none. So a question never meets
a half-done ingest, and one that was killed anywhere ends the same when it is run again.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database import Database
from foundation.ids import ProductSlug
from knowledge.blocks import BlockKind, SourceCourse, Visibility
from knowledge.calibration import encode_background
from knowledge.coverage_scales import ShelfOf, measure_coverage
from knowledge.encoder import Encoder
from knowledge.identity import check_languages
from knowledge.passages import Passage
from knowledge.plan import PlannedLesson, plan_lessons
from knowledge.products import Collection, ProductKind, describe_product, register_product
from knowledge.publish import Published, check_same_course, publish
from knowledge.shelf import ShelfKey
from knowledge.vectors import Progress, encode_missing


@dataclass(frozen=True, slots=True)
class Target:
    """Where a course goes and what its owner said about it; None means: as the course itself says, or as it was."""

    product: ProductSlug
    collection: Collection = Collection.LESSONS
    kind: ProductKind | None = None
    title: str | None = None
    lang: str | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did.

    `passages` are live ones, and `encoded` counts those of them for which anything had to be encoded; `texts` are the
    windows that were, `calibration` further ones asked of the content to measure its scale (`coverage`). `hidden`
    counts blocks that no learner sees, keys included.
    """

    lessons: int
    passages: int
    added: int
    unchanged: int
    removed: int
    encoded: int
    texts: int
    calibration: int
    hidden: int
    answer_keys: int
    words: int
    warnings: list[str]
    seconds: float


def _quiet(_done: int, _total: int) -> None:
    """Nobody is watching."""


def ingest(
    course: SourceCourse,
    target: Target,
    *,
    database: Database,
    encoder: Encoder,
    clock: Clock,
    workers: int = 1,
    progress: Progress = _quiet,
    shelf_of: ShelfOf | None = None,
) -> IngestReport:
    """Make the target show exactly this course.

    `shelf_of` gives a shelf as it is live; who will lay the new one out anyway spares it being laid out twice.
    Raises Conflict when another course is there already, Invalid when the encoder is not for its language.
    """
    started = time.perf_counter()
    with database.read() as session:
        check_same_course(session, course, target.product, target.collection, replace=target.replace)
        lessons = plan_lessons(session, course, target.product, target.collection, encoder=encoder)
    check_languages(encoder, _passages_by_language(lessons), target.product)
    encode_background(database, encoder, workers=workers, progress=progress)
    encoded = _encode(lessons, database, encoder, workers=workers, progress=progress)
    with database.write() as session:
        check_same_course(session, course, target.product, target.collection, replace=target.replace)
        _settle_product(session, course, target, lessons, clock=clock)
        published = publish(
            session, lessons, target.product, target.collection, unreadable=course.unreadable, now=clock()
        )
    calibration = measure_coverage(database, encoder, ShelfKey(target.product, target.collection), shelf_of=shelf_of)
    spent = time.perf_counter() - started
    return _report(course, lessons, published, encoded=encoded, calibration=calibration, seconds=spent)


def _passages_by_language(lessons: Sequence[PlannedLesson]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for lesson in lessons:
        counted[lesson.lang] += lesson.size
    return counted


def _encode(
    lessons: Sequence[PlannedLesson], database: Database, encoder: Encoder, *, workers: int, progress: Progress
) -> frozenset[str]:
    """Vectors for what has none: passages' windows whole, what only stands for a sentence rounded."""
    texts = {window.input_hash: window.input_text for lesson in lessons for window in lesson.windows()}
    passages = (passage for lesson in lessons for passage in lesson.passages)
    whole = {window.input_hash for passage in passages for window in passage.windows}
    return encode_missing(database, encoder, texts, workers=workers, progress=progress, rounded=texts.keys() - whole)


def _settle_product(
    session: Session, course: SourceCourse, target: Target, lessons: Sequence[PlannedLesson], *, clock: Clock
) -> None:
    card = course.card
    langs = Counter(lesson.lang for lesson in lessons)
    lang = target.lang or card.lang or (langs.most_common(1)[0][0] if langs else "en")
    kind = target.kind or (ProductKind(card.kind) if card.kind in set(ProductKind) else None)
    fresh_kind = kind or ProductKind.COURSE
    title = target.title or card.title or target.product
    register_product(session, target.product, title=title, kind=fresh_kind, lang=lang, now=clock())
    if target.collection is Collection.LESSONS:
        describe_product(
            session,
            target.product,
            title=target.title or card.title,
            description=card.description,
            kind=kind,
            lang=target.lang or card.lang,
            origins=card.origins,
            suggestions=card.suggestions,
            url_template=card.url_template,
        )


def _report(
    course: SourceCourse,
    lessons: Sequence[PlannedLesson],
    published: Published,
    *,
    encoded: frozenset[str],
    calibration: int,
    seconds: float,
) -> IngestReport:
    blocks = [block for lesson in course.lessons for block in lesson.blocks]
    return IngestReport(
        lessons=len(lessons),
        passages=published.added + published.unchanged,
        added=published.added,
        unchanged=published.unchanged,
        removed=published.removed,
        encoded=sum(_touches(passage, encoded) for lesson in lessons for passage in lesson.passages),
        texts=len(encoded),
        calibration=calibration,
        hidden=sum(block.visibility is not Visibility.LEARNER for block in blocks),
        answer_keys=sum(block.kind is BlockKind.ANSWER_KEY for block in blocks),
        words=sum(len(block.text.split()) for block in blocks if block.visibility is Visibility.LEARNER),
        warnings=[str(warning) for warning in course.warnings],
        seconds=round(seconds, 3),
    )


def _touches(passage: Passage, encoded: frozenset[str]) -> bool:
    return any(window.input_hash in encoded for window in (*passage.windows, *passage.sentences))
