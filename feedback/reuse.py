"""Finds what is already there to mend a place with: verified answers, and what other sections of the course say.

Nothing here is worded anew: what is found is quoted as it stands, and the author sees where from.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sqlalchemy.orm import Session

from feedback.item import Item, Place
from feedback.placing import encode_item, input_hash
from foundation.ids import PassageId, ProductSlug
from knowledge.blocks import BlockKind
from knowledge.centring import centre
from knowledge.coverage_scales import find_scale
from knowledge.encoder import Encoder, Vector
from knowledge.language import language_of
from knowledge.lessons import Source, live_lessons, load_sources, sources_of_lessons
from knowledge.lexical import terms
from knowledge.products import Collection as Shelved
from knowledge.search import Hit, Ranking, ask_with, search_within
from knowledge.sentences import sentence_spans
from knowledge.shelf import Shelf, ShelfKey
from knowledge.shelves import Shelves
from knowledge.signs import is_evidence, read_signs
from knowledge.vectors import load_vectors
from knowledge.words import fold

_PROBES = 5
_LOOKED_AT = 12
# Centred cosine of what learners wrote with a question that was answered, on average. Of 18 paraphrases of six
# questions on one subject 17 reach 0.63; none does so with another question in its language (2026-11).
_SAME_QUESTION = 0.63
# How far above a shelf's threshold, in standard deviations of questions about anything, another section must answer.
_SURE = 0.4
_MOST_QUOTED = 500
# So much of a section's words in one passage elsewhere, and so many of them, make it said twice.
_TWIN_SHARE, _TWIN_TERMS = 0.75, 8
_DEFINES = {
    "en": r"(?:is|are|means|mean|is called|are called|refers to|describes)\b",
    "ru": r"(?:[—–-]\s|это\b|называ\w+|означа\w+|представля\w+)",
}
_EXAMPLE = re.compile(r"\b(?:for example|for instance|e\.g\.|example|suppose|например|пример\w*|допустим|пусть)\b")
_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.TRANSCRIPT})


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """A question somebody answered for good, the reply, and the passages it rests on."""

    question: str
    reply: str
    passages: tuple[str, ...] = ()


AnswersOf = Callable[[Session, str], Sequence[KnownAnswer]]


@dataclass(frozen=True, slots=True)
class Reusable:
    """A stretch of another section, word by word; `is_code` says that it is a program."""

    source: Source
    quote: str
    is_code: bool = False

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.source.lesson.slug, self.source.anchor)


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
        if not mine or not items:
            return None
        asked = np.stack([self._centred(text) for text in self._probes(items)])
        known = np.stack([self._centred(answer.question) for answer in mine])
        near = (asked @ known.T).mean(axis=0)
        best = int(np.argmax(near))
        return mine[best] if near[best] >= _SAME_QUESTION else None

    def definition_of(self, words: Iterable[str], *, lang: str, besides: Place) -> Reusable | None:
        """The first place of the course that says what one of these words is, outside the section named."""
        marks = _DEFINES.get(lang)
        for word in words:
            stems = terms(word)
            if not stems or marks is None:
                continue
            for source in self._sources:
                if not _is_at(source, besides) and (quote := _defining(source, stems, marks)):
                    return Reusable(source, quote)
        return None

    def elsewhere(self, items: Sequence[Item], *, besides: Place, example: bool = False) -> Reusable | None:
        """What another section says to what learners wrote, where it would be an answer; None where none is sure.

        With `example` a stretch that is one: code, or a sentence that announces it.
        """
        strengths: dict[str, list[float]] = defaultdict(list)
        found: dict[str, Source] = {}
        probes = self._probes(items)
        for text in probes:
            for source, strength in self._hits(text, besides):
                strengths[source.passage].append(strength)
                found[source.passage] = source
        wanted = Counter(term for text in probes for term in frozenset(terms(text)))
        for passage in sorted(strengths, key=lambda each: (-sum(strengths[each]), each)):
            if len(strengths[passage]) * 2 > len(probes):
                quote = _example(found[passage]) if example else _telling(found[passage], wanted)
                if quote is not None:
                    return quote
        return None

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
        return Reusable(source, source.text[:_MOST_QUOTED]) if source is not None and most >= _TWIN_SHARE else None

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
        """What is most alike all that was written: few texts that stand for the others."""
        texts = list(dict.fromkeys(item.text for item in items if item.text))
        if len(texts) <= _PROBES:
            return texts
        vectors = np.stack([self._centred(text) for text in texts])
        near = vectors @ vectors.mean(axis=0)
        return [texts[number] for number in np.argsort(-near, kind="stable")[:_PROBES]]

    def _centred(self, text: str) -> Vector:
        lang = language_of(text)
        return centre(self._vector(text), lang=lang, role="question", encoder_id=self._encoder.id)

    def _vector(self, text: str) -> Vector:
        """Mostly kept already: of items since they were placed, of answered questions since they were verified."""
        key = input_hash(text)
        known = load_vectors(self._session, [key], encoder_id=self._encoder.id, dim=self._encoder.dim)
        return known[key] if key in known else encode_item(self._encoder, text)

    def _ranked(self, text: str) -> Ranking:
        asked = ask_with(text, self._vector(text), self._shelf, encoder_id=self._encoder.id)
        return search_within(asked, self._shelf, hidden=(), count=_LOOKED_AT)

    def _hits(self, text: str, besides: Place) -> list[tuple[Source, float]]:
        """Passages outside the place that would answer, with how far they stand above the shelf's threshold."""
        if not self._shelf.places:
            return []
        ranking = self._ranked(text)
        hits = [hit for hit in ranking.hits if is_evidence(hit)]
        sources = load_sources(self._session, [hit.place.passage for hit in hits])
        told = [(hit, sources[hit.place.passage]) for hit in hits if hit.place.passage in sources]
        judged = [(source, self._strength(ranking, hit, source)) for hit, source in told if not _is_at(source, besides)]
        return [(source, strength) for source, strength in judged if strength >= _SURE]

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


