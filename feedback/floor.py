"""The privacy floor: whose voices count, how much of one learner counts, and whose words may be shown.

A theme is shown once `k` learners stand behind it who cannot all be one: people somebody vouches for, and browsers
that came back. Fresh browsers, copies from browsers and messages of nobody known make no theme visible, however many
they are.

Words are shown only of a learner who is hidden among `k` at least as well proved as themselves: browsers that were
brought together around one known person make the theme visible, and not that person's words.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from feedback.item import ItemKind, Voice
from foundation.ids import content_hash
from knowledge.words import fold
from learning.presence import who_came_back

MOST_OF_ONE = 3
"""So many items of one learner count in a theme."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is counted of an item; its fields are those of `feedback.item.Item`."""

    id: str
    learner: str | None
    voice: Voice
    text: str
    created: datetime
    kind: ItemKind = ItemKind.COMMENT
    outcome: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Voices:
    """Learners who count: `proved` are vouched for, `returning` are browsers that came back."""

    proved: frozenset[str]
    returning: frozenset[str]

    @property
    def learners(self) -> frozenset[str]:
        """All of them."""
        return self.proved | self.returning

    def among(self, learners: Collection[str | None]) -> "Voices":
        """Those of them who are named."""
        return Voices(self.proved.intersection(learners), self.returning.intersection(learners))

    def reach(self, k: int) -> bool:
        """Whether there are enough of them to show anything at all."""
        return len(self.learners) >= k

    def hide(self, learner: str | None, k: int) -> bool:
        """Whether a learner is hidden among `k` who are at least as well proved, so that their words may be shown."""
        if learner in self.proved:
            return len(self.proved) >= k
        return learner in self.returning and self.reach(k)


def voices_in(said: Iterable[Said], *, came_back: Collection[str]) -> Voices:
    """Whose voices count among items; `came_back` are the browsers that did.

    Of browsers that say the same, word by word, the first counts: copies are made, not thought of.
    """
    proved, returning = set[str](), set[str]()
    copies: set[str] = set()
    for item in sorted(said, key=lambda each: (each.created, each.id)):
        match item.voice:
            case Voice.PERSON if item.learner is not None:
                proved.add(item.learner)
            case Voice.BROWSER if item.learner is not None and item.learner in came_back:
                mark = _words(item.text)
                if item.learner in returning or mark not in copies:
                    returning.add(item.learner)
                copies.add(mark)
            case _:
                pass
    return Voices(frozenset(proved), frozenset(returning - proved))


def counted_items(said: Iterable[Said], voices: Voices) -> list[Said]:
    """The items that count: of learners who do, the first three of each, in the order they were said."""
    told: dict[str, int] = {}
    kept = []
    learners = voices.learners
    for item in sorted(said, key=lambda each: (each.created, each.id)):
        if item.learner is None or item.learner not in learners:
            continue
        told[item.learner] = told.get(item.learner, 0) + 1
        if told[item.learner] <= MOST_OF_ONE:
            kept.append(item)
    return kept


def browsers_that_came_back(session: Session, product: str, said: Sequence[Said], *, until: datetime) -> frozenset[str]:
    """Of the browsers among items, those that came back until then."""
    browsers = {item.learner for item in said if item.voice is Voice.BROWSER and item.learner is not None}
    return who_came_back(session, product, browsers, until=until) if browsers else frozenset()


def _words(text: str) -> str:
    return content_hash(" ".join(fold(text).split()))
