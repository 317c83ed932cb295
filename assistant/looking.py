"""Looks a question up: what it finds, what of that may be evidence, and how well that covers it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.orm import Session

from assistant.carrying import Carried, Carrying, Nearby, Said, plan_carrying
from assistant.extract import Evidence
from assistant.grounding import Judgement, best_lang, is_evidence, judge
from assistant.position import HeldBack, Position, Sight
from assistant.reply import Outcome
from assistant.trace import evidence_of, settle
from foundation.database import Database
from foundation.ids import LessonId, PassageId
from knowledge.coverage import Scale
from knowledge.coverage_scales import find_scale
from knowledge.encoder import Encoder
from knowledge.index import PassageIndex
from knowledge.lessons import LessonHead, Source, heading_paths, load_sources
from knowledge.products import Collection, Product
from knowledge.search import Ranking, search, search_within
from knowledge.shelf import Shelf, ShelfKey
from knowledge.shelves import Shelves
from knowledge.worked import is_solution

_HITS = 20
_EVIDENCE = 8
# Found before worked solutions are taken out: there are hardly more of them among the best than this leaves.
_WITH_SOLUTIONS = 40
# How much stronger all of the course must speak for a question than the part in sight does, in standard deviations of
# questions about anything, to say that the answer comes later.
LATER_MARGIN = 0.25
# How far ahead passages of the open lesson are put for a question that points at it, in the unit of scores: standard
# deviations, of which the best passages stand some ten above the background. Set on the development half of
# evals/questions/here-*.jsonl (2026-11).
NEAR_LEAD = 3.0


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found for a question, and how it was judged.

    `carried` says how it was read in its conversation, None for one that showed no sign of leaning on it; `held` what
    was kept from it, None where nobody knows how far who asks has come.
    """

    shelf: Shelf
    ranking: Ranking
    evidence: tuple[Evidence, ...]
    judgement: Judgement
    searched_ms: float
    carried: Carried | None = None
    held: HeldBack | None = None

    @property
    def meant(self) -> str:
        """The question's own words as they were understood, whatever was typed."""
        return self.carried.own if self.carried is not None else self.ranking.question

    @property
    def said(self) -> Said:
        """The question as one that later ones may lean on."""
        heading = self.evidence[0].source.heading_path[-1:] if self.evidence else ()
        if self.carried is None:
            return Said(self.ranking.question, heading="".join(heading))
        return Said(self.meant, leaned=self.carried.taken, heading="".join(heading))


def look(
    text: str,
    product: Product,
    *,
    database: Database,
    shelves: Shelves,
    said: Sequence[Said] = (),
    position: Position | None = None,
    nearby: Nearby | None = None,
) -> Looked:
    """What a product has to say to a question now, in the light of what was `said` before; nothing is written.

    From a `position` only what lies up to there is in sight. `nearby` is what a question may point at.
    """
    started = time.perf_counter()
    looking = _Looking(database, shelves, shelves.shelf(ShelfKey(product.slug, Collection.LESSONS)), position)
    plan = plan_carrying(text, said, looking.shelf, nearby=nearby)
    looked = looking.at(text) if plan is None else _in_conversation(text, plan, looking)
    return replace(looked, searched_ms=round((time.perf_counter() - started) * 1000, 1))


def find(question: str, shelf: Shelf, *, encoder: Encoder, index: PassageIndex) -> Ranking:
    """What a question finds on a shelf, settled to be judged and quoted from."""
    return settle(search(question, shelf, encoder=encoder, index=index, count=_HITS))


def weigh(
    ranking: Ranking,
    shelf: Shelf,
    *,
    sources_of: Callable[[Sequence[PassageId]], Mapping[PassageId, Source]],
    scale_of: Callable[[str, str], Scale | None],
) -> Looked:
    """What of a settled ranking is evidence, and how well that covers the question.

    `sources_of` gives the texts of passages, `scale_of` the shelf's scale for a question's and a passage's language.
    """
    hits = [hit for hit in ranking.hits if is_evidence(hit)][:_EVIDENCE]
    evidence = evidence_of(ranking, sources_of([hit.place.passage for hit in hits]))
    lang = best_lang(ranking)
    scale = None if lang is None else scale_of(ranking.lang, lang)
    return Looked(shelf, ranking, evidence, judge(ranking, evidence, shelf=shelf, scale=scale), searched_ms=0.0)


