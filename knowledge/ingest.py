"""Takes a course in: pack, encode what is new, then publish everything in one transaction.

Encoding writes vectors only, which nobody sees; lessons change in the last step, all or none. So a question never meets
a half-done ingest, and one that was killed anywhere ends the same when it is run again.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database import Database
from foundation.errors import Conflict, Invalid
from foundation.ids import ProductSlug
from knowledge.blocks import Block, BlockKind, ReadWarning, SourceCourse, Visibility
from knowledge.calibration import encode_background
from knowledge.coverage_scales import ShelfOf, measure_coverage
from knowledge.edit_states import settle_edits
from knowledge.encode_lessons import encode_lessons
from knowledge.encoder import Encoder
from knowledge.identity import check_languages
from knowledge.passages import Passage
from knowledge.plan import PlannedLesson, plan_lessons
from knowledge.products import (
    Collection,
    ProductKind,
    Spoilers,
    check_origin,
    check_url_template,
    describe_product,
    register_product,
)
from knowledge.publish import Published, check_same_course, keep_draft, publish
from knowledge.reapply import Reapplied, live_edits, reapply_edits
from knowledge.recordings import KeptRecording, name_recordings
from knowledge.relations import settle_relations
from knowledge.shelf import ShelfKey
from knowledge.vectors import Progress

_HIDING = (Visibility.STAFF, Visibility.UNPUBLISHED, Visibility.NOT_BEFORE)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a course goes and what its owner said about it; None means: as the course itself says, or as it was.

    As a `draft` it is kept for later, and no learner sees any of it.
    """

    product: ProductSlug
    collection: Collection = Collection.LESSONS
    kind: ProductKind | None = None
    title: str | None = None
    lang: str | None = None
    replace: bool = False
    draft: bool = False


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did.

    `passages` are live ones, and `encoded` counts those of them for which anything had to be encoded; `texts` are the
    windows that were, `calibration` further ones asked of the content to measure its scale (`coverage`). `hidden`
    counts blocks that no learner sees now, keys included, and `hidden_by` says why not, by their visibility. `release`
    is the number of the one it made, None when nothing changed; where it is a `draft`, the counts are of what would be
    live with it. `format` names what the course was
    understood as, and `found` counts what was recognised in it; `words` are those learners may see now.
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
    hidden_by: dict[str, int]
    answer_keys: int
    words: int
    warnings: list[str]
    seconds: float
    release: int | None = None
    draft: bool = False
    format: str = ""
    found: dict[str, int] = field(default_factory=dict)
    words_before_language_choice: int = 0


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
    recordings: Sequence[KeptRecording] = (),
) -> IngestReport:
    """Make the target show exactly this course, or keep it as a draft.

    `recordings` are those of its files that lesson pages can play (`knowledge.recordings`). `shelf_of` gives a shelf as
    it is live; who will lay the new one out anyway spares it being laid out twice.
    Raises Conflict when another course is there already, Invalid when the encoder is not for its language or there can
    be no draft.
    """
    started = time.perf_counter()
    if target.draft and target.collection is not Collection.LESSONS:
        raise Invalid("alumni cases have no releases, so there is no draft of them; leave --draft out")
    with database.read() as session:
        check_same_course(session, course, target.product, target.collection, replace=target.replace)
        course, reapplied = _with_edits(session, course, target)
        lessons = plan_lessons(session, course, target.product, target.collection, encoder=encoder)
    check_languages(encoder, _passages_by_language(lessons), target.product)
    encode_background(database, encoder, workers=workers, progress=progress)
    encoded = encode_lessons(lessons, database, encoder, workers=workers, progress=progress)
    with database.write() as session:
        check_same_course(session, course, target.product, target.collection, replace=target.replace)
        published, warnings = _settle(session, course, target, lessons, reapplied=reapplied, clock=clock)
        name_recordings(session, target.product, recordings)
    key = ShelfKey(target.product, target.collection)
    calibration = 0 if target.draft else measure_coverage(database, encoder, key, shelf_of=shelf_of)
    spent = time.perf_counter() - started
    told = _report(course, lessons, published, encoded=encoded, calibration=calibration, seconds=spent, now=clock())
    warned = [*told.warnings, *map(str, warnings)]
    return replace(told, warnings=warned, release=published.release, draft=target.draft)


