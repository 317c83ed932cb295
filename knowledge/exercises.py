"""The exercises of a live lesson: what is asked, what there is to choose from, and what only its author knows.

An exercise is what stands in one section: the blocks that ask, then its key. A section may set several; the key of one
closes it. Keys that stand apart (an "Answers" section at the end) belong to every exercise above without one of its
own. Hints that only staff see are its tips. A passage under a heading that announces a worked solution belongs to the
exercise above it, or to the one with its number; where there is none it is a worked example like any other.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database import moment
from foundation.ids import LessonId
from knowledge.blocks import BlockKind, Visibility
from knowledge.lessons import LessonHead, lesson_heads
from knowledge.products import Collection
from knowledge.sight import StoredBlock, is_seen
from knowledge.tables import LessonRow, RevisionRow
from knowledge.words import fold
from knowledge.worked import is_solution

_ANCHOR_CHARS = 120
_LETTERS = {False: "abcdefghijkl", True: "абвгдежзиклм"}
_ITEM = re.compile(r"[-*•]\s+(?:\(?([A-Za-zА-Яа-яЁё])[).:]\s+)?(.+)")
_TICKED = re.compile(r"(?:-\s+)?\[x\]\s*(.+)", re.IGNORECASE)
_EXPLAINED = re.compile(r"\s+—\s+.*", re.DOTALL)
_NAMED = re.compile(
    r"\b(?:right|correct|true)\s+(?:option|answer|choice|statement|variant)s?\s*(?:is|are)?\s*[:—–-]?\s*[\"'«“*]*([a-z])\b"
    r"|\b(?:верн|правильн)\w+\s+(?:вариант|ответ|утвержден)\w*\s*[:—–-]*\s*[\"'«“*]*([а-яёa-z])\b"
    r"|^(?:answer|ответ)?\s*[:—–-]?\s*\(?([a-zа-яё])\)?\s*[).:]?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_MARKER = re.compile(r"^[^:.]{3,40}[:.]\s+(?=\S)")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: the letter it goes by, in the exercise's own alphabet, and its text."""

    letter: str
    text: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise of a live lesson, as `id` names it: the lesson's slug, its heading's anchor, and its number there.

    The id stays the same when the question, the options or the key are edited, and when the lesson is read again.
    `text` is what learners read of it, `key` what only staff see, in reading order, `code` those pieces of the key
    that are programs. `worked` are anchors of sections where learners may read it solved, `around` what else they
    read in the lesson, exercises apart. `shown_at` counts the blocks
    that learners see of the lesson up to the end of the question.
    """

    id: str
    lesson: LessonHead
    title: str
    anchor: str
    text: str
    options: tuple[Option, ...]
    key: tuple[str, ...]
    code: tuple[str, ...]
    tips: tuple[str, ...]
    worked: frozenset[str]
    worked_texts: tuple[str, ...]
    around: str
    shown_at: int

    @property
    def name(self) -> str:
        """Its title without the word that marks an exercise: "Payments as the target"."""
        return _MARKER.sub("", self.title) or self.title


def exercises_of(session: Session, lessons: Iterable[LessonId]) -> list[Exercise]:
    """The exercises of live and open lessons, lesson by lesson in course order; other lessons are left out."""
    heads = lesson_heads(session, lessons)
    mine = select(LessonRow.id).where(LessonRow.id.in_(heads), LessonRow.collection == Collection.LESSONS)
    ordered = [heads[LessonId(lesson)] for lesson in session.scalars(mine.order_by(LessonRow.position, LessonRow.id))]
    unread = [head for head in ordered if head not in _READ]
    read = dict(_read(session, unread))
    return [exercise for head in ordered for exercise in read.get(head, _READ.get(head, ()))]


# A revision never changes, and its blocks are a whole lesson: what was read of it is kept for the next question.
_READ: dict[LessonHead, tuple[Exercise, ...]] = {}
_MOST_READ = 1_000


def _read(session: Session, heads: Sequence[LessonHead]) -> Iterator[tuple[LessonHead, tuple[Exercise, ...]]]:
    by_revision = {head.revision: head for head in heads}
    rows = session.execute(select(RevisionRow.id, RevisionRow.blocks).where(RevisionRow.id.in_(by_revision)))
    now = moment(session)
    for revision, blocks in rows if by_revision else ():
        head, found = by_revision[revision], tuple(exercises_in(by_revision[revision], blocks, now=now))
        # What opens with time is another lesson tomorrow.
        if all(block.get("not_before") is None for block in blocks):
            if len(_READ) >= _MOST_READ:
                _READ.clear()
            _READ[head] = found
        yield head, found


def find_exercise(session: Session, product: str, name: str, *, lesson: str | None = None) -> Exercise | None:
    """An exercise of a product by its id, or by its anchor alone in the lesson named; None when there is none."""
    slug, _, anchor = name.partition("/")
    if not anchor:
        slug, name = lesson or "", f"{lesson}/{name}"
    mine = select(LessonRow.id).where(LessonRow.product == product, LessonRow.slug == slug)
    found = exercises_of(session, [LessonId(each) for each in session.scalars(mine)])
    return next((exercise for exercise in found if exercise.id == name), None)


def exercises_in(lesson: LessonHead, blocks: Sequence[StoredBlock], *, now: datetime) -> list[Exercise]:
    """The exercises of a revision's blocks that learners see, in reading order."""
    drafts = _drafts(lesson, blocks, now=now)
    around = _around(blocks, drafts, now=now)
    ordinals: dict[str, int] = {}
    exercises = []
    for draft in drafts:
        anchor = draft.anchor[:_ANCHOR_CHARS] or "exercise"
        ordinals[anchor] = ordinal = ordinals.get(anchor, 0) + 1
        name = f"{lesson.slug}/{anchor}{f'-{ordinal}' if ordinal > 1 else ''}"
        exercises.append(_exercise(draft, lesson, name, around=around))
    return exercises


