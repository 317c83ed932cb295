"""Hears what a model says and holds back the sentences that tell a solution.

What the lessons say openly is nobody's secret: outside of exercises, a sentence that tells no more of a solution than
the passage it quotes is an ordinary answer.
"""

from collections import deque
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing

from rapidfuzz import fuzz

from assistant.compose import Draft
from assistant.solution import Solution, words_in
from foundation.errors import ModelUnavailable
from knowledge.exercises import Exercise
from knowledge.lexical import terms

WITHHELD = "withheld"
# What is told bit by bit is read together over so many sentences.
_TOGETHER = 4
# A single letter names an option where an exercise is spoken of; elsewhere it names a group, a variable, anything.
_LOOSE = "letter "
# What a sentence tells by its words; numbers, code and options are told by themselves.
_WORDING = ("run", "phrase ")
_AS_QUOTED = 85
# Of the words of a sentence, stop words apart, as many are the quotes' or the exercise's: simpler words are our own.
_OWN_WORDS_KEPT = 0.5


class Guard:
    """Listens to what a model says in one turn and knows which of its sentences tell a solution.

    `exercise` is the one the turn is about, None for an ordinary turn. In a turn about an exercise nothing of a
    solution may be told, whatever a passage says, and a sentence keeps to the words of its quotes and the exercise.
    """

    def __init__(self, solutions: Sequence[Solution], *, exercise: Exercise | None) -> None:
        self._solutions = solutions
        self._exercise = exercise
        self._asked = frozenset() if exercise is None else frozenset(terms(f"{exercise.title} {exercise.text}"))
        self._said: deque[Draft] = deque(maxlen=_TOGETHER - 1)

    def lets_through(self, draft: Draft) -> bool:
        """Whether a sentence tells nothing, alone and together with those that were let through just before it."""
        together = (*self._said, draft)
        if self._strays(draft) or self._tells([draft]) or (self._said and self._tells(together)):
            return False
        self._said.append(draft)
        return True

    def _strays(self, draft: Draft) -> bool:
        """Whether a sentence about an exercise has too many words of its own: it may hide anything."""
        if self._exercise is None:
            return False
        said = terms(draft.text)
        known = self._asked.union(*(terms(quote.source.text) for quote in draft.quotes))
        return sum(term in known for term in said) < _OWN_WORDS_KEPT * len(said)

    def _tells(self, drafts: Sequence[Draft]) -> bool:
        text = " ".join(draft.text for draft in drafts)
        quoted = "\n".join(quote.text for draft in drafts for quote in draft.quotes)
        return any(self._told_beyond(solution, text, quoted) for solution in self._solutions)

    def _told_beyond(self, solution: Solution, text: str, quoted: str) -> bool:
        told = solution.told_in(text, disguised=True)
        if told and self._exercise is None:
            openly = (*_WORDING, _LOOSE) if _is_quoted(text, quoted) else (_LOOSE,)
            told = frozenset(item for item in told - solution.told_in(quoted) if not item.startswith(openly))
        return bool(told)


def _is_quoted(text: str, quoted: str) -> bool:
    """Whether a sentence is, but for a word or two, what its quotes say."""
    return fuzz.partial_ratio(" ".join(words_in(text)), " ".join(words_in(quoted))) >= _AS_QUOTED


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
