"""The mover "ladder": who is stuck at an exercise, or asks for its answer, gets the next rung of help instead.

What a rung says is decided here and quoted from the lessons; a model may word the quotes, and nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from assistant.compose import Draft
from assistant.extract import Quote
from assistant.hint_places import Places, find_places
from assistant.hint_words import HintWord, hint_word, nudge
from assistant.hints_given import MOVE, given_before
from assistant.intents import Intent
from assistant.ladder import Rung, Signals, choose_rung
from assistant.links import heading_of
from assistant.masking import tells
from assistant.move import Move, Offer
from assistant.moves import Asked
from assistant.reply import Outcome
from assistant.stuck import NearCase, nearest_cases
from foundation.database import Database
from foundation.ids import PassageId
from knowledge.exercises import Exercise, exercises_of
from knowledge.language import language_of
from knowledge.lessons import Source, find_lesson, live_lessons, load_sources
from knowledge.products import Collection
from knowledge.search import Ranking, search
from knowledge.shelf import Shelf, ShelfKey
from knowledge.shelves import Shelves
from knowledge.worked import is_solution
from learning.events import Verb, record_event
from learning.hinted import Work, work_on
from learning.pace import time_compared

_WANTS_HELP = frozenset({Intent.STUCK, Intent.GIVE_ANSWER})
_HITS = 40
_QUESTION_CHARS = 400
_NAMED = 6
_TIP_CHARS = 800
# Two sentences of the lesson are a rule and what it rests on; more is the lesson again.
_SENTENCES = 2


def ladder(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """The next hint; None for what is neither about an exercise nor a cry for help."""
    exercise = asked.at_stake.about
    if exercise is None and (asked.intent not in _WANTS_HELP or _finds_worked_example(asked)):
        return None
    with database.read() as session:
        if exercise is None and asked.intent is Intent.GIVE_ANSWER:
            return _which(session, asked)
        if exercise is None and not _has_subject(asked):
            return _which(session, asked)
        if exercise is not None and asked.at_stake.is_passed:
            return _solved(asked, exercise)
        return _Hinting(session, asked, exercise, database, shelves).move()


def _finds_worked_example(asked: Asked) -> bool:
    """Whether a solution that is asked for is there to be read: of a worked example, which is nobody's exercise."""
    wants_answer = asked.intent is Intent.GIVE_ANSWER
    return wants_answer and any(is_solution(item.source.heading_path) for item in asked.looked.evidence)


def _has_subject(asked: Asked) -> bool:
    """Whether there is anything to look for: words of a topic, or an open lesson."""
    return asked.lesson is not None or (
        asked.looked.judgement.outcome is not Outcome.DECLINED and len(asked.looked.ranking.terms) > 1
    )


def _which(session: Session, asked: Asked) -> Move:
    """Asks which exercise it is, by name where the open lesson has some."""
    found: Sequence[Exercise] = ()
    if asked.lesson is not None:
        found = exercises_of(session, [find_lesson(session, asked.product.slug, asked.lesson).id])
    names = ", ".join(f"«{each.name}»" if asked.locale == "ru" else f"“{each.name}”" for each in found[:_NAMED])
    text = hint_word(HintWord.WHICH if names else HintWord.WHICH_NONE, asked.locale, names=names)
    return Move(MOVE, (Draft(text),), Outcome.PARTLY, offers=(Offer.PERSON,), links=())


def _solved(asked: Asked, exercise: Exercise) -> Move | None:
    """Its solution, to who has solved it and asks for it; another question about it is answered from the content."""
    if asked.intent not in _WANTS_HELP or not (exercise.key or exercise.worked_texts):
        return None
    drafts = [Draft(hint_word(HintWord.PASSED, asked.locale)), Draft(_solution(exercise, asked))]
    return Move(MOVE, tuple(drafts), offers=(Offer.PERSON,), facts={"exercise": exercise.id, "passed": True}, links=())


def _solution(exercise: Exercise, asked: Asked) -> str:
    return hint_word(HintWord.SOLUTION, asked.locale, key="\n\n".join((*exercise.key, *exercise.worked_texts)))


@dataclass(frozen=True, slots=True)
class _Said:
    """What a rung has to say; nothing of substance where the lessons have nothing for it."""

    drafts: tuple[Draft, ...]
    is_empty: bool = False
    facts: dict[str, Any] | None = None


