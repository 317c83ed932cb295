"""Why a turn said what it said: everything needed to say it again, byte for byte, without search, encoder or model.

What is kept is what was used: scores and the question's vector are rounded before the question is judged, not after,
so the trace holds the very numbers an answer rests on and stays small. Texts are not repeated here: passages never
change, and the revisions named are kept.
"""

import base64
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np

from assistant.carrying import Carried
from assistant.extract import Evidence, Quote
from assistant.kept_move import plain_move
from assistant.position import HeldBack
from assistant.turn import Found
from foundation.ids import PassageId, RevisionId
from knowledge.centring import RECIPE
from knowledge.coverage import Scale
from knowledge.encoder import Vector
from knowledge.lessons import Source
from knowledge.passages import PACKING
from knowledge.repair import Change, Mistake
from knowledge.search import Hit, Ranking
from knowledge.shelf import Place
from knowledge.shelf_then import ShelfFacts, facts_of
from knowledge.tokens import AskedTokens

FORMAT = 1
_DECIMALS = 5
# Little-endian half precision: a unit vector keeps a cosine of 0.9999999 to itself in half the bytes.
_KEPT = "<f2"
# Of a question that is longer than any question, the tokens that weigh the most; 128 bytes each.
_MOST_TOKENS = 64
_APART = ("vector", "hits", "tokens", "changes")
_SCORES = tuple(each.name for each in fields(Hit) if each.name != "place")


def settle(ranking: Ranking) -> Ranking:
    """A ranking as a trace keeps it: to be judged and quoted from, so that a replay meets the same numbers."""
    hits = tuple(Hit(hit.place, **_rounded(hit)) for hit in ranking.hits)
    vector = ranking.vector.astype(_KEPT).astype(np.float32)
    return replace(ranking, vector=vector, hits=hits, tokens=_settled(ranking.tokens))


def _settled(tokens: AskedTokens | None) -> AskedTokens | None:
    if tokens is None:
        return None
    rows = np.sort(np.argsort(-tokens.information, kind="stable")[:_MOST_TOKENS])
    rarity, information = (each[rows].astype(_KEPT).astype(np.float32) for each in (tokens.rarity, tokens.information))
    return AskedTokens(tokens.codes[rows], rarity, information)


def _rounded(hit: Hit) -> dict[str, Any]:
    return {name: None if value is None else round(value, _DECIMALS) for name, value in _scores(hit).items()}


def _scores(hit: Hit) -> dict[str, float | None]:
    return {name: getattr(hit, name) for name in _SCORES}


def write_trace(found: Found, *, quotes: Iterable[Quote], notes: Mapping[str, Any]) -> dict[str, Any]:
    """The trace of a turn as plain values; `notes` are what composing left."""
    asked = {each.name: getattr(found.ranking, each.name) for each in fields(Ranking) if each.name not in _APART}
    revisions = {item.source.passage: item.source.lesson.revision for item in found.evidence}
    return {
        "format": FORMAT,
        "encoder": found.encoder,
        "recipe": RECIPE,
        "packing": PACKING,
        "url_template": found.product.url_template,
        "shelf": asdict(facts_of(found.shelf, found.ranking.terms)),
        "asked": asked,
        "vector": base64.b64encode(found.ranking.vector.astype(_KEPT).tobytes()).decode(),
        "changes": [asdict(change) for change in found.ranking.changes],
        "asked_tokens": _packed(found.ranking.tokens),
        "hits": [_hit(hit, revisions) for hit in found.ranking.hits],
        "judgement": asdict(found.judgement),
        **({} if found.carried is None else {"carried": asdict(found.carried)}),
        **({} if found.held is None else {"position": found.held.to_plain()}),
        **({} if found.move is None else {"move": plain_move(found.move)}),
        "quotes": [[quote.source.passage, quote.start, quote.end] for quote in quotes],
        **notes,
    }


