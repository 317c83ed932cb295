"""Finds the passages of one shelf that answer a question: a dense and a lexical leg, joined, and a look word by word.

Both legs are put on one scale, standard deviations above the question's own background in this shelf, and added: a sum
of z-scores beat fusion by ranks on twelve real sets (measured 2026-11). The lexical leg is blind across languages,
where rank fusion dropped hit@1 from 0.81 to 0.28; so it counts in full only for passages in the question's language,
and for others only as far as the question's words occur there at all (the share cubed: names and code pass, a few
chance words do not); the rest of its weight goes to the dense leg.

A question that was mistyped is searched for as it was meant (`repair`). The dense leg looks twice: at passages whole,
and at the sentences of those that were found. The lexical leg looks at passages and at whole lessons. The best of what
they found is then compared token by token (`tokens`). What each is worth stands in docs/design/search.md.
"""

import logging
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.errors import IndexUnavailable
from foundation.ids import LessonId
from knowledge.centring import centre
from knowledge.encoder import Encoder, Vector
from knowledge.index import PassageIndex
from knowledge.language import Lang, language_of
from knowledge.lexical import terms
from knowledge.ragged import Rows, rows_of
from knowledge.repair import Change, repair
from knowledge.shelf import Place, Shelf
from knowledge.tokens import AskedTokens, TokenVectors, ask_tokens, axes_for

_log = logging.getLogger(__name__)
_CANDIDATES = 100
# Up to here one matrix product over the shelf's own vectors is quicker than asking the index, and exact: 0.7 ms of CPU
# against 2.2 at 20,000 windows (measured 2026-11).
_EXACT_WINDOWS = 50_000
# BM25's scores have the longer tail: at equal weight one rare word outvotes the meaning (development sets, 2026-11).
LEXICAL_WEIGHT = 0.5
LESSON_WEIGHT = 0.3
# How many of the best are compared token by token; 20 found as well as 50, and 50 give a steadier background.
_LOOKED_AT_CLOSELY = 50
# More finds a little more in prose and less in courses full of code: from 0.4 to 1.0 hit@1 went from 0.872 to 0.881 for
# Russian questions over English paragraphs and from 0.785 to 0.769 over a course in English (2026-11).
LATE_WEIGHT = 0.6

_Column = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found.

    `dense` is the cosine of its best window and `lexical` its BM25 score. `dense_z` says how far its best window and
    its best sentence stand out, on average, `lexical_z` and `lesson_z` how far its words and its lesson's do, all in
    standard deviations above the question's background. `late_z` is how far its tokens stand out of those that were
    compared token by token, None for one that was not. `score` joins them.
    """

    place: Place
    score: float
    dense: float
    lexical: float
    dense_z: float
    lexical_z: float
    lesson_z: float = 0.0
    late_z: float | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a question found, best first. `vector` is the question as it was compared, float32 `(d,)`.

    `tokens` are those it was compared by, None where nothing was compared token by token. `question` is what was
    searched for: what was asked, with `changes` made to what was mistyped.
    """

    question: str
    lang: Lang
    terms: tuple[str, ...]
    vector: Vector
    hits: tuple[Hit, ...]
    tokens: AskedTokens | None = None
    changes: tuple[Change, ...] = ()


def search(question: str, shelf: Shelf, *, encoder: Encoder, index: PassageIndex, count: int) -> Ranking:
    """Rank passages for one question, best first; ties keep lesson order. Empty when nothing is live."""
    repaired = repair(question, shelf.vocabulary)
    lang = language_of(repaired.text, default="ru" if shelf.langs == {"ru"} else "en")
    asked = replace(_ask(repaired.text, lang, shelf, encoder), changes=repaired.changes)
    if not shelf.places:
        return asked
    lexical = shelf.lexical.scores(asked.terms)
    rows = _candidates(shelf, asked.vector, lexical, index=index, encoder_id=encoder.id)
    return _joined(shelf, rows, lexical, asked=asked, count=count)


def _joined(shelf: Shelf, rows: Rows, lexical: npt.NDArray[np.float32], *, asked: Ranking, count: int) -> Ranking:
    """The question with the best of these places."""
    found = _best_first(_join(shelf, rows, lexical, asked=asked))
    if asked.tokens is not None and shelf.tokens is not None:
        found = _look_closely(found, shelf.tokens, asked.tokens)
    return replace(asked, hits=found.hits(shelf.places, count))