def _in_conversation(text: str, plan: Carrying, looking: "_Looking") -> Looked:
    if plan.near is not None and plan.leaning.content:
        # Its own words choose among the open lesson's passages better than with the lesson's title beside them.
        there = looking.at(text, near=plan.near)
        if there.judgement.outcome is not Outcome.DECLINED:
            return replace(there, carried=plan.decided(taken=True, alone=_above(there), together=None))
    together = looking.at(plan.text, near=plan.near)
    together = replace(together, ranking=_with_changes(together.ranking, plan))
    found = together.judgement.outcome is not Outcome.DECLINED or bool(together.held and together.held.later)
    if plan.is_firm and found:
        return replace(together, carried=plan.decided(taken=True, alone=None, together=_above(together)))
    alone = looking.at(text)
    above, both = _above(alone), _above(together)
    taken = plan.prefers_together(above, both)
    if plan.is_firm:
        # It is declined together: what looked like a pronoun may have pointed at nothing.
        taken = plan.leaning.names_little or alone.judgement.outcome is Outcome.DECLINED
    return replace(together if taken else alone, carried=plan.decided(taken=taken, alone=above, together=both))


def _with_changes(ranking: Ranking, plan: Carrying) -> Ranking:
    return replace(ranking, changes=(*plan.changes, *ranking.changes))


def _above(looked: Looked) -> float | None:
    """Standard deviations above the threshold; None where nothing was compared."""
    judged = looked.judgement
    if judged.strength is None or judged.scale is None:
        return None
    return round(judged.strength - judged.scale.threshold, 4)


@dataclass(frozen=True, slots=True)
class _Looking:
    """One question's way of looking: where, and from where."""

    database: Database
    shelves: Shelves
    shelf: Shelf
    position: Position | None

    def at(self, text: str, *, near: LessonId | None = None) -> Looked:
        count = _HITS if self.position is None and near is None else _WITH_SOLUTIONS
        found = search(text, self.shelf, encoder=self.shelves.encoder, index=self.shelves.index, count=count)
        with self.database.read() as session:
            if self.position is None:
                return self._judged(session, found if near is None else _nearer(found, near))
            return self._in_sight(session, found, self.position.sight(text), near=near)

    def _in_sight(self, session: Session, found: Ranking, sight: Sight, *, near: LessonId | None) -> Looked:
        """Judged by what is in sight alone; the whole course only tells whether the answer comes later."""
        seen = search_within(found, self.shelf, hidden=sight.hidden, count=_WITH_SOLUTIONS)
        seen = seen if near is None else _nearer(seen, near)
        if not sight.solutions:
            found, seen = _without_solutions(session, found, seen)
        looked = self._judged(session, seen)
        later = self._later(session, looked, found, sight)
        return replace(looked, held=sight.held_back(later))

    def _later(self, session: Session, looked: Looked, found: Ranking, sight: Sight) -> LessonHead | None:
        """The lesson out of sight that answers what those in sight do not, or not as well."""
        if not sight.hidden or not any(hit.place.lesson in sight.hidden for hit in found.hits[:_HITS]):
            return None
        whole = self._judged(session, found)
        best = next((item.source.lesson.id for item in whole.evidence), None)
        if best not in sight.hidden or whole.judgement.outcome is Outcome.DECLINED:
            return None
        if looked.judgement.outcome is Outcome.DECLINED:
            return sight.hidden[best]
        all_of_it, part = _above(whole), _above(looked)
        told = all_of_it is None or part is None or all_of_it - part >= LATER_MARGIN
        return sight.hidden[best] if told else None

    def _judged(self, session: Session, found: Ranking) -> Looked:
        ranking = settle(replace(found, hits=found.hits[:_HITS]))

        def scale_of(asked: str, lang: str) -> Scale | None:
            key, encoder_id = self.shelf.key, self.shelves.encoder.id
            return find_scale(session, key, encoder_id=encoder_id, question_lang=asked, passage_lang=lang)

        return weigh(ranking, self.shelf, sources_of=partial(load_sources, session), scale_of=scale_of)


def _nearer(found: Ranking, lesson: LessonId) -> Ranking:
    """What was found, with a head start for the passages of a lesson that is open."""
    moved = (replace(h, score=h.score + NEAR_LEAD) if h.place.lesson == lesson else h for h in found.hits)
    return replace(found, hits=tuple(sorted(moved, key=lambda hit: -hit.score)))


def _without_solutions(session: Session, *rankings: Ranking) -> list[Ranking]:
    paths = heading_paths(session, {hit.place.passage for ranking in rankings for hit in ranking.hits})
    return [
        replace(ranking, hits=tuple(hit for hit in ranking.hits if not is_solution(paths.get(hit.place.passage, ()))))
        for ranking in rankings
    ]