def _defining(source: Source, stems: Sequence[str], marks: str) -> str:
    """The sentence of a passage that says what something is, with the next; "" where none does."""
    spans = sentence_spans(source.text)
    for number, span in enumerate(spans):
        sentence = source.text[span.start : span.end]
        found = re.search(marks, fold(sentence))
        # What is defined stands before the word that defines it, and not much else does.
        before = terms(sentence[: found.start()]) if found else []
        if found and set(stems) <= set(before) and len(before) <= len(stems) + 1:
            following = spans[number + 1] if number + 1 < len(spans) else span
            return source.text[span.start : following.end if following.end - span.start <= _MOST_QUOTED else span.end]
    return ""


def _telling(source: Source, wanted: Counter[str]) -> Reusable | None:
    """Up to three sentences of a passage's prose, those that hold most of what is wanted."""
    best, most = "", 0
    for part in source.segments:
        text = source.text[part.start : part.end]
        spans = sentence_spans(text) if part.kind in _PROSE else []
        for number, span in enumerate(spans):
            ends = [each.end for each in spans[number : number + 3] if each.end - span.start <= _MOST_QUOTED]
            quote = text[span.start : ends[-1]] if ends else ""
            held = sum(wanted[term] for term in frozenset(terms(quote)))
            if held > most:
                best, most = quote, held
    return Reusable(source, best) if best else None


def _example(source: Source) -> Reusable | None:
    code = next((part for part in source.segments if part.kind is BlockKind.CODE), None)
    if code is not None:
        return Reusable(source, source.text[code.start : code.end], is_code=True)
    for part in source.segments:
        text = source.text[part.start : part.end]
        found = _EXAMPLE.search(fold(text)) if part.kind in _PROSE else None
        if found is not None:
            start = max((span.start for span in sentence_spans(text) if span.start <= found.start()), default=0)
            return Reusable(source, text[start : start + _MOST_QUOTED])
    return None