@dataclass(slots=True)
class _Draft:
    """An exercise while its blocks are read."""

    anchor: str
    path: tuple[str, ...]
    title: str
    asked: list[StoredBlock] = field(default_factory=list)
    keys: list[StoredBlock] = field(default_factory=list)
    tips: list[str] = field(default_factory=list)
    worked: list[StoredBlock] = field(default_factory=list)
    shown_at: int = 0

    def goes_on(self, block: StoredBlock) -> bool:
        """Whether a block still asks: nothing was answered yet, and it stands in the same section or below it."""
        path = tuple(block["heading_path"])
        same = block["anchor"] == self.anchor or path[: len(self.path)] == self.path
        return same and not self.keys


def _drafts(lesson: LessonHead, blocks: Sequence[StoredBlock], *, now: datetime) -> list[_Draft]:
    drafts: list[_Draft] = []
    shown = 0
    for block in blocks:
        seen, kind = is_seen(block, now=now), block["kind"]
        shown += seen
        if kind == BlockKind.ANSWER_KEY:
            for draft in _answered_by(block, drafts):
                draft.keys.append(block)
        elif kind == BlockKind.EXERCISE and not seen:
            if drafts and block["visibility"] == Visibility.STAFF:
                drafts[-1].tips.append(block["text"])
        elif seen:
            _take(block, drafts, lesson, shown_at=shown)
    return [draft for draft in drafts if draft.asked]


