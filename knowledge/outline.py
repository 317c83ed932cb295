"""What a lesson is made of, section by section: how much there is to read, to do and to watch.

Of what learners may see by the session's moment alone; how long it takes is judged elsewhere.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database import moment
from foundation.ids import LessonId
from knowledge.blocks import BlockKind, SpotKind
from knowledge.lessons import LessonHead, live_lessons
from knowledge.sight import StoredBlock, seen_blocks
from knowledge.tables import LessonRow, RevisionRow

# What a lecturer says in a minute; only the last sentence of a recording is measured by it.
_SPOKEN_WORDS_A_SECOND = 2.5


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading of a lesson, up to the next of any level; `anchor` is "" above the first.

    `words` are those of prose and lists, `exercises` counts what is to be done in one's own way, `choices` the
    questions with answers to choose from, `heard_words` are a transcript's that names no second, `watched_s` the length
    of the recordings whose transcript does.
    """

    anchor: str
    heading: str
    words: int = 0
    table_words: int = 0
    code_lines: int = 0
    exercises: int = 0
    choices: int = 0
    exercise_words: int = 0
    heard_words: int = 0
    watched_s: int = 0


@dataclass(frozen=True, slots=True)
class LessonOutline:
    """A live lesson's sections, in reading order; `lang` is what it is written in."""

    head: LessonHead
    lang: str
    sections: tuple[Section, ...]


def read_outlines(session: Session, product: str, *, only: Collection[str] | None = None) -> list[LessonOutline]:
    """The outlines of a product's live lessons, in course order; of some by their slugs, where these are named."""
    heads = [head for head in live_lessons(session, product) if only is None or head.slug in only]
    live = (
        select(LessonRow.id, RevisionRow.lang, RevisionRow.blocks)
        .join(RevisionRow, RevisionRow.id == LessonRow.live_revision)
        .where(LessonRow.id.in_([head.id for head in heads]))
    )
    now = moment(session)
    told = {LessonId(row.id): (row.lang, seen_blocks(row.blocks, now=now)) for row in session.execute(live)}
    return [LessonOutline(head, told[head.id][0], sections_of(told[head.id][1])) for head in heads if head.id in told]


def sections_of(blocks: Sequence[StoredBlock]) -> tuple[Section, ...]:
    """The sections that blocks, as they are stored with a revision, make up."""
    return tuple(_section(anchor, list(run)) for anchor, run in groupby(blocks, key=lambda block: block["anchor"]))


def _section(anchor: str, blocks: list[Mapping[str, Any]]) -> Section:
    def words(*kinds: BlockKind) -> int:
        return sum(len(block["text"].split()) for block in blocks if block["kind"] in kinds)

    code = [block["text"] for block in blocks if block["kind"] == BlockKind.CODE]
    tasks = [block["text"] for block in blocks if block["kind"] == BlockKind.EXERCISE]
    choices = sum(_is_choice(text) for text in tasks)
    spoken = [block for block in blocks if block["kind"] == BlockKind.TRANSCRIPT]
    timed = [block for block in spoken if (block.get("spot") or {}).get("kind") == SpotKind.TIME]
    path = blocks[0]["heading_path"]
    return Section(
        anchor=anchor,
        heading=path[-1] if path and anchor else "",
        words=words(BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.DISCUSSION),
        table_words=words(BlockKind.TABLE),
        code_lines=sum(1 for text in code for line in text.splitlines() if line.strip()),
        # Beside answers to choose from, a task is what they are asked about.
        exercises=0 if choices else len(tasks),
        choices=choices,
        exercise_words=words(BlockKind.EXERCISE),
        heard_words=sum(len(block["text"].split()) for block in spoken if block not in timed),
        watched_s=_watched_s(timed),
    )


def _is_choice(task: str) -> bool:
    lines = task.splitlines()
    return len(lines) > 1 and all(line.startswith("- ") for line in lines)


def _watched_s(sentences: Sequence[Mapping[str, Any]]) -> int:
    """How long recordings are, in seconds, by where their sentences begin and how long the last one takes to say."""
    ends: dict[str, int] = {}
    for sentence in sentences:
        said_s = round(len(sentence["text"].split()) / _SPOKEN_WORDS_A_SECOND)
        of = sentence["spot"]["of"]
        ends[of] = max(ends.get(of, 0), sentence["spot"]["number"] + said_s)
    return sum(ends.values())
