"""Why a turn said what it said: its trace made readable, and the turn said again from it.

Reads SQL only, so it works beside a running service, without an encoder, a model or a network. Looking the question up
again in today's content (`SearchedAgain`) is apart from that and needs what a question needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from assistant.answer import Looked
from assistant.compose import render_again
from assistant.replay import Replay, replay_turn
from assistant.tables import ConversationRow, TurnRow
from assistant.trace import Trace, read_trace
from foundation.errors import Invalid, NotFound
from foundation.ids import PassageId
from knowledge.centring import RECIPE
from knowledge.language import Lang
from knowledge.lessons import Source, heading_paths, load_sources_then
from knowledge.lexical import LexicalIndex
from knowledge.passages import PACKING, PassageKind
from knowledge.shelf import Place
from knowledge.shelf_then import load_places
from prompts.catalogue import load_prompt

_TOP = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage the question found.

    `role` says what became of it: `quoted`, `evidence`, `exercise` (never evidence), `passed over`, or `erased` since.
    `lesson` is the slug of the lesson of what was evidence; `scores` are the search's own, as they were used.
    """

    passage: str
    role: str
    lang: str
    kind: str
    lesson: str
    heading: str
    scores: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class ModelPart:
    """A chat model's share in a turn; `prompt_now` and `messages_now` compare what was sent with today's files."""

    model: str
    prompt: Mapping[str, Any]
    prompt_now: str
    messages_now: str
    sent: tuple[str, ...]
    tokens: Mapping[str, Any]
    reply: str | None
    reply_tokens: int | None
    sentences_dropped: int | None
    not_covered: bool
    error: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that is known about a turn.

    `basis` is what the question was compared with and `terms` what its words weighed there; both are empty for a turn
    from before this was kept. `carried` says how it was read in its conversation, None where nothing in it leaned on
    that; `position` what was kept from who asked. `quotes` are `[passage, start, end]` into the passages' texts.
    """

    turn: str
    conversation: str
    product: str
    created: datetime
    question: str
    locale: str
    lesson: str | None
    reply: Mapping[str, Any]
    basis: Mapping[str, Any]
    understood: Mapping[str, Any]
    carried: Mapping[str, Any] | None
    position: Mapping[str, Any] | None
    terms: Mapping[str, Mapping[str, float]]
    judgement: Mapping[str, Any]
    candidates: tuple[Candidate, ...]
    quotes: tuple[tuple[str, int, int], ...]
    model: ModelPart | None
    replay: Replay


def explain_turn(session: Session, turn: str) -> Explanation:
    """Explain a turn and replay it; raises NotFound."""
    row = session.get(TurnRow, turn)
    if row is None:
        raise NotFound(f"there is no turn {turn[:70]!r} here; an answer's JSON and its events name theirs as `turn`")
    trace = read_trace(row.trace)
    product = session.get_one(ConversationRow, row.conversation).product
    sources = load_sources_then(session, trace.revisions) if trace else {}
    return Explanation(
        turn=row.id,
        conversation=row.conversation,
        product=product,
        created=row.created,
        question=row.question,
        locale=row.locale,
        lesson=row.lesson,
        reply=row.reply,
        basis=_basis(trace) if trace else {},
        understood=dict(trace.plain["asked"]) if trace else {},
        carried=row.trace.get("carried"),
        position=row.trace.get("position"),
        terms=_terms(trace) if trace else {},
        judgement=trace.plain["judgement"] if trace else {},
        candidates=_candidates(session, trace, sources) if trace else (),
        quotes=tuple((quote[0], quote[1], quote[2]) for quote in row.trace.get("quotes", ())),
        model=_model_part(row, trace, sources),
        replay=replay_turn(session, row),
    )


def _basis(trace: Trace) -> dict[str, Any]:
    facts = trace.facts
    return {
        "encoder": trace.encoder,
        "recipe": trace.plain["recipe"],
        "packing": trace.plain["packing"],
        "version": facts.version,
        "passages": facts.passages,
        "windows": facts.windows,
    }


def _terms(trace: Trace) -> dict[str, dict[str, float]]:
    """In how many texts each term of the question stood, and what it weighed."""
    weights = LexicalIndex.remembered(trace.facts.texts, trace.facts.frequency)
    asked: Sequence[str] = trace.plain["asked"]["terms"]
    found = trace.facts.frequency
    return {term: {"texts": found.get(term, 0), "weight": round(weights.weight(term), 3)} for term in asked}


def _candidates(session: Session, trace: Trace, sources: Mapping[PassageId, Source]) -> tuple[Candidate, ...]:
    places, headings = load_places(session, trace.orders), heading_paths(session, trace.orders)
    quoted = {quote[0] for quote in trace.plain["quotes"]}
    shown = []
    for hit in trace.plain["hits"]:
        passage = PassageId(hit["passage"])
        place, source = places.get(passage), sources.get(passage)
        shown.append(
            Candidate(
                passage=passage,
                role="quoted" if passage in quoted else _role(place, is_evidence=passage in trace.revisions),
                lang=place.lang if place else "",
                kind=place.kind if place else "",
                lesson=source.lesson.slug if source else "",
                heading=" › ".join(headings.get(passage, ())),
                scores={name: hit[name] for name in hit if name not in ("passage", "order", "revision")},
            )
        )
    return tuple(shown)


def _role(place: Place | None, *, is_evidence: bool) -> str:
    if place is None:
        return "erased"
    if is_evidence:
        return "evidence"
    return "exercise" if place.kind is PassageKind.EXERCISE else "passed over"


def _model_part(row: TurnRow, trace: Trace | None, sources: Mapping[PassageId, Source]) -> ModelPart | None:
    kept = row.trace
    if "model" not in kept:
        return None
    worded = kept.get("move")
    if worded is not None:
        # A move's quotes are sent by themselves, not their passages.
        evidence = [PassageId(quote["passage"]) for draft in worded["drafts"] for quote in draft["quotes"]]
    else:
        evidence = [passage for passage in trace.orders if passage in trace.revisions] if trace else []
    sent = [evidence[place] for place in kept.get("sent", ()) if place < len(evidence)]
    told = [sources[passage] for passage in sent if passage in sources]
    comparable = worded is None and len(told) == len(sent)
    prompt_now, messages_now = _prompt_now(row, told) if comparable else ("unknown", "unknown")
    return ModelPart(
        model=kept["model"],
        prompt=kept["prompt"],
        prompt_now=prompt_now,
        messages_now=messages_now,
        sent=tuple(sent),
        tokens=kept.get("tokens", {}),
        reply=kept.get("reply"),
        reply_tokens=kept.get("reply_tokens"),
        sentences_dropped=kept.get("sentences_dropped"),
        not_covered=bool(kept.get("not_covered")),
        error=kept.get("model_error"),
    )


def _prompt_now(row: TurnRow, sent: Sequence[Source]) -> tuple[str, str]:
    """Whether the prompt's file, and what it made of this question, are today what they were."""
    used = row.trace["prompt"]
    try:
        prompt = load_prompt(used["name"], used["version"])
    except (NotFound, Invalid):
        return "gone", "unknown"
    lang: Lang = "ru" if row.locale == "ru" else "en"
    file = "same" if prompt.hash == used["hash"] else "differs"
    kept = row.trace.get("messages_hash")
    if kept is None:
        return file, "unknown"
    _, now = render_again(prompt, row.trace["asked"]["question"], sent, lang=lang)
    return file, "same" if now == kept else "differs"


