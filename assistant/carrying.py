"""Takes a question that leans on the conversation together with the conversation's topic.

The topic is the words of the learner's own earlier questions, from the last one that stood by itself up to now: what
history the question needs, and no more. That history is added by words and not by rewriting, and only to questions that
need it, is the idea of historical query expansion (Yang, Lin et al., TREC CAsT 2019) and of term resolution
(Voskarides et al. 2020). Their trained models are replaced by cues (`leaning`) and by the shelf's own scale: a question
that may or may not lean is asked both ways, and the reading stands that the content covers better.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.leaning import Cue, Leaning, content_of, points_here, read_leaning, topic_words
from foundation.ids import LessonId
from knowledge.lexical import terms
from knowledge.repair import Change, repair
from knowledge.shelf import Shelf

# How many earlier questions a topic is put together from, and from when on one is too long to be taken as it is.
_THREAD = 3
_TOPIC_WORDS, _TOPIC_CHARS = 12, 120
# A word in no more than this share of the passages names a place in the course.
_RARE_SHARE = 0.05
# How far a question read together with its topic must stand above itself alone, in standard deviations of questions
# about anything. One that opens like a next step and names next to nothing is given the benefit of the doubt. Set on
# the development half of evals/questions/dialogues-*.jsonl (2026-11).
_MARGIN, _MARGIN_POOR, _MARGIN_SHORT = 0.8, -0.5, 1.0
# A question with one of these, as stems, is about the exercise and not about the lesson around it.
_OF_EXERCISE = frozenset(terms("exercise exercises task tasks задание задания задача задачи упражнение упражнения"))


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier question of a conversation, as it was understood by itself.

    `leaned` says that it was taken together with what came before it; `heading` is where its answer was cited from
    first, "" when nothing was.
    """

    text: str
    leaned: bool = False
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Nearby:
    """What is before the learner's eyes: the open lesson, or the one of their last attempt; `exercise` in its words."""

    lesson: LessonId
    title: str
    exercise: str = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """How a question that shows cues was read: `own` words of its own, `topic` what the conversation is about.

    `alone` and `together` are strengths above the threshold of the shelf's scale, None where one reading was not tried.
    """

    own: str
    topic: str
    cues: tuple[str, ...]
    taken: bool
    alone: float | None = None
    together: float | None = None

    @property
    def is_here(self) -> bool:
        """Whether the topic is what is open, and not what was said."""
        return Cue.HERE.value in self.cues

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any] | None) -> "Carried | None":
        """From the plain values that `asdict` gave."""
        return None if plain is None else cls(**{**plain, "cues": tuple(plain["cues"])})


@dataclass(frozen=True, slots=True)
class Carrying:
    """A question and a topic it may lean on; `changes` are repairs of the question.

    `near` is the lesson whose passages come first, where the topic is what is open.
    """

    own: str
    topic: str
    leaning: Leaning
    changes: tuple[Change, ...]
    near: LessonId | None = None

    @property
    def text(self) -> str:
        """Both as one question; the topic behind it, as it was asked, found the most (development half, 2026-11)."""
        return f"{self.own} {self.topic}"

    @property
    def is_firm(self) -> bool:
        """Whether it cannot be understood without its topic."""
        return self.leaning.firm or self.near is not None

    def prefers_together(self, alone: float | None, together: float | None) -> bool:
        """Whether the reading together with the topic stands, by how strongly the content speaks for either."""
        if alone is None or together is None:
            return self.leaning.poor
        if self.leaning.poor:
            return together - alone >= _MARGIN_POOR
        # Words that this content says nothing about are another topic, not the rest of this one.
        return alone >= 0 and together - alone >= (_MARGIN_SHORT if self.leaning.short else _MARGIN)

    def decided(self, *, taken: bool, alone: float | None, together: float | None) -> Carried:
        """What came of it, as a trace keeps it."""
        return Carried(self.own, self.topic, tuple(map(str, self.leaning.cues)), taken, alone, together)


def plan_carrying(
    question: str, said: Sequence[Said], shelf: Shelf, *, nearby: Nearby | None = None
) -> Carrying | None:
    """A question and the topic it may lean on; None when there is neither a topic nor a cue.

    What is open is the topic of a question that points at it, and of one that names nothing where nothing was said.
    """
    if not said and nearby is None:
        return None
    repaired = repair(question, shelf.vocabulary)
    leaning = read_leaning(repaired.text)
    if nearby is not None and points_here(repaired.text):
        return _here(repaired.text, nearby, leaning, repaired.changes)
    topic = "" if not leaning.cues or _points_by_itself(leaning, shelf) else _topic_of(said, shelf)
    if topic:
        return Carrying(repaired.text, topic, leaning, repaired.changes)
    if nearby is not None and not said and leaning.firm and not leaning.content:
        return _here(repaired.text, nearby, leaning, repaired.changes)
    return None


def _here(own: str, nearby: Nearby, leaning: Leaning, changes: tuple[Change, ...]) -> Carrying:
    of_exercise = bool(nearby.exercise) and not _OF_EXERCISE.isdisjoint(content_of(own.lower().split()))
    topic = nearby.exercise[:_TOPIC_CHARS].rsplit(" ", 1)[0] if of_exercise else nearby.title
    return Carrying(own, topic, replace(leaning, cues=(Cue.HERE,)), changes, nearby.lesson)


def _points_by_itself(leaning: Leaning, shelf: Shelf) -> bool:
    """Whether a short question names only what few passages speak of: that is where it points."""
    few = max(_RARE_SHARE * shelf.lexical.size, 1)
    return leaning.short and all(0 < shelf.lexical.frequency(term) <= few for term in leaning.content)


def leans(question: str) -> bool:
    """Whether an earlier question leaned, told without asking it again; for conversations that a client keeps."""
    leaning = read_leaning(question)
    return leaning.firm or leaning.poor


def _topic_of(said: Sequence[Said], shelf: Shelf) -> str:
    """What the thread was about: its questions in order, of long ones their rarest words."""
    thread = [_shortened(each.text, shelf) for each in reversed(_thread(said))]
    if not thread:
        return next((each.heading for each in reversed(said) if each.heading), "")
    return ", ".join(thread)


def _shortened(question: str, shelf: Shelf) -> str:
    words = dict.fromkeys(topic_words(question))
    if len(words) <= _TOPIC_WORDS and len(question) <= _TOPIC_CHARS:
        return question.strip(" ?!.,;:")
    rarest = sorted(words, key=lambda word: _weight(word, shelf), reverse=True)[:_TOPIC_WORDS]
    return " ".join(word for word in words if word in rarest)[:_TOPIC_CHARS]


def _weight(word: str, shelf: Shelf) -> float:
    """How much a word says about a topic: rare ones the most, those the shelf does not know the least."""
    known = [shelf.lexical.weight(term) for term in terms(word) if shelf.lexical.frequency(term)]
    return max(known, default=0.0)


def _thread(said: Sequence[Said]) -> list[Said]:
    """The latest questions up to the one that stood by itself, newest first."""
    thread: list[Said] = []
    for each in reversed(said):
        if not topic_words(each.text):
            continue
        thread.append(each)
        if not each.leaned or len(thread) == _THREAD:
            break
    return thread
