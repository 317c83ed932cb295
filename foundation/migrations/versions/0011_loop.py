"""The improvement loop: what items are bound to, themes, proposals, edits of lessons, effects, promises, reports."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def _text(name: str, length: int | None = None, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Text() if length is None else sa.String(length), nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.JSON(), nullable=nullable)


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    referred = target.split(".")[0]
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}_{referred}")


def upgrade() -> None:
    _items()
    _themes()
    _edits()
    _proposals()
    _effects()
    _reports()
    op.create_index("ix_event_product_actor_verb", "event", ["product", "actor", "verb", "lesson"])
    op.create_index("ix_event_product_lesson_at", "event", ["product", "lesson", "at"])


def _items() -> None:
    was = ("source", 16, "widget"), ("voice", 16, "nobody"), ("lang", 8, ""), ("anchor", None, ""), ("outcome", 16, "")
    for name, length, default in was:
        kind = sa.Text() if length is None else sa.String(length)
        op.add_column("item", sa.Column(name, kind, nullable=False, server_default=sa.text(f"'{default}'")))
    for name, length in (("learner", 64), ("revision", 64), ("passage", 64), ("theme", 64), ("input_hash", 32)):
        op.add_column("item", _text(name, length, nullable=True))
    op.add_column("item", _text("external", nullable=True))
    op.add_column("item", _text("fingerprint", 64, nullable=True))
    op.add_column("item", sa.Column("score", sa.Double(), nullable=True))
    op.add_column("item", sa.Column("redacted", sa.Integer(), nullable=False, server_default="0"))
    consent: sa.Column[bool] = sa.Column(
        "consent", sa.Boolean(create_constraint=False), nullable=False, server_default=sa.false()
    )
    op.add_column("item", consent)
    op.add_column("item", _time("received", nullable=True))
    op.add_column("item", _time("grouped", nullable=True))
    op.create_index("ix_item_product_fingerprint", "item", ["product", "fingerprint"], unique=True)
    op.create_index("ix_item_product_theme", "item", ["product", "theme"])
    op.create_index("ix_item_product_grouped", "item", ["product", "grouped"])
    op.create_index("ix_item_product_lesson", "item", ["product", "lesson", "created"])
    # What was not answered before there were items of it.
    op.execute(
        "INSERT INTO item (id, product, kind, text, turn, lesson, created, source, outcome) "
        "SELECT 'i-' || substr(id, 3), product, 'unanswered', question, turn, lesson, created, 'turn', outcome "
        "FROM gap WHERE outcome <> 'off_topic'"
    )


def _themes() -> None:
    op.create_table(
        "theme",
        *(_text("id", 64), _text("product", 64), _text("kind", 16), _text("lesson", 64, nullable=True)),
        *(_text("anchor"), _text("passage", 64, nullable=True), _text("facet", 32)),
        *(_text("label"), _text("label_by", 16), _json("terms")),
        *(sa.Column("centroid", sa.LargeBinary(), nullable=True), _text("encoder", 64), _whole("size")),
        *(_text("merged_into", 64, nullable=True), _time("created"), _time("updated")),
        _json("figures", nullable=True),
        _primary("theme", "id"),
        _foreign("theme", "product", "product.slug"),
    )
    op.create_index("ix_theme_product_kind", "theme", ["product", "kind", "lesson"])


def _edits() -> None:
    op.create_table(
        "edit",
        *(_text("id", 64), _text("product", 64), _text("lesson", 64), _json("changes"), _text("base", 64)),
        *(_text("revision", 64, nullable=True), _whole("release", nullable=True), _text("state", 16)),
        *(_text("who"), _time("created"), _time("updated")),
        _primary("edit", "id"),
        _foreign("edit", "product", "product.slug"),
        _foreign("edit", "lesson", "lesson.id"),
    )
    op.create_index("ix_edit_product_state", "edit", ["product", "state"])


def _proposals() -> None:
    op.create_table(
        "proposal",
        *(_text("id", 64), _text("product", 64), _text("kind", 16), _text("state", 16), _whole("version")),
        *(_text("lesson", 64), _text("anchor"), _text("passage", 64, nullable=True)),
        *(_json("themes"), _text("base", 64), _json("changes"), _json("drafted")),
        *(_text("reason"), _json("evidence"), _json("expected"), _json("reuse"), _json("sources")),
        *(_text("origin", 16), _json("made_with"), sa.Column("severity", sa.Double(), nullable=False)),
        *(_text("edit", 64, nullable=True), _whole("release", nullable=True)),
        *(_text("decided_by", 64, nullable=True), _time("decided", nullable=True), _text("decision")),
        *(_time("until", nullable=True), _time("created"), _time("updated")),
        _primary("proposal", "id"),
        _foreign("proposal", "product", "product.slug"),
    )
    op.create_index("ix_proposal_product_state", "proposal", ["product", "state"])
    op.create_table(
        "proposal_event",
        *(_whole("id"), _text("proposal", 64), _text("what", 16), _text("who", 64), _time("at"), _json("detail")),
        _primary("proposal_event", "id"),
        _foreign("proposal_event", "proposal", "proposal.id"),
    )
    op.create_index("ix_proposal_event_proposal", "proposal_event", ["proposal"])


def _effects() -> None:
    op.create_table(
        "effect",
        *(_text("id", 64), _text("product", 64), _text("proposal", 64), _whole("release")),
        *(_text("lesson", 64), _text("anchor"), _time("released"), _json("plan"), _json("looks")),
        *(_text("verdict", 16), _text("state", 16), _time("created"), _time("updated")),
        _primary("effect", "id"),
        _foreign("effect", "product", "product.slug"),
        _foreign("effect", "proposal", "proposal.id"),
    )
    op.create_index("ix_effect_product_state", "effect", ["product", "state"])
    op.create_table(
        "promise",
        *(_text("id", 64), _text("product", 64), _text("learner", 64, nullable=True)),
        *(_text("conversation", 64, nullable=True), _text("item", 64, nullable=True)),
        *(_text("lesson", 64), _text("anchor"), _time("created"), _text("proposal", 64, nullable=True)),
        *(_whole("release", nullable=True), _time("told", nullable=True), _time("seen", nullable=True)),
        _primary("promise", "id"),
        _foreign("promise", "product", "product.slug"),
    )
    op.create_index("ix_promise_product_lesson", "promise", ["product", "lesson", "told"])
    op.create_index("ix_promise_learner", "promise", ["learner"])
    op.create_index("ix_promise_conversation", "promise", ["conversation"])


def _reports() -> None:
    op.create_table(
        "report",
        *(_text("id", 64), _text("product", 64), _text("kind", 16), _time("since"), _time("until")),
        *(_json("document"), _time("made")),
        _primary("report", "id"),
        _foreign("report", "product", "product.slug"),
    )
    op.create_index("ix_report_product_made", "report", ["product", "kind", "made"])
    op.create_table(
        "loop_setting",
        *(_text("product", 64), _json("settings"), _text("by", 64), _time("updated")),
        _primary("loop_setting", "product"),
        _foreign("loop_setting", "product", "product.slug"),
    )
