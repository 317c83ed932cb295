"""Keeps shelves' scales of coverage in SQL: measured when a course is taken in, again when its content changed notably.

A scale belongs to a shelf, an encoder and a pair of languages, and bears the stamp of how it was measured. One with
another stamp is not used: start-up measures it again, and until then nothing is claimed (`assistant.grounding`).
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from foundation.database import Database
from knowledge.background import LANGS
from knowledge.calibration import recall_background
from knowledge.centring import RECIPE as CENTRING
from knowledge.coverage import Scale
from knowledge.coverage_measuring import measure_shelf
from knowledge.encoder import Encoder
from knowledge.shelf import Shelf, ShelfKey, shelf_state
from knowledge.shelf_layout import load_shelf
from knowledge.tables import CoverageScaleRow, LessonRow, PassageRow, RevisionPassageRow

# The stamp; whatever moves the signs or the threshold moves it.
RECIPE = f"k1.{CENTRING}"
_SAMPLE = 128
_SAME_SAMPLE = 0.8
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)

ShelfOf = Callable[[ShelfKey], Shelf]

_KEPT = CoverageScaleRow.__table__.columns
# The table's columns, not the ORM's, and made once: every question looks its scale up.
_SCALE = select(_KEPT.figures).where(
    *(_KEPT[name] == bindparam(name) for name in ("product", "collection", "encoder", "question_lang", "passage_lang")),
    _KEPT.recipe == RECIPE,
)


def find_scale(
    session: Session, key: ShelfKey, *, encoder_id: str, question_lang: str, passage_lang: str
) -> Scale | None:
    """The scale of a shelf for a pair of languages; None where there is none with today's stamp."""
    named = {"product": key.product, "collection": key.collection, "encoder": encoder_id}
    figures = session.scalar(_SCALE, {**named, "question_lang": question_lang, "passage_lang": passage_lang})
    return None if figures is None else Scale.from_plain(figures)


def lacks_scale(session: Session, key: ShelfKey, *, encoder_id: str) -> bool:
    """Whether a shelf has passages in a language for which it was not measured, or not as it is done today."""
    there = {(row.question_lang, row.passage_lang) for row in _kept(session, key, encoder_id)}
    langs = session.scalars(_live(key, PassageRow.lang).distinct())
    return any((asked, lang) not in there for lang in langs for asked in LANGS)


def measure_coverage(database: Database, encoder: Encoder, key: ShelfKey, *, shelf_of: ShelfOf | None = None) -> int:
    """Measure a shelf's scales unless those it has still fit; gives how many texts were encoded for it.

    `shelf_of` gives the shelf as it is live; without it one is laid out from SQL for the purpose. Raises
    IndexUnavailable and EncoderUnavailable.
    """
    with database.read() as session:
        sample = _sample(session, key)
        if not sample or _fits(session, key, sample, encoder_id=encoder.id):
            return 0
        recall_background(session, encoder.id)
        opens_later = shelf_state(session, key, encoder=encoder).until is not None
    # Before the next reading begins: who gives the shelf reads what is live by then. What opens later is measured with
    # the rest now: nobody measures in the moment it opens.
    shelf = None if shelf_of is None or opens_later else shelf_of(key)
    with database.read() as session:
        whole = shelf or load_shelf(session, key, encoder=encoder, now=_END_OF_TIME)
        measured = measure_shelf(session, whole, encoder)
    with database.write() as session:
        _keep(session, key, measured.scales, sample, encoder_id=encoder.id)
    return measured.encoded


def scales_if_live(session: Session, shelf: Shelf, encoder: Encoder) -> dict[tuple[str, str], Scale]:
    """The scales a shelf would be judged by if it were live, by language of questions and of passages.

    Those that are kept for its key while they would still fit, as after an ingest, else measured now and not kept.
    """
    kept = _kept(session, shelf.key, encoder.id)
    there = {(row.question_lang, row.passage_lang): Scale.from_plain(row.figures) for row in kept}
    sample = [passage.decode() for passage in np.sort(shelf.places.passages)[:_SAMPLE]]
    if all((asked, lang) in there for lang in shelf.langs for asked in LANGS) and _alike(kept, sample):
        return there
    recall_background(session, encoder.id)
    return {(scale.question_lang, scale.passage_lang): scale for scale in measure_shelf(session, shelf, encoder).scales}


def _kept(session: Session, key: ShelfKey, encoder_id: str) -> Sequence[CoverageScaleRow]:
    return session.scalars(
        select(CoverageScaleRow).where(
            CoverageScaleRow.product == key.product,
            CoverageScaleRow.collection == key.collection,
            CoverageScaleRow.encoder == encoder_id,
            CoverageScaleRow.recipe == RECIPE,
        )
    ).all()


def _live(key: ShelfKey, column):  # type: ignore[no-untyped-def]  # the Select's type follows the column
    return (
        select(column)
        .join(RevisionPassageRow, RevisionPassageRow.passage == PassageRow.id)
        .join(LessonRow, LessonRow.live_revision == RevisionPassageRow.revision)
        .where(LessonRow.product == key.product, LessonRow.collection == key.collection)
    )


def _sample(session: Session, key: ShelfKey) -> list[str]:
    """The live passages with the smallest ids. Ids are made of content: a fair sample, and it changes as that does."""
    return list(session.scalars(_live(key, PassageRow.id).order_by(PassageRow.id).limit(_SAMPLE)))


def _fits(session: Session, key: ShelfKey, sample: Sequence[str], *, encoder_id: str) -> bool:
    if lacks_scale(session, key, encoder_id=encoder_id):
        return False
    return _alike(_kept(session, key, encoder_id), sample)


def _alike(kept: Sequence[CoverageScaleRow], sample: Sequence[str]) -> bool:
    then = set(kept[0].sample) if kept else set()
    return len(then & set(sample)) >= _SAME_SAMPLE * max(len(then), len(sample))


def _keep(session: Session, key: ShelfKey, scales: Sequence[Scale], sample: list[str], *, encoder_id: str) -> None:
    mine = (CoverageScaleRow.product == key.product, CoverageScaleRow.collection == key.collection)
    session.execute(delete(CoverageScaleRow).where(*mine, CoverageScaleRow.encoder == encoder_id))
    session.add_all(
        CoverageScaleRow(
            product=key.product,
            collection=key.collection,
            encoder=encoder_id,
            question_lang=scale.question_lang,
            passage_lang=scale.passage_lang,
            recipe=RECIPE,
            figures=asdict(scale),
            sample=sample,
        )
        for scale in scales
    )
