"""Edits as a diff: of the author's own files where these are at hand, else of the lessons as people read them.

A file's diff is applied with the usual tools and makes the file say what learners are shown; the next ingest then finds
the edit done. It is of a lesson's own Markdown file; what other formats keep in markup is for its author to change.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from itertools import groupby
from pathlib import PurePosixPath

from sqlalchemy.orm import Session

from foundation.errors import CompanionError
from foundation.ids import ProductSlug
from knowledge.as_markdown import as_markdown
from knowledge.blocks import SourceCourse, SourceLesson
from knowledge.edit_states import Edit
from knowledge.editing import apply_changes
from knowledge.edits import Change, ChangeKind
from knowledge.plan import lesson_id
from knowledge.products import Collection
from knowledge.readers.page import MARKDOWN, MDX, read_page
from knowledge.revisions import state_of_revision
from knowledge.sections import may_change
from knowledge.sight import StoredBlock, evened
from knowledge.stored_blocks import block_to_json
from knowledge.three_way import all_fitted, fit_changes


@dataclass(frozen=True, slots=True)
class FileDiff:
    """A unified diff of one file, "" where it says the same already; `problem` says why there is none, "" if none."""

    path: str
    diff: str
    problem: str = ""


def diff_as_read(session: Session, edits: Sequence[Edit]) -> list[FileDiff]:
    """Edits as a diff of the lessons as people read them, written as Markdown; keys and hidden blocks are left out."""
    diffs = []
    for edit in edits:
        base = state_of_revision(session, edit.base)
        before, after = _read(base.blocks), _read(apply_changes(base.blocks, edit.changes))
        path = f"{base.slug}.md"
        diffs.append(FileDiff(path, _unified(path, before, after)))
    return diffs


def diff_of_files(
    session: Session, product: ProductSlug, edits: Sequence[Edit], course: SourceCourse, source_of: Callable[[str], str]
) -> list[FileDiff]:
    """Edits as a diff of a course's files; `source_of` gives a file's cleaned text by its path in the course."""
    lessons = {lesson_id(product, Collection.LESSONS, each.external_id): each for each in course.lessons}
    diffs = []
    for name, mine in groupby(sorted(edits, key=lambda edit: edit.lesson), key=lambda edit: edit.lesson):
        lesson = lessons.get(name)
        ordered = sorted(mine, key=lambda edit: (edit.release or 0, edit.created, edit.id))
        if lesson is None:
            diffs.append(FileDiff(ordered[0].slug, "", "the lesson is not in these files"))
        else:
            diffs.append(_of_file(session, lesson, ordered, source_of))
    return sorted(diffs, key=lambda each: each.path)


def _of_file(
    session: Session, lesson: SourceLesson, edits: Sequence[Edit], source_of: Callable[[str], str]
) -> FileDiff:
    path = lesson.source_path
    if PurePosixPath(path).suffix.lower() not in MARKDOWN | MDX:
        return FileDiff(path, "", "is not Markdown: change it by hand")
    source = text = source_of(path)
    for edit in edits:
        page = read_page(text.encode(), path=path).lesson
        today = [block_to_json(block) for block in page.blocks] if page is not None else []
        try:
            changes = all_fitted(fit_changes(state_of_revision(session, edit.base).blocks, edit.changes, today))
            told = None if changes is None else _with_changes(text, today, changes, path)
        except CompanionError:
            told = None
        if told is None:
            return FileDiff(path, "", f"says something else where the edit {edit.id} was made: change it by hand")
        text = told
    return FileDiff(path, _unified(path, source, text))


def _with_changes(text: str, today: Sequence[StoredBlock], changes: Sequence[Change], path: str) -> str | None:
    """The file's text with changes, None where it would not be read as the lesson with them is."""
    if not changes:
        return text
    for start, end, new in sorted(_splices(text, today, changes), reverse=True):
        text = text[:start] + new + text[end:]
    page = read_page(text.encode(), path=path).lesson
    wanted = [evened(block["text"]) for block in apply_changes(today, changes) if may_change(block)]
    found = [block_to_json(block) for block in page.blocks] if page is not None else []
    return text if wanted == [evened(block["text"]) for block in found if may_change(block)] else None


def _splices(text: str, today: Sequence[StoredBlock], changes: Sequence[Change]) -> Iterator[tuple[int, int, str]]:
    """Which stretches of the file become what."""
    for change in changes:
        first, last = (change.last, change.last) if change.kind is ChangeKind.INSERT else (change.first, change.last)
        start, end = (today[first]["start"], today[last]["end"]) if last >= 0 else (0, 0)
        match change.kind:
            case ChangeKind.REPLACE:
                yield start, end, change.markdown.strip()
            case ChangeKind.INSERT:
                yield _behind(text, today, last, change.markdown.strip())
            case ChangeKind.DELETE:
                yield start, _gap_end(text, end), ""
            case ChangeKind.MOVE:
                yield start, _gap_end(text, end), ""
                yield _behind(text, today, -1 if change.to is None else change.to, text[start:end].strip())


def _behind(text: str, today: Sequence[StoredBlock], number: int, new: str) -> tuple[int, int, str]:
    if number < 0:
        start = min((block["start"] for block in today), default=len(text))
        return start, start, f"{new}\n\n"
    end = today[number]["end"]
    return end, end, f"\n\n{new}"


def _gap_end(text: str, end: int) -> int:
    """Where the next block begins: the empty lines between go with the block before them."""
    return end + len(text[end:]) - len(text[end:].lstrip("\n"))


def _read(blocks: Sequence[StoredBlock]) -> str:
    return as_markdown(block for block in blocks if may_change(block)) + "\n"


def _unified(path: str, before: str, after: str) -> str:
    lines = unified_diff(before.splitlines(True), after.splitlines(True), f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
