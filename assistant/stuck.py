"""What a learner who says "I'm stuck" is shown: where to look again, and somebody who was stuck in a similar place.

A case is shown only when it resembles what the learner wrote: its best passage must be nearer to the learner's words
than texts about anything are, by a floor. Standard deviations above the shelf's own background tell less: over the
sample cases, ten paraphrases of them against twelve texts about something else (passwords, payment, another subject),
each in Russian and English over either language, gave an area of 0.75 to 0.77 for `dense_z` of the best passage and
0.82 to 0.98 for this margin. At the floor 28 of the 40 paraphrases are shown a case, 27 of them their own, and 4 of
the 48 others are, three of them English texts over Russian cases (measured 2026-11).
"""

import re
from dataclasses import dataclass

from sqlalchemy.orm import Session

from assistant.conversations import question_of
from assistant.links import lesson_url, near
from assistant.reply import NearLesson
from foundation.database import Database
from foundation.ids import LessonId
from foundation.text import clean_text
from knowledge.blocks import BlockKind
from knowledge.centring import background_cosine
from knowledge.lessons import LessonHead, Source, find_lesson, lesson_heads, load_sources
from knowledge.passages import PassageKind
from knowledge.products import Collection, Product, find_product
from knowledge.search import Ranking, search
from knowledge.shelf import Shelf, ShelfKey
from knowledge.shelves import Shelves

_NEAREST = 3
_HITS = 20
_SITUATION_CHARS = 400
_LIKENESS_FLOOR = 0.048
_SITUATION = re.compile(r"\b(?:situation|ситуаци)", re.IGNORECASE)
# "This is an invented example": true of the whole case, and no part of what its author tells.
_DISCLAIMER = re.compile(r"\b(?:invented|fictional|made[- ]up|выдуман|вымышлен|придуман)", re.IGNORECASE)
_DISCLAIMER_CHARS = 200


@dataclass(frozen=True, slots=True)
class NearCase:
    """An alumni case: its situation in the graduate's own words, and where to read on."""

    title: str
    situation: str
    url: str


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
    cases = shelves.shelf(ShelfKey(product.slug, Collection.CASES))
    ranking = search(words, lessons, encoder=shelves.encoder, index=shelves.index, count=_HITS)
    alike = _most_alike(cases, words, shelves)
    with database.read() as session:
        case = _case(session, product, cases, alike) if alike else None
        return Foothold(_nearest(session, product, ranking, opened), case)


def _nearest(session: Session, product: Product, ranking: Ranking, opened: LessonHead | None) -> tuple[NearLesson, ...]:
    ids = list(dict.fromkeys(hit.place.lesson for hit in ranking.hits))[:_NEAREST]
    heads = lesson_heads(session, ids)
    found = [heads[lesson] for lesson in ids if lesson in heads]
    if opened is not None and opened.id not in heads:
        found = [opened, *found[: _NEAREST - 1]]
    return tuple(near(product, head) for head in found)


def _most_alike(cases: Shelf, words: str, shelves: Shelves) -> LessonId | None:
    ranking = search(words, cases, encoder=shelves.encoder, index=shelves.index, count=_HITS)
    if not ranking.hits:
        return None
    best = ranking.hits[0].place
    nearest = max(hit.dense for hit in ranking.hits if hit.place.lesson == best.lesson)
    elsewhere = background_cosine(ranking.vector, lang=best.lang, encoder_id=shelves.encoder.id)
    is_alike = elsewhere is not None and nearest >= elsewhere + _LIKENESS_FLOOR
    return best.lesson if is_alike else None


def _case(session: Session, product: Product, cases: Shelf, case: LessonId) -> NearCase | None:
    passages = [place.passage for place in cases.places if place.lesson == case]
    found = load_sources(session, passages)
    prose = [found[passage] for passage in passages if passage in found and found[passage].kind is PassageKind.PROSE]
    told = [source for source in prose if _told_in(source)]
    source = next((source for source in told if _SITUATION.search(source.heading_path[-1])), told[0] if told else None)
    if source is None:
        return None
    text = _told_in(source)
    if len(text) > _SITUATION_CHARS:
        text = f"{text[:_SITUATION_CHARS].rsplit(' ', 1)[0]} …"
    return NearCase(source.lesson.title, text, lesson_url(product, source.lesson, anchor=source.anchor))


def _told_in(source: Source) -> str:
    """A passage from its first block that is no disclaimer; "" when it is nothing else."""
    for part in source.segments:
        if not _is_disclaimer(part.kind, source.text[part.start : part.end]):
            return source.text[part.start :]
    return ""


def _is_disclaimer(kind: BlockKind, text: str) -> bool:
    return kind is BlockKind.PARAGRAPH and len(text) <= _DISCLAIMER_CHARS and bool(_DISCLAIMER.search(text))
