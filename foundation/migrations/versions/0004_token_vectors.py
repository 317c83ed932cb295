"""What passages look like token by token, for late interaction."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "token_vectors",
        sa.Column("encoder", sa.String(64), nullable=False),
        sa.Column("input_hash", sa.String(32), nullable=False),
        sa.Column("recipe", sa.String(16), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("encoder", "input_hash", "recipe", name="pk_token_vectors"),
    )
