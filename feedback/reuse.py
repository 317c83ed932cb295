"""Finds what is already there to mend a place with: verified answers, and what other sections of the course say.

Nothing here is worded anew: what is found is quoted as it stands, and the author sees where from.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import mean

import numpy as np
from sqlalchemy.orm import Session

from feedback.item import Item, Place
from feedback.placing import encode_item, input_hash
from feedback.quotable import MOST_QUOTED, Reusable, counted, defining, example_in, telling
from foundation.ids import PassageId, ProductSlug
from knowledge.centring import centre
from knowledge.coverage_scales import find_scale
from knowledge.encoder import Encoder, Vector
from knowledge.language import language_of
from knowledge.lessons import Source, live_lessons, load_sources, sources_of_lessons
from knowledge.lexical import terms
from knowledge.products import Collection as Shelved
from knowledge.search import Hit, Ranking, ask_with, search_within
from knowledge.shelf import Shelf, ShelfKey
from knowledge.shelves import Shelves
from knowledge.signs import is_evidence, read_signs
from knowledge.vectors import load_vectors

# So many texts stand for all that was written, out of so many that were written last.
_PROBES, _READ = 5, 60
_LOOKED_AT = 12
# Centred cosine of what learners wrote with a question that was answered, on average. Of 18 paraphrases of six
# questions on one subject 17 reach 0.63; none does so with another question in its language (2026-11).
_SAME_QUESTION = 0.63
# How far above a shelf's threshold, in standard deviations of questions about anything, another section must answer.
_SURE = 0.4
_MOST_CANDIDATES = 2
# So much of a section's words in one passage elsewhere, and so many of them, make it said twice.
_TWIN_SHARE, _TWIN_TERMS = 0.75, 8


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """A question somebody answered for good, the reply, and the passages it rests on."""

    question: str
    reply: str
    passages: tuple[str, ...] = ()


AnswersOf = Callable[[Session, str], Sequence[KnownAnswer]]


@dataclass(frozen=True, slots=True)
class _Near:
    """A passage, how many texts it would answer, and how far it stands above the threshold then, on average."""

    source: Source
    times: int
    strength: float


class Course:
    """What can be reused of one product, read in one session."""

    def __init__(
        self, session: Session, shelves: Shelves, product: ProductSlug, answers: Sequence[KnownAnswer]
    ) -> None:
        self._session = session
        self._encoder: Encoder = shelves.encoder
        self._shelf: Shelf = shelves.shelf(ShelfKey(product, Shelved.LESSONS))
        self._product = product
        self._answers = answers

    def answer_to(self, items: Sequence[Item], *, lang: str) -> KnownAnswer | None:
        """The verified answer to what learners ask, in the lesson's language; None where none is near enough."""
        mine = [answer for answer in self._answers if language_of(answer.question) == lang]
        if not mine:
            return None
        probes = self._probes(items)
        if not probes:
            return None
        asked, known = self._centred(probes), self._centred([answer.question for answer in mine])
        near = (asked @ known.T).mean(axis=0)
        best = int(np.argmax(near))
        return mine[best] if near[best] >= _SAME_QUESTION else None

    def definition_of(self, words: Iterable[str], *, lang: str, besides: Place) -> Reusable | None:
        """The first place of the course that says what one of these words is, outside the section named."""
        for word in words:
            stems = terms(word)
            if not stems:
                continue
            for source in self._sources:
                if not _is_at(source, besides) and (quote := defining(source, stems, lang)):
                    return Reusable(source, quote)
        return None

    def elsewhere(self, items: Sequence[Item], *, besides: Place, example: bool = False) -> Reusable | None:
        """What another section says to what learners wrote, where it would be an answer; None where none is sure.

        With `example` a stretch that is one: code, or a sentence that announces it.
        """
        probes = self._probes(items)
        for near in self._near(probes, besides):
            if 2 * near.times > len(probes) and near.strength >= _SURE:
                quote = example_in(near.source) if example else telling(near.source, counted(probes))
                if quote is not None:
                    return quote
        return None

    def candidates(self, items: Sequence[Item], *, besides: Place) -> list[Reusable]:
        """Sections that may help and are not sure to: for an author to look at, the likeliest first."""
        probes = self._probes(items)
        told = (telling(near.source, counted(probes)) for near in self._near(probes, besides))
        return [quote for quote in told if quote is not None][:_MOST_CANDIDATES]

    def twin_of(self, text: str, *, besides: Place) -> Reusable | None:
        """The passage elsewhere that says nearly all a text says; None where none does."""
        mine = frozenset(terms(text))
        if len(mine) < _TWIN_TERMS:
            return None
        shared = [
            (len(mine & frozenset(terms(source.text))) / len(mine), -number)
            for number, source in enumerate(self._sources)
            if not _is_at(source, besides)
        ]
        most, number = max(shared, default=(0.0, 0))
        source = self._sources[-number] if shared else None
        return Reusable(source, source.text[:MOST_QUOTED]) if source is not None and most >= _TWIN_SHARE else None

    def nearest(self, items: Sequence[Item]) -> Place | None:
        """The section nearest to what learners wrote, sure or not; None for a course without passages."""
        votes: dict[PassageId, float] = defaultdict(float)
        for text in self._probes(items):
            for rank, hit in enumerate(self._ranked(text).hits):
                votes[hit.place.passage] += 1.0 / (1 + rank)
        sources = load_sources(self._session, list(votes))
        best = max(sources.values(), key=lambda each: (votes[each.passage], each.passage), default=None)
        return None if best is None else Place(best.lesson.slug, best.anchor)

    @cached_property
    def _sources(self) -> list[Source]:
        """Every passage of the course in reading order."""
        heads = live_lessons(self._session, self._product)
        order = {head.id: number for number, head in enumerate(heads)}
        found = sources_of_lessons(self._session, list(order))
        return sorted(found, key=lambda source: order[source.lesson.id])

    def _probes(self, items: Sequence[Item]) -> list[str]:
        """What is most alike all that was written last: few texts that stand for the others."""
        texts = list(dict.fromkeys(item.text for item in items if item.text))[-_READ:]
        if len(texts) <= _PROBES:
            return texts
        vectors = self._centred(texts)
        near = vectors @ vectors.mean(axis=0)
        return [texts[number] for number in np.argsort(-near, kind="stable")[:_PROBES]]

    def _centred(self, texts: Sequence[str]) -> Vector:
        """Vectors of texts, `(n, d)`, each moved to its language's centre."""
        vectors, encoder_id = self._vectors(texts), self._encoder.id
        langs = [language_of(text) for text in texts]
        moved = [
            centre(vectors[text], lang=lang, role="question", encoder_id=encoder_id)
            for text, lang in zip(texts, langs, strict=True)
        ]
        return np.stack(moved)

    def _vectors(self, texts: Iterable[str]) -> dict[str, Vector]:
        """Mostly kept already: of items since they were placed, of answered questions since they were verified."""
        keys = {text: input_hash(text) for text in texts}
        wanted = list(keys.values())
        known = load_vectors(self._session, wanted, encoder_id=self._encoder.id, dim=self._encoder.dim)
        return {text: known[key] if key in known else encode_item(self._encoder, text) for text, key in keys.items()}

    def _ranked(self, text: str) -> Ranking:
        asked = ask_with(text, self._vectors([text])[text], self._shelf, encoder_id=self._encoder.id)
        return search_within(asked, self._shelf, hidden=(), count=_LOOKED_AT)

    def _near(self, probes: Sequence[str], besides: Place) -> list[_Near]:
        """Passages outside the place that would answer some of these texts, the likeliest first."""
        strengths: dict[str, list[float]] = defaultdict(list)
        found: dict[str, Source] = {}
        for text in probes:
            for source, strength in self._hits(text, besides):
                strengths[source.passage].append(strength)
                found[source.passage] = source
        order = sorted(strengths, key=lambda each: (-sum(strengths[each]), each))
        return [_Near(found[each], len(strengths[each]), mean(strengths[each])) for each in order]

    def _hits(self, text: str, besides: Place) -> list[tuple[Source, float]]:
        """Passages outside the place that would answer, with how far they stand above the shelf's threshold."""
        if not self._shelf.places:
            return []
        ranking = self._ranked(text)
        hits = [hit for hit in ranking.hits if is_evidence(hit)]
        sources = load_sources(self._session, [hit.place.passage for hit in hits])
        told = [(hit, sources[hit.place.passage]) for hit in hits if hit.place.passage in sources]
        judged = [(source, self._strength(ranking, hit, source)) for hit, source in told if not _is_at(source, besides)]
        return [(source, strength) for source, strength in judged if strength >= 0]

    def _strength(self, ranking: Ranking, hit: Hit, source: Source) -> float:
        key, lang = self._shelf.key, hit.place.lang
        scale = find_scale(
            self._session, key, encoder_id=self._encoder.id, question_lang=ranking.lang, passage_lang=lang
        )
        if scale is None:
            return -np.inf
        held = frozenset(terms(" ".join((*source.heading_path, source.text))))
        return scale.strength(read_signs(ranking, [hit], [held], shelf=self._shelf)) - scale.threshold


def _is_at(source: Source, place: Place) -> bool:
    return source.lesson.slug == place.lesson and place.anchor in ("", source.anchor)