def search_within(asked: Ranking, shelf: Shelf, *, hidden: Collection[LessonId], count: int) -> Ranking:
    """What a question that was searched for finds when some lessons are hidden; nothing is encoded again.

    Always exact. Each score says how far a passage stands out of the whole shelf, so those of a lesson are the same
    whatever else is hidden; only the comparison token by token is among those that are left.
    """
    seen = ~np.isin(shelf.places.lessons, [lesson.encode() for lesson in hidden])
    vectors = shelf.windows.columns["vector"]
    windows = np.flatnonzero(seen[shelf.window_place])
    near = windows[_highest(vectors[windows] @ asked.vector, _CANDIDATES)] if len(windows) else windows
    lexical = shelf.lexical.scores(asked.terms)
    spoken = np.flatnonzero(np.where(seen, lexical, 0))
    spoken = spoken[_highest(lexical[spoken], _CANDIDATES)]
    rows = np.unique(np.concatenate((shelf.window_place[near], spoken)).astype(np.int64))
    if not len(rows):
        return replace(asked, hits=())
    return _joined(shelf, rows, lexical, asked=asked, count=count)


def ask_with(text: str, vector: Vector, shelf: Shelf, *, encoder_id: str) -> Ranking:
    """What was said with its vector at hand, as `search_within` and `search_among` take it; nothing is found yet.

    `vector` is a question's as the encoder gave it. Nothing is repaired, and nothing compared token by token.
    """
    lang = language_of(text, default="ru" if shelf.langs == {"ru"} else "en")
    if shelf.langs != {lang}:
        vector = centre(vector, lang=lang, role="question", encoder_id=encoder_id)
    return Ranking(text, lang, tuple(terms(text)), vector, ())


def search_among(asked: Ranking, shelf: Shelf, *, rows: Rows, count: int) -> Ranking:
    """The best of some places, by their `order`, for what was asked; scores are against the whole shelf."""
    if not len(rows):
        return replace(asked, hits=())
    return _joined(shelf, rows, shelf.lexical.scores(asked.terms), asked=asked, count=count)


def _ask(question: str, lang: Lang, shelf: Shelf, encoder: Encoder) -> Ranking:
    """The question as it is compared; nothing is found yet.

    Its vector is centred only when it has to meet passages of another language. Over passages of its own language the
    centre of questions says what questions are like, not what language they are in: taking it away cost 0.5 points of
    hit@1 there and gained 5 across languages (xquad, 2026-11).
    """
    asked = tuple(terms(question))
    axes = axes_for(encoder) if shelf.tokens is not None else None
    tokens = None
    if axes is not None and encoder.by_token is not None:
        states = encoder.by_token.question_states(question)
        vector = states.vector
        tokens = ask_tokens(question, states, axes, lang=lang, lexical=shelf.lexical)
    else:
        vector = encoder.encode_question(question)
    if shelf.langs != {lang}:
        vector = centre(vector, lang=lang, role="question", encoder_id=encoder.id)
    return Ranking(question, lang, asked, vector, (), tokens)


@dataclass(frozen=True, slots=True)
class _Found:
    """Candidates as columns, float64 `(n,)` but for `rows`, their places; `late_z` is NaN for one not compared so.

    A hit is made of those only that are given out.
    """

    rows: Rows
    score: _Column
    dense: _Column
    lexical: _Column
    dense_z: _Column
    lexical_z: _Column
    lesson_z: _Column
    late_z: _Column

    def picked(self, which: npt.NDArray[np.int64] | slice) -> "_Found":
        """These candidates, in this order."""
        return _Found(*(getattr(self, column)[which] for column in self.__slots__))

    def hits(self, places: Sequence[Place], count: int) -> tuple[Hit, ...]:
        """The first `count` of them."""
        shown = self.picked(slice(count))
        late_z = [None if math.isnan(late) else late for late in shown.late_z.tolist()]
        scores = (shown.score, shown.dense, shown.lexical, shown.dense_z, shown.lexical_z, shown.lesson_z)
        return tuple(map(Hit, map(places.__getitem__, shown.rows.tolist()), *map(_plain, scores), late_z))


def _plain(column: _Column) -> list[float]:
    values: list[float] = column.tolist()
    return values


def _best_first(found: _Found) -> _Found:
    return found.picked(np.lexsort((found.rows, -found.score)))


