"""Alumni cases, and the audit record of what happened to them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_NAMES = {"source": 16, "lang": 8, "date": 10, "person": 32, "state": 16, "digest": 32, "code_hash": 64}
_CONSENT = {"consent_as": 16, "consent_where": 16, "consent_date": 10}
_WORDS = ("title", "lesson", "block", "skill", "stuck", "did", "changed")
_PERSON = ("employer", "sector", "link", "name")
_DECIDED = ("moderator", "reason")


def upgrade() -> None:
    op.create_table(
        "case",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("product", sa.String(64), nullable=False),
        *(sa.Column(name, sa.String(size), nullable=False) for name, size in (_NAMES | _CONSENT).items()),
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*_WORDS, *_PERSON, *_DECIDED)),
        sa.Column("consent_withdrawn", sa.DateTime(), nullable=True),
        sa.Column("graduates", sa.Integer(), nullable=True),
        sa.Column("shown", sa.String(16), nullable=True),
        sa.Column("lesson_row", sa.String(64), nullable=True),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case"),
        sa.ForeignKeyConstraint(["product"], ["product.slug"], name="fk_case_product_product"),
    )
    op.create_index("ix_case_product_state", "case", ["product", "state"])
    for column in ("lesson_row", "digest", "code_hash"):
        op.create_index(f"ix_case_{column}", "case", [column])
    op.create_table(
        "case_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.String(64), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_event"),
        sa.ForeignKeyConstraint(["case"], ["case.id"], name="fk_case_event_case_case"),
    )
    op.create_index("ix_case_event_case", "case_event", ["case"])
