"""Keeps solutions out of a turn: out of what a model or the extractor gets to read, and out of what a model says.

What a key alone says is in no passage; a worked solution that learners may open on their lesson's page is, and is left
out of the turns of who has not solved its exercise yet. What the lessons say openly elsewhere is nobody's secret: a
sentence that tells no more of a solution than the passage it quotes is an ordinary answer.
"""

from collections import deque
from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace

from assistant.compose import Draft
from assistant.extract import Evidence
from assistant.grounding import judge
from assistant.looking import Looked
from assistant.solution import Solution
from foundation.errors import ModelUnavailable
from knowledge.lessons import Source

WITHHELD = "withheld"
# What is told bit by bit is read together over so many sentences.
_TOGETHER = 4
# A single letter names an option where an exercise is spoken of; elsewhere it names a group, a variable, anything.
_LOOSE = "letter "


def without_worked(looked: Looked, solutions: Sequence[Solution]) -> Looked:
    """What was found, without worked solutions of these exercises; judged anew when there were any."""
    kept = tuple(item for item in looked.evidence if not is_worked(item.source, solutions))
    if len(kept) == len(looked.evidence):
        return looked
    gone = {item.source.passage for item in looked.evidence} - {item.source.passage for item in kept}
    hits = tuple(hit for hit in looked.ranking.hits if hit.place.passage not in gone)
    return _judged(replace(looked, ranking=replace(looked.ranking, hits=hits)), kept)


def _judged(looked: Looked, evidence: tuple[Evidence, ...]) -> Looked:
    judgement = judge(looked.ranking, evidence, shelf=looked.shelf, scale=looked.judgement.scale)
    return replace(looked, evidence=evidence, judgement=judgement)


def is_worked(source: Source, solutions: Iterable[Solution]) -> bool:
    """Whether a passage is a worked solution of one of these exercises."""
    exercises = (solution.exercise for solution in solutions)
    return any(source.lesson.id == each.lesson.id and source.anchor in each.worked for each in exercises)


def tells(text: str, solutions: Iterable[Solution]) -> bool:
    """Whether a course's own text tells anything of these solutions."""
    return any(solution.told_in(text) for solution in solutions)


class Guard:
    """Listens to what a model says in one turn and knows which of its sentences tell a solution.

    `is_exercise` says that the turn is about an exercise: then nothing of it may be told, whatever a passage says.
    """

    def __init__(self, solutions: Sequence[Solution], *, is_exercise: bool) -> None:
        self._solutions = solutions
        self._is_exercise = is_exercise
        self._said: deque[Draft] = deque(maxlen=_TOGETHER - 1)

    def lets_through(self, draft: Draft) -> bool:
        """Whether a sentence tells nothing, alone and together with those that were let through just before it."""
        together = (*self._said, draft)
        if self._tells([draft]) or (self._said and self._tells(together)):
            return False
        self._said.append(draft)
        return True

    def _tells(self, drafts: Sequence[Draft]) -> bool:
        text = " ".join(draft.text for draft in drafts)
        quoted = "\n".join(quote.text for draft in drafts for quote in draft.quotes)
        return any(self._told_beyond(solution, text, quoted) for solution in self._solutions)

    def _told_beyond(self, solution: Solution, text: str, quoted: str) -> bool:
        told = solution.told_in(text, disguised=True)
        if told and not self._is_exercise:
            told = frozenset(item for item in told - solution.told_in(quoted) if not item.startswith(_LOOSE))
        return bool(told)


async def guarded(drafts: AsyncGenerator[Draft, None], guard: Guard) -> AsyncGenerator[Draft, None]:
    """A model's drafts but for those that tell a solution; their numbers go into the trace, for a replay."""
    withheld: list[int] = []
    number = 0
    failure: ModelUnavailable | None = None
    try:
        async with aclosing(drafts) as told:
            async for draft in told:
                if draft.text and not guard.lets_through(draft):
                    withheld.append(number)
                else:
                    yield draft
                number += bool(draft.text)
    except ModelUnavailable as err:
        failure = err
    if withheld:
        yield Draft("", trace={WITHHELD: withheld})
    if failure is not None:
        raise failure


async def without_withheld(
    drafts: AsyncGenerator[Draft, None], withheld: Collection[int]
) -> AsyncGenerator[Draft, None]:
    """A model's drafts as they were given out then."""
    number = 0
    async with aclosing(drafts) as told:
        async for draft in told:
            if not draft.text or number not in withheld:
                yield draft
            number += bool(draft.text)
