"""Content that opens at a moment, recordings of lessons, and the files that are kept of them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("passage", sa.Column("not_before", sa.DateTime(), nullable=True))
    op.create_index("ix_passage_not_before", "passage", ["not_before"])
    op.add_column("revision", sa.Column("recordings", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("revision", sa.Column("visibility", sa.String(16), nullable=False, server_default="learner"))
    op.add_column("revision", sa.Column("not_before", sa.DateTime(), nullable=True))
    op.create_index("ix_revision_visibility", "revision", ["visibility", "not_before"])
    op.create_table(
        "recording_file",
        sa.Column("product", sa.String(64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("product", "path", name="pk_recording_file"),
        sa.ForeignKeyConstraint(["product"], ["product.slug"], name="fk_recording_file_product_product"),
    )
