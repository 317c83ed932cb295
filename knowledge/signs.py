"""Reads off what a question found how well it is covered; what it means is for a shelf's scale to say (`coverage`)."""

from collections.abc import Collection, Sequence
from typing import Protocol

from knowledge.coverage import Signs
from knowledge.lexical import LexicalIndex
from knowledge.passages import PassageKind
from knowledge.search import Hit, Ranking
from knowledge.sentence_vectors import SentenceVectors

LOOKED_AT = 5


class Looked(Protocol):
    """What of a shelf the signs are read from."""

    @property
    def sentences(self) -> SentenceVectors:
        """By a place's `order`."""

    @property
    def lexical(self) -> LexicalIndex:
        """What the question's terms weigh."""


def is_evidence(hit: Hit) -> bool:
    """Exercises are found, but a question put to learners answers nothing."""
    return hit.place.kind is not PassageKind.EXERCISE


def read_signs(ranking: Ranking, hits: Sequence[Hit], held: Sequence[Collection[str]], *, shelf: Looked) -> Signs:
    """The signs of the best hits, at least one; `held` are the terms of their passages, headings included."""
    best = [hit.dense for hit in hits]
    spoken = shelf.sentences.best([hit.place.order for hit in hits], ranking.vector)
    return Signs(
        passage=max(best),
        sentence=max(cosine if alone is None else alone for cosine, alone in zip(best, spoken, strict=True)),
        stands_out=max(hit.dense_z for hit in hits),
        words=max(shelf.lexical.coverage(ranking.terms, terms) for terms in held),
    )
