"""Whose vectors a home has: the encoder they are of is the index's identity, with the recipe and the packing.

A shelf is laid out from vectors of one encoder alone. What another one made stays beside them until it is pruned, so
that going back to it costs nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, Subquery, delete, func, select
from sqlalchemy.orm import Session

from foundation.errors import Conflict, Invalid
from foundation.ids import ProductSlug
from knowledge.encoder import Encoder
from knowledge.passages import WindowRole, window_input
from knowledge.shown import live_lessons_of
from knowledge.tables import (
    CoverageScaleRow,
    LessonRow,
    PassageRow,
    RevisionPassageRow,
    TokenVectorsRow,
    VectorRow,
    WindowRow,
)

_TENTH = 10


def vectors_by_encoder(session: Session) -> dict[str, int]:
    """How many vectors of each encoder are kept, the most first."""
    counted = select(VectorRow.encoder, func.count()).group_by(VectorRow.encoder).order_by(func.count().desc())
    return dict(session.execute(counted).all())


@dataclass(frozen=True, slots=True)
class Unfilled:
    """Exact texts by hash; `sentences` are the hashes of those that stand for sentences only."""

    texts: dict[str, str]
    sentences: frozenset[str]


def unfilled_texts(
    session: Session,
    product: ProductSlug,
    *,
    encoder_id: str,
    token_recipe: str | None = None,
    lessons: Subquery | None = None,
) -> Unfilled:
    """The texts of a product's live windows, or of those of `lessons`, for which this encoder has no vector yet.

    With `token_recipe` also those of passages whose tokens are not kept by that recipe. Raises Conflict when a text
    cannot be told from the database, because an older version packed it.
    """
    columns = (WindowRow.input_hash, WindowRow.role, WindowRow.start, WindowRow.end)
    lacking = _unfilled(live_lessons_of(product) if lessons is None else lessons, encoder_id, token_recipe)
    found = lacking.with_only_columns(*columns, PassageRow.heading_path, PassageRow.text)
    texts: dict[str, str] = {}
    whole: set[str] = set()
    for key, role, start, end, path, text in session.execute(found):
        if role == WindowRole.PASSAGE:
            whole.add(key)
        if key not in texts:
            window = window_input(path, text, start, end)
            if window.input_hash != key:
                raise Conflict(f"{product} was packed by an older version; run `companion ingest` for it again")
            texts[key] = window.input_text
    return Unfilled(texts, frozenset(texts.keys() - whole))


def live_windows(session: Session, product: ProductSlug) -> int:
    """How many texts a product's live windows have, each counted once."""
    return (
        session.scalar(
            _windows(live_lessons_of(product)).with_only_columns(func.count(WindowRow.input_hash.distinct()))
        )
        or 0
    )


def unfilled_windows(
    session: Session, product: ProductSlug, *, encoder_id: str, token_recipe: str | None = None
) -> int:
    """For how many of them this encoder has no vector or, with `token_recipe`, no tokens kept by that recipe."""
    lacking = _unfilled(live_lessons_of(product), encoder_id, token_recipe)
    return session.scalar(lacking.with_only_columns(func.count(WindowRow.input_hash.distinct()))) or 0


def other_identity(session: Session, product: ProductSlug, *, encoder_id: str) -> str:
    """A line on a product that lacks vectors of an encoder: what there is, and the command that repairs it."""
    missing, all_of_them = unfilled_windows(session, product, encoder_id=encoder_id), live_windows(session, product)
    others = [name for name in vectors_by_encoder(session) if name != encoder_id]
    kept = f"; what is kept is of {', '.join(others[:3])}" if others else ""
    return (
        f"{product} lacks {missing} of {all_of_them} vectors of the configured encoder {encoder_id}{kept}; "
        f"`companion index fill --product {product}` makes them, or set COMPANION_ENCODER back"
    )


def without_tokens(product: ProductSlug) -> str:
    """A line on a product that has its vectors and lacks tokens, and the command that adds them."""
    return (
        f"{product} is searched without comparing word by word, because the tokens of some passages are not kept yet; "
        f"`companion index fill --product {product}` adds them"
    )


