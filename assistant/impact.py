"""What a draft would change in answers: past questions asked again, of what is live and of the draft.

Both sides are searched, judged and quoted now, by the same program and without a chat model, so that they differ by
content alone. Nothing is written: no turn, no gap, no event. What is shown are learners' words, for the author's eyes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.extract import Quote, extract
from assistant.looking import find, weigh
from assistant.reply import Outcome
from assistant.tables import ConversationRow, TurnRow
from foundation.errors import Conflict
from foundation.ids import LessonId, PassageId, ProductSlug, RevisionId
from knowledge.calibration import recall_background
from knowledge.coverage import Scale
from knowledge.coverage_scales import scales_if_live
from knowledge.encoder import Encoder
from knowledge.identity import unfilled_texts
from knowledge.index import PassageIndex
from knowledge.lessons import Source, load_sources_then
from knowledge.products import Collection
from knowledge.releases import Placed, Release, placed_in, placed_live
from knowledge.resolve import Standing, resolve_citation
from knowledge.shelf import Shelf, ShelfKey
from knowledge.shelf_layout import load_shelf
from knowledge.shelves import Shelves
from knowledge.shown import lessons_of_release
from knowledge.sight import evened
from knowledge.vectors import Progress

_BETTER = {Outcome.DECLINED: 0, Outcome.PARTLY: 1, Outcome.ANSWERED: 2}
_ENDS = " ?!.…"


class Effect(StrEnum):
    """What a draft does to a question: answered better, worse or on lost grounds, from other passages, or as before."""

    GAINS = "gains"
    LOSES = "loses"
    CHANGES = "changes"
    STAYS = "stays"


class Reads(Protocol):
    """Whatever gives sessions to read in: a database, or one session that holds what is not committed."""

    def read(self) -> AbstractContextManager[Session]:
        """A session that sees one consistent state."""


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """A question as it was asked last, and how often in all."""

    text: str
    times: int


@dataclass(frozen=True, slots=True)
class Cited:
    """A quote of an answer; `standing` says where one of today's answer stands in the draft."""

    passage: str
    lesson: str
    title: str
    heading: str
    quote: str
    standing: Standing = Standing.SAME


@dataclass(frozen=True, slots=True)
class Side:
    """How a question is answered from one set of lessons."""

    outcome: Outcome
    confidence: float
    cited: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Effected:
    """A question, what a draft does to it, and both answers."""

    question: str
    times: int
    effect: Effect
    live: Side
    draft: Side


@dataclass(frozen=True, slots=True)
class Impact:
    """What became of `n` past questions; `left_out` more were asked too seldom to be among them."""

    n: int
    left_out: int
    counts: dict[Effect, int]
    questions: tuple[Effected, ...]


def past_questions(session: Session, product: str) -> list[PastQuestion]:
    """Every question a product was asked, the most frequent first; two that differ by case or ending are one.

    A question that was understood only with the one before it is taken together with that.
    """
    asked = (
        select(TurnRow.question, TurnRow.trace)
        .join(ConversationRow, ConversationRow.id == TurnRow.conversation)
        .where(ConversationRow.product == product)
        .order_by(TurnRow.created, TurnRow.id)
    )
    times: Counter[str] = Counter()
    texts: dict[str, str] = {}
    for question, trace in session.execute(asked):
        text = _understood(question, trace)
        key = evened(text).casefold().strip(_ENDS)
        if key:
            times[key] += 1
            texts[key] = text
    return [PastQuestion(texts[key], count) for key, count in times.most_common()]


def measure_impact(
    database: Reads,
    shelves: Shelves,
    draft: Release,
    *,
    index: PassageIndex,
    now: datetime,
    limit: int,
    progress: Progress,
) -> Impact:
    """Ask the most frequent past questions, at most `limit`, of what is live and of a draft.

    `index` is one of the draft's own, empty. Raises Conflict when the draft was encoded by another encoder,
    IndexUnavailable and EncoderUnavailable.
    """
    with database.read() as session:
        asked = past_questions(session, draft.product)
    if not asked:
        return Impact(0, 0, dict.fromkeys(Effect, 0), ())
    live = _live_content(database, shelves, draft.product)
    later = _draft_content(database, shelves, draft, known=live.shelf, index=index)
    effected = []
    for done, question in enumerate(asked[:limit]):
        progress(done, len(asked[:limit]))
        with database.read() as session:
            before, after = live.answer(session, question.text), later.answer(session, question.text)
            before = _with_standings(session, before, draft, later, now=now)
        effected.append(Effected(question.text, question.times, _effect(before, after), before, after))
    progress(len(effected), len(effected))
    counted = Counter(each.effect for each in effected)
    return Impact(
        n=len(effected),
        left_out=len(asked) - len(effected),
        counts={effect: counted[effect] for effect in Effect},
        questions=tuple(effected),
    )


