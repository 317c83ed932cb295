"""Whose case resembles where a learner is stuck: the shelf of cases by the learner's words and the open lesson.

A case is several passages (where somebody was stuck, what helped, what changed). What each leg of the search says of
its best passage is put on one scale over the cases and added; the passage that tells where its author was stuck counts
once more, token by token, and so does how well the message fits the lesson the case belongs to: learners speak the
lesson's language more often than another learner's. A case of the lesson that is open stands higher, one of its block
or skill a little. The weights were chosen on the development half of `evals.cases` (2026-11); what they give is told
in docs/design/cases.md.

A case resembles the learner's place when one of its passages stands out for these words, by a floor, above how it fares
with questions about anything: that told messages a case answers from others better (area 0.89 in Russian, 0.86 in
English) than being nearer than texts about anything (0.87, 0.71), which is asked for as well.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from foundation.ids import LessonId, PassageId
from knowledge.background import background_vectors
from knowledge.cases.case import Case, cases_of_lessons
from knowledge.centring import background_cosine, centre
from knowledge.lessons import LessonHead, heading_paths, lesson_heads
from knowledge.search import Hit, Ranking, search
from knowledge.shelf import Shelf
from knowledge.shelves import Shelves

_HITS = 400
_DENSE, _LATE, _SITUATION_LATE, _WORDS, _COURSE = 1.0, 0.5, 1.0, 0.3, 0.45
_SAME_LESSON, _SAME_BLOCK, _SAME_SKILL = 2.5, 0.8, 0.8
# In standard deviations of questions about anything.
_STANDS_OUT = 3.0
# And nearer than texts about anything are, by a cosine: words alone may stand out by chance.
_NEARER = 0.035
_NOT_COMPARED = -3.0
# What is told apart are deviations already: between a few cases that are all alike, a hair is no difference.
_LEAST_SPREAD = 0.5
_SITUATION = re.compile(r"\b(?:situation|stuck|ситуац|не получал|застр)", re.IGNORECASE)

_Column = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LikeCase:
    """A case that was found; `score` orders, `is_alike` says whether it resembles the learner's place at all."""

    lesson: LessonId
    score: float
    is_alike: bool


def rank_cases(
    words: str, cases: Shelf, lessons: Shelf, shelves: Shelves, session: Session, *, opened: LessonHead | None
) -> list[LikeCase]:
    """Every case of a shelf, the nearest first; ties keep their order on the shelf."""
    ranking, course = (
        search(words, shelf, encoder=shelves.encoder, index=shelves.index, count=_HITS) for shelf in (cases, lessons)
    )
    ids = list(dict.fromkeys(LessonId(name.decode()) for name in cases.places.lessons))
    known = cases_of_lessons(session, ids)
    scores = _joined(session, ids, ranking, _by_lesson(session, course, ids, known))
    scores += np.asarray([_prior(known.get(case), opened) for case in ids])
    alike = _alike(cases, ranking, shelves.encoder.id)
    ordered = sorted(range(len(ids)), key=lambda row: -scores[row])
    return [LikeCase(ids[row], float(scores[row]), ids[row] in alike) for row in ordered]


def _joined(session: Session, ids: Sequence[LessonId], ranking: Ranking, course: _Column) -> _Column:
    paths = heading_paths(session, [hit.place.passage for hit in ranking.hits])
    told = [hit for hit in ranking.hits if _is_situation(paths, hit.place.passage)]
    return (
        _DENSE * _standard(_best(ids, ranking.hits, lambda hit: hit.dense_z))
        + _LATE * _standard(_best(ids, ranking.hits, _late))
        + _SITUATION_LATE * _standard(_best(ids, told, _late))
        + _WORDS * _standard(_best(ids, ranking.hits, lambda hit: hit.lesson_z))
        + _COURSE * _standard(course)
    )


def _is_situation(paths: Mapping[PassageId, tuple[str, ...]], passage: PassageId) -> bool:
    path = paths.get(passage, ())
    return bool(path and _SITUATION.search(path[-1]))


def _late(hit: Hit) -> float:
    return _NOT_COMPARED if hit.late_z is None else hit.late_z


def _best(ids: Sequence[LessonId], hits: Iterable[Hit], score: Callable[[Hit], float]) -> _Column:
    """The best score of each case's hits; a case without one is as far as the furthest."""
    found: dict[str, float] = {}
    for hit in hits:
        found[hit.place.lesson] = max(found.get(hit.place.lesson, -np.inf), score(hit))
    furthest = min(found.values(), default=0.0)
    return np.asarray([found.get(case, furthest) for case in ids], dtype=np.float64)


def _by_lesson(session: Session, course: Ranking, ids: Sequence[LessonId], known: Mapping[str, Case]) -> _Column:
    """How well the message fits the lesson each case belongs to; a case of no lesson fits as well as most."""
    fits: dict[str, float] = {}
    for hit in course.hits:
        fits[hit.place.lesson] = max(fits.get(hit.place.lesson, -np.inf), hit.score)
    heads = lesson_heads(session, [LessonId(lesson) for lesson in fits])
    by_name = {heads[LessonId(lesson)].external_id: fit for lesson, fit in fits.items() if LessonId(lesson) in heads}
    usual = float(np.median(list(by_name.values()))) if by_name else 0.0
    furthest = min(by_name.values(), default=0.0)
    lessons = [known[case].lesson if case in known else "" for case in ids]
    return np.asarray([by_name.get(lesson, furthest) if lesson else usual for lesson in lessons], dtype=np.float64)


def _standard(scores: _Column) -> _Column:
    spread = float(scores.std()) if len(scores) else 0.0
    return (scores - scores.mean()) / max(spread, _LEAST_SPREAD) if len(scores) else scores


def _prior(case: Case | None, opened: LessonHead | None) -> float:
    if case is None or opened is None:
        return 0.0
    if case.lesson and case.lesson in (opened.external_id, opened.slug):
        return _SAME_LESSON
    if case.block and case.block == opened.block_title:
        return _SAME_BLOCK
    return _SAME_SKILL if case.skill and case.skill == opened.skill else 0.0


def _alike(shelf: Shelf, ranking: Ranking, encoder_id: str) -> set[LessonId]:
    """Cases with a passage that stands out for this message; none for an encoder without a background."""
    asked = background_vectors(encoder_id).get(f"{ranking.lang}.question")
    if asked is None or not shelf.places:
        return set()
    if shelf.langs != {ranking.lang}:
        asked = centre(asked, lang=ranking.lang, role="question", encoder_id=encoder_id)
    vectors = shelf.windows.columns["vector"]
    usual = asked @ vectors.T
    near = vectors @ ranking.vector
    stands_out = (near - usual.mean(axis=0)) / np.maximum(usual.std(axis=0), 1e-6) >= _STANDS_OUT
    elsewhere = background_cosine(ranking.vector, lang=shelf.places[0].lang, encoder_id=encoder_id) or 0.0
    rows = shelf.window_place[np.flatnonzero(stands_out & (near >= elsewhere + _NEARER))]
    return {LessonId(name.decode()) for name in shelf.places.lessons[rows]}
