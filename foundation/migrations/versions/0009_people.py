"""People, how they prove who they are, what they may do; memory, plans, hand-overs, verified answers; model use."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def _text(name: str, length: int | None = None, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Text() if length is None else sa.String(length), nullable=nullable)


def _whole(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.Integer(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def _flag(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.Boolean(create_constraint=False), nullable=False)


def _json(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.JSON(), nullable=False)


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    referred = target.split(".")[0]
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}_{referred}")


def upgrade() -> None:
    _people()
    _doors()
    _events()
    _conversations()
    _hand_overs()
    _model_use()


def _people() -> None:
    op.create_table(
        "person",
        *(_text("id", 64), _text("name"), _text("lang", 8), _time("created")),
        _primary("person", "id"),
    )
    op.create_table(
        "identity",
        *(_text("issuer", 64), _text("subject", 255), _text("person", 64), _text("secret"), _time("created")),
        _primary("identity", "issuer", "subject"),
        _foreign("identity", "person", "person.id"),
    )
    op.create_index("ix_identity_person", "identity", ["person"])
    op.create_table(
        "role",
        *(_text("person", 64), _text("product", 64), _text("role", 16), _text("granted_by", 64, nullable=True)),
        _time("created"),
        _primary("role", "person", "product", "role"),
        _foreign("role", "person", "person.id"),
    )
    op.create_index("ix_role_product", "role", ["product", "role"])
    op.create_table(
        "enrolment",
        *(_text("person", 64), _text("product", 64), _text("state", 16), _text("dial", 16), _flag("shares")),
        *(_time("created"), _time("ended", nullable=True)),
        _primary("enrolment", "person", "product"),
        _foreign("enrolment", "person", "person.id"),
        _foreign("enrolment", "product", "product.slug"),
    )
    op.create_index("ix_enrolment_product", "enrolment", ["product"])


def _doors() -> None:
    op.create_table(
        "invite",
        *(_text("code_hash", 64), _text("product", 64), _text("role", 16), _text("note"), _text("by", 64)),
        *(_time("created"), _time("expires"), _time("used", nullable=True), _text("used_by", 64, nullable=True)),
        _primary("invite", "code_hash"),
        _foreign("invite", "by", "person.id"),
    )
    op.create_table(
        "login",
        *(_text("token_hash", 64), _text("person", 64), _text("csrf", 64)),
        *(_time("created"), _time("seen"), _time("expires")),
        _primary("login", "token_hash"),
        _foreign("login", "person", "person.id"),
    )
    op.create_index("ix_login_person", "login", ["person"])
    op.create_table(
        "token",
        *(_text("id", 64), _text("secret_hash", 64), _text("product", 64), _json("scopes"), _text("host", 48)),
        *(_text("label"), _text("by"), _time("created"), _time("expires"), _time("revoked", nullable=True)),
        _primary("token", "id"),
    )


def _events() -> None:
    op.add_column("event", _text("block", nullable=True))
    op.add_column("event", _time("received", nullable=True))
    op.create_index("ix_event_product_actor_at", "event", ["product", "actor", "at"])


def _conversations() -> None:
    op.add_column("conversation", _text("person", 64, nullable=True))
    op.create_index("ix_conversation_person", "conversation", ["person"])
    op.add_column("turn", sa.Column("intent", sa.String(16), nullable=False, server_default="question"))
    op.create_table(
        "memory",
        *(_text("id", 64), _text("person", 64), _text("product", 64), _text("kind", 24), _text("text")),
        *(_text("turn", 64, nullable=True), _text("source", 16), _time("created"), _time("corrected", nullable=True)),
        _primary("memory", "id"),
        _foreign("memory", "person", "person.id"),
        _foreign("memory", "product", "product.slug"),
    )
    op.create_index("ix_memory_person", "memory", ["person", "product"])
    op.create_table(
        "plan",
        *(_text("id", 64), _text("person", 64), _text("product", 64), _whole("version"), _text("state", 16)),
        *(_json("answers"), _json("weeks"), _time("created"), _time("updated")),
        _primary("plan", "id"),
        _foreign("plan", "person", "person.id"),
        _foreign("plan", "product", "product.slug"),
        sa.UniqueConstraint("person", "product", "version", name="uq_plan_person"),
    )


def _hand_overs() -> None:
    op.create_table(
        "hand_over",
        *(_text("id", 64), _text("product", 64), _text("conversation", 64), _text("turn", 64, nullable=True)),
        *(
            _text("person", 64, nullable=True),
            _text("state", 16),
            _text("question"),
            _text("lesson", 64, nullable=True),
        ),
        *(_text("revision", 64, nullable=True), _json("card"), _text("proposed"), _flag("consent")),
        *(_text("reply"), _text("decided_by", 64, nullable=True), _flag("reusable"), _text("reason")),
        *(sa.Column("distance", sa.Integer(), nullable=True), _time("created"), _time("decided", nullable=True)),
        _time("told", nullable=True),
        _primary("hand_over", "id"),
        _foreign("hand_over", "product", "product.slug"),
        _foreign("hand_over", "conversation", "conversation.id"),
    )
    op.create_index("ix_hand_over_product_state", "hand_over", ["product", "state"])
    op.create_index("ix_hand_over_conversation", "hand_over", ["conversation"])
    op.create_table(
        "verified_answer",
        *(_text("id", 64), _text("product", 64), _text("question"), _text("text"), _text("lang", 8)),
        *(_text("lesson", 64), _text("revision", 64), _json("passages"), _text("hand_over", 64), _text("by", 64)),
        *(_time("created"), _time("retired", nullable=True), _text("reason")),
        _primary("verified_answer", "id"),
        _foreign("verified_answer", "product", "product.slug"),
        _foreign("verified_answer", "hand_over", "hand_over.id"),
    )
    op.create_index("ix_verified_answer_product", "verified_answer", ["product"])


def _model_use() -> None:
    op.create_table(
        "model_use",
        *(_text("product", 64), _text("day", 10), _text("model", 200), _whole("calls"), _whole("prompt_tokens")),
        *(_whole("reply_tokens"), sa.Column("cost_usd", sa.Float(), nullable=False)),
        _primary("model_use", "product", "day", "model"),
    )