@dataclass(frozen=True, slots=True)
class _Content:
    """A shelf with what answers from it need; `revisions` names the revision each lesson is read in."""

    shelf: Shelf
    encoder: Encoder
    index: PassageIndex
    passages: frozenset[str]
    revisions: Mapping[LessonId, RevisionId]
    scales: Mapping[tuple[str, str], Scale]

    def answer(self, session: Session, question: str) -> Side:
        ranking = find(question, self.shelf, encoder=self.encoder, index=self.index)
        lesson_of = {hit.place.passage: hit.place.lesson for hit in ranking.hits}

        def sources_of(passages: Sequence[PassageId]) -> Mapping[PassageId, Source]:
            wanted = {each: self.revisions[lesson_of[each]] for each in passages if lesson_of[each] in self.revisions}
            return load_sources_then(session, wanted)

        def scale_of(asked: str, lang: str) -> Scale | None:
            return self.scales.get((asked, lang))

        looked = weigh(ranking, self.shelf, sources_of=sources_of, scale_of=scale_of)
        declined = looked.judgement.outcome is Outcome.DECLINED
        quotes = () if declined else extract(ranking, looked.evidence, shelf=self.shelf)
        return Side(looked.judgement.outcome, looked.judgement.confidence, tuple(map(_cited, quotes)))


def _live_content(database: Reads, shelves: Shelves, product: ProductSlug) -> _Content:
    shelf = shelves.shelf(ShelfKey(product, Collection.LESSONS))
    with database.read() as session:
        placed, scales = placed_live(session, product), scales_if_live(session, shelf, shelves.encoder)
    return _Content(shelf, shelves.encoder, shelves.index, _names(shelf), _revisions(placed), scales)


def _draft_content(database: Reads, shelves: Shelves, draft: Release, *, known: Shelf, index: PassageIndex) -> _Content:
    encoder, lessons, key = shelves.encoder, lessons_of_release(draft.id), known.key
    with database.read() as session:
        if unfilled_texts(session, draft.product, encoder_id=encoder.id, lessons=lessons).texts:
            raise Conflict(
                f"release {draft.number} of {draft.product} lacks vectors of the encoder {encoder.id}; ingest the same "
                "files with --draft again, or set COMPANION_ENCODER back"
            )
        recall_background(session, encoder.id)
        shelf = load_shelf(session, key, encoder=encoder, known=known, lessons=lessons)
        placed, scales = placed_in(session, draft), scales_if_live(session, shelf, encoder)
    index.fill(key.name(encoder.id), shelf.entries)
    return _Content(shelf, encoder, index, _names(shelf), _revisions(placed), scales)


def _names(shelf: Shelf) -> frozenset[str]:
    return frozenset(passage.decode() for passage in shelf.places.passages.tolist())


def _revisions(lessons: Iterable[Placed]) -> dict[LessonId, RevisionId]:
    return {placed.lesson: placed.revision for placed in lessons}


def _understood(question: str, trace: Mapping[str, Any]) -> str:
    carried = trace.get("carried") or {}
    return str(trace["asked"]["question"]) if carried.get("taken") else question


def _cited(quote: Quote) -> Cited:
    source = quote.source
    heading = source.heading_path[-1] if source.heading_path else source.lesson.title
    return Cited(source.passage, source.lesson.slug, source.lesson.title, heading, quote.text)


def _with_standings(session: Session, live: Side, draft: Release, later: _Content, *, now: datetime) -> Side:
    """Today's answer with each quote found again in the draft."""

    def standing(cited: Cited) -> Standing:
        if cited.passage in later.passages:
            return Standing.SAME
        found = resolve_citation(session, draft.product, cited.passage, cited.quote, now=now, release=draft.id)
        return found.standing

    return replace(live, cited=tuple(replace(each, standing=standing(each)) for each in live.cited))


def _effect(live: Side, draft: Side) -> Effect:
    better = _BETTER[draft.outcome] - _BETTER[live.outcome]
    if better > 0:
        return Effect.GAINS
    if better < 0 or any(each.standing is Standing.GONE for each in live.cited):
        return Effect.LOSES
    return Effect.STAYS if _grounds(live) == _grounds(draft) else Effect.CHANGES


def _grounds(side: Side) -> set[tuple[str, str, str]]:
    return {(each.lesson, each.heading, evened(each.quote)) for each in side.cited}
