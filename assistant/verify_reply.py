"""Lets the reply of a card join the answer memory: for which questions, on which passages, with nobody named in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assistant.hand_over import HandOver
from assistant.proposed_reply import without_courtesies
from assistant.solution import solution_of
from assistant.tables import VerifiedAnswerRow
from assistant.verified import Rest, VerifiedAnswer, as_verified
from foundation.errors import Conflict, Invalid
from foundation.ids import LessonId, PassageId, random_id
from foundation.text import clean_text
from knowledge.cases.remarks import Remark, Sign, names, remarks_on
from knowledge.exercises import exercises_of
from knowledge.language import Lang, language_of
from knowledge.lessons import Source, find_lesson, load_sources, sources_of_lessons

MAX_QUESTION_CHARS = 1_000


MAX_PHRASINGS = 8


@dataclass(frozen=True, slots=True)
class Reuse:
    """How a reply is to be used again: for which questions, one a line, and which passages of the card it rests on.

    `checked` says that a person has looked at what `personal_signs` points at and lets it stand.
    """

    question: str
    passages: tuple[str, ...]
    checked: bool = False


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
    return as_verified(row)


def phrasings_of(question: str) -> tuple[str, ...]:
    """The ways to ask in a text, one a line. Raises Invalid for none, too many, or one that is too long."""
    lines = [" ".join(line.split()) for line in clean_text(question).split("\n")]
    found = tuple(dict.fromkeys(line for line in lines if line))
    if not found:
        raise Invalid("a reusable reply needs the question it answers")
    if len(found) > MAX_PHRASINGS or any(len(line) > MAX_QUESTION_CHARS for line in found):
        raise Invalid(f"write up to {MAX_PHRASINGS} ways to ask, one a line, {MAX_QUESTION_CHARS} characters each")
    return found


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
