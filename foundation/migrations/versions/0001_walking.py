"""The first schema: content and its vectors, conversations and turns, feedback items, gaps and events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _time(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(), nullable=False)


def _text(name: str, length: int | None = None, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Text() if length is None else sa.String(length), nullable=nullable)


def _whole(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.Integer(), nullable=False)


def _json(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.JSON(), nullable=False)


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    referred = target.split(".")[0]
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}_{referred}")


def upgrade() -> None:
    _content()
    _conversations()
    _learning()


def _content() -> None:
    op.create_table(
        "product",
        *(_text("slug", 64), _text("title"), _text("description"), _text("kind", 16), _text("lang", 8)),
        *(
            _json("origins"),
            _json("suggestions"),
            _text("url_template", nullable=True),
            _whole("version"),
            _time("created"),
        ),
        _primary("product", "slug"),
    )
    op.create_table(
        "lesson",
        *(_text("id", 64), _text("product", 64), _text("collection", 16), _text("external_id"), _text("slug", 64)),
        *(_whole("position"), _text("live_revision", 64, nullable=True)),
        _primary("lesson", "id"),
        _foreign("lesson", "product", "product.slug"),
        sa.UniqueConstraint("product", "slug", name="uq_lesson_product"),
    )
    op.create_index("ix_lesson_product", "lesson", ["product"])
    op.create_table(
        "revision",
        *(_text("id", 64), _text("lesson", 64), _text("content_hash", 32), _text("source_path"), _text("title")),
        *(_text("block_title"), _text("skill"), _text("outcome"), _text("lang", 8), _json("blocks"), _time("created")),
        _primary("revision", "id"),
        _foreign("revision", "lesson", "lesson.id"),
    )
    op.create_index("ix_revision_lesson", "revision", ["lesson"])
    op.create_table(
        "passage",
        *(_text("id", 64), _text("lesson", 64), _text("kind", 16), _text("lang", 8), _json("heading_path")),
        *(_text("anchor"), _text("text"), _json("segments")),
        _primary("passage", "id"),
        _foreign("passage", "lesson", "lesson.id"),
    )
    op.create_index("ix_passage_lesson", "passage", ["lesson"])
    op.create_table(
        "revision_passage",
        *(_text("revision", 64), _whole("position"), _text("passage", 64), _whole("start"), _whole("end")),
        _primary("revision_passage", "revision", "position"),
        _foreign("revision_passage", "revision", "revision.id"),
        _foreign("revision_passage", "passage", "passage.id"),
    )
    op.create_index("ix_revision_passage_passage", "revision_passage", ["passage"])
    op.create_table(
        "window",
        *(_text("passage", 64), _text("role", 16), _whole("ordinal")),
        *(_whole("start"), _whole("end"), _text("input_hash", 32)),
        _primary("window", "passage", "role", "ordinal"),
        _foreign("window", "passage", "passage.id"),
    )
    op.create_index("ix_window_input_hash", "window", ["input_hash"])
    op.create_table(
        "vector",
        *(_text("encoder", 64), _text("input_hash", 32), sa.Column("values", sa.LargeBinary(), nullable=False)),
        _primary("vector", "encoder", "input_hash"),
    )


def _conversations() -> None:
    op.create_table(
        "conversation",
        *(_text("id", 64), _text("product", 64), _time("created")),
        _primary("conversation", "id"),
        _foreign("conversation", "product", "product.slug"),
    )
    op.create_index("ix_conversation_product", "conversation", ["product"])
    op.create_table(
        "turn",
        *(_text("id", 64), _text("conversation", 64), _whole("position"), _text("question"), _text("locale", 8)),
        *(_text("lesson", 64, nullable=True), _text("outcome", 16), _json("reply"), _json("events"), _json("trace")),
        _time("created"),
        _primary("turn", "id"),
        _foreign("turn", "conversation", "conversation.id"),
        sa.UniqueConstraint("conversation", "position", name="uq_turn_conversation"),
    )


def _learning() -> None:
    op.create_table(
        "event",
        *(_text("id", 64), _text("product", 64), _text("verb", 32), _text("actor", 64, nullable=True)),
        *(_text("lesson", 64, nullable=True), _json("detail"), _time("at")),
        _primary("event", "id"),
        _foreign("event", "product", "product.slug"),
    )
    op.create_index("ix_event_product_at", "event", ["product", "at"])
    op.create_table(
        "item",
        *(_text("id", 64), _text("product", 64), _text("kind", 16), _text("text")),
        *(_text("turn", 64, nullable=True), _text("lesson", 64, nullable=True), _time("created")),
        _primary("item", "id"),
        _foreign("item", "product", "product.slug"),
    )
    op.create_index("ix_item_product_created", "item", ["product", "created"])
    op.create_table(
        "gap",
        *(_text("id", 64), _text("product", 64), _text("turn", 64), _text("question"), _text("outcome", 16)),
        *(_text("lesson", 64, nullable=True), _time("created")),
        _primary("gap", "id"),
        _foreign("gap", "product", "product.slug"),
        sa.UniqueConstraint("turn", name="uq_gap_turn"),
    )
    op.create_index("ix_gap_product_created", "gap", ["product", "created"])
