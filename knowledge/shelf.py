"""A shelf: everything live of one product's collection, laid out for searching. Immutable; replaced when stale.

Its arrays may be pages of a file that are read when they are looked at (`shelf_files`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import overload

import numpy as np
import numpy.typing as npt
from sqlalchemy import Subquery, bindparam, func, select
from sqlalchemy.orm import Session

from foundation.database import moment
from foundation.ids import LessonId, PassageId, ProductSlug, content_hash
from knowledge.centring import RECIPE
from knowledge.encoder import Encoder
from knowledge.index import Entries
from knowledge.lexical import LexicalIndex
from knowledge.passages import PassageKind, WindowRole
from knowledge.products import Collection
from knowledge.ragged import Ragged
from knowledge.sentence_vectors import SentenceVectors, Spread
from knowledge.shown import live_lessons_of
from knowledge.tables import PassageRow, ProductRow, RevisionPassageRow, TokenVectorsRow, WindowRow
from knowledge.tokens import RECIPE as TOKENS
from knowledge.tokens import TokenVectors, axes_for
from knowledge.vocabulary import Vocabulary, vocabulary_of
from knowledge.word_forms import WordForms

Names = npt.NDArray[np.bytes_]
_KINDS = {kind.encode(): kind for kind in PassageKind}
_PRODUCTS = ProductRow.__table__.columns
# The table's column, not the ORM's, and made once: every question asks for it.
_VERSION = select(_PRODUCTS.version).where(_PRODUCTS.slug == bindparam("slug"))


@dataclass(frozen=True, slots=True)
class ShelfKey:
    """Which shelf: a product's lessons, or its cases."""

    product: ProductSlug
    collection: Collection

    def name(self, encoder_id: str) -> str:
        """The name its index goes by; another encoder or recipe never finds it.

        It begins with a letter, as Chroma wants, where a slug may begin with a dash.
        """
        return f"{self.any_name}{encoder_id}.{RECIPE}"

    @property
    def any_name(self) -> str:
        """What its name begins with, whatever the encoder."""
        return f"shelf.{self.product}.{self.collection}."


@dataclass(frozen=True, slots=True)
class Place:
    """A live passage without its text; `order` counts through the course."""

    passage: PassageId
    lesson: LessonId
    kind: PassageKind
    lang: str
    order: int


@dataclass(frozen=True, slots=True)
class Places(Sequence[Place]):
    """The live passages in course order, each made when it is asked for; one ASCII name a passage in every array."""

    passages: Names
    lessons: Names
    kinds: Names
    langs: Names

    def __len__(self) -> int:
        return len(self.passages)

    @overload
    def __getitem__(self, row: int) -> Place: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[Place, ...]: ...
    def __getitem__(self, row: int | slice) -> Place | tuple[Place, ...]:
        if isinstance(row, slice):
            return tuple(self[one] for one in range(*row.indices(len(self))))
        return Place(
            PassageId(self.passages[row].decode()),
            LessonId(self.lessons[row].decode()),
            _KINDS[self.kinds[row]],
            self.langs[row].decode(),
            row if row >= 0 else row + len(self),
        )


@dataclass(frozen=True)
class Shelf:
    """What a question is matched against.

    `digest` names the content: shelves of one name and digest are equal. `windows` has the columns `vector`, centred
    and of unit length, and `ordinal`, a window's number in its passage. `tokens` is None for an encoder that shows
    none. `lexical` knows passages, and `lessons` lessons whole, each by their order. `forms` are the words as
    they stand.
    """

    key: ShelfKey
    version: int
    digest: str
    places: Places
    windows: Ragged
    spread: Spread
    sentences: SentenceVectors
    tokens: TokenVectors | None
    lexical: LexicalIndex
    lessons: LexicalIndex
    forms: WordForms

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Its words beside ordinary ones; counted when the first question needs them."""
        return vocabulary_of(self.forms.counted())

    @cached_property
    def lesson_row(self) -> npt.NDArray[np.int32]:
        """The number each passage's lesson has in `lessons`."""
        return lesson_rows(self.places)

    @cached_property
    def langs(self) -> frozenset[str]:
        """The languages of its passages."""
        return frozenset(lang.decode() for lang in np.unique(self.places.langs))

    @cached_property
    def entries(self) -> Entries:
        """What its index holds: the windows that cover passages, in order."""
        passages = np.char.decode(self.places.passages[self.window_place], "ascii").tolist()
        ordinals = self.windows.columns["ordinal"].tolist()
        ids = tuple(f"{passage}.{ordinal}" for passage, ordinal in zip(passages, ordinals, strict=True))
        return Entries(ids, self.windows.columns["vector"], self.digest)

    @property
    def window_count(self) -> int:
        """How many windows cover its passages."""
        return int(self.windows.first[-1])

    @cached_property
    def window_place(self) -> npt.NDArray[np.int32]:
        """The number of the passage each window covers, ascending."""
        return np.repeat(np.arange(len(self.places), dtype=np.int32), np.diff(self.windows.first))

    @cached_property
    def window_row(self) -> dict[str, int]:
        """Where an entry of the index stands among the windows."""
        return {entry: row for row, entry in enumerate(self.entries.ids)}


