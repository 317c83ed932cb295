"""Lets a chat model draft the text of a proposal; an author decides on it like on any other.

Who asks the model and compares its sentences with their quotes is handed in (`Writer`); here each quote is looked for
once more, and a sentence with a number, a name in other letters or an address that no quote of its has is dropped.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anyio import to_thread
from sqlalchemy.orm import Session

from feedback.decide import DecidedBefore
from feedback.figures import figures_of
from feedback.proposal import Origin, Proposal, ProposalKind
from feedback.proposal_wording import reason_words
from feedback.proposals import WAITING, as_proposal, keep_event, row_of
from feedback.section import Section, section_at
from feedback.tables import ProposalRow
from feedback.themes import items_of_theme
from foundation.database import Database
from foundation.errors import Conflict, Invalid
from foundation.ids import LessonId, PassageId
from knowledge.as_markdown import escaped
from knowledge.edits import change_to_plain, insert_behind
from knowledge.language import Lang
from knowledge.lessons import Source, load_sources, sources_of_lessons
from knowledge.products import find_product
from knowledge.revisions import live_state
from knowledge.sight import evened
from knowledge.words import fold

BY_MODEL = frozenset({ProposalKind.CLARIFY, ProposalKind.ADD_ANSWER, ProposalKind.ADD_EXAMPLE, ProposalKind.MOVE})
"""The kinds a model may draft: what adds words. What is wrong, out of date or too much is an author's to say."""
_MOST_SAID = 8
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ADDRESS = re.compile(r"https?:|www\.|\]\(|@")


@dataclass(frozen=True, slots=True)
class ModelSentence:
    """A sentence and what proves it: passages by id, each with the stretch of it that is quoted."""

    text: str
    quotes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote, and with what: plain values that are kept with the proposal."""

    sentences: tuple[ModelSentence, ...]
    made_with: dict[str, Any]


Writer = Callable[[str, Sequence[Source], Lang], Awaitable[Written]]
"""Asks a model: the section with what learners say, passages to write from, the lesson's language."""


async def draft_with_model(
    database: Database, product: str, proposal: str, *, by: str, write: Writer, now: datetime
) -> Proposal:
    """A proposal with a model's text in place of what a rule drafted; who asked for it is noted.

    Raises NotFound; DecidedBefore and Conflict where it is decided or an author wrote at it; Invalid for a kind no
    model drafts, and where nothing it wrote is borne out; ModelUnavailable. Then the proposal is as it was.
    """
    told = await to_thread.run_sync(_read, database, product, proposal, now)
    written = await write(told.asked, told.sources, told.lang)
    kept = borne_out(written.sentences, told.sources)
    if not kept:
        raise Invalid("the model wrote nothing that the course bears out; write the text yourself")
    return await to_thread.run_sync(_keep, database, told, kept, written.made_with, by, now)


def borne_out(sentences: Sequence[ModelSentence], sources: Sequence[Source]) -> list[ModelSentence]:
    """The sentences whose quotes stand in their passages, and that say no number or address their quotes do not."""
    texts = {source.passage: evened(source.text) for source in sources}
    return [each for each in sentences if _is_borne_out(each, texts)]


@dataclass(frozen=True, slots=True)
class _Told:
    """What is sent to the model, and where its text goes."""

    proposal: Proposal
    at: Section
    asked: str
    sources: tuple[Source, ...]
    lang: Lang


def _read(database: Database, product: str, proposal: str, now: datetime) -> _Told:
    with database.read() as session:
        row = row_of(session, product, proposal)
        _check(row)
        found = as_proposal(row)
        state = live_state(session, product, row.lesson)
        said = [item.text for theme in row.themes for item in items_of_theme(session, theme)]
        at = section_at(state, row.anchor, said=said)
        if at is None:
            raise Conflict("learners see nothing of this lesson any more; reject the proposal")
        sources = _sources(session, found, state.lesson, at)
        lang: Lang = "ru" if state.lang == "ru" else "en"
        return _Told(found, at, _asked(session, found, at, now), tuple(sources), lang)


def _check(row: ProposalRow) -> None:
    proposal = as_proposal(row)
    if proposal.state not in WAITING:
        raise DecidedBefore(proposal.state, version=row.version, by="", at=row.updated)
    if proposal.kind not in BY_MODEL:
        raise Invalid("a model does not draft this kind of change: what is wrong or not needed is yours to say")
    if proposal.changes != proposal.drafted:
        raise Conflict("somebody wrote at this proposal; a draft would take the place of their words")


def _asked(session: Session, proposal: Proposal, at: Section, now: datetime) -> str:
    """The section, and what learners say in such words as tell nobody apart."""
    themes = [theme for theme in figures_of(session, proposal.product, now=now).themes if theme.id in proposal.themes]
    quotes = list(dict.fromkeys(quote.text for theme in themes for quote in theme.quotes))[:_MOST_SAID]
    return "\n\n".join([at.text(), *(f"- {evened(quote)}" for quote in quotes)])


def _sources(session: Session, proposal: Proposal, lesson: LessonId, at: Section) -> list[Source]:
    """What is reused first, then the section's own passages, then the rest of its lesson."""
    named = [PassageId(each["passage"]) for each in proposal.reuse]
    found = load_sources(session, named)
    own = sources_of_lessons(session, [lesson])
    own.sort(key=lambda source: source.anchor != at.anchor)
    mine = [found[passage] for passage in named if passage in found]
    return list({source.passage: source for source in [*mine, *own]}.values())


def _is_borne_out(sentence: ModelSentence, texts: dict[PassageId, str]) -> bool:
    quoted = [evened(quote) for passage, quote in sentence.quotes if evened(quote) in texts.get(PassageId(passage), "")]
    if not quoted or len(quoted) < len(sentence.quotes) or _ADDRESS.search(sentence.text):
        return False
    proof = fold(" ".join(quoted))
    return set(_NUMBER.findall(sentence.text)) <= set(_NUMBER.findall(proof))


def _keep(
    database: Database, told: _Told, kept: list[ModelSentence], made_with: dict[str, Any], by: str, now: datetime
) -> Proposal:
    with database.write() as session:
        row = row_of(session, told.proposal.product, told.proposal.id)
        if row.version != told.proposal.version:
            raise DecidedBefore(as_proposal(row).state, version=row.version, by="", at=row.updated)
        text = " ".join(escaped(evened(sentence.text)) for sentence in kept)
        plain = [change_to_plain(insert_behind(told.at.blocks, told.at.focus, text))]
        row.base, row.changes, row.drafted, row.origin = told.at.state.revision, plain, plain, Origin.MODEL
        row.sources = _proofs(kept, told.sources)
        reason = {**row.made_with["reason"], "from": "model"}
        row.made_with = {**row.made_with, "reason": reason, "model": made_with}
        row.reason = reason_words(row.made_with, find_product(session, row.product).lang)
        row.version, row.updated = row.version + 1, now
        keep_event(session, row.id, "drafted", who=by, at=now, detail={"changes": plain, "model": made_with})
        return as_proposal(row)


def _proofs(kept: Sequence[ModelSentence], sources: Sequence[Source]) -> list[dict[str, Any]]:
    by_id = {source.passage: source for source in sources}
    proofs = []
    for passage, quote in dict.fromkeys(pair for sentence in kept for pair in sentence.quotes):
        source = by_id[PassageId(passage)]
        where = {"passage": passage, "lesson": source.lesson.slug, "anchor": source.anchor, "quote": quote}
        proofs.append({"kind": "passage", **where})
    return proofs
