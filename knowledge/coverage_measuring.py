"""Measures one shelf's scales from its own passages and from questions about anything.

Two kinds of questions are asked of the shelf, none of them labelled by anyone:

- the background's questions, in both languages, which the shelf does not answer: their scores are the zero and the unit
  of the scale. Both languages over one shelf also carry the scale across languages;
- sentences of the shelf itself, asked with their lesson and once more as if it were not there. How far the one stands
  above the other tells what is to be had: where subjects lie apart, a missing one is seen; where every lesson speaks of
  the same, it is not, and the threshold has to be low for learners not to be turned away.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from sqlalchemy.orm import Session

from foundation.ids import PassageId, content_hash
from knowledge.background import LANGS, BackgroundText, background_vectors, read_texts
from knowledge.blocks import BlockKind
from knowledge.coverage import Scale, Signs, threshold_of
from knowledge.encoder import Encoder, TokenEncoder, Vector
from knowledge.index import Entries, Near
from knowledge.language import Lang
from knowledge.lexical import terms
from knowledge.passages import PassageKind
from knowledge.search import Hit, Ranking, search
from knowledge.sentences import Span
from knowledge.shelf import Place, Shelf
from knowledge.signs import LOOKED_AT, is_evidence, read_signs
from knowledge.tables import PassageRow

_SENTENCES = 60
_FEWEST_WORDS, _MOST_WORDS = 6, 40
_PROSE = frozenset([BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.TRANSCRIPT, BlockKind.DISCUSSION])
_WORD = re.compile(r"[^\W_][\w.-]*[^\W_]|\w")
_HITS = 20
_HITS_WITHOUT_LESSON = 100
# A lesson left out has to leave others.
_FEWEST_LESSONS = 3
# Few sentences say little: that many more are taken to lie between the two ends.
_PRIOR_SENTENCES, _PRIOR_SEPARATION = 10, 7.0

Cohort = Callable[[Lang], Sequence[BackgroundText]]


@dataclass(frozen=True, slots=True)
class Measured:
    """A shelf's scales, and how many texts were encoded for them."""

    scales: tuple[Scale, ...]
    encoded: int


def measure_shelf(session: Session, shelf: Shelf, encoder: Encoder, *, cohort: Cohort = read_texts) -> Measured:
    """The scales of every language of passages on a shelf, for questions in each of ours.

    `cohort` gives the questions about anything. Raises EncoderUnavailable.
    """
    measuring = _Measuring(session, shelf, encoder, cohort)
    scales = tuple(scale for lang in sorted(shelf.langs) for scale in measuring.scales(lang))
    return Measured(scales, measuring.encoder.encoded)


@dataclass(frozen=True, slots=True)
class _Asked:
    text: str
    place: Place


class _Measuring:
    def __init__(self, session: Session, shelf: Shelf, encoder: Encoder, cohort: Cohort) -> None:
        self.encoder = _Remembering(encoder)
        self._shelf = shelf
        self._texts = _Texts(session)
        self._cohort = cohort
        self._rankings: dict[Lang, list[Ranking]] = {}

    def scales(self, lang: str) -> Iterator[Scale]:
        """The scales for passages of one language; the separation is measured within it and serves both."""
        spreads = {asked: self._spread(asked, lang) for asked in LANGS}
        own = next((spread for asked, spread in spreads.items() if asked == lang), None)
        separation = _PRIOR_SEPARATION if own is None else self._separation(Scale(lang, lang, *own, 0.0, 0.0))
        for asked, spread in spreads.items():
            if spread is not None:
                threshold = threshold_of(separation, across=asked != lang)
                yield Scale(asked, lang, *spread, round(separation, 3), round(threshold, 3))

    def _spread(self, asked: Lang, lang: str) -> tuple[Signs, Signs] | None:
        """Mean and deviation of the signs that questions about anything show; None where none found a passage."""
        if asked not in self._rankings:
            self._rankings[asked] = [self._search(text.question, _HITS) for text in self._cohort(asked)]
        found = [self._signs(ranking, ranking.hits, lang) for ranking in self._rankings[asked]]
        table = np.asarray([list(asdict(signs).values()) for signs in found if signs is not None])
        return (_rounded(table.mean(axis=0)), _rounded(table.std(axis=0))) if len(table) else None

    def _separation(self, scale: Scale) -> float:
        """Median height of sentences above themselves without their lesson."""
        heights = []
        for asked in self._sentences(scale.passage_lang):
            ranking = self._search(asked.text, _HITS_WITHOUT_LESSON)
            whole = self._signs(ranking, ranking.hits, scale.passage_lang)
            without = self._signs(ranking, self._elsewhere(asked.place, ranking.hits), scale.passage_lang)
            if whole is not None and without is not None:
                heights.append(scale.strength(whole) - scale.strength(without))
        known = float(np.median(heights)) * len(heights) if heights else 0.0
        return (known + _PRIOR_SENTENCES * _PRIOR_SEPARATION) / (len(heights) + _PRIOR_SENTENCES)

    def _sentences(self, lang: str) -> Iterator[_Asked]:
        """One sentence of prose a passage, of the passages that their ids happen to put first."""
        mine = [place for place in self._shelf.places if place.lang == lang and place.kind is PassageKind.PROSE]
        mine.sort(key=lambda place: content_hash("asked", place.passage))
        left = _SENTENCES
        for place in mine:
            text = self._texts.sentence(place.passage, self._shelf.sentences.spans_of(place.order)) if left else ""
            if text:
                left -= 1
                yield _Asked(text, place)

    def _elsewhere(self, place: Place, hits: Sequence[Hit]) -> list[Hit]:
        if len(np.unique(self._shelf.places.lessons)) < _FEWEST_LESSONS:
            return [hit for hit in hits if hit.place.passage != place.passage]
        return [hit for hit in hits if hit.place.lesson != place.lesson]

    def _search(self, question: str, count: int) -> Ranking:
        return search(question, self._shelf, encoder=self.encoder, index=_NoIndex(), count=count)

    def _signs(self, ranking: Ranking, hits: Sequence[Hit], lang: str) -> Signs | None:
        best = [hit for hit in hits if is_evidence(hit) and hit.place.lang == lang][:LOOKED_AT]
        if not best or not ranking.terms:
            return None
        held = [self._texts.terms(hit.place.passage) for hit in best]
        return read_signs(ranking, best, held, shelf=self._shelf)


