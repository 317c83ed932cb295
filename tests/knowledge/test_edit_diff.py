"""Edits as a diff: what it says, and that applying it to the author's file makes the lesson that learners read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from companion.wiring import House
from foundation.ids import LessonId, RevisionId
from foundation.settings import Settings
from knowledge.edit_diff import FileDiff, diff_as_read, diff_of_files
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


SOURCE = f"---\ntitle: Rivers\n---\n{LESSON}"


def of_files(house: House, folder: Path, change: Change) -> FileDiff:
    with house.database.read() as session:
        edit = edit_of(session, change)
        [told] = diff_of_files(session, PRODUCT, [edit], read_course(folder), lambda path: (folder / path).read_text())
    return told


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


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """No index folder: what is looked at is in SQL."""
    return Settings(home=tmp_path / "home", chat_model=None, index="exact", encode_workers=1)


@pytest.fixture
def course(house: House, take_in: TakeIn, unmeasured: None) -> House:
    """The lesson with front matter, live."""
    take_in({"rivers.md": SOURCE})
    return house


def test_the_file_with_its_diff_reads_as_learners_do(course: House, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "rivers.md").write_text(SOURCE)
    for change in CHANGES:
        told = of_files(course, tmp_path / "files", change)
        assert told.problem == ""
        assert texts(blocks_of(patched(SOURCE, told.diff))) == texts(apply_changes(BASE, [change]))


def test_a_file_that_says_so_already_has_no_diff_and_one_that_changed_is_told_of(course: House, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    file = tmp_path / "files" / "rivers.md"
    file.write_text(SOURCE.replace("A spring is where a river begins.", CHANGES[0].markdown))
    assert of_files(course, file.parent, CHANGES[0]) == FileDiff("rivers.md", "")
    file.write_text(SOURCE.replace("A spring is", "A well is"))
    told = of_files(course, file.parent, CHANGES[0])
    assert (told.diff, "by hand" in told.problem) == ("", True)
    (file.parent / "other.md").write_text("# Other\n\nWords.\n")
    file.unlink()
    assert "not in these files" in of_files(course, file.parent, CHANGES[0]).problem


def test_without_the_files_the_diff_is_of_what_people_read_and_tells_no_key(course: House) -> None:
    with course.database.read() as session:
        [told] = diff_as_read(session, [edit_of(session, CHANGES[0])])
    assert "-A spring is where a river begins." in told.diff.splitlines()
    assert any(line.startswith("+A spring") for line in told.diff.splitlines())
    assert "mill" not in told.diff