def lesson_rows(places: Places) -> npt.NDArray[np.int32]:
    """Passages' lessons numbered as they follow each other."""
    starts = np.ones(len(places), dtype=bool)
    starts[1:] = places.lessons[1:] != places.lessons[:-1]
    return np.asarray(np.cumsum(starts) - 1, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class ShelfState:
    """A product's version, and what a shelf's content is called then.

    The last of it opened at `since`, None if all of it always was, and at `until` something else will, None if nothing.
    """

    version: int
    digest: str
    since: datetime | None = None
    until: datetime | None = None


def shelf_version(session: Session, key: ShelfKey) -> int | None:
    """The product's version now, None for an unknown product."""
    return session.scalar(_VERSION, {"slug": key.product})


def shelf_state(
    session: Session, key: ShelfKey, *, encoder: Encoder, lessons: Subquery | None = None, now: datetime | None = None
) -> ShelfState:
    """What is live and open now, or what `lessons` (`knowledge.shown`) hold; `now` is the session's unless given.

    Revisions are named by their content, so their names in order, and when the last of it opened, name the shelf's. So
    does how its tokens are kept, if they are: they may be filled in later.
    """
    now = now or moment(session)
    lessons = live_lessons_of(key.product, key.collection) if lessons is None else lessons
    ordered = select(lessons.c.revision).order_by(lessons.c.position, lessons.c.lesson)
    revisions = [str(revision) for revision in session.scalars(ordered)]
    shown = TOKENS if has_tokens(session, key, encoder, lessons=lessons) else "vectors"
    opened, until = _openings(session, lessons, now)
    told = [*revisions, *([f"opened {opened.isoformat()}"] if opened else [])]
    return ShelfState(shelf_version(session, key) or 0, content_hash(key.name(encoder.id), shown, *told), opened, until)


def _openings(session: Session, lessons: Subquery, now: datetime) -> tuple[datetime | None, datetime | None]:
    """When the last of these lessons' passages opened, and when the next one will."""
    dated = (
        select(RevisionPassageRow.passage)
        .join(lessons, lessons.c.revision == RevisionPassageRow.revision)
        .where(RevisionPassageRow.passage == PassageRow.id)
        .exists()
    )
    last = select(func.max(PassageRow.not_before)).where(PassageRow.not_before <= now, dated)
    following = select(func.min(PassageRow.not_before)).where(PassageRow.not_before > now, dated)
    return session.scalar(last), session.scalar(following)


def has_tokens(session: Session, key: ShelfKey, encoder: Encoder, *, lessons: Subquery | None = None) -> bool:
    """Whether the tokens of every live window, or every one of `lessons`, are kept, for an encoder that shows them."""
    if axes_for(encoder) is None:
        return False
    lessons = live_lessons_of(key.product, key.collection) if lessons is None else lessons
    kept = (
        (TokenVectorsRow.input_hash == WindowRow.input_hash)
        & (TokenVectorsRow.encoder == encoder.id)
        & (TokenVectorsRow.recipe == TOKENS)
    )
    lacking = (
        select(WindowRow.passage)
        .join(RevisionPassageRow, RevisionPassageRow.passage == WindowRow.passage)
        .join(lessons, lessons.c.revision == RevisionPassageRow.revision)
        .outerjoin(TokenVectorsRow, kept)
        .where(WindowRow.role == WindowRole.PASSAGE, TokenVectorsRow.encoder.is_(None))
    )
    return session.scalar(lacking.limit(1)) is None
