"""Whether a product keeps later lessons from its learners, and a quick way to a learner's events."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("product", sa.Column("spoilers", sa.String(16), nullable=True))
    op.create_index("ix_event_actor", "event", ["actor", "product"])
