"""Verified answers: replies of people that answer the same question again while the text they rest on stands.

An answer is bound to passages of a lesson's revision, whose ids name their content. As soon as one of them is not live
any more it is given to nobody; `retire_changed` then notes why. Who asked first is not kept with it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from assistant.hand_over import HandOver
from assistant.proposed_reply import without_courtesies
from assistant.same_question import asks_the_same
from assistant.solution import solution_of
from assistant.tables import VerifiedAnswerRow
from foundation.database import Database
from foundation.errors import Conflict, Invalid, NotFound
from foundation.ids import LessonId, PassageId, content_hash, random_id
from foundation.text import clean_text
from knowledge.cases.erase import erase_vectors
from knowledge.cases.remarks import Remark, Sign, names, remarks_on
from knowledge.centring import centre
from knowledge.encoder import Encoder, Vector
from knowledge.exercises import exercises_of
from knowledge.language import Lang, language_of
from knowledge.lessons import Source, find_lesson, load_sources, sources_of_lessons
from knowledge.vectors import load_vectors, store_vectors
from knowledge.words import fold

TEXT_CHANGED = "text_changed"
ERASED = "erased"
"""Why an answer left by itself; what a person retired carries that person's own words."""
MAX_QUESTION_CHARS = 1_000
MAX_PHRASINGS = 8
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
class Reuse:
    """How a reply is to be used again: for which questions, one a line, and which passages of the card it rests on.

    `checked` says that a person has looked at what `personal_signs` points at and lets it stand.
    """

    question: str
    passages: tuple[str, ...]
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """A verified answer, how close a question comes to it at best, and whether that is the same question."""

    answer: VerifiedAnswer
    cosine: float
    is_same: bool


class HoldsPersonalData(Invalid):
    """What looks like somebody's data was found in a reply that is to be shown to others."""

    def __init__(self, remarks: Sequence[Remark]) -> None:
        self.remarks = tuple(remarks)
        told = "; ".join(map(str, remarks))
        super().__init__(f"others would read this: {told}. Take it out, or confirm that it may stand")


class TellsSolution(Invalid):
    """The reply tells what an exercise asks for: a person may tell one learner, the assistant tells nobody."""

    def __init__(self, exercise: str) -> None:
        self.exercise = exercise
        super().__init__(f"the reply tells the solution of {exercise!r}; send it without giving it again")


def personal_signs(done: HandOver, *, question: str, reply: str) -> list[Remark]:
    """What a person should look at before others read it: addresses, numbers, names, the asker's own above all."""
    texts = {"question": question, "reply": reply}
    found = [each for each in remarks_on(texts) if each.sign is not Sign.INSTRUCTS]
    called = str(done.card.get("called", ""))
    return found + [Remark(Sign.PERSON, name, called) for name, text in texts.items() if names(text, called)]


def add_verified(session: Session, done: HandOver, reuse: Reuse, *, by: str, now: datetime) -> VerifiedAnswer:
    """Let a card's reply join the answer memory, without the greeting it was sent with.

    Raises Invalid where it says nothing to ask for or nothing it rests on, TellsSolution, HoldsPersonalData unless it
    was checked, Conflict when a passage it is to rest on is not live any more.
    """
    phrasings = phrasings_of(reuse.question)
    lang: Lang = "ru" if done.card.get("locale") == "ru" else "en"
    text = without_courtesies(done.reply, called=str(done.card.get("called", "")), lang=lang)
    remarks = personal_signs(done, question=reuse.question, reply=text)
    if remarks and not reuse.checked:
        raise HoldsPersonalData(remarks)
    sources, rests = _rests(session, done, reuse.passages)
    _check_tells_no_solution(session, text, sources)
    row = VerifiedAnswerRow(id=random_id("v"), product=done.product, question="\n".join(phrasings), text=text)
    row.lang = language_of(phrasings[0])
    row.lesson, row.revision = sources[0].lesson.slug, sources[0].lesson.revision
    row.passages = [{"passage": each.passage, "start": each.start, "end": each.end} for each in rests]
    row.hand_over, row.by, row.created, row.retired, row.reason = done.id, by, now, None, ""
    session.add(row)
    session.flush()
    return _told(row)