def _packed(tokens: AskedTokens | None) -> dict[str, str] | None:
    if tokens is None:
        return None
    kept = {
        "codes": zlib.compress(tokens.codes.tobytes()),
        "rarity": tokens.rarity.astype(_KEPT).tobytes(),
        "information": tokens.information.astype(_KEPT).tobytes(),
    }
    return {name: base64.b85encode(raw).decode() for name, raw in kept.items()}


def _unpacked(kept: Mapping[str, str] | None) -> AskedTokens | None:
    if kept is None:
        return None
    codes = np.frombuffer(zlib.decompress(base64.b85decode(kept["codes"])), dtype=np.int8)
    rarity, information = (
        np.frombuffer(base64.b85decode(kept[name]), dtype=_KEPT).astype(np.float32)
        for name in ("rarity", "information")
    )
    return AskedTokens(codes.reshape(len(rarity), -1), rarity, information)


def _hit(hit: Hit, revisions: Mapping[PassageId, RevisionId]) -> dict[str, Any]:
    revision = revisions.get(hit.place.passage)
    known = {} if revision is None else {"revision": revision}
    return {"passage": hit.place.passage, "order": hit.place.order, **_scores(hit), **known}


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace that was read again; `revisions` names the lesson's revision of each passage that was evidence."""

    plain: Mapping[str, Any]
    facts: ShelfFacts
    vector: Vector
    orders: Mapping[PassageId, int]
    revisions: Mapping[PassageId, RevisionId]

    @property
    def encoder(self) -> str:
        """Id of the encoder the question was compared with."""
        return str(self.plain["encoder"])

    @property
    def scale(self) -> Scale | None:
        """What the question's signs were measured by."""
        plain = self.plain["judgement"].get("scale")
        return None if plain is None else Scale.from_plain(plain)

    @property
    def carried(self) -> Carried | None:
        """How the question was read in its conversation."""
        return Carried.from_plain(self.plain.get("carried"))

    @property
    def held(self) -> HeldBack | None:
        """What was kept from the turn."""
        return HeldBack.from_plain(self.plain.get("position"))

    def _changes(self) -> tuple[Change, ...]:
        kept = self.plain.get("changes", [])
        return tuple(Change(each["typed"], each["meant"], Mistake(each["mistake"])) for each in kept)

    def ranking(self, places: Mapping[PassageId, Place]) -> Ranking:
        """What the question found, at these places."""
        hits = tuple(
            Hit(places[PassageId(hit["passage"])], **{name: hit[name] for name in _SCORES})
            for hit in self.plain["hits"]
        )
        asked = {name: _as_it_was(value) for name, value in self.plain["asked"].items()}
        return Ranking(
            **asked,
            vector=self.vector,
            hits=hits,
            tokens=_unpacked(self.plain.get("asked_tokens")),
            changes=self._changes(),
        )


def read_trace(plain: Mapping[str, Any]) -> Trace | None:
    """A trace as it was written; None for one from before turns could be replayed."""
    if plain.get("format") != FORMAT:
        return None
    hits = plain["hits"]
    return Trace(
        plain=plain,
        facts=ShelfFacts(**plain["shelf"]),
        vector=np.frombuffer(base64.b64decode(plain["vector"]), dtype=_KEPT).astype(np.float32),
        orders={PassageId(hit["passage"]): hit["order"] for hit in hits},
        revisions={PassageId(hit["passage"]): RevisionId(hit["revision"]) for hit in hits if "revision" in hit},
    )


def _as_it_was(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def evidence_of(ranking: Ranking, sources: Mapping[PassageId, Source]) -> tuple[Evidence, ...]:
    """The hits an answer may be made of, best first: those whose source is at hand."""
    return tuple(
        Evidence(sources[hit.place.passage], hit.place.lang, hit.place.order, hit.score)
        for hit in ranking.hits
        if hit.place.passage in sources
    )
