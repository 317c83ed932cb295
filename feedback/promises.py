"""Promises: whoever had trouble at a place may ask to be told when it is mended, and is told once.

A promise is kept when a release changed its place; should that be taken back before the learner saw the news, it waits
again. Whom to tell is a known learner, or whoever has the conversation.
"""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from feedback.effect import Effect, Verdict
from feedback.effects import list_effects
from feedback.item import Place
from feedback.proposal import ProposalState
from feedback.tables import EffectRow, ItemRow, PromiseRow, ProposalRow
from foundation.errors import Invalid, NotFound
from foundation.ids import ProductSlug, content_hash
from knowledge.language import Lang


@dataclass(frozen=True, slots=True)
class News:
    """That a place was mended where a learner had trouble; `verdict` is what is known of whether it helped."""

    promise: str
    place: Place
    asked: datetime
    release: int
    released: datetime
    verdict: Verdict
    seen: datetime | None


@dataclass(frozen=True, slots=True)
class PromiseCount:
    """How many wait to be told, were told of a release and have not looked yet, and saw it."""

    waiting: int
    told: int
    seen: int


def promise(
    session: Session,
    product: ProductSlug,
    *,
    item: str,
    learner: str | None,
    conversation: str | None,
    now: datetime,
) -> str:
    """Promise to tell of what becomes of an item's place; the same again is the same promise. Gives its id.

    Raises NotFound for an item that is not the product's, Invalid where nobody could be told.
    """
    said = session.get(ItemRow, item)
    if said is None or said.product != product:
        raise NotFound("there is no such feedback item in this product")
    if learner is None and conversation is None:
        raise Invalid("nobody could be told: name the learner, or the conversation in which it was said")
    name = f"w-{content_hash(product, item)}"
    row = session.get(PromiseRow, name)
    if row is None:
        row = PromiseRow(id=name, product=product, item=item, lesson=said.lesson or "", anchor=said.anchor)
        row.created = now
        session.add(row)
    # Known by now, if they were not when they asked first; never somebody else.
    row.learner = row.learner or learner
    row.conversation = row.conversation or conversation
    session.flush()
    return name


def tell_promises(session: Session, product: str, *, now: datetime) -> int:
    """Keep every promise whose place a release changed since; gives how many."""
    _wait_again(session, product)
    waiting = select(PromiseRow).where(PromiseRow.product == product, PromiseRow.told.is_(None))
    rows = list(session.scalars(waiting.order_by(PromiseRow.created, PromiseRow.id)))
    if not rows:
        return 0
    standing = _standing(session, product)
    effects = [effect for effect in reversed(list_effects(session, product)) if effect.proposal in standing]
    kept = 0
    for row in rows:
        place = _place(session, row)
        effect = next((each for each in effects if each.released > row.created and _is_at(each, place)), None)
        if effect is not None:
            row.lesson, row.anchor = effect.place.lesson or "", effect.place.anchor
            row.proposal, row.release, row.told = effect.proposal, effect.release, now
            kept += 1
    session.flush()
    return kept


def news_of(
    session: Session, product: str, *, learner: str | None = None, conversation: str | None = None
) -> list[News]:
    """What somebody is to be told, and was, the latest first: one of each change, however often they asked.

    What made things worse, or was taken back, is not told.
    """
    mine = select(PromiseRow, EffectRow).join(
        EffectRow, (EffectRow.proposal == PromiseRow.proposal) & (EffectRow.release == PromiseRow.release)
    )
    mine = mine.where(PromiseRow.product == product, PromiseRow.told.is_not(None), _whose(learner, conversation))
    standing = _standing(session, product)
    rows = session.execute(mine.order_by(EffectRow.released.desc(), PromiseRow.id)).all()
    told = [pair for pair in rows if pair[1].proposal in standing and pair[1].verdict != Verdict.WORSE]
    each_change = {effect.id: (row, effect) for row, effect in reversed(told)}
    return [_news(row, effect) for row, effect in reversed(each_change.values())]


