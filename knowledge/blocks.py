"""What a reader gives back: lessons made of typed blocks, each with its place in the author's file.

Knows nothing of storage, search or people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from knowledge.hint_rules import HintRules


class BlockKind(StrEnum):
    """What a block is; decides how it is packed, shown and whether it may be quoted."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"
    CODE = "code"
    EXERCISE = "exercise"
    ANSWER_KEY = "answer_key"
    TRANSCRIPT = "transcript"
    DISCUSSION = "discussion"


class Visibility(StrEnum):
    """Who may see a block. Whatever is not for learners is in no passage; NOT_BEFORE is theirs from a moment on."""

    LEARNER = "learner"
    STAFF = "staff"
    UNPUBLISHED = "unpublished"
    NOT_BEFORE = "not_before"


class SpotKind(StrEnum):
    """What a place inside a file or a recording is counted in."""

    PAGE = "page"
    SLIDE = "slide"
    CELL = "cell"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place a person can go to: page, slide or cell, counted from 1, or a second of a recording, from 0.

    `of` names the file or the recording (`Recording.id`), "" when the lesson has only one.
    """

    kind: SpotKind
    number: int
    of: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """A video or an audio a lesson's transcript belongs to.

    `url` is where others serve it, `path` a file that came with the course; both are "" where only its name is known.
    """

    id: str
    title: str = ""
    url: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One typed piece of a lesson.

    `text` is plain: what a reader of the page would see and what a quote is checked against. `html` is the same
    piece as sanitised HTML for the lesson page. `start` and `end` are character offsets into the decoded source
    file; for a block assembled from markup they span the markup. `heading_path` runs from the outermost heading
    to the nearest one and includes the block's own title when it is a heading. `anchor` is the id of the nearest
    heading on the lesson page, "" above the first heading. `path` is the file it stands in, "" for the lesson's own;
    offsets count in that file. `lang` is "" unless the format says what language the block is in. `not_before` is set
    with Visibility.NOT_BEFORE only, in UTC.
    """

    kind: BlockKind
    text: str
    html: str
    start: int
    end: int
    heading_path: tuple[str, ...] = ()
    anchor: str = ""
    visibility: Visibility = Visibility.LEARNER
    path: str = ""
    lang: str = ""
    spot: Spot | None = None
    not_before: datetime | None = None


class RelationKind(StrEnum):
    """How one lesson relates to another."""

    REQUIRES = "requires"
    REPLACES = "replaces"
    EQUIVALENT = "equivalent"


@dataclass(frozen=True, slots=True)
class DeclaredRelation:
    """A relation as an author declared it in the file `path`: by lessons' own ids, or `product:id` of another product.

    Nothing says yet that the lessons are there.
    """

    source: str
    kind: RelationKind
    target: str
    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class SourceLesson:
    """One lesson as its author wrote it.

    `external_id` is the author's own name for it, unique in the course (the path without suffix, or the id its
    front matter declares). `block_title` is the part of the course it belongs to, "" when the course has no parts.
    `recordings` are those that spots of its blocks name.
    """

    external_id: str
    source_path: str
    title: str
    block_title: str
    blocks: tuple[Block, ...]
    lang: str | None = None
    skill: str = ""
    outcome: str = ""
    recordings: tuple[Recording, ...] = ()
    relations: tuple[DeclaredRelation, ...] = ()


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
    spoilers: str | None = None
    hints: HintRules | None = None
    relations: tuple[DeclaredRelation, ...] | None = None


@dataclass(frozen=True, slots=True)
class SourceCourse:
    """Everything a reader found in one folder or file: lessons in course order, and what it could not use.

    `unreadable` are paths of lessons that are there and could not be read, now; they are not gone. `format` names what
    it was understood as, `found` counts what was recognised in it by the format's own names ({"html": 266, ...}).
    `lang` is the language the course declares as its own, "" if it does not. `words_read` counts the words of all that
    was read, transcripts in all their languages, before one of these is chosen.
    """

    lessons: tuple[SourceLesson, ...]
    warnings: tuple[ReadWarning, ...] = ()
    card: ProductCard = field(default_factory=ProductCard)
    unreadable: frozenset[str] = frozenset()
    format: str = ""
    found: Mapping[str, int] = field(default_factory=dict)
    lang: str = ""
    words_read: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """Who may see something as a whole, and from which moment on."""

    visibility: Visibility
    not_before: datetime | None = None


def seen_by(blocks: Iterable[Block]) -> Seen:
    """Who may see a lesson made of these blocks: learners, if they may see one of them, else whoever sees its first."""
    told = [block for block in blocks if block.kind is not BlockKind.ANSWER_KEY]
    if not told:
        return Seen(Visibility.STAFF)
    if any(block.visibility is Visibility.LEARNER for block in told):
        return Seen(Visibility.LEARNER)
    opening = [block.not_before for block in told if block.not_before is not None]
    return Seen(Visibility.NOT_BEFORE, min(opening)) if opening else Seen(told[0].visibility)
