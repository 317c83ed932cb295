"""Publishes a draft or brings an earlier release back: what it needs is encoded first, then it goes live in one step.

Killed anywhere, either the old set is live or the new one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database import Database
from foundation.errors import Conflict
from foundation.ids import ProductSlug
from knowledge.calibration import encode_background
from knowledge.coverage_scales import ShelfOf, measure_coverage
from knowledge.encoder import Encoder
from knowledge.identity import unfilled_texts
from knowledge.products import Collection
from knowledge.releases import (
    Placed,
    Release,
    add_rollback,
    check_fresh,
    find_draft,
    find_release,
    live_release,
    placed_in,
    placed_live,
    publish_draft,
)
from knowledge.shelf import ShelfKey
from knowledge.shown import lessons_of_release
from knowledge.sight import revealed_words
from knowledge.tables import RevisionRow
from knowledge.tokens import recipe_of
from knowledge.vectors import Progress, encode_missing

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says about a release: a line for learners, and their own name for colleagues."""

    note: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class PutLive:
    """The release that is live now; `texts` were encoded for it, `calibration` further ones to measure its scale."""

    release: Release
    texts: int
    calibration: int


AlsoDo = Callable[[Session, Release, datetime], None]
"""What is written with a release that went live, in one transaction."""


def _nothing(_session: Session, _release: Release, _now: datetime) -> None:
    """Nothing else."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """The collaborators of putting a release live; `shelf_of` gives a shelf as it is live."""

    database: Database
    encoder: Encoder
    clock: Clock
    workers: int
    progress: Progress
    shelf_of: ShelfOf | None = None
    also: AlsoDo = _nothing

    def publish(self, product: ProductSlug, number: int | None, said: Said) -> PutLive:
        """Make a draft live, the only one unless it is named.

        Raises NotFound, Invalid, Conflict when another release went live since it was made; EncoderUnavailable.
        """
        with self.database.read() as session:
            draft = find_draft(session, product, number)
            check_fresh(session, draft)

        def go(session: Session, now: datetime) -> Release:
            return publish_draft(session, product, draft.number, note=said.note, who=said.who, now=now)

        return self._put(draft, go)

    def roll_back(self, product: ProductSlug, number: int | None, said: Said, *, reveal: bool) -> PutLive:
        """Make an earlier release's set live again under a new number; where none is named, the one before.

        Without `reveal`, Conflict when learners would see again what is hidden from them now. Also raises NotFound,
        Conflict when there is nothing to go back to, EncoderUnavailable.
        """
        with self.database.read() as session:
            earlier = _earlier(session, product, number)

        def go(session: Session, now: datetime) -> Release:
            if not reveal:
                _check_nothing_revealed(session, product, earlier, now=now)
            return add_rollback(session, product, earlier.number, note=said.note, who=said.who, now=now)

        return self._put(earlier, go)

    def _put(self, wanted: Release, go: Callable[[Session, datetime], Release]) -> PutLive:
        product, encoder = wanted.product, self.encoder
        lessons, tokens = lessons_of_release(wanted.id), recipe_of(encoder)
        with self.database.read() as session:
            lacking = unfilled_texts(session, product, encoder_id=encoder.id, token_recipe=tokens, lessons=lessons)
        workers, progress = self.workers, self.progress
        encode_background(self.database, encoder, workers=workers, progress=progress)
        texts = encode_missing(
            self.database, encoder, lacking.texts, workers=workers, progress=progress, rounded=lacking.sentences
        )
        with self.database.write() as session:
            now = self.clock()
            release = go(session, now)
            self.also(session, release, now)
        key = ShelfKey(product, Collection.LESSONS)
        return PutLive(release, len(texts), measure_coverage(self.database, encoder, key, shelf_of=self.shelf_of))


def _earlier(session: Session, product: ProductSlug, number: int | None) -> Release:
    """The named release, or the one before what learners see: of what was brought back, the one before that."""
    if number is not None:
        return find_release(session, product, number)
    live = live_release(session, product)
    while live is not None and live.restores is not None:
        live = find_release(session, product, live.restores)
    if live is None or live.base is None:
        raise Conflict(f"{product} has no release before the one that is live; there is nothing to go back to")
    return find_release(session, product, live.base)


def _check_nothing_revealed(session: Session, product: ProductSlug, earlier: Release, *, now: datetime) -> None:
    """Raises Conflict naming files with text that is hidden now and that an earlier release shows."""
    now_live = {placed.lesson: placed for placed in placed_live(session, product)}
    files = []
    for placed in sorted(placed_in(session, earlier), key=lambda each: each.position):
        live = now_live.get(placed.lesson)
        if live is not None and live.revision != placed.revision and _reveals(session, live, placed, now=now):
            files.append(session.get_one(RevisionRow, live.revision).source_path)
    if files:
        more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
        raise Conflict(
            f"release {earlier.number} of {product} shows learners what is hidden from them now, in "
            f"{', '.join(files[:_NAMED])}{more}; take those files back by hand and ingest them, or go on with --reveal"
        )


def _reveals(session: Session, live: Placed, earlier: Placed, *, now: datetime) -> bool:
    then, today = (session.get_one(RevisionRow, placed.revision).blocks for placed in (earlier, live))
    return bool(revealed_words(then, today, now=now))