def news_words(news: News, *, title: str, lang: Lang) -> str:
    """The news in a sentence or two: what was changed and, once it is known, that it helped. No words of others."""
    words = _words(lang)["helped" if news.verdict is Verdict.HELPED else "mended"]
    return words.format(title=title, date=f"{news.released:{'%d.%m.%Y' if lang == 'ru' else '%Y-%m-%d'}}")


def note_seen(
    session: Session, product: str, name: str, *, learner: str | None, conversation: str | None, now: datetime
) -> None:
    """Note that whoever was promised saw the news; again changes nothing. Raises NotFound for another's promise."""
    row = session.get(PromiseRow, name)
    is_theirs = row is not None and (
        (learner is not None and row.learner == learner)
        or (conversation is not None and row.conversation == conversation)
    )
    if row is None or row.product != product or not is_theirs:
        raise NotFound("there is no such news for you in this product")
    if row.told is not None:
        same = select(PromiseRow).where(PromiseRow.product == product, PromiseRow.proposal == row.proposal)
        for each in session.scalars(same.where(_whose(row.learner, row.conversation), PromiseRow.seen.is_(None))):
            each.seen = now
    session.flush()


def count_promises(session: Session, product: str, *, proposal: str | None = None) -> PromiseCount:
    """How many promises of a product are how far; of those kept by one proposal where it is named."""
    mine = select(func.count(), func.count(PromiseRow.told), func.count(PromiseRow.seen)).where(
        PromiseRow.product == product
    )
    if proposal is not None:
        mine = mine.where(PromiseRow.proposal == proposal)
    everybody, told, seen = session.execute(mine).one()
    return PromiseCount(everybody - told, told - seen, seen)


def _news(row: PromiseRow, effect: EffectRow) -> News:
    return News(
        promise=row.id,
        place=Place(effect.lesson, effect.anchor),
        asked=row.created,
        release=effect.release,
        released=effect.released,
        verdict=Verdict(effect.verdict),
        seen=row.seen,
    )


def _wait_again(session: Session, product: str) -> None:
    """Promises kept by what was taken back since, and not seen, wait for the next release."""
    unseen = select(PromiseRow).where(
        PromiseRow.product == product, PromiseRow.told.is_not(None), PromiseRow.seen.is_(None)
    )
    rows = list(session.scalars(unseen))
    standing = _standing(session, product) if rows else frozenset[str]()
    for row in rows:
        if row.proposal not in standing:
            row.proposal, row.release, row.told = None, None, None
    session.flush()


def _standing(session: Session, product: str) -> frozenset[str]:
    """The proposals that are released and were not taken back."""
    mine = select(ProposalRow.id).where(ProposalRow.product == product, ProposalRow.state == ProposalState.RELEASED)
    return frozenset(session.scalars(mine))


def _place(session: Session, row: PromiseRow) -> Place:
    """Where the trouble was: by the item, which may have been placed since."""
    item = session.get(ItemRow, row.item) if row.item is not None else None
    return Place(row.lesson or None, row.anchor) if item is None else Place(item.lesson, item.anchor)


def _is_at(effect: Effect, place: Place) -> bool:
    """Whether an effect is of a place; trouble somewhere in a lesson is met by any change of it."""
    anchors = effect.plan["anchors"]
    return effect.place.lesson == place.lesson and (not place.anchor or anchors is None or place.anchor in anchors)


def _whose(learner: str | None, conversation: str | None) -> ColumnElement[bool]:
    return or_(
        PromiseRow.learner == learner if learner is not None else PromiseRow.id.is_(None),
        PromiseRow.conversation == conversation if conversation is not None else PromiseRow.id.is_(None),
    )


@cache
def _words(lang: Lang) -> dict[str, str]:
    told: dict[str, str] = tomllib.loads(
        (files("feedback") / "news_words" / f"{lang}.toml").read_text(encoding="utf-8")
    )
    return told
