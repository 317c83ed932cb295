"""Where a citation stands today: an edit moves what was quoted, words it anew or takes it out.

Looked at is only what learners see now, of what is live or of one release. Nothing of what a passage once said is given
out unless the asker quotes it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import Select, Subquery, select
from sqlalchemy.orm import Session

from foundation.errors import NotFound
from foundation.ids import LessonId, PassageId, RevisionId
from knowledge.lessons import Source, load_sources_then
from knowledge.openings import is_open_passage
from knowledge.products import Collection
from knowledge.relations import replacing_lessons
from knowledge.releases import ReleaseState
from knowledge.sentences import sentence_spans
from knowledge.shown import lessons_of_release, live_lessons_of
from knowledge.sight import evened
from knowledge.tables import LessonRow, PassageRow, ReleaseLessonRow, ReleaseRow, RevisionPassageRow

# How alike (normalised indel, folded) a sentence and its new wording have to be. Of 923 sentences of the sample courses
# 95 % are less alike than 0.58 to every other sentence of their lesson; with 30 % of its words dropped, replaced or
# added, 99 % stay above 0.60 to themselves (2026-11).
ALIKE = 0.6
# A shorter quote stands in other lessons by chance.
_TELLING_CHARS = 20
_QUOTE_CHARS = 20_000
_PIECE_CHARS = 200


class Standing(StrEnum):
    """What became of a citation."""

    SAME = "same"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where a citation stands.

    Word for word under the same heading (`same`) or elsewhere (`moved`), in other words in its lesson or one that
    replaces it (`changed`, by `alike`, 0 to 1), or nowhere (`gone`). `quote` is what stands there now, "" when it is
    gone; `replaced_by` are the lessons that replace one that is gone as a whole.
    """

    standing: Standing
    quote: str = ""
    source: Source | None = None
    alike: float | None = None
    replaced_by: tuple[LessonId, ...] = ()


def resolve_citation(
    session: Session,
    product: str,
    passage: str,
    quote: str | None = None,
    *,
    now: datetime,
    release: str | None = None,
) -> Resolved:
    """Find a citation again in what is live, or in a release by its id; without a quote, the whole passage.

    Raises NotFound for a passage learners never saw, and for a quote that does not stand in it.
    """
    cited = _cited(session, product, passage, now=now)
    words = (cited.text if quote is None else quote[:_QUOTE_CHARS]).split()
    stands = re.search(r"\s+".join(map(re.escape, words)), cited.text) if words else None
    if stands is None:
        raise NotFound("the quote does not stand in this passage; give it as the citation has it, or leave it out")
    shown = live_lessons_of(product, Collection(cited.collection)) if release is None else lessons_of_release(release)
    replacing = replacing_lessons(session, product, cited.external_id, release=release)
    return _Looking(session, shown, now).find(cited, stands[0], replacing)


@dataclass(frozen=True, slots=True)
class _Cited:
    passage: PassageId
    lesson: LessonId
    external_id: str
    collection: str
    path: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """A passage learners see, `text` with its white space evened out."""

    passage: PassageId
    lesson: LessonId
    revision: RevisionId
    path: tuple[str, ...]
    raw: str

    @property
    def text(self) -> str:
        return evened(self.raw)


def _cited(session: Session, product: str, passage: str, *, now: datetime) -> _Cited:
    columns = (PassageRow.id, PassageRow.lesson, LessonRow.external_id, LessonRow.collection, PassageRow.heading_path)
    found = session.execute(
        select(*columns, PassageRow.text)
        .join(LessonRow, LessonRow.id == PassageRow.lesson)
        .where(PassageRow.id == passage, LessonRow.product == product, is_open_passage(now))
    ).one_or_none()
    if found is None or not _was_seen(session, passage):
        raise NotFound(f"there is no passage {passage[:70]!r} in {product[:70]}")
    identity, lesson, external_id, collection, path, text = found
    return _Cited(PassageId(identity), LessonId(lesson), external_id, collection, tuple(path), text)


def _was_seen(session: Session, passage: str) -> bool:
    """Whether a passage was ever live: a draft's is not known to anybody yet. Older ones are in no release at all."""
    released = (
        select(ReleaseRow.state)
        .select_from(RevisionPassageRow)
        .outerjoin(ReleaseLessonRow, ReleaseLessonRow.revision == RevisionPassageRow.revision)
        .outerjoin(ReleaseRow, ReleaseRow.id == ReleaseLessonRow.release)
        .where(RevisionPassageRow.passage == passage)
    )
    states = set(session.scalars(released))
    return ReleaseState.PUBLISHED in states or None in states


