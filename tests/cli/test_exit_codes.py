"""0 when it went well, 2 for wrong use, 1 for a failure with one line that says what to do."""

import errno
from pathlib import Path

import pytest

from foundation.lock import HomeLock
from tests.api.serving import COVERED
from tests.cli.conftest import Run
from tests.cli.processes import companion, write_course

WRONG_USE = [
    ("nonsense",),
    ("search", "yeast"),
    ("search", "--product", "bread"),
    ("search", "yeast", "--product", "bread", "-k", "0"),
    ("search", "yeast", "--product", "bread", "-k", "many"),
    ("search", "yeast", "--product", "bread", "--speed", "high"),
    ("ingest", ".", "--product", "bread", "--kind", "novel"),
    ("ask", "--product", "bread"),
    ("explain",),
    ("up", "--port", "eighty"),
    ("index", "polish"),
    ("ingest", ".", "--product", "bread", "--lang", "de"),
    ("ingest", ".", "--product", "My Course"),
    ("product", "set", "bread"),
    ("product", "set", "bread", "--origin", "https://a.example", "--no-origins"),
]


@pytest.mark.parametrize("words", WRONG_USE, ids=" ".join)
def test_wrong_use_exits_2_and_says_how_it_is_used(run: Run, home: Path, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.code == 2
    assert done.out == ""
    (line,) = [line for line in done.err.splitlines() if "Error" in line]
    assert done.err.endswith(f"{line}\n")
    assert not home.exists()


FAILURES = {
    "search for nothing": (("search", " ", "--product", "bread"), "write a few words"),
    "search in an unknown product": (("search", "yeast", "--product", "nothing-here"), "companion product list"),
    "ask an unknown product": (("ask", "Why?", "--product", "nothing-here"), "companion product list"),
    "ask nothing": (("ask", "", "--product", "bread"), "empty"),
    "ask in an unknown lesson": (("ask", "Why?", "--product", "bread", "--lesson", "99-nowhere"), "no lesson"),
    "explain an unknown turn": (("explain", "t-nobody"), "no turn"),
    "change an unknown product": (("product", "set", "nothing-here", "--title", "A"), "companion product list"),
    "verify an unknown product": (("index", "verify", "--product", "nothing-here"), "companion product list"),
    "rebuild an unknown product": (("index", "rebuild", "--product", "nothing-here", "--json"), "no product"),
    "take in what is not there": (("ingest", "no/such/folder", "--product", "bread"), "does not exist"),
    "measure on a set that is not there": (("eval", "retrieval", "no/such/set"), "corpus.jsonl"),
}


@pytest.mark.parametrize(("words", "hint"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_exits_1_with_one_line(run: Run, baked: Path, words: tuple[str, ...], hint: str) -> None:
    done = run(*words)
    assert (done.code, done.out) == (1, "")
    assert hint in done.reason()


def test_a_folder_without_lessons_is_refused_with_what_can_be_read(run: Run, tmp_path: Path) -> None:
    empty = write_course(tmp_path / "empty", {})
    papers = write_course(tmp_path / "papers", {"paper.pdf": "%PDF", "data.bin": "\x00"})
    for folder in (empty, papers):
        done = run("ingest", str(folder), "--product", "bread")
        assert done.code == 1
        assert "no lessons" in done.reason()
        assert ".md" in done.reason()


def test_another_course_is_not_put_over_one_that_is_there(run: Run, baked: Path, tmp_path: Path) -> None:
    other = write_course(tmp_path / "other", {"tea.md": "# Tea\n\nTea draws for two minutes.\n"})
    done = run("ingest", str(other), "--product", "bread")
    assert done.code == 1
    assert "--replace" in done.reason()
    assert run("ingest", str(other), "--product", "bread", "--replace", "--json").json()["lessons"] == 1


def test_a_home_that_is_a_file_is_told_in_a_line(run: Run, home: Path) -> None:
    home.write_text("not a folder")
    for words in (("doctor",), ("product", "list"), ("search", "yeast", "--product", "bread"), ("up", "--port", "0")):
        done = run(*words)
        assert (done.code, done.out) == (1, "")
        assert str(home) in done.reason()


def test_a_database_that_is_none_is_told_in_a_line(run: Run, home: Path) -> None:
    home.mkdir()
    (home / "companion.db").write_bytes(b"no database at all" * 100)
    for words in (("doctor",), ("product", "list"), ("up", "--port", "0")):
        done = run(*words)
        assert (done.code, done.out) == (1, "")
        assert "restore a backup" in done.reason()


@pytest.mark.parametrize(("name", "value"), [("COMPANION_PORT", "eighty"), ("COMPANION_INDEX", "paper")])
def test_a_setting_that_cannot_be_used_is_named(home: Path, name: str, value: str) -> None:
    done = companion(home, "product", "list", **{name: value})
    assert done.code == 1
    assert name in done.reason()


def test_a_chat_model_that_does_not_exist_is_told_in_a_line(run: Run, baked: Path) -> None:
    done = run("ask", COVERED, "--product", "bread", "--model", "no-such-provider:model")
    assert done.code == 1
    assert "no-such-provider" in done.reason()


def test_an_error_nobody_foresaw_is_a_line_without_its_message(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("what a learner wrote")

    monkeypatch.setattr("foundation.settings.read_settings", broken)
    done = run("product", "list")
    assert (done.code, done.out) == (1, "")
    assert "RuntimeError" in done.reason()
    assert "learner" not in done.err


def test_a_full_disk_is_told_in_a_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("foundation.settings.read_settings", full)
    done = run("product", "list")
    assert (done.code, done.out) == (1, "")
    assert "the disk is full; free some space" in done.reason()


def test_an_announcement_we_may_not_read_is_another_users_service(
    run: Run, baked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(home: Path) -> None:
        raise PermissionError(13, "Permission denied", str(home / "service.json"))

    monkeypatch.setattr("api.cli.running.find_owner", forbidden)
    with HomeLock(baked) as lock:
        assert lock.acquire()
        for words in (("up", "--port", "0"), ("index", "verify")):
            done = run(*words)
            assert (done.code, done.out) == (1, "")
            assert "another user's service" in done.reason()
        assert run("ask", COVERED, "--product", "bread").code == 0
