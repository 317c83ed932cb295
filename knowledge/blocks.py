"""What a reader gives back: lessons made of typed blocks, each with its place in the author's file.

Knows nothing of storage, search or people.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class BlockKind(StrEnum):
    """What a block is; decides how it is packed, shown and whether it may be quoted."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"
    CODE = "code"
    EXERCISE = "exercise"
    ANSWER_KEY = "answer_key"


class Visibility(StrEnum):
    """Who may see a block."""

    LEARNER = "learner"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Block:
    """One typed piece of a lesson.

    `text` is plain: what a reader of the page would see and what a quote is checked against. `html` is the same
    piece as sanitised HTML for the lesson page. `start` and `end` are character offsets into the decoded source
    file; for a block assembled from markup they span the markup. `heading_path` runs from the outermost heading
    to the nearest one and includes the block's own title when it is a heading. `anchor` is the id of the nearest
    heading on the lesson page, "" above the first heading.
    """

    kind: BlockKind
    text: str
    html: str
    start: int
    end: int
    heading_path: tuple[str, ...] = ()
    anchor: str = ""
    visibility: Visibility = Visibility.LEARNER


@dataclass(frozen=True, slots=True)
class SourceLesson:
    """One lesson as its author wrote it.

    `external_id` is the author's own name for it, unique in the course (the path without suffix, or the id its
    front matter declares). `block_title` is the part of the course it belongs to, "" when the course has no parts.
    """

    external_id: str
    source_path: str
    title: str
    block_title: str
    blocks: tuple[Block, ...]
    lang: str | None = None
    skill: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class ReadWarning:
    """Something an author should know about a file that was read only in part, or not at all."""

    path: str
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class ProductCard:
    """What a `product.yml` beside the lessons says about the product as a whole; absent fields are None.

    `suggestions` are questions for somebody who does not know what to ask.
    """

    title: str | None = None
    description: str | None = None
    kind: str | None = None
    lang: str | None = None
    origins: tuple[str, ...] | None = None
    url_template: str | None = None
    suggestions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class SourceCourse:
    """Everything a reader found in one folder or file: lessons in course order, and what it could not use.

    `unreadable` are paths of lessons that are there and could not be read, now; they are not gone.
    """

    lessons: tuple[SourceLesson, ...]
    warnings: tuple[ReadWarning, ...] = ()
    card: ProductCard = field(default_factory=ProductCard)
    unreadable: frozenset[str] = frozenset()
