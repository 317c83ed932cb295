"""Verified answers: replies of people that answer the same question again while the text they rest on stands.

An answer is bound to passages of a lesson's revision, whose ids name their content. As soon as one of them is not live
any more it is given to nobody; `retire_changed` then notes why. Who asked first is not kept with it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from assistant.same_question import asks_the_same
from assistant.tables import VerifiedAnswerRow
from foundation.database import Database
from foundation.errors import Conflict, Invalid, NotFound
from foundation.ids import PassageId, content_hash
from foundation.text import clean_text
from knowledge.cases.erase import erase_vectors
from knowledge.centring import centre
from knowledge.encoder import Encoder, Vector
from knowledge.language import Lang
from knowledge.lessons import Source, load_sources
from knowledge.vectors import load_vectors, store_vectors
from knowledge.words import fold

TEXT_CHANGED = "text_changed"
ERASED = "erased"
"""Why an answer left by itself; what a person retired carries that person's own words."""
MAX_RETIRE_CHARS = 500


@dataclass(frozen=True, slots=True)
class Rest:
    """A passage an answer rests on; `start` and `end` are what of it is quoted, equal where nothing is."""

    passage: PassageId
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class VerifiedAnswer:
    """A reply that may be given again; `phrasings` are ways to ask for it, the plainest first."""

    id: str
    product: str
    phrasings: tuple[str, ...]
    text: str
    lang: Lang
    lesson: str
    revision: str
    rests_on: tuple[Rest, ...]
    hand_over: str
    by: str
    created: datetime
    retired: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Near:
    """A verified answer, how close a question comes to it at best, and whether that is the same question."""

    answer: VerifiedAnswer
    cosine: float
    is_same: bool


def list_verified(session: Session, products: Collection[str], *, retired: bool) -> list[VerifiedAnswer]:
    """The answers of these products that may be given, or those that have left; the latest first."""
    mine = select(VerifiedAnswerRow).where(VerifiedAnswerRow.product.in_(products))
    if retired:
        mine = mine.where(VerifiedAnswerRow.retired.is_not(None)).order_by(VerifiedAnswerRow.retired.desc())
    else:
        mine = _unretired(mine).order_by(VerifiedAnswerRow.created.desc())
    return [as_verified(row) for row in session.scalars(mine.order_by(VerifiedAnswerRow.id))]


def retire_verified(session: Session, product: str, answer: str, *, reason: str, now: datetime) -> VerifiedAnswer:
    """Take an answer out of use by hand. Raises NotFound, Invalid without a reason, Conflict for one that has left."""
    row = session.get(VerifiedAnswerRow, answer)
    if row is None or row.product != product:
        raise NotFound("this verified answer is not known here")
    why = " ".join(clean_text(reason).split())
    if not why or len(why) > MAX_RETIRE_CHARS:
        raise Invalid(f"write why it should not be given any more, in up to {MAX_RETIRE_CHARS} characters")
    if row.retired is not None:
        raise Conflict(f"this answer was retired at {row.retired:%Y-%m-%d %H:%M} UTC already")
    row.retired, row.reason = now, why
    session.flush()
    return as_verified(row)


def retire_changed(session: Session, products: Iterable[str], *, now: datetime) -> int:
    """Retire every answer of these products that rests on a text which is not live any more; gives how many."""
    gone = 0
    for row in session.scalars(_unretired(select(VerifiedAnswerRow)).where(VerifiedAnswerRow.product.in_(products))):
        if live_sources(session, as_verified(row)) is None:
            row.retired, row.reason, gone = now, TEXT_CHANGED, gone + 1
    session.flush()
    return gone


def forget_phrasings(session: Session, asked: Mapping[str, str], *, now: datetime) -> int:
    """Remove phrasings that are a learner's own words, given by hand-over; gives how many.

    Their vectors go with them. An answer that is left without a way to ask for it is retired.
    """
    gone = []
    for row in session.scalars(select(VerifiedAnswerRow).where(VerifiedAnswerRow.hand_over.in_(asked))):
        own = fold(" ".join(asked[row.hand_over].split()))
        lines = row.question.split("\n")
        left = [line for line in lines if fold(" ".join(line.split())) != own]
        gone += [line for line in lines if line not in left]
        row.question = "\n".join(left)
        if not left and row.retired is None:
            row.retired, row.reason = now, ERASED
    erase_vectors(session, [_hash(line) for line in gone])
    return len(gone)