def _take(block: StoredBlock, drafts: list[_Draft], lesson: LessonHead, *, shown_at: int) -> None:
    """A block that learners see: of an exercise, of its worked solution, or neither."""
    path = tuple(block["heading_path"])
    if block["kind"] == BlockKind.EXERCISE:
        if not (drafts and drafts[-1].goes_on(block)):
            drafts.append(_Draft(block["anchor"], path, path[-1] if path else lesson.title))
        if block["html"].startswith("<h"):
            return
        drafts[-1].asked.append(block)
        drafts[-1].shown_at = shown_at
    elif is_solution(path if path[:1] == (lesson.title,) else (lesson.title, *path)):
        solved = _solved_by(path[-1], drafts)
        if solved is not None:
            solved.worked.append(block)
    elif (
        block["kind"] != BlockKind.HEADING
        and drafts
        and drafts[-1].asked
        and drafts[-1].path
        and drafts[-1].goes_on(block)
    ):
        drafts[-1].asked.append(block)
        drafts[-1].shown_at = shown_at


def _answered_by(key: StoredBlock, drafts: list[_Draft]) -> list[_Draft]:
    """The exercises a key belongs to: the one it follows in its section, else all above that have none."""
    if not drafts:
        return []
    last = drafts[-1]
    path = tuple(key["heading_path"])
    if key["anchor"] == last.anchor or (last.path and path[: len(last.path)] == last.path):
        return [last]
    apart = [draft for draft in drafts if all(each["anchor"] == key["anchor"] for each in draft.keys)]
    return apart or [last]


def _solved_by(heading: str, drafts: list[_Draft]) -> _Draft | None:
    numbers = _NUMBER.findall(heading)
    named = [draft for draft in drafts if numbers and _NUMBER.findall(draft.title)[:1] == numbers[:1]]
    return named[-1] if named else drafts[-1] if drafts else None


def _around(blocks: Sequence[StoredBlock], drafts: Sequence[_Draft], *, now: datetime) -> str:
    apart = {id(block) for draft in drafts for block in (*draft.asked, *draft.worked)}
    seen = (block for block in blocks if is_seen(block, now=now) and block["kind"] != BlockKind.EXERCISE)
    return "\n".join(block["text"] for block in seen if id(block) not in apart)


def _exercise(draft: _Draft, lesson: LessonHead, name: str, *, around: str) -> Exercise:
    key = tuple(block["text"] for block in draft.keys)
    return Exercise(
        id=name,
        lesson=lesson,
        title=draft.title,
        anchor=draft.anchor,
        text="\n\n".join(block["text"] for block in draft.asked),
        options=_options([line for block in draft.asked for line in block["text"].split("\n")], "\n".join(key)),
        key=key,
        code=tuple(block["text"] for block in draft.keys if block["html"].lstrip().startswith("<pre")),
        tips=tuple(draft.tips),
        worked=frozenset(block["anchor"] for block in draft.worked),
        worked_texts=tuple(block["text"] for block in draft.worked if block["kind"] != BlockKind.HEADING),
        around=around,
        shown_at=draft.shown_at,
    )


def _options(lines: Sequence[str], key: str) -> tuple[Option, ...]:
    """What there is to choose from, where the key says which is right."""
    items = [found for line in lines if (found := _ITEM.fullmatch(line.strip()))]
    if len(items) < 2:
        return ()
    texts = [found[2].strip() for found in items]
    alphabet = _LETTERS[any("а" <= char <= "я" for char in fold(" ".join(texts)))]
    letters = [fold(found[1]) if found[1] else alphabet[n % len(alphabet)] for n, found in enumerate(items)]
    right = _right_texts(key)
    named = {fold(letter) for found in _NAMED.finditer(key) for letter in found.groups() if letter}
    told = [fold(text) in right or letter in named for text, letter in zip(texts, letters, strict=True)]
    if not any(told):
        return ()
    return tuple(Option(*each) for each in zip(letters, texts, told, strict=True))


def _right_texts(key: str) -> frozenset[str]:
    """The texts a key ticks, folded; what is said to who chose one comes after a dash."""
    ticked = [found[1].strip() for line in key.split("\n") if (found := _TICKED.match(line.strip()))]
    return frozenset(fold(each) for text in ticked for each in (text, _EXPLAINED.sub("", text)))