def _look_closely(found: _Found, tokens: TokenVectors, asked: AskedTokens) -> _Found:
    """The best of those found with what their tokens say added to their scores, best first; the others follow."""
    best = slice(0, _LOOKED_AT_CLOSELY)
    alike = tokens.likeness(found.rows[best], asked)
    spread = float(alike.std())
    score, late_z = found.score.copy(), found.late_z.copy()
    late_z[best] = (alike - alike.mean()) / spread if spread > 0 else 0.0
    score[best] += LATE_WEIGHT * late_z[best]
    order = np.arange(len(found.rows))
    order[best] = np.lexsort((found.rows[best], -score[best]))
    return replace(found, score=score, late_z=late_z).picked(order)


def _candidates(
    shelf: Shelf, vector: Vector, lexical: npt.NDArray[np.float32], *, index: PassageIndex, encoder_id: str
) -> Rows:
    """The places to look at, ascending."""
    near = shelf.window_place[_nearest_windows(shelf, vector, index, encoder_id)]
    spoken = np.flatnonzero(lexical)
    spoken = spoken[_highest(lexical[spoken], _CANDIDATES)]
    return np.unique(np.concatenate((near, spoken)).astype(np.int64))


def _nearest_windows(shelf: Shelf, vector: Vector, index: PassageIndex, encoder_id: str) -> Rows:
    vectors = shelf.windows.columns["vector"]
    count = min(_CANDIDATES, len(vectors))
    if len(vectors) <= _EXACT_WINDOWS:
        return _highest(vectors @ vector, count)
    try:
        near = index.nearest(shelf.key.name(encoder_id), vector, count=count)
    except IndexUnavailable as err:
        _log.error("index.unavailable shelf=%s reason=%s", shelf.key.name(encoder_id), err)
        near = []
    found = [shelf.window_row[entry.id] for entry in near if entry.id in shelf.window_row]
    if len(found) == count:
        return np.asarray(found, dtype=np.int64)
    # The cache lags behind this shelf or is broken: the truth is at hand, and an outage is not "nothing found".
    return _highest(vectors @ vector, count)


def _highest(scores: npt.NDArray[np.float32], count: int) -> Rows:
    """The rows of the highest scores, in no order; of equal ones at the border, the first."""
    if count >= len(scores):
        return np.arange(len(scores))
    border = np.partition(scores, len(scores) - count)[len(scores) - count]
    above = np.flatnonzero(scores > border)
    equal = np.flatnonzero(scores == border)
    return np.concatenate((above, equal[: count - len(above)]))


def _join(shelf: Shelf, rows: Rows, lexical: npt.NDArray[np.float32], *, asked: Ranking) -> _Found:
    dense, dense_z = _dense_scores(shelf, asked.vector, rows)
    lexical_z = _standard(lexical, rows)
    lesson_z = _standard(shelf.lessons.scores(asked.terms), shelf.lesson_row[rows])
    across = shelf.lexical.known_share(asked.terms) ** 3
    gate = np.where(shelf.places.langs[rows] == asked.lang.encode(), 1.0, across)
    spoken = LEXICAL_WEIGHT * lexical_z + LESSON_WEIGHT * lesson_z
    score = dense_z + gate * spoken + (1.0 - gate) * dense_z
    late_z = np.full(len(rows), np.nan)
    return _Found(rows, score, dense, lexical[rows].astype(np.float64), dense_z, lexical_z, lesson_z, late_z)


def _dense_scores(shelf: Shelf, vector: Vector, rows: Rows) -> tuple[_Column, _Column]:
    """Each candidate's best window, and how far it and the best sentence stand out, half and half."""
    windows, starts = rows_of(shelf.windows.first, rows)
    best = np.maximum.reduceat(shelf.windows.columns["vector"][windows] @ vector, starts[:-1]).astype(np.float64)
    mean, deviation = shelf.spread.of(vector)
    sentence_mean, sentence_deviation = shelf.sentences.spread.of(vector)
    passage_z = (best - mean) / deviation
    # None, for a passage without sentences, becomes NaN.
    sentence = np.asarray(shelf.sentences.best(rows, vector), dtype=np.float64)
    sentence_z = np.where(np.isnan(sentence), passage_z, (sentence - sentence_mean) / sentence_deviation)
    return best, (passage_z + sentence_z) / 2


def _standard(scores: npt.NDArray[np.float32], rows: npt.NDArray[Any]) -> _Column:
    """Those in `rows`, in standard deviations above the mean of all."""
    spread = float(scores.std())
    apart = (scores[rows] - scores.mean()).astype(np.float64)
    return apart / spread if spread > 0 else np.zeros(len(rows))
