"""What a lesson's revision was packed from: the same again need not be packed again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("revision", sa.Column("source_hash", sa.String(32), nullable=True))
