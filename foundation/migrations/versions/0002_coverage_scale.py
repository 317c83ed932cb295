"""What a product's content scores on questions that are not about it, for judging whether it covers a question."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "coverage_scale",
        sa.Column("product", sa.String(64), nullable=False),
        sa.Column("collection", sa.String(16), nullable=False),
        sa.Column("encoder", sa.String(64), nullable=False),
        sa.Column("question_lang", sa.String(8), nullable=False),
        sa.Column("passage_lang", sa.String(8), nullable=False),
        sa.Column("recipe", sa.String(32), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("sample", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint(
            "product", "collection", "encoder", "question_lang", "passage_lang", name="pk_coverage_scale"
        ),
        sa.ForeignKeyConstraint(["product"], ["product.slug"], name="fk_coverage_scale_product_product"),
    )