def _passages_by_language(lessons: Sequence[PlannedLesson]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for lesson in lessons:
        counted[lesson.lang] += lesson.size
    return counted


def _with_edits(session: Session, course: SourceCourse, target: Target) -> tuple[SourceCourse, Reapplied]:
    """The course with what was approved here and its files do not have."""
    if target.collection is not Collection.LESSONS:
        return course, Reapplied(course.lessons)
    reapplied = reapply_edits(session, target.product, course.lessons)
    warnings = (*course.warnings, *reapplied.warnings)
    return replace(course, lessons=reapplied.lessons, warnings=warnings), reapplied


def _settle(
    session: Session,
    course: SourceCourse,
    target: Target,
    lessons: Sequence[PlannedLesson],
    *,
    reapplied: Reapplied,
    clock: Clock,
) -> tuple[Published, tuple[ReadWarning, ...]]:
    """The step that shows: the product, its lessons and how they relate, or a draft of all three."""
    card = _card(course, target)
    _register(session, course, target, lessons, clock=clock)
    product, unread = target.product, course.unreadable
    if target.collection is not Collection.LESSONS:
        return publish(session, lessons, product, target.collection, unreadable=unread, now=clock()), ()
    if reapplied.edits != {edit.id for edit in live_edits(session, product)}:
        raise Conflict(f"edits of {product} were published or taken back at the same moment; ingest the files again")
    relations, warnings = settle_relations(session, course, product)
    if target.draft:
        kept = keep_draft(
            session,
            lessons,
            product,
            unreadable=unread,
            relations=relations,
            card=card,
            settled=reapplied.settled,
            now=clock(),
        )
        return kept, warnings
    settle_edits(session, reapplied.settled, now=clock())
    describe_product(session, product, **card)
    published = publish(
        session, lessons, product, Collection.LESSONS, unreadable=unread, relations=relations, now=clock()
    )
    return published, warnings


def _register(
    session: Session, course: SourceCourse, target: Target, lessons: Sequence[PlannedLesson], *, clock: Clock
) -> None:
    """Make a new product known; of one that comes as a draft only the name, which its owner chose."""
    card = course.card
    langs = Counter(lesson.lang for lesson in lessons)
    lang = target.lang or card.lang or (langs.most_common(1)[0][0] if langs else "en")
    kind = target.kind or _kind_of(course) or ProductKind.COURSE
    title = target.product if target.draft else target.title or card.title or target.product
    register_product(session, target.product, title=title, kind=kind, lang=lang, now=clock())


def _kind_of(course: SourceCourse) -> ProductKind | None:
    return ProductKind(course.card.kind) if course.card.kind in set(ProductKind) else None


def _card(course: SourceCourse, target: Target) -> dict[str, Any]:
    """What to tell `describe_product`; raises Invalid for an origin or an address that cannot work."""
    card = course.card
    return {
        "title": target.title or card.title,
        "description": card.description,
        "kind": target.kind or _kind_of(course),
        "lang": target.lang or card.lang,
        "origins": None if card.origins is None else [check_origin(origin) for origin in card.origins],
        "suggestions": card.suggestions,
        "spoilers": card.spoilers if card.spoilers in set(Spoilers) else None,
        "hints": None if card.hints is None else card.hints.to_plain(),
        "url_template": check_url_template(card.url_template) if card.url_template else card.url_template,
    }


def _report(
    course: SourceCourse,
    lessons: Sequence[PlannedLesson],
    published: Published,
    *,
    encoded: frozenset[str],
    calibration: int,
    seconds: float,
    now: datetime,
) -> IngestReport:
    blocks = [block for lesson in course.lessons for block in lesson.blocks]
    shown = [block for block in blocks if _is_shown(block, now=now)]
    hidden = [block for block in blocks if not _is_shown(block, now=now)]
    return IngestReport(
        lessons=len(lessons),
        passages=published.added + published.unchanged,
        added=published.added,
        unchanged=published.unchanged,
        removed=published.removed,
        encoded=sum(_touches(passage, encoded) for lesson in lessons for passage in lesson.passages),
        texts=len(encoded),
        calibration=calibration,
        hidden=len(hidden),
        hidden_by={kind.value: sum(block.visibility is kind for block in hidden) for kind in _HIDING},
        answer_keys=sum(block.kind is BlockKind.ANSWER_KEY for block in blocks),
        words=sum(len(block.text.split()) for block in shown),
        warnings=[str(warning) for warning in course.warnings],
        seconds=round(seconds, 3),
        format=course.format,
        found=dict(course.found),
        words_before_language_choice=course.words_read,
    )


def _is_shown(block: Block, *, now: datetime) -> bool:
    opens = block.not_before if block.visibility is Visibility.NOT_BEFORE else None
    return block.visibility is Visibility.LEARNER or (opens is not None and opens <= now)


def _touches(passage: Passage, encoded: frozenset[str]) -> bool:
    return any(window.input_hash in encoded for window in (*passage.windows, *passage.sentences))