def live_sources(session: Session, answer: VerifiedAnswer) -> dict[PassageId, Source] | None:
    """The passages an answer rests on; None when one of them is not live any more.

    One that rests on a whole lesson needs the lesson's very revision: what was added may change it as well.
    """
    sources = load_sources(session, [each.passage for each in answer.rests_on])
    if any(each.passage not in sources for each in answer.rests_on):
        return None
    whole = not any(each.end for each in answer.rests_on)
    if whole and any(source.lesson.revision != answer.revision for source in sources.values()):
        return None
    return sources


def keep_question_vectors(database: Database, encoder: Encoder, phrasings: Iterable[str] | None = None) -> int:
    """Encode the phrasings, of all answers in use unless they are given, that have no vector yet; gives how many.

    Raises EncoderUnavailable.
    """
    with database.read() as session:
        if phrasings is None:
            kept = session.scalars(_unretired(select(VerifiedAnswerRow)))
            phrasings = [line for row in kept for line in as_verified(row).phrasings]
        wanted = {_hash(line): line for line in phrasings}
        known = load_vectors(session, list(wanted), encoder_id=encoder.id, dim=encoder.dim)
    fresh = {key: encoder.encode_question(line) for key, line in wanted.items() if key not in known}
    if fresh:
        with database.write() as session:
            store_vectors(session, fresh, encoder_id=encoder.id)
    return len(fresh)


def nearest_verified(
    session: Session, product: str, question: str, *, lang: Lang, vector: Vector, encoder: Encoder
) -> list[Near]:
    """The answers of a product in a question's language, the closest first.

    `vector` is the question's, moved to its language's centre. Answers whose vectors this encoder has not made yet are
    left out until they are (`keep_question_vectors`).
    """
    mine = _unretired(select(VerifiedAnswerRow)).where(
        VerifiedAnswerRow.product == product, VerifiedAnswerRow.lang == lang
    )
    answers = [as_verified(row) for row in session.scalars(mine)]
    hashes = [_hash(line) for answer in answers for line in answer.phrasings]
    vectors = load_vectors(session, hashes, encoder_id=encoder.id, dim=encoder.dim)
    found = []
    for answer in answers:
        alike = [
            (float(centre(vectors[_hash(line)], lang=lang, role="question", encoder_id=encoder.id) @ vector), line)
            for line in answer.phrasings
            if _hash(line) in vectors
        ]
        if alike:
            same = any(asks_the_same(line, question, lang=lang, cosine=cosine) for cosine, line in alike)
            found.append(Near(answer, max(cosine for cosine, _ in alike), same))
    # Of two answers to one question the newer counts.
    return sorted(found, key=lambda near: (not near.is_same, -near.cosine, -near.answer.created.timestamp()))


def _unretired(found: Select[VerifiedAnswerRow]) -> Select[VerifiedAnswerRow]:
    return found.where(VerifiedAnswerRow.retired.is_(None))


def _hash(phrasing: str) -> str:
    return content_hash("question", phrasing)


def as_verified(row: VerifiedAnswerRow) -> VerifiedAnswer:
    """A row as plain values."""
    return VerifiedAnswer(
        id=row.id,
        product=row.product,
        phrasings=tuple(row.question.split("\n")),
        text=row.text,
        lang="ru" if row.lang == "ru" else "en",
        lesson=row.lesson,
        revision=row.revision,
        rests_on=tuple(_told_rest(each) for each in row.passages),
        hand_over=row.hand_over,
        by=row.by,
        created=row.created,
        retired=row.retired,
        reason=row.reason,
    )


def _told_rest(plain: dict[str, Any]) -> Rest:
    return Rest(PassageId(plain["passage"]), plain["start"], plain["end"])
