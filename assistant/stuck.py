"""What a learner who says "I'm stuck" is shown: where to look again, and somebody who was stuck at a like place."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from assistant.conversations import question_of
from assistant.links import lesson_url, near
from assistant.reply import NearLesson
from foundation.database import Database
from foundation.text import clean_text
from knowledge.lessons import LessonHead, find_lesson, lesson_heads, load_sources
from knowledge.library import Library
from knowledge.products import Collection, Product, find_product
from knowledge.search import Ranking, search
from knowledge.shelf import ShelfKey

_NEAREST = 3
_HITS = 20
_SITUATION_CHARS = 400


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
    database: Database, library: Library, product_slug: str, *, text: str, turn: str | None, lesson: str | None
) -> Foothold:
    """Look by the learner's words, else by the question of the turn, else by the open lesson."""
    with database.read() as session:
        product = find_product(session, product_slug)
        opened = find_lesson(session, product.slug, lesson) if lesson else None
        asked = question_of(session, turn) if turn else None
    words = clean_text(text).strip() or asked or (f"{opened.title}. {opened.outcome}" if opened else "")
    if not words:
        return Foothold((), None)
    lessons = _search(library, product, Collection.LESSONS, words)
    cases = _search(library, product, Collection.CASES, words)
    with database.read() as session:
        return Foothold(_nearest(session, product, lessons, opened), _case(session, product, cases))


def _search(library: Library, product: Product, collection: Collection, words: str) -> Ranking:
    shelf = library.shelf(ShelfKey(product.slug, collection))
    return search(words, shelf, encoder=library.encoder, index=library.index, count=_HITS)


def _nearest(session: Session, product: Product, ranking: Ranking, opened: LessonHead | None) -> tuple[NearLesson, ...]:
    ids = list(dict.fromkeys(hit.place.lesson for hit in ranking.hits))[:_NEAREST]
    heads = lesson_heads(session, ids)
    found = [heads[lesson] for lesson in ids if lesson in heads]
    if opened is not None and opened.id not in heads:
        found = [opened, *found[: _NEAREST - 1]]
    return tuple(near(product, head) for head in found)


def _case(session: Session, product: Product, ranking: Ranking) -> NearCase | None:
    if not ranking.hits:
        return None
    passage = ranking.hits[0].place.passage
    source = load_sources(session, [passage]).get(passage)
    if source is None:
        return None
    text = (
        source.text if len(source.text) <= _SITUATION_CHARS else f"{source.text[:_SITUATION_CHARS].rsplit(' ', 1)[0]} …"
    )
    return NearCase(source.lesson.title, text, lesson_url(product, source.lesson, anchor=source.anchor))