class _Looking:
    def __init__(self, session: Session, shown: Subquery, now: datetime) -> None:
        self._session = session
        self._shown = shown
        self._now = now

    def find(self, cited: _Cited, quote: str, replacing: Sequence[LessonId]) -> Resolved:
        """The citation of `quote`, given as it stands in the passage."""
        own, wanted = self._passages(cited.lesson), evened(quote)
        kept = [each for each in own if each.passage == cited.passage]
        verbatim = kept or sorted(_verbatim(own, wanted), key=lambda each: each.path != cited.path)
        if verbatim:
            same = verbatim[0].path == cited.path
            return self._resolved(Standing.SAME if same else Standing.MOVED, verbatim[0], quote)
        elsewhere = self._elsewhere(quote, wanted, replacing)
        if elsewhere is not None:
            return self._resolved(Standing.MOVED, elsewhere, quote)
        candidates = [*own, *(each for lesson in replacing for each in self._passages(lesson))]
        closest = _closest(candidates, wanted)
        if closest is not None:
            place, stretch, alike = closest
            return self._resolved(Standing.CHANGED, place, stretch, alike=alike)
        there = tuple(lesson for lesson in replacing if not own and self._passages(lesson))
        return Resolved(Standing.GONE, replaced_by=there)

    def _resolved(self, standing: Standing, place: _Shown, quote: str, *, alike: float = 1.0) -> Resolved:
        source = load_sources_then(self._session, {place.passage: place.revision})[place.passage]
        return Resolved(standing, quote, source, alike)

    def _passages(self, lesson: LessonId) -> list[_Shown]:
        rows = self._session.execute(
            self._select().where(self._shown.c.lesson == lesson).order_by(RevisionPassageRow.position)
        )
        return [_place(*row) for row in rows]

    def _elsewhere(self, quote: str, wanted: str, replacing: Sequence[LessonId]) -> _Shown | None:
        """Another lesson's passage that has the very words, first of all one of a lesson that replaces the cited."""
        if len(wanted) < _TELLING_CHARS:
            return None
        # White space is evened out on our side only, so the database looks for the longest line.
        piece = max((line.strip() for line in quote.split("\n")), key=len)[:_PIECE_CHARS]
        ordered = self._select().order_by(self._shown.c.position, self._shown.c.lesson, RevisionPassageRow.position)
        rows = self._session.execute(ordered.where(PassageRow.text.contains(piece, autoescape=True)))
        found = [place for place in (_place(*row) for row in rows) if wanted in place.text]
        return min(found, key=lambda each: each.lesson not in replacing, default=None)

    def _select(self) -> Select[str, str, Any, list[str], str]:
        columns = (PassageRow.id, PassageRow.lesson, self._shown.c.revision, PassageRow.heading_path, PassageRow.text)
        return (
            select(*columns)
            .join(RevisionPassageRow, RevisionPassageRow.passage == PassageRow.id)
            .join(self._shown, self._shown.c.revision == RevisionPassageRow.revision)
            .where(is_open_passage(self._now))
        )


def _place(passage: str, lesson: str, revision: str, path: Sequence[str], text: str) -> _Shown:
    return _Shown(PassageId(passage), LessonId(lesson), RevisionId(revision), tuple(path), text)


def _verbatim(passages: Sequence[_Shown], wanted: str) -> Iterator[_Shown]:
    """The passages where the words begin; they may run on into the next under the same heading."""
    for _, group in groupby(passages, key=lambda each: each.path):
        section = list(group)
        start = " ".join(each.text for each in section).find(wanted)
        for each in section:
            if 0 <= start < len(each.text):
                yield each
            start -= len(each.text) + 1


def _closest(passages: Sequence[_Shown], wanted: str) -> tuple[_Shown, str, float] | None:
    """The run of whole sentences, about as many as the quote has, that is most like it, if one is alike enough."""
    length = max(1, len(sentence_spans(wanted)))
    stretches = [
        (each, stretch)
        for each in passages
        for count in range(max(1, length - 1), length + 2)
        for stretch in _runs(each.raw, count)
    ]
    folded = [evened(stretch).casefold() for _, stretch in stretches]
    best = process.extractOne(wanted.casefold(), folded, scorer=fuzz.ratio, score_cutoff=100 * ALIKE)
    if best is None:
        return None
    _, score, number = best
    place, stretch = stretches[number]
    return place, stretch, round(score / 100, 3)


def _runs(text: str, count: int) -> Iterator[str]:
    spans = sentence_spans(text)
    for first in range(len(spans) - count + 1):
        yield text[spans[first].start : spans[first + count - 1].end]
