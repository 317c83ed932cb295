"""A whole page in a few quotes, for who asks about all of it: "what are the rules?", "how does a week go?"."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from assistant.extract import Quote
from assistant.moves import Asked
from assistant.reply import Outcome
from knowledge.blocks import BlockKind
from knowledge.lessons import LessonHead, Source, live_lessons, sources_of_lessons
from knowledge.lexical import terms
from knowledge.passages import PassageKind, Segment
from knowledge.sentences import sentence_spans

_SECTIONS = 6
_SECTION_CHARS = 400
_LIST_CHARS = 1_200
_QUOTED = (BlockKind.PARAGRAPH, BlockKind.LIST)


def digest_page(session: Session, asked: Asked) -> tuple[Quote, ...]:
    """How each section of the page that a message is about begins; nothing where no page covers it."""
    lesson = _page(asked)
    if lesson is None:
        return ()
    sources = [each for each in sources_of_lessons(session, [lesson.id]) if each.kind is PassageKind.PROSE]
    return tuple(_begin(sources))[:_SECTIONS]


def section_named(session: Session, asked: Asked) -> tuple[Quote, ...]:
    """The section whose heading a message says whole, the longest: "Articles" in "which articles are there?".

    Words of the product's own title, such as "author", name no section.
    """
    common = set(terms(asked.product.title))
    said = set(terms(asked.text)) - common
    lessons = [lesson.id for lesson in live_lessons(session, asked.product.slug)]
    named: dict[int, list[Source]] = {}
    for source in sources_of_lessons(session, lessons):
        heading = set(terms(source.heading_path[-1])) - common if len(source.heading_path) > 1 else set()
        if heading and heading <= said:
            named.setdefault(len(heading), []).append(source)
    if not named:
        return ()
    best = named[max(named)][0]
    return tuple(Quote(best, part.start, _end(best.text, part)) for part in best.segments if part.kind in _QUOTED)[
        :_SECTIONS
    ]


def _page(asked: Asked) -> LessonHead | None:
    """The page whose title shares most words with the message, else the first one found."""
    if asked.looked.judgement.outcome is Outcome.DECLINED or not asked.looked.evidence:
        return None
    said = set(terms(asked.text))
    found = [item.source.lesson for item in asked.looked.evidence]
    return max(found, key=lambda lesson: len(said & set(terms(lesson.title))))


def _begin(sources: Sequence[Source]) -> list[Quote]:
    """The first paragraph or list under each heading but the page's own, cut at a sentence's end."""
    seen: set[tuple[str, ...]] = set()
    quotes = []
    for source in sources:
        if len(source.heading_path) < 2 or source.heading_path in seen:
            continue
        for part in source.segments:
            if part.kind in _QUOTED:
                seen.add(source.heading_path)
                quotes.append(Quote(source, part.start, _end(source.text, part)))
                break
    return quotes


def _end(text: str, part: Segment) -> int:
    """Where to cut: a paragraph at a sentence's end, a list at an item's."""
    if part.kind is BlockKind.LIST:
        cut = text.rfind("\n", part.start, part.start + _LIST_CHARS)
        return part.end if part.end - part.start <= _LIST_CHARS or cut < 0 else cut
    ends = [part.start + span.end for span in sentence_spans(text[part.start : part.end])]
    return max((end for end in ends if end - part.start <= _SECTION_CHARS), default=part.end)
