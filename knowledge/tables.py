"""Rows of what courses say: products, lessons, their immutable revisions, releases, passages, windows and vectors.

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
    # Null: as is usual for its kind.
    spoilers: Mapped[str | None] = mapped_column(String(16))
    # `knowledge.hint_rules`; null: as is usual.
    hints: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
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
    # Finds the few that are hidden without reading the blocks that stand before these columns.
    __table_args__ = (Index("ix_revision_visibility", "visibility", "not_before"),)

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
    recordings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    # Of the lesson as a whole: what nobody may see yet is in no list either.
    visibility: Mapped[str] = mapped_column(String(16), default="learner", server_default="learner")
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The revision that was the lesson's newest when this one was made; null for its first.
    parent: Mapped[str | None] = mapped_column(String(64))
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
    # Which stretch of the text came from which kind of block: [[kind, start, end], ...], and, where the block has a
    # spot, its kind, number and recording or file: [[kind, start, end, [kind, number, of]], ...].
    segments: Mapped[list[list[Any]]] = mapped_column(JSON)
    # Learners see it from then on; null: always.
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


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


class RecordingFileRow(Base):
    """A recording that came with a course, kept in the home under its hash; `path` is its place in the course."""

    __tablename__ = "recording_file"

    product: Mapped[str] = mapped_column(ForeignKey("product.slug"), primary_key=True)
    path: Mapped[str] = mapped_column(Text, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column()


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


class ReleaseRow(Base):
    """A set of revisions that was, or may become, live as one; the published one of the highest number is live.

    `number` counts a collection's releases from 1. `base` is the one that was live when this one was made, `restores`
    the earlier one it brought back. `card` is what the author said about the product, for when a draft is published.
    """

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("product", "collection", "number"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    collection: Mapped[str] = mapped_column(String(16))
    number: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(String(16))
    base: Mapped[int | None] = mapped_column()
    restores: Mapped[int | None] = mapped_column()
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    published: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    card: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ReleaseLessonRow(Base):
    """A lesson's place and revision in a release; a lesson that has none there is not in it."""

    __tablename__ = "release_lesson"

    release: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    lesson: Mapped[str] = mapped_column(ForeignKey("lesson.id"), primary_key=True)
    revision: Mapped[str] = mapped_column(ForeignKey("revision.id"), index=True)
    position: Mapped[int] = mapped_column()


class EditRow(Base):
    """Changes of a lesson that were approved here and are not in its author's files; see `knowledge.edits`.

    `changes` are in the terms of the revision `base`; `revision` is the one they made, `release` the number of the one
    that shows it.
    """

    __tablename__ = "edit"
    __table_args__ = (Index("ix_edit_product_state", "product", "state"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    lesson: Mapped[str] = mapped_column(ForeignKey("lesson.id"))
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    base: Mapped[str] = mapped_column(String(64))
    revision: Mapped[str | None] = mapped_column(String(64))
    release: Mapped[int | None] = mapped_column()
    state: Mapped[str] = mapped_column(String(16))
    who: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class RelationRow(Base):
    """How a lesson relates to another in a release: `source` requires, replaces or is equivalent to `target`.

    Both are authors' own ids; `product` is the target's.
    """

    __tablename__ = "relation"

    release: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"), primary_key=True, index=True)
    target: Mapped[str] = mapped_column(Text, primary_key=True)


class CaseRow(Base):
    """An alumni case: a graduate's own words, what was agreed about showing them, and what was decided.

    Once it is withdrawn, its words and whatever names the person are empty and only ids, states and times are left.
    `shown` is how much of the person may be told, null while nothing is (`knowledge.cases.groups`); `lesson_row` is
    the lesson it is published as. An invented example has its words in its file, not here.
    """

    __tablename__ = "case"
    __table_args__ = (Index("ix_case_product_state", "product", "state"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    source: Mapped[str] = mapped_column(String(16))
    lang: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(Text)
    lesson: Mapped[str] = mapped_column(Text)
    block: Mapped[str] = mapped_column(Text)
    skill: Mapped[str] = mapped_column(Text)
    stuck: Mapped[str] = mapped_column(Text)
    did: Mapped[str] = mapped_column(Text)
    changed: Mapped[str] = mapped_column(Text)
    date: Mapped[str] = mapped_column(String(10))
    employer: Mapped[str] = mapped_column(Text)
    sector: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(String(32))
    consent_as: Mapped[str] = mapped_column(String(16))
    consent_where: Mapped[str] = mapped_column(String(16))
    consent_date: Mapped[str] = mapped_column(String(10))
    consent_withdrawn: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    moderator: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    graduates: Mapped[int | None] = mapped_column()
    shown: Mapped[str | None] = mapped_column(String(16))
    lesson_row: Mapped[str | None] = mapped_column(String(64), index=True)
    # Names the words without telling them: the same case handed in twice, or again after it was withdrawn.
    digest: Mapped[str] = mapped_column(String(32), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), index=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseEventRow(Base):
    """What happened to a case, by whom and when: the audit record. Written once, never changed; no word of the case."""

    __tablename__ = "case_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[str] = mapped_column(ForeignKey("case.id"), index=True)
    what: Mapped[str] = mapped_column(String(16))
    who: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
