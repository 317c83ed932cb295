"""How far hints go in a product, as its author wants it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("product", sa.Column("hints", sa.JSON(), nullable=True))