def drop_vectors(session: Session, *, keep: str) -> int:
    """Remove the vectors of every encoder but one, and say how many; raises Conflict while that one lacks any."""
    for product in session.scalars(select(LessonRow.product).distinct()):
        if unfilled_windows(session, ProductSlug(product), encoder_id=keep):
            raise Conflict(f"{other_identity(session, ProductSlug(product), encoder_id=keep)}; nothing was removed")
    removed = session.scalar(select(func.count()).where(VectorRow.encoder != keep)) or 0
    session.execute(delete(VectorRow).where(VectorRow.encoder != keep))
    session.execute(delete(TokenVectorsRow).where(TokenVectorsRow.encoder != keep))
    session.execute(delete(CoverageScaleRow).where(CoverageScaleRow.encoder != keep))
    return removed


def forget_vectors(session: Session, *, encoder_id: str) -> None:
    """Remove the vectors of one encoder, and what was measured with them; they will have to be made again."""
    session.execute(delete(VectorRow).where(VectorRow.encoder == encoder_id))
    session.execute(delete(TokenVectorsRow).where(TokenVectorsRow.encoder == encoder_id))
    session.execute(delete(CoverageScaleRow).where(CoverageScaleRow.encoder == encoder_id))


def live_languages(session: Session, product: ProductSlug) -> dict[str, int]:
    """How many live passages a product has in each language."""
    counted = (
        _passages(live_lessons_of(product))
        .with_only_columns(PassageRow.lang, func.count(PassageRow.id.distinct()))
        .group_by(PassageRow.lang)
    )
    return dict(session.execute(counted).all())


def check_languages(encoder: Encoder, passages: Mapping[str, int], product: ProductSlug) -> None:
    """Refuse a corpus (passages by language) that the encoder is not for; raises Invalid with what to set.

    A tenth of the passages may be in any language: an English course has its Russian quotations.
    """
    spoken = encoder.languages
    if spoken is None:
        return
    everything = sum(passages.values())
    strange = [lang for lang, count in sorted(passages.items()) if lang not in spoken and count * _TENTH > everything]
    if strange:
        raise Invalid(
            f"{product} is written in {_listed(strange)}, and the encoder {encoder.id} is for "
            f"{_listed(sorted(spoken))}: it would find next to nothing there. Set COMPANION_ENCODER to local or to a "
            "model for that language, or, if you know better, "
            f"COMPANION_ENCODER_LANGUAGES={','.join(sorted({*spoken, *strange}))}"
        )


def _listed(langs: Sequence[str]) -> str:
    names = {"ru": "Russian", "en": "English"}
    return " and ".join(names.get(lang, lang) for lang in langs) or "other languages"


def _passages(lessons: Subquery) -> Select[str]:
    placed = select(PassageRow.id).join(RevisionPassageRow, RevisionPassageRow.passage == PassageRow.id)
    return placed.join(lessons, lessons.c.revision == RevisionPassageRow.revision)


def _windows(lessons: Subquery) -> Select[str]:
    return _passages(lessons).join(WindowRow, WindowRow.passage == PassageRow.id)


def _unfilled(lessons: Subquery, encoder_id: str, token_recipe: str | None = None) -> Select[str]:
    same = (VectorRow.input_hash == WindowRow.input_hash) & (VectorRow.encoder == encoder_id)
    found = _windows(lessons).outerjoin(VectorRow, same)
    lacks = VectorRow.encoder.is_(None)
    if token_recipe is None:
        return found.where(lacks)
    shown = (TokenVectorsRow.input_hash == WindowRow.input_hash) & (TokenVectorsRow.encoder == encoder_id)
    shown &= TokenVectorsRow.recipe == token_recipe
    blurred = (WindowRow.role == WindowRole.PASSAGE) & TokenVectorsRow.encoder.is_(None)
    return found.outerjoin(TokenVectorsRow, shown).where(lacks | blurred)
