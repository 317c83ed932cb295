"""What the commands show of what is hidden, and what a refused course leaves of the home."""

from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.knowledge.readers.every_format import Markers, made
from tests.knowledge.readers.hostile import gzip_of, make_tar, make_zip, overlapping_zip, put, raw_zip, tar_of

WORDS = Markers("vqvqvqvqv", "sxsxsxsxs", "wcwcwcwcw", "kdkdkdkdk", "prprprprp", "lzlzlzlzl")


def test_an_author_sees_every_lesson_and_why_it_is_hidden(run: Run, tmp_path: Path) -> None:
    report = run("ingest", str(made("moodle", tmp_path / "m", WORDS)), "--product", "moodle", "--json").json()
    assert report["format"] == "moodle"
    assert all(report["hidden_by"][why] > 0 for why in ("staff", "unpublished", "not_before"))
    assert sum(report["hidden_by"].values()) == report["hidden"]
    lessons = run("lessons", "--product", "moodle", "--json").json()["lessons"]
    hidden = [lesson for lesson in lessons if not lesson["seen"]]
    assert {lesson["visibility"] for lesson in hidden} == {"staff", "unpublished", "not_before"}
    told = run("lessons", "--product", "moodle").out
    assert all(lesson["title"] in told for lesson in lessons)
    for lesson in hidden:
        name = ("lessons", "--product", "moodle", "--lesson", lesson["slug"])
        blocks = run(*name, "--json").json()["blocks"]
        assert blocks
        assert all({"kind", "path", "visibility", "not_before", "seen"} <= block.keys() for block in blocks)
        assert not any(block["seen"] for block in blocks)
        assert "×" in run(*name).out


def test_search_and_ask_print_nothing_hidden(run: Run, tmp_path: Path) -> None:
    run("ingest", str(made("cartridge", tmp_path / "c", WORDS)), "--product", "course", "--lang", "en")
    asked = " ".join(asdict(WORDS).values())
    for done in (
        run("search", asked, "--product", "course", "-k", "50", "--json"),
        run("ask", f"What is {WORDS.visible}?", "--product", "course", "--json"),
    ):
        told = done.out + done.err
        assert WORDS.visible in told
        assert [word for word in (*WORDS.hidden().values(), WORDS.later) if word in told] == []


def contents(home: Path) -> dict[str, str]:
    """Every file of a home by its bytes."""
    files = sorted(file for file in home.rglob("*") if file.is_file() and not file.is_symlink())
    return {file.relative_to(home).as_posix(): sha256(file.read_bytes()).hexdigest() for file in files}


REFUSED = {
    "outside.zip": raw_zip([(b"a.md", b"# A"), (b"../../b.md", b"# B")]),
    "bomb.tar.gz": gzip_of(make_tar({"a.md": bytes(51_000_000)})),
    "overlap.zip": overlapping_zip(500),
    "links.tar": tar_of(b"2"),
    "password.zip": raw_zip([(b"a.md", b"# A")], flags=1),
    "cut.zip": make_zip({"a.md": b"# A\n\nWords."})[:-9],
    "course.imscc": b"%PDF-1.7\n",
    "nothing.zip": make_zip({"notes.xyz": b"words"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_archive_leaves_every_byte_of_the_home_as_it_was(run: Run, baked: Path, name: str) -> None:
    before = contents(baked)
    assert "companion.db" in before
    done = run("ingest", str(put(baked.parent, name, REFUSED[name])), "--product", "bread")
    assert done.code == 1
    assert name in done.err
    assert contents(baked) == before


@pytest.mark.parametrize("name", ["moodle", "olx", "cartridge"])
def test_the_same_export_twice_changes_and_encodes_nothing(run: Run, tmp_path: Path, name: str) -> None:
    export = str(made(name, tmp_path / name, WORDS))
    run("ingest", export, "--product", "course")
    again = run("ingest", export, "--product", "course", "--json").json()
    assert (again["added"], again["removed"], again["texts"], again["release"]) == (0, 0, 0, None)


def test_another_course_is_refused_whatever_its_format(run: Run, tmp_path: Path, baked: Path) -> None:
    before = contents(baked)
    for name in ("moodle", "notion"):
        done = run("ingest", str(made(name, tmp_path / name, WORDS)), "--product", "bread")
        assert done.code == 1
        assert "holds another course" in done.err
        assert "--replace" in done.err
    assert contents(baked)["companion.db"] == before["companion.db"]
