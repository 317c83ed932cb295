"""Edits as a diff: what it says, and that applying it to the author's file makes the lesson that learners read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from companion.wiring import House
from foundation.ids import LessonId, RevisionId
from knowledge.edit_diff import diff_as_read, diff_of_files
from knowledge.edit_states import Edit
from knowledge.editing import apply_changes
from knowledge.edits import Change, EditState, delete_blocks, insert_behind, move_blocks, replace_blocks
from knowledge.readers import read_course
from knowledge.revisions import live_state
from tests.conftest import TakeIn
from tests.knowledge.editing import LESSON, at, blocks_of, texts
from tests.knowledge.releasing import PRODUCT

BASE = blocks_of()
SPRING = at(BASE, "A spring")
CHANGES = [
    replace_blocks(BASE, SPRING, SPRING, "A spring *feeds* a river.\n\nAlways."),
    insert_behind(BASE, at(BASE, "The mouth"), "## Lakes\n\nSome end in a lake."),
    insert_behind(BASE, -1, "Read this first."),
    delete_blocks(BASE, SPRING + 1, SPRING + 1),
    move_blocks(BASE, at(BASE, "Springs"), SPRING + 1, to=at(BASE, "The mouth")),
]


def edit_of(session: Session, *changes: Change) -> Edit:
    live = live_state(session, PRODUCT, "rivers")
    made = datetime(2026, 1, 1, tzinfo=UTC)
    return Edit(
        "ed-1", PRODUCT, LessonId(live.lesson), "rivers", changes, RevisionId(live.revision), None, 2, EditState.LIVE,
        "ann", made, made,
    )  # fmt: skip


def patched(source: str, diff: str) -> str:
    """The file after the diff: a small `patch`, for diffs whose context is whole."""
    old, new = source.splitlines(), list[str]()
    at_line = 0
    for line in diff.splitlines()[2:]:
        if line.startswith("@@"):
            start = int(line.split()[1].split(",")[0].lstrip("-"))
            new += old[at_line : max(start - 1, 0)]
            at_line = max(start - 1, 0)
        elif line[0] in " -":
            assert old[at_line] == line[1:]
            new += [line[1:]] if line[0] == " " else []
            at_line += 1
        elif line[0] == "+":
            new.append(line[1:])
    return "\n".join([*new, *old[at_line:]]) + "\n"


@pytest.mark.parametrize("change", CHANGES, ids=["replace", "insert", "insert-first", "delete", "move"])
def test_the_file_with_its_diff_reads_as_learners_do(
    change: Change, house: House, take_in: TakeIn, tmp_path: Path, unmeasured: None
) -> None:
    source = f"---\ntitle: Rivers\n---\n{LESSON}"
    take_in({"rivers.md": source})
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "rivers.md").write_text(source)
    with house.database.read() as session:
        edit = edit_of(session, change)
        [told] = diff_of_files(session, PRODUCT, [edit], read_course(folder), lambda path: (folder / path).read_text())
    assert told.problem == ""
    assert texts(blocks_of(patched(source, told.diff))) == texts(apply_changes(BASE, [change]))


def test_a_file_that_says_so_already_has_an_empty_diff_and_one_that_changed_says_why_it_has_none(
    house: House, take_in: TakeIn, tmp_path: Path, unmeasured: None
) -> None:
    take_in({"rivers.md": LESSON})
    folder = tmp_path / "files"
    folder.mkdir()
    with house.database.read() as session:
        edit = edit_of(session, CHANGES[0])
        found = []
        for was, now in (
            ("A spring is where a river begins.", "A spring *feeds* a river.\n\nAlways."),
            ("A spring", "A well"),
        ):
            (folder / "rivers.md").write_text(LESSON.replace(was, now))
            found += diff_of_files(
                session, PRODUCT, [edit], read_course(folder), lambda path: (folder / path).read_text()
            )
    assert [each.diff for each in found] == ["", ""]
    assert found[0].problem == ""
    assert "by hand" in found[1].problem


def test_without_the_files_the_diff_is_of_what_people_read_and_tells_no_key(
    house: House, take_in: TakeIn, unmeasured: None
) -> None:
    take_in({"rivers.md": LESSON})
    with house.database.read() as session:
        [told] = diff_as_read(session, [edit_of(session, CHANGES[0])])
    assert "-A spring is where a river begins." in told.diff.splitlines()
    assert any(line.startswith("+A spring") for line in told.diff.splitlines())
    assert "mill" not in told.diff