@dataclass(frozen=True, slots=True)
class SearchedAgain:
    """What the question finds in today's content, against what it found then.

    `moved` says what is no longer as it was: `content`, `encoder`, `recipe`, `packing`, or nothing. `gone` and `new`
    compare the best passages of then and now.
    """

    moved: tuple[str, ...]
    version: int
    outcome: str
    confidence: float
    top: tuple[str, ...]
    gone: tuple[str, ...]
    new: tuple[str, ...]
    same_order: bool


def compare_search(explanation: Explanation, looked: Looked, *, encoder: str) -> SearchedAgain:
    """Hold today's search against a turn's own."""
    now = {"version": looked.shelf.version, "encoder": encoder, "recipe": RECIPE, "packing": PACKING}
    names = {"version": "content"}
    then = [each.passage for each in explanation.candidates][:_TOP]
    top = [str(hit.place.passage) for hit in looked.ranking.hits][:_TOP]
    return SearchedAgain(
        moved=tuple(names.get(name, name) for name, value in now.items() if explanation.basis.get(name) != value),
        version=looked.shelf.version,
        outcome=looked.judgement.outcome,
        confidence=looked.judgement.confidence,
        top=tuple(top),
        gone=tuple(passage for passage in then if passage not in top),
        new=tuple(passage for passage in top if passage not in then),
        same_order=then == top,
    )