def phrasings_of(question: str) -> tuple[str, ...]:
    """The ways to ask in a text, one a line. Raises Invalid for none, too many, or one that is too long."""
    lines = [" ".join(line.split()) for line in clean_text(question).split("\n")]
    found = tuple(dict.fromkeys(line for line in lines if line))
    if not found:
        raise Invalid("a reusable reply needs the question it answers")
    if len(found) > MAX_PHRASINGS or any(len(line) > MAX_QUESTION_CHARS for line in found):
        raise Invalid(f"write up to {MAX_PHRASINGS} ways to ask, one a line, {MAX_QUESTION_CHARS} characters each")
    return found


def list_verified(session: Session, products: Collection[str], *, retired: bool) -> list[VerifiedAnswer]:
    """The answers of these products that may be given, or those that have left; the latest first."""
    mine = select(VerifiedAnswerRow).where(VerifiedAnswerRow.product.in_(products))
    if retired:
        mine = mine.where(VerifiedAnswerRow.retired.is_not(None)).order_by(VerifiedAnswerRow.retired.desc())
    else:
        mine = _unretired(mine).order_by(VerifiedAnswerRow.created.desc())
    return [_told(row) for row in session.scalars(mine.order_by(VerifiedAnswerRow.id))]


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
    return _told(row)


def retire_changed(session: Session, products: Iterable[str], *, now: datetime) -> int:
    """Retire every answer of these products that rests on a text which is not live any more; gives how many."""
    gone = 0
    for row in session.scalars(_unretired(select(VerifiedAnswerRow)).where(VerifiedAnswerRow.product.in_(products))):
        if live_sources(session, _told(row)) is None:
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
            phrasings = [line for row in kept for line in _told(row).phrasings]
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
    answers = [_told(row) for row in session.scalars(mine)]
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


def _rests(session: Session, done: HandOver, passages: Sequence[str]) -> tuple[list[Source], list[Rest]]:
    """What a reply rests on: passages of its card, else all of its lesson, of which then nothing is quoted."""
    shown = {each["passage"]: each for each in done.card.get("evidence", [])}
    if not passages:
        sources = _whole_lesson(session, done)
        return sources, [Rest(source.passage, 0, 0) for source in sources]
    if not set(passages) <= shown.keys():
        raise Invalid("a reply can rest only on the passages of its card")
    found = load_sources(session, [PassageId(each) for each in passages])
    if len(found) < len(set(passages)):
        raise Conflict("a passage of the card has changed since; look at the lesson, then choose again")
    sources = [found[PassageId(each)] for each in dict.fromkeys(passages)]
    return sources, [_rest(source, shown[source.passage]["quote"]) for source in sources]


def _whole_lesson(session: Session, done: HandOver) -> list[Source]:
    if done.lesson is None:
        raise Invalid("choose a passage the reply rests on: without one nobody could tell when it stops being right")
    lesson = LessonId(find_lesson(session, done.product, done.lesson).id)
    sources = sources_of_lessons(session, [lesson])
    if not sources:
        raise Invalid("the lesson of this card has no text a reply could rest on; choose a passage")
    return sources


def _rest(source: Source, quote: str) -> Rest:
    start = source.text.find(quote)
    if start >= 0:
        return Rest(source.passage, start, start + len(quote))
    # What was too long for the card stands there cut.
    told = quote.removesuffix(" …")
    start = source.text.find(told)
    return Rest(source.passage, max(start, 0), max(start, 0) + len(told) if start >= 0 else len(source.text))


def _check_tells_no_solution(session: Session, text: str, sources: Sequence[Source]) -> None:
    """What the passages say themselves is no secret."""
    said = "\n".join(source.text for source in sources)
    for exercise in exercises_of(session, {source.lesson.id for source in sources}):
        solution = solution_of(exercise)
        if solution.told_in(text) - solution.told_in(said):
            raise TellsSolution(exercise.title)


def _unretired(found: Select[VerifiedAnswerRow]) -> Select[VerifiedAnswerRow]:
    return found.where(VerifiedAnswerRow.retired.is_(None))


def _hash(phrasing: str) -> str:
    return content_hash("question", phrasing)


def _told(row: VerifiedAnswerRow) -> VerifiedAnswer:
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