class _Hinting:
    """One hint: its signals, its rung, and what there is to say on it."""

    def __init__(
        self, session: Session, asked: Asked, exercise: Exercise | None, database: Database, shelves: Shelves
    ) -> None:
        self._session = session
        self._asked = asked
        self._exercise = exercise
        self._database = database
        self._shelves = shelves
        self._lesson = exercise.lesson.slug if exercise is not None else asked.lesson
        self._top = Rung(asked.product.hints.top)
        self._given, self._work = self._before()

    def move(self) -> Move:
        """The hint; a rung the lessons have nothing for says so and goes on to the next one."""
        rung = choose_rung(self._signals())
        drafts: list[Draft] = []
        if self._asked.intent is not Intent.STUCK:
            drafts.append(self._word(HintWord.NO_ANSWER))
        facts: dict[str, Any] = {} if self._exercise is None else {"exercise": self._exercise.id}
        while True:
            said = self._say(rung)
            drafts += said.drafts
            if not said.is_empty or rung >= self._top:
                break
            rung = Rung(rung + 1)
        drafts += self._beyond(rung)
        facts |= {"rung": int(rung), **(said.facts or {})}
        offers = (Offer.PERSON,) if rung >= self._top else (Offer.HINT, Offer.PERSON)
        return Move(
            MOVE,
            tuple(drafts),
            offers=offers,
            facts=facts,
            links=(),
            writes=partial(self._write, rung=rung),
            task=self._task(drafts) if rung is Rung.CONCEPT else "",
        )

    def _beyond(self, rung: Rung) -> list[Draft]:
        """What the author wants said at such a rung beside the hint: the solution, or that no more comes."""
        answer_from = self._asked.product.hints.answer_from
        if self._exercise is not None and answer_from is not None and rung >= answer_from:
            return [Draft(_solution(self._exercise, self._asked))]
        return [self._word(HintWord.TOP)] if rung == self._top < Rung.PERSON and rung in self._given else []

    def _task(self, drafts: Sequence[Draft]) -> str:
        """What a model is told of the exercise; nothing where it would have to translate, for then nobody checks it."""
        quoted = [quote.text for draft in drafts for quote in draft.quotes]
        if self._exercise is None or any(language_of(text, default="en") != self._asked.locale for text in quoted):
            return ""
        return f"{self._exercise.text}\n\n{self._asked.text}"

    def _before(self) -> tuple[tuple[Rung, ...], Work | None]:
        """The rungs given before, and the work that is known: of a learner from the log, else of the conversation."""
        block = None if self._exercise is None else self._exercise.id
        if self._asked.learner is not None:
            slug = self._asked.product.slug
            work = work_on(self._session, slug, self._asked.learner, block=block, lesson=self._lesson)
            return tuple(Rung(rung) for rung in work.rungs), work
        hints = given_before(self._session, self._asked.conversation)
        mine = [hint for hint in hints if hint.exercise == (block or "") and (block or hint.lesson == self._lesson)]
        return tuple(Rung(hint.rung) for hint in mine), None

    def _signals(self) -> Signals:
        work = self._work
        if work is None:
            return Signals(given=self._given, top=self._top)
        return Signals(
            attempts=work.progress.attempts,
            failures=work.progress.failures_in_row,
            last=work.progress.last,
            given=self._given,
            tried_since=work.tried_since,
            time_ratio=self._time_ratio(),
            unaided=work.unaided,
            top=self._top,
        )

    def _time_ratio(self) -> float | None:
        """How many times as long as most the learner has been in the lesson; None where nobody knows."""
        if self._asked.learner is None or self._lesson is None:
            return None
        slug, now = self._asked.product.slug, self._asked.now
        return time_compared(self._session, slug, self._asked.learner, lesson=self._lesson, now=now)

    def _write(self, session: Session, *, rung: Rung) -> None:
        record_event(
            session,
            f"hinted-{self._asked.turn}",
            product=self._asked.product.slug,
            verb=Verb.HINTED,
            actor=self._asked.learner,
            lesson=self._lesson,
            block=None if self._exercise is None else self._exercise.id,
            detail={"rung": int(rung), "turn": self._asked.turn},
            at=self._asked.now,
        )

    def _say(self, rung: Rung) -> _Said:
        says: dict[Rung, Callable[[], _Said]] = {
            Rung.WHERE: self._where,
            Rung.CONCEPT: self._concept,
            Rung.ANALOGUE: self._analogue,
            Rung.GRADUATE: self._graduate,
            Rung.PERSON: lambda: _Said((self._word(HintWord.PERSON),)),
        }
        return says[rung]()

    def _where(self) -> _Said:
        places = self._places()
        if not places.sources:
            return self._nothing(HintWord.WHERE_NONE)
        source = places.sources[self._turn(Rung.WHERE) % len(places.sources)]
        quote = next(each for each in places.sentences if each.source.passage == source.passage)
        heading, title = heading_of(source), source.lesson.title
        name = HintWord.WHERE_LESSON if heading == title else HintWord.WHERE
        text = hint_word(name, self._asked.locale, heading=heading, title=title)
        return _Said((Draft(text, (quote,)), Draft(self._nudge(Rung.WHERE))))

    def _concept(self) -> _Said:
        tip = self._tip()
        if tip:
            return _Said((self._word(HintWord.TIP, tip=tip), Draft(self._nudge(Rung.CONCEPT))))
        skipped = self._turn(Rung.CONCEPT) * _SENTENCES
        said = self._places().sentences
        chosen = said[skipped : skipped + _SENTENCES] or said[:_SENTENCES]
        if not chosen:
            drafts = (self._word(HintWord.CONCEPT_NONE), Draft(self._nudge(Rung.CONCEPT)))
            return _Said(drafts, is_empty=True)
        quotes = tuple(Draft(quote.text, (quote,)) for quote in _in_order(chosen))
        return _Said((self._word(HintWord.CONCEPT), *quotes, Draft(self._nudge(Rung.CONCEPT))))

    def _analogue(self) -> _Said:
        examples = self._places().examples
        if not examples:
            return self._nothing(HintWord.ANALOGUE_NONE)
        quote = examples[self._turn(Rung.ANALOGUE) % len(examples)]
        heading, title = heading_of(quote.source), quote.source.lesson.title
        return _Said((self._word(HintWord.ANALOGUE, heading=heading, title=title), Draft(quote.text, (quote,))))

    def _graduate(self) -> _Said:
        case = self._case()
        if case is None:
            return self._nothing(HintWord.GRADUATE_NONE)
        told = hint_word(HintWord.GRADUATE, self._asked.locale, title=case.title, situation=case.situation)
        if case.is_example:
            told = hint_word(HintWord.GRADUATE_EXAMPLE, self._asked.locale, told=told)
        return _Said((Draft(told),), facts={"case": case.id, "case_url": case.url})

    def _case(self) -> NearCase | None:
        """A graduate's case that resembles the place and tells nothing of the solution."""
        words = self._asked.text if self._exercise is None else f"{self._exercise.name}. {self._exercise.text}"
        slug = self._asked.product.slug
        found = nearest_cases(self._database, self._shelves, slug, text=words, lesson=self._lesson, count=3)
        told = (case for case in found if case.is_alike and not self._tells(f"{case.title}\n{case.situation}"))
        return next(told, None)

    def _tip(self) -> str:
        """The author's next hint that does not give the solution away; "" when there is none left."""
        tips = () if self._exercise is None else self._exercise.tips
        said = [tip[:_TIP_CHARS] for tip in tips if not self._tells(tip)]
        turn = self._turn(Rung.CONCEPT)
        return said[turn] if turn < len(said) else ""

    def _tells(self, text: str) -> bool:
        return tells(text, self._asked.at_stake.solutions)

    def _places(self) -> Places:
        """Where the exercise's own question leads; without an exercise, where the message did."""
        slug = self._asked.product.slug
        shelf = self._shelves.shelf(ShelfKey(slug, Collection.LESSONS))
        ranking = self._asked.looked.ranking if self._exercise is None else self._search(self._exercise, shelf)
        sources = self._in_reach(ranking)
        solutions = self._asked.at_stake.solutions
        return find_places(ranking, sources, shelf=shelf, lesson=self._lesson, solutions=solutions)

    def _search(self, exercise: Exercise, shelf: Shelf) -> Ranking:
        words = f"{exercise.name}. {exercise.text}"[:_QUESTION_CHARS]
        return search(words, shelf, encoder=self._shelves.encoder, index=self._shelves.index, count=_HITS)

    def _in_reach(self, ranking: Ranking) -> list[Source]:
        """The passages found up to the lesson, as they are live, in the order they were found."""
        lessons = [head.id for head in live_lessons(self._session, self._asked.product.slug)]
        upto = len(lessons)
        if self._exercise is not None and self._exercise.lesson.id in lessons:
            upto = lessons.index(self._exercise.lesson.id) + 1
        within = frozenset(lessons[:upto])
        ids: list[PassageId] = [hit.place.passage for hit in ranking.hits if hit.place.lesson in within]
        found = load_sources(self._session, ids)
        return [found[passage] for passage in ids if passage in found]

    def _nothing(self, name: HintWord) -> _Said:
        return _Said((self._word(name),), is_empty=True)

    def _word(self, name: HintWord, **values: str) -> Draft:
        return Draft(hint_word(name, self._asked.locale, **values))

    def _nudge(self, rung: Rung) -> str:
        task = self._asked.text if self._exercise is None else f"{self._exercise.name}\n{self._exercise.text}"
        return nudge(task, self._asked.locale, turn=self._turn(rung) + (rung is Rung.CONCEPT))

    def _turn(self, rung: Rung) -> int:
        """How often this rung was given for it before."""
        return self._given.count(rung)


def _in_order(quotes: Sequence[Quote]) -> list[Quote]:
    """As the course has them: sentences of one passage in their order there."""
    places = {quote.source.passage: number for number, quote in reversed(list(enumerate(quotes)))}
    return sorted(quotes, key=lambda quote: (places[quote.source.passage], quote.start))
