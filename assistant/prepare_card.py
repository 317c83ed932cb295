"""Gathers what is known of a question that is handed over, for the card a person will see."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.extract import Evidence
from assistant.hand_over import Prepared, Wish
from assistant.hand_over_card import Card, Known, Place, Shown, Tried
from assistant.links import cite, lesson_url
from assistant.looking import Looked
from assistant.proposed_reply import propose_reply
from assistant.tables import TurnRow
from foundation.errors import NotFound
from foundation.ids import PassageId
from knowledge.blocks import Spot, SpotKind
from knowledge.exercises import find_exercise
from knowledge.language import Lang, language_of
from knowledge.lessons import LessonHead, Source, find_lesson, load_sources
from knowledge.products import Product
from learning.progress import read_progress

_EARLIER = 6
_EARLIER_CHARS = 500
_RUNGS = 50
_NEAR = 4
_NEAR_CHARS = 400


def prepare_card(
    session: Session, product: Product, wish: Wish, *, looked: Looked | None, known: Sequence[Known], locale: Lang
) -> Prepared:
    """Gather what is known of a wish. `looked` is what was found for a note that no turn belongs to."""
    turn = session.get_one(TurnRow, wish.turn) if wish.turn is not None else None
    question = turn.question if turn is not None else wish.note
    evidence = _shown_in(session, product, turn) if turn is not None else _found(product, looked)
    opened = wish.lesson or (turn.lesson if turn is not None else None)
    cited = next((each.lesson for each in evidence if each.cited), None)
    head = _head(session, product, opened) or _head(session, product, cited)
    card = Card(
        question=question,
        notes=(wish.note,) if turn is not None and wish.note else (),
        called=wish.called,
        locale=locale if turn is None else language_of(question, default=locale),
        earlier=_earlier(session, wish, turn),
        answer=str(turn.reply["text"]) if turn is not None else "",
        outcome=turn.outcome if turn is not None else "",
        where=None if head is None else _place(product, head, evidence, second=wish.second if opened else None),
        tried=_tried(session, product, wish, head),
        rungs=_rungs(session, wish),
        evidence=evidence,
        known=tuple(known),
    )
    return Prepared(
        question=question,
        lesson=None if head is None else head.slug,
        revision=None if head is None else head.revision,
        proposed=propose_reply(card),
        card=card.to_plain(),
    )


def last_turn(session: Session, conversation: str) -> str | None:
    """The latest turn of a conversation."""
    mine = select(TurnRow.id).where(TurnRow.conversation == conversation)
    return session.scalar(mine.order_by(TurnRow.position.desc()).limit(1))


def _head(session: Session, product: Product, slug: str | None) -> LessonHead | None:
    if slug is None:
        return None
    try:
        return find_lesson(session, product.slug, slug)
    except NotFound:  # it was taken out of the course since
        return None


def _place(product: Product, head: LessonHead, evidence: Sequence[Shown], *, second: int | None) -> Place:
    if second is not None:
        spot = Spot(SpotKind.TIME, second)
        url = lesson_url(product, head, spot=spot)
        return Place(head.slug, head.title, head.block_title, url, SpotKind.TIME.value, str(second))
    best = next((each for each in evidence if each.cited and each.lesson == head.slug), None)
    if best is None:
        return Place(head.slug, head.title, head.block_title, lesson_url(product, head))
    return Place(head.slug, head.title, head.block_title, best.url, best.kind, best.value)


def _earlier(session: Session, wish: Wish, turn: TurnRow | None) -> tuple[str, ...]:
    """The questions asked before in the conversation, oldest first, the latest few."""
    before = select(TurnRow.question).where(TurnRow.conversation == wish.conversation)
    if turn is not None:
        before = before.where(TurnRow.position < turn.position)
    latest = session.scalars(before.order_by(TurnRow.position.desc()).limit(_EARLIER)).all()
    return tuple(_cut(question, _EARLIER_CHARS) for question in reversed(latest))


def _rungs(session: Session, wish: Wish) -> tuple[int, ...]:
    """The rungs of the hints given in the conversation, in order."""
    replies = select(TurnRow.reply).where(TurnRow.conversation == wish.conversation)
    facts = [reply.get("facts", {}) for reply in session.scalars(replies.order_by(TurnRow.position))]
    return tuple(fact["rung"] for fact in facts if isinstance(fact.get("rung"), int))[-_RUNGS:]


def _tried(session: Session, product: Product, wish: Wish, head: LessonHead | None) -> tuple[Tried, ...]:
    """The exercise it is about, else those of the lesson that were tried."""
    lesson = None
    if wish.person is not None and head is not None:
        lesson = read_progress(session, product.slug, wish.person).lesson(head.slug)
    blocks = [wish.block] if wish.block else [each.block for each in lesson.blocks] if lesson else []
    found = []
    for block in blocks:
        known = find_exercise(session, product.slug, block, lesson=head.slug if head else None) if block else None
        went = lesson.block(known.id if known else block) if lesson else None
        if known is None and (went is None or not went.attempts):
            continue
        found.append(
            Tried(
                block=known.id if known else block or "",
                title=known.title if known else "",
                text=_cut(known.text, _EARLIER_CHARS) if known else "",
                attempts=went.attempts if went else 0,
                failures_in_row=went.failures_in_row if went else 0,
                last=str(went.last or "") if went else "",
            )
        )
    return tuple(found)


def _shown_in(session: Session, product: Product, turn: TurnRow) -> tuple[Shown, ...]:
    """What a turn cited, and the passages it found beside that."""
    cited = [_cited(each) for each in turn.reply["citations"]]
    shown = {each.passage for each in cited}
    hits = [PassageId(hit["passage"]) for hit in turn.trace.get("hits", []) if "revision" in hit]
    near = [passage for passage in hits if passage not in shown][:_NEAR]
    sources = load_sources(session, near)
    return (*cited, *(_near(product, sources[passage]) for passage in near if passage in sources))


def _found(product: Product, looked: Looked | None) -> tuple[Shown, ...]:
    evidence: Sequence[Evidence] = looked.evidence[:_NEAR] if looked is not None else ()
    return tuple(_near(product, item.source) for item in evidence)


def _cited(citation: dict[str, Any]) -> Shown:
    locator = citation["locator"]
    return Shown(
        passage=citation["passage"],
        lesson=citation["lesson"],
        title=citation["title"],
        kind=locator["kind"],
        value=locator["value"],
        url=locator["url"],
        quote=citation["quote"],
        cited=True,
    )


def _near(product: Product, source: Source) -> Shown:
    cited = cite(product, source, source.text, number=0, start=0)
    return Shown(
        passage=source.passage,
        lesson=source.lesson.slug,
        title=source.lesson.title,
        kind=cited.locator.kind,
        value=cited.locator.value,
        url=cited.locator.url,
        quote=_cut(source.text, _NEAR_CHARS),
        cited=False,
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} …"
