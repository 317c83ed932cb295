"""How much what learners say holds them up."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

from feedback.floor import Said
from feedback.item import ItemKind

HARM: Mapping[ItemKind, float] = {
    ItemKind.STUCK: 1.0,
    ItemKind.HANDED_OVER: 1.0,
    ItemKind.REPEATED: 0.8,
    ItemKind.UNANSWERED: 0.7,
    ItemKind.THUMB_DOWN: 0.6,
    ItemKind.COMMENT: 0.5,
    ItemKind.SURVEY: 0.5,
    ItemKind.FORUM: 0.5,
    ItemKind.THUMB_UP: 0.0,
    ItemKind.PRAISE: 0.0,
}
"""Who cannot go on is held up wholly, who says what should be better by half: an order made plain, nothing measured."""
PARTLY_HARM = 0.4
"""Of a question that was answered in part."""
_PARTLY = "partly"


def harm_of(said: Said) -> float:
    """How much an item says that its learner is held up, 0 to 1; where they gave a score, by that."""
    if said.score is not None:
        return (1.0 - said.score) / 2.0
    if said.kind is ItemKind.UNANSWERED and said.outcome == _PARTLY:
        return PARTLY_HARM
    return HARM[said.kind]


def harm_in(said: Iterable[Said]) -> float:
    """How many learners are held up, each by the worst they said."""
    worst: dict[str | None, float] = defaultdict(float)
    for item in said:
        worst[item.learner] = max(worst[item.learner], harm_of(item))
    # Rounded, so that the order of adding does not show in the last place.
    return round(math.fsum(worst.values()), 6)
