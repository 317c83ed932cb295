"""Which exercise a message is about, and whose solutions are kept from the turn.

A message is about the exercise the page names; or about the one whose own words or data it repeats; or, when it asks
for help or for the answer, about the one the conversation was about last, or the only one of the open lesson. A
question that does none of this is an ordinary one, whatever was talked about before: what the lessons say openly is
told to whoever asks for it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from sqlalchemy.orm import Session

from assistant.hints_given import given_before
from assistant.intents import Intent
from assistant.looking import Looked
from assistant.reply import Outcome
from assistant.solution import Solution, numbers_in, solution_of, words_in
from foundation.ids import ConversationId, LessonId
from knowledge.exercises import Exercise, exercises_of, find_exercise
from knowledge.lessons import find_lesson
from knowledge.lexical import LexicalIndex, terms
from knowledge.passages import PassageKind
from knowledge.products import Product
from knowledge.search import Ranking
from knowledge.words import fold
from learning.log import events_with
from learning.progress import TRIES, Result, result_of

_WANTS_HELP = frozenset({Intent.STUCK, Intent.GIVE_ANSWER})
# How far down the search an exercise may stand for its lesson's exercises to be compared with the message.
_HITS = 10
# Of a sentence of the exercise that is repeated; set on evals/questions and evals/tutor (2026-11).
_REPEATED = 80
_FEWEST_WORDS = 5
_REPEATED_SHARE = 0.6
_FEWEST_NAME_CHARS = 8
# Content words of a message such as "and one more" or "now backwards".
_LITTLE = 3
_SHARED_NUMBERS = 2
_SHARED_WORDS, _SHARED_WORDS_FIRST = 0.5, 0.75
# "How do I start an A/B test?" shares three with an exercise about tests, and is a question all the same.
_FEWEST_SHARED = 4
_EXERCISE_NAMED = re.compile(r"\b(?:exercise|quiz|task|problem|homework|упражнен|задани|задач|домашк|квиз)\w*")
_IN_QUOTES = re.compile("[\"“«'„]([^\"”»'“]{4,120})[\"”»'“]")
# Asks for what only a key has, in a conversation that is about an exercise.
_ASKS_FOR_KEY = re.compile(
    r"\b(?:answer|solution|solve|correct|right|option|letter|hint|key|reveal|base64|rot13|hex|encode|decode|number|"
    r"result|yes or no|true or false|ответ|решени|реши|верн|правильн|вариант|букв|подсказ|ключ|раскро|закодир|число|"
    r"результат|да или нет|итог|otvet|reshen|podskaz|pravil|variant)\w*"
)


@dataclass(frozen=True, slots=True)
class AtStake:
    """`about` is the exercise of the message, None for an ordinary one; `solutions` are those kept from the turn.

    `is_passed` says that the learner has solved the exercise: its solution is not kept from them any more.
    """

    about: Exercise | None = None
    solutions: tuple[Solution, ...] = ()
    is_passed: bool = False


NOTHING_AT_STAKE = AtStake()


@dataclass(frozen=True, slots=True)
class Message:
    """What is known of a message before anything is said to it."""

    text: str
    intent: Intent
    product: Product
    conversation: ConversationId
    learner: str | None
    lesson: str | None
    block: str | None
    looked: Looked

    @property
    def ranking(self) -> Ranking:
        """What the message found."""
        return self.looked.ranking

    @property
    def says_little(self) -> bool:
        """Whether it names next to nothing itself: it goes on with what was said, or with what is open."""
        carried, judged = self.looked.carried, self.looked.judgement
        goes_on = judged.outcome is Outcome.DECLINED or (carried is not None and carried.taken)
        return goes_on and len(set(terms(self.text))) <= _LITTLE


def find_at_stake(
    session: Session, message: Message, *, lexical: LexicalIndex, read_by_model: Sequence[LessonId] = ()
) -> AtStake:
    """What is at stake in a message; reads only. The solutions of lessons that a model will read are kept as well."""
    nearby = _nearby(session, message)
    about = _about(session, message, nearby, lexical)
    beside = exercises_of(session, dict.fromkeys(read_by_model)) if read_by_model else []
    kept = {exercise.id: exercise for exercise in (*nearby, *((about,) if about else ()), *beside)}
    passed = _passed(session, message) if kept else frozenset[str]()
    solutions = tuple(solution_of(exercise) for exercise in kept.values() if exercise.id not in passed)
    return AtStake(about, solutions, about is not None and about.id in passed)


def resembles(text: str, exercise: Exercise, *, lexical: LexicalIndex, is_first: bool) -> bool:
    """Whether a message repeats an exercise: its name, a sentence of it, its data, or, being found first, its words."""
    words = words_in(text)
    flat = " ".join(words)
    if _names(text, flat, exercise):
        return True
    if len(words) >= _FEWEST_WORDS and _repeats(flat, exercise):
        return True
    asked = f"{exercise.title} {exercise.text}"
    shared = lexical.coverage(terms(text), terms(asked))
    given = {number for number in numbers_in(text) & numbers_in(exercise.text) if len(number) > 1}
    if len(given) >= _SHARED_NUMBERS and shared >= _SHARED_WORDS:
        return True
    both = set(terms(text)) & set(terms(asked))
    return is_first and len(both) >= _FEWEST_SHARED and shared >= _SHARED_WORDS_FIRST


def _names(text: str, flat: str, exercise: Exercise) -> bool:
    """Whether it is called by its name: in quotation marks, or by a message that speaks of an exercise or an answer."""
    name = " ".join(words_in(exercise.name))
    if len(name) < _FEWEST_NAME_CHARS or " " not in name or name not in flat:
        return False
    said = fold(text)
    quoted = any(name in " ".join(words_in(found)) for found in _IN_QUOTES.findall(text))
    return quoted or bool(_EXERCISE_NAMED.search(said) or _ASKS_FOR_KEY.search(said))


def _repeats(flat: str, exercise: Exercise) -> bool:
    lines = (words_in(line) for line in re.split(r"[\n.!?]\s*", exercise.text))
    told = (" ".join(asked) for asked in lines if len(asked) >= _FEWEST_WORDS)
    # What is much shorter than a sentence is like some part of it by chance.
    long_enough = (line for line in told if len(flat) >= len(line) * _REPEATED_SHARE)
    return any(fuzz.partial_ratio(line, flat, score_cutoff=_REPEATED) for line in long_enough)


def _nearby(session: Session, message: Message) -> list[Exercise]:
    """The exercises of the lessons that the message may be about: of those found first, and of the open one."""
    hits = message.ranking.hits[:_HITS]
    lessons: list[LessonId] = [hit.place.lesson for hit in hits if hit.place.kind is PassageKind.EXERCISE]
    if message.lesson is not None:
        lessons.append(find_lesson(session, message.product.slug, message.lesson).id)
    return exercises_of(session, dict.fromkeys(lessons)) if lessons else []


def _about(session: Session, message: Message, nearby: Sequence[Exercise], lexical: LexicalIndex) -> Exercise | None:
    product, wants_help = message.product.slug, message.intent in _WANTS_HELP
    named = find_exercise(session, product, message.block, lesson=message.lesson) if message.block else None
    if named is not None and wants_help:
        return named
    first = message.ranking.hits[0].place if message.ranking.hits else None
    for exercise in _named_first(nearby, named):
        is_first = first is not None and first.kind is PassageKind.EXERCISE and first.lesson == exercise.lesson.id
        if resembles(message.text, exercise, lexical=lexical, is_first=is_first):
            return exercise
    if not wants_help and not message.says_little and not _ASKS_FOR_KEY.search(fold(message.text)):
        return None
    before = [hint.exercise for hint in given_before(session, message.conversation) if hint.exercise]
    last = named or (find_exercise(session, product, before[-1]) if before else None)
    mine = [exercise for exercise in nearby if exercise.lesson.slug == message.lesson]
    # Who is stuck with another lesson open has gone on; who wants an answer wants the one that was talked about.
    gone_on = bool(mine) and last is not None and last.lesson.slug != message.lesson and message.intent is Intent.STUCK
    if last is not None and not gone_on:
        return last
    return mine[0] if wants_help and len(mine) == 1 else None


def _named_first(nearby: Sequence[Exercise], named: Exercise | None) -> Iterable[Exercise]:
    return nearby if named is None else (named, *(each for each in nearby if each.id != named.id))


def _passed(session: Session, message: Message) -> frozenset[str]:
    """The exercises this learner has passed."""
    if message.learner is None:
        return frozenset()
    # Tries alone: what somebody asked over the months is a hundred times as much.
    events = events_with(session, message.product.slug, TRIES, actors=[message.learner])
    return frozenset(event.block for event in events if event.block and result_of(event) is Result.PASSED)
