"""What a learner who says "I'm stuck" is shown: where to look again, and somebody who was stuck in a similar place.

A case is one graduate's experience, quoted and named as such; it is never part of an answer. Which one resembles what
the learner wrote, if any, is decided in `like_cases`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from assistant.conversations import question_of
from assistant.like_cases import LikeCase, rank_cases
from assistant.links import case_url, near
from assistant.reply import NearLesson
from foundation.database import Database
from foundation.errors import Invalid
from foundation.ids import LessonId
from foundation.text import clean_text
from knowledge.blocks import BlockKind
from knowledge.cases.case import Case, cases_of_lessons
from knowledge.cases.groups import told_of
from knowledge.lessons import LessonHead, Source, find_lesson, lesson_heads, sources_of_lessons
from knowledge.passages import PassageKind
from knowledge.products import Collection, Product, find_product
from knowledge.search import Ranking, search
from knowledge.shelf import ShelfKey
from knowledge.shelves import Shelves

_NEAREST = 3
_HITS = 20
_SITUATION_CHARS = 400
_SITUATION = re.compile(r"\b(?:situation|ситуаци)", re.IGNORECASE)
# "This is an invented example": true of the whole case, and no part of what its author tells.
_DISCLAIMER = re.compile(r"\b(?:invented|fictional|made[- ]up|выдуман|вымышлен|придуман)", re.IGNORECASE)
_DISCLAIMER_CHARS = 200


@dataclass(frozen=True, slots=True)
class NearCase:
    """An alumni case: its situation in the graduate's own words, and where to read on.

    `is_example` says that it was invented, `told` what may be told of its author, by field.
    """

    id: str
    title: str
    situation: str
    url: str
    is_example: bool
    is_alike: bool
    told: dict[str, str]


@dataclass(frozen=True, slots=True)
class Foothold:
    """Where to look again and whose case resembles this one."""

    nearest: tuple[NearLesson, ...]
    case: NearCase | None


def find_foothold(
    database: Database, shelves: Shelves, product_slug: str, *, text: str, turn: str | None, lesson: str | None
) -> Foothold:
    """Look by the learner's words, else by the question of the turn, else by the open lesson."""
    with database.read() as session:
        product = find_product(session, product_slug)
        opened = find_lesson(session, product.slug, lesson) if lesson else None
        asked = question_of(session, turn) if turn else None
    words = clean_text(text).strip() or asked or (f"{opened.title}. {opened.outcome}" if opened else "")
    if not words:
        return Foothold((), None)
    lessons = shelves.shelf(ShelfKey(product.slug, Collection.LESSONS))
    ranking = search(words, lessons, encoder=shelves.encoder, index=shelves.index, count=_HITS)
    with database.read() as session:
        cases = _near_cases(session, shelves, product, words, opened, count=1)
        return Foothold(_nearest(session, product, ranking, opened), cases[0] if cases and cases[0].is_alike else None)


def nearest_cases(
    database: Database, shelves: Shelves, product_slug: str, *, text: str, lesson: str | None, count: int
) -> list[NearCase]:
    """The cases nearest to where somebody is stuck, those too far to be shown included. Raises NotFound, Invalid."""
    words = clean_text(text).strip()
    if not words:
        raise Invalid("there is nothing to look for; write where somebody is stuck")
    with database.read() as session:
        product = find_product(session, product_slug)
        opened = find_lesson(session, product.slug, lesson) if lesson else None
        return _near_cases(session, shelves, product, words, opened, count=count)


def _nearest(session: Session, product: Product, ranking: Ranking, opened: LessonHead | None) -> tuple[NearLesson, ...]:
    ids = list(dict.fromkeys(hit.place.lesson for hit in ranking.hits))[:_NEAREST]
    heads = lesson_heads(session, ids)
    found = [heads[lesson] for lesson in ids if lesson in heads]
    if opened is not None and opened.id not in heads:
        found = [opened, *found[: _NEAREST - 1]]
    return tuple(near(product, head) for head in found)


def _near_cases(
    session: Session, shelves: Shelves, product: Product, words: str, opened: LessonHead | None, *, count: int
) -> list[NearCase]:
    cases, lessons = (shelves.shelf(ShelfKey(product.slug, each)) for each in (Collection.CASES, Collection.LESSONS))
    ranked = rank_cases(words, cases, lessons, shelves, session, opened=opened)[:count] if cases.places else []
    ids = [one.lesson for one in ranked]
    known, told = cases_of_lessons(session, ids), situations_of(session, ids)
    return [_near_case(product, told[one.lesson], one, known.get(one.lesson)) for one in ranked if one.lesson in told]


def situations_of(session: Session, cases: Sequence[LessonId]) -> dict[LessonId, Source]:
    """The passage of each case that tells where its author was stuck; a case without prose is left out."""
    told = [
        source for source in sources_of_lessons(session, cases) if source.kind is PassageKind.PROSE and told_in(source)
    ]
    found: dict[LessonId, Source] = {}
    for source in told:
        held = found.get(source.lesson.id)
        if held is None or (_is_situation(source) and not _is_situation(held)):
            found[source.lesson.id] = source
    return found


def _is_situation(source: Source) -> bool:
    return bool(source.heading_path and _SITUATION.search(source.heading_path[-1]))


def _near_case(product: Product, source: Source, like: LikeCase, case: Case | None) -> NearCase:
    return NearCase(
        id=source.lesson.slug,
        title=source.lesson.title,
        situation=told_in(source),
        url=case_url(product, source.lesson, anchor=source.anchor),
        is_example=case is None or case.is_example,
        is_alike=like.is_alike,
        told=told_of(case) if case else {},
    )


def told_in(source: Source) -> str:
    """A passage from its first block that is no disclaimer, cut to a few lines; "" when it is nothing else."""
    for part in source.segments:
        if not _is_disclaimer(part.kind, source.text[part.start : part.end]):
            text = source.text[part.start :]
            return text if len(text) <= _SITUATION_CHARS else f"{text[:_SITUATION_CHARS].rsplit(' ', 1)[0]} …"
    return ""


def _is_disclaimer(kind: BlockKind, text: str) -> bool:
    return kind is BlockKind.PARAGRAPH and len(text) <= _DISCLAIMER_CHARS and bool(_DISCLAIMER.search(text))
