"""Rows of what courses say: products, lessons, their immutable revisions, passages, windows and vectors.

A passage row never changes: its id is made from its content and place. Which passages a revision is made of, and
where they stand in the author's file, is in `revision_passage`. `lesson.live_revision` is what readers see.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, UtcDateTime


class ProductRow(Base):
    """A course, an author, a team, a community or the platform: what an assistant speaks for."""

    __tablename__ = "product"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))
    lang: Mapped[str] = mapped_column(String(8))
    origins: Mapped[list[str]] = mapped_column(JSON)
    suggestions: Mapped[list[str]] = mapped_column(JSON)
    url_template: Mapped[str | None] = mapped_column(Text)
    # Counts publications; caches compare it to know whether they still show what is live.
    version: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class LessonRow(Base):
    """A lesson or an alumni case.

    `slug` is its name in our addresses, `external_id` its author's; `live_revision` is null once it was removed.
    """

    __tablename__ = "lesson"
    __table_args__ = (UniqueConstraint("product", "slug"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"), index=True)
    collection: Mapped[str] = mapped_column(String(16))
    external_id: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column()
    live_revision: Mapped[str | None] = mapped_column(String(64))


class RevisionRow(Base):
    """One immutable state of a lesson; `blocks` is a JSON list in reading order.

    `source_hash` names everything it was packed from, null where an older version packed it.
    """

    __tablename__ = "revision"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    lesson: Mapped[str] = mapped_column(ForeignKey("lesson.id"), index=True)
    content_hash: Mapped[str] = mapped_column(String(32))
    source_hash: Mapped[str | None] = mapped_column(String(32))
    source_path: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    block_title: Mapped[str] = mapped_column(Text)
    skill: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(8))
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class PassageRow(Base):
    """A piece of a lesson that is found, quoted and cited as one."""

    __tablename__ = "passage"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    lesson: Mapped[str] = mapped_column(ForeignKey("lesson.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    lang: Mapped[str] = mapped_column(String(8))
    heading_path: Mapped[list[str]] = mapped_column(JSON)
    anchor: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    # Which stretch of the text came from which kind of block: [[kind, start, end], ...].
    segments: Mapped[list[tuple[str, int, int]]] = mapped_column(JSON)


class RevisionPassageRow(Base):
    """A passage's place in one revision; `start` and `end` are character offsets into the author's file."""

    __tablename__ = "revision_passage"
    __table_args__ = (Index("ix_revision_passage_passage", "passage"),)

    revision: Mapped[str] = mapped_column(ForeignKey("revision.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    passage: Mapped[str] = mapped_column(ForeignKey("passage.id"))
    start: Mapped[int] = mapped_column()
    end: Mapped[int] = mapped_column()


class WindowRow(Base):
    """A stretch of a passage that is encoded as one text; `input_hash` names the exact text that was encoded.

    `role` says whether it is one of those that cover the passage whole, or one sentence of it.
    """

    __tablename__ = "window"

    passage: Mapped[str] = mapped_column(ForeignKey("passage.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column()
    end: Mapped[int] = mapped_column()
    input_hash: Mapped[str] = mapped_column(String(32), index=True)


class VectorRow(Base):
    """A unit vector of one text by one encoder: computed once, whoever needs it.

    Little-endian float32, or, a quarter as long, one float32 scale and int8 codes (`knowledge.vectors`).
    """

    __tablename__ = "vector"

    encoder: Mapped[str] = mapped_column(String(64), primary_key=True)
    input_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    values: Mapped[bytes] = mapped_column(LargeBinary)


class TokenVectorsRow(Base):
    """A passage window's tokens by one encoder, cut down by one recipe (`knowledge.tokens`); empty of one too long."""

    __tablename__ = "token_vectors"

    encoder: Mapped[str] = mapped_column(String(64), primary_key=True)
    input_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    recipe: Mapped[str] = mapped_column(String(16), primary_key=True)
    values: Mapped[bytes] = mapped_column(LargeBinary)


class CoverageScaleRow(Base):
    """How questions about anything score on one shelf, for one language of questions and one of passages.

    `recipe` stamps how it was measured, `sample` are ids of passages that were live then (`coverage_scales`).
    """

    __tablename__ = "coverage_scale"

    product: Mapped[str] = mapped_column(ForeignKey("product.slug"), primary_key=True)
    collection: Mapped[str] = mapped_column(String(16), primary_key=True)
    encoder: Mapped[str] = mapped_column(String(64), primary_key=True)
    question_lang: Mapped[str] = mapped_column(String(8), primary_key=True)
    passage_lang: Mapped[str] = mapped_column(String(8), primary_key=True)
    recipe: Mapped[str] = mapped_column(String(32))
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    sample: Mapped[list[str]] = mapped_column(JSON)