def _rounded(values: Sequence[float]) -> Signs:
    return Signs(*(round(float(value), 5) for value in values))


class _Texts:
    """Passages' words, read once each."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._terms: dict[PassageId, frozenset[str]] = {}

    def terms(self, passage: PassageId) -> frozenset[str]:
        """The terms of a passage and its headings."""
        if passage not in self._terms:
            row = self._session.get_one(PassageRow, passage)
            self._terms[passage] = frozenset(terms(" ".join((*row.heading_path, row.text))))
        return self._terms[passage]

    def sentence(self, passage: PassageId, spans: Sequence[Span]) -> str:
        """The words of a passage's first sentence of prose of a fitting length; "" where there is none."""
        row = self._session.get_one(PassageRow, passage)
        prose = [(start, end) for kind, start, end, *_ in row.segments if kind in _PROSE]
        for span in spans:
            words = _WORD.findall(row.text[span.start : span.end])
            inside = any(start <= span.start < end for start, end in prose)
            if inside and _FEWEST_WORDS <= len(words) <= _MOST_WORDS:
                return " ".join(words)
        return ""


class _Remembering:
    """The encoder, with the background's questions known already; counts what it encodes all the same."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known = _known_questions(encoder.id)
        self.encoded = 0
        self.id, self.dim, self.max_tokens = encoder.id, encoder.dim, encoder.max_tokens
        self.languages = encoder.languages
        # Signs are read from vectors of whole texts; a second encoding of 240 questions would buy nothing.
        self.by_token: TokenEncoder | None = None

    def count_tokens(self, text: str) -> int:
        return self._encoder.count_tokens(text)

    def encode_passage(self, text: str) -> Vector:
        return self._encoder.encode_passage(text)

    def encode_question(self, text: str) -> Vector:
        if text in self._known:
            return self._known[text]
        self.encoded += 1
        return self._encoder.encode_question(text)


def _known_questions(encoder_id: str) -> dict[str, Vector]:
    known: dict[str, Vector] = {}
    kept = background_vectors(encoder_id)
    for lang in LANGS:
        vectors = kept.get(f"{lang}.question")
        if vectors is not None:
            known.update(zip((text.question for text in read_texts(lang)), vectors, strict=True))
    return known


class _NoIndex:
    """An index that holds nothing: the shelf's own vectors are searched."""

    def fill(self, shelf: str, entries: Entries) -> None:
        """Keep nothing."""

    def nearest(self, _shelf: str, _vector: Vector, *, count: int) -> list[Near]:
        return []

    def differences(self, _shelf: str, _entries: Entries) -> list[str]:
        return []

    def purge(self) -> None:
        raise NotImplementedError

    def drop(self, shelf: str) -> None:
        """Nothing to forget."""
