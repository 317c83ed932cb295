"""Rows of the improvement loop: what learners said, what it is about, what was proposed, and what came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, false
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, UtcDateTime


class ItemRow(Base):
    """One thing a learner said about an answer, a lesson or the course, personal data taken out.

    `created` is when it was said, `received` when we heard of it, None where that is the same. `learner` is whom it is
    counted for: a person's id, `a-…` for an author in an imported file, None for nobody known; `voice` says how far
    that is proved (`feedback.item.Voice`). `fingerprint` makes a repetition harmless. `revision`, `passage` and
    `anchor` are where in the lesson it belongs; `theme` is the one it is in, `grouped` when that was looked at last.
    """

    __tablename__ = "item"
    __table_args__ = (
        Index("ix_item_product_created", "product", "created"),
        Index("ix_item_product_fingerprint", "product", "fingerprint", unique=True),
        Index("ix_item_product_theme", "product", "theme"),
        Index("ix_item_product_grouped", "product", "grouped"),
        Index("ix_item_product_lesson", "product", "lesson", "created"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    turn: Mapped[str | None] = mapped_column(String(64))
    lesson: Mapped[str | None] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(16), default="widget", server_default="widget")
    voice: Mapped[str] = mapped_column(String(16), default="nobody", server_default="nobody")
    lang: Mapped[str] = mapped_column(String(8), default="", server_default=sql("''"))
    anchor: Mapped[str] = mapped_column(Text, default="", server_default=sql("''"))
    # Of the turn it is about, for a question: what the course did with it.
    outcome: Mapped[str] = mapped_column(String(16), default="", server_default=sql("''"))
    learner: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[str | None] = mapped_column(String(64))
    passage: Mapped[str | None] = mapped_column(String(64))
    theme: Mapped[str | None] = mapped_column(String(64))
    # Names the text that was encoded (`knowledge.vectors`).
    input_hash: Mapped[str | None] = mapped_column(String(32))
    # What it is called where it came from.
    external: Mapped[str | None] = mapped_column(Text)
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    # How content the learner was, from -1 to 1, where they said so by a number.
    score: Mapped[float | None] = mapped_column()
    # How many pieces of personal data were taken out.
    redacted: Mapped[int] = mapped_column(default=0, server_default="0")
    # Whether the learner agreed to be quoted in public.
    consent: Mapped[bool] = mapped_column(default=False, server_default=false())
    received: Mapped[datetime | None] = mapped_column(UtcDateTime)
    grouped: Mapped[datetime | None] = mapped_column(UtcDateTime)


class GapRow(Base):
    """A question the product could not answer, or only in part, and the lesson nearest to it."""

    __tablename__ = "gap"
    __table_args__ = (Index("ix_gap_product_created", "product", "created"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    turn: Mapped[str] = mapped_column(String(64), unique=True)
    question: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(16))
    lesson: Mapped[str | None] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class ThemeRow(Base):
    """Items that are about the same thing, at one place of a lesson or of the course as a whole.

    `centroid` is the mean of its items' unit vectors by `encoder`, float32 `(d,)`; null for a theme that is held
    together by its `facet`. `size` counts its items. `figures` is a cache of `feedback.figures`, null when it must be
    counted anew. `merged_into` names the theme that took its items.
    """

    __tablename__ = "theme"
    __table_args__ = (Index("ix_theme_product_kind", "product", "kind", "lesson"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    kind: Mapped[str] = mapped_column(String(16))
    lesson: Mapped[str | None] = mapped_column(String(64))
    anchor: Mapped[str] = mapped_column(Text)
    passage: Mapped[str | None] = mapped_column(String(64))
    facet: Mapped[str] = mapped_column(String(32))
    label: Mapped[str] = mapped_column(Text)
    # rule, model or person
    label_by: Mapped[str] = mapped_column(String(16))
    terms: Mapped[list[str]] = mapped_column(JSON)
    centroid: Mapped[bytes | None] = mapped_column(LargeBinary)
    encoder: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column()
    merged_into: Mapped[str | None] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ProposalRow(Base):
    """A proposed change of a lesson; `changes` as it stands now, `drafted` as it was first written.

    `base` is the revision it was made on, `version` counts its changes so that two who decide at once are told apart.
    `edit` is what was made of it for a release, `release` the number of that one.
    """

    __tablename__ = "proposal"
    __table_args__ = (Index("ix_proposal_product_state", "product", "state"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int] = mapped_column()
    lesson: Mapped[str] = mapped_column(String(64))
    anchor: Mapped[str] = mapped_column(Text)
    passage: Mapped[str | None] = mapped_column(String(64))
    themes: Mapped[list[str]] = mapped_column(JSON)
    base: Mapped[str] = mapped_column(String(64))
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    drafted: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    # Ids of items.
    evidence: Mapped[list[str]] = mapped_column(JSON)
    expected: Mapped[dict[str, Any]] = mapped_column(JSON)
    reuse: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    # Where drafted text comes from: passages, verified answers.
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    # rule, model or person
    origin: Mapped[str] = mapped_column(String(16))
    made_with: Mapped[dict[str, Any]] = mapped_column(JSON)
    severity: Mapped[float] = mapped_column()
    edit: Mapped[str | None] = mapped_column(String(64))
    release: Mapped[int | None] = mapped_column()
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What was said with the decision.
    decision: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class ProposalEventRow(Base):
    """What happened to a proposal, by whom and when. Written once, never changed."""

    __tablename__ = "proposal_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal: Mapped[str] = mapped_column(ForeignKey("proposal.id"), index=True)
    what: Mapped[str] = mapped_column(String(16))
    who: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class EffectRow(Base):
    """What a released proposal did at its place: how it is measured, and each look at it so far."""

    __tablename__ = "effect"
    __table_args__ = (Index("ix_effect_product_state", "product", "state"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    proposal: Mapped[str] = mapped_column(ForeignKey("proposal.id"))
    release: Mapped[int] = mapped_column()
    lesson: Mapped[str] = mapped_column(String(64))
    anchor: Mapped[str] = mapped_column(Text)
    released: Mapped[datetime] = mapped_column(UtcDateTime)
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    looks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    verdict: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class PromiseRow(Base):
    """A learner who was stuck at a place asked to be told when it is mended; told once.

    Whom to tell is a known `learner`, or whoever has the `conversation`.
    """

    __tablename__ = "promise"
    __table_args__ = (Index("ix_promise_product_lesson", "product", "lesson", "told"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    learner: Mapped[str | None] = mapped_column(String(64), index=True)
    conversation: Mapped[str | None] = mapped_column(String(64), index=True)
    item: Mapped[str | None] = mapped_column(String(64))
    lesson: Mapped[str] = mapped_column(String(64))
    anchor: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    proposal: Mapped[str | None] = mapped_column(String(64))
    release: Mapped[int | None] = mapped_column()
    told: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReportRow(Base):
    """A report as it was made; each of its numbers says how it is counted again (`feedback.check_report`)."""

    __tablename__ = "report"
    __table_args__ = (Index("ix_report_product_made", "product", "kind", "made"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    kind: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    made: Mapped[datetime] = mapped_column(UtcDateTime)


class LoopSettingRow(Base):
    """What a product's author chose for the loop, such as the fewest learners a theme is shown of."""

    __tablename__ = "loop_setting"

    product: Mapped[str] = mapped_column(ForeignKey("product.slug"), primary_key=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    by: Mapped[str] = mapped_column(String(64))
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
