"""Releases of a product's lessons, chains of revisions, and how lessons relate to each other.

What a home shows so far becomes the first release of each product.
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_EARLIER = """
UPDATE revision SET parent = (
    SELECT earlier.id FROM revision AS earlier
    WHERE earlier.lesson = revision.lesson
    AND (earlier.created < revision.created OR (earlier.created = revision.created AND earlier.id < revision.id))
    ORDER BY earlier.created DESC, earlier.id DESC LIMIT 1
)
"""
_LIVE = """
SELECT lesson.product, MAX(revision.created) FROM lesson JOIN revision ON revision.id = lesson.live_revision
WHERE lesson.collection = 'lessons' GROUP BY lesson.product
"""
_FIRST_RELEASE = """
INSERT INTO release (id, product, collection, number, state, created, published, note, who)
VALUES (:id, :product, 'lessons', 1, 'published', :at, :at, '', '')
"""
_ITS_LESSONS = """
INSERT INTO release_lesson (release, lesson, revision, position)
SELECT :id, id, live_revision, position FROM lesson
WHERE product = :product AND collection = 'lessons' AND live_revision IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("revision", sa.Column("parent", sa.String(64), nullable=True))
    op.create_table(
        "release",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("product", sa.String(64), nullable=False),
        sa.Column("collection", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("restores", sa.Integer(), nullable=True),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("published", sa.DateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("card", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_release"),
        sa.ForeignKeyConstraint(["product"], ["product.slug"], name="fk_release_product_product"),
        sa.UniqueConstraint("product", "collection", "number", name="uq_release_product"),
    )
    op.create_table(
        "release_lesson",
        sa.Column("release", sa.String(64), nullable=False),
        sa.Column("lesson", sa.String(64), nullable=False),
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("release", "lesson", name="pk_release_lesson"),
        sa.ForeignKeyConstraint(["release"], ["release.id"], name="fk_release_lesson_release_release"),
        sa.ForeignKeyConstraint(["lesson"], ["lesson.id"], name="fk_release_lesson_lesson_lesson"),
        sa.ForeignKeyConstraint(["revision"], ["revision.id"], name="fk_release_lesson_revision_revision"),
    )
    op.create_index("ix_release_lesson_revision", "release_lesson", ["revision"])
    op.create_table(
        "relation",
        sa.Column("release", sa.String(64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("product", sa.String(64), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("release", "source", "kind", "product", "target", name="pk_relation"),
        sa.ForeignKeyConstraint(["release"], ["release.id"], name="fk_relation_release_release"),
        sa.ForeignKeyConstraint(["product"], ["product.slug"], name="fk_relation_product_product"),
    )
    op.create_index("ix_relation_product", "relation", ["product"])
    _keep_what_is_live()


def _keep_what_is_live() -> None:
    home = op.get_bind()
    home.execute(sa.text(_EARLIER))
    for product, at in home.execute(sa.text(_LIVE)).all():
        named = hashlib.blake2b(f"{product}/lessons/1".encode(), digest_size=12).hexdigest()
        home.execute(sa.text(_FIRST_RELEASE), {"id": f"rel-{named}", "product": product, "at": at})
        home.execute(sa.text(_ITS_LESSONS), {"id": f"rel-{named}", "product": product})
