"""`companion feedback import` and `forget`: what learners said elsewhere comes in, and out again."""

from pathlib import Path

import pytest

from companion.cases import left_over
from tests.cli.conftest import Run

PRODUCT = ("--product", "bread")
ROWS = """text,lesson,author,created,id
The heliotrope starter never rose for me,01-starter,Quetzalcoatl Lee,2026-02-01,1
,01-starter,bob,2026-02-01,2
hello,99-nowhere,bob,2026-02-01,3
from the future,,bob,2099-01-01,4
"""


@pytest.fixture
def said(tmp_path: Path) -> Path:
    file = tmp_path / "said.csv"
    file.write_text(ROWS, encoding="utf-8")
    return file


def test_rows_come_in_once_are_placed_and_refused_with_their_line(baked: Path, run: Run, said: Path) -> None:
    dry = run("feedback", "import", str(said), *PRODUCT, "--dry-run", "--json").json()
    told = run("feedback", "import", str(said), *PRODUCT, "--json").json()
    assert (dry["kept"], dry["dry_run"], dry["placed"]) == (1, True, 0)
    assert (told["rows"], told["kept"], told["repeated"], told["placed"]) == (4, 1, 0, 1)
    assert [(each["line"], each["reason"].split(";")[0]) for each in told["refused"]] == [
        (3, "the row has no text"),
        (4, "there is no lesson '99-nowhere' in bread"),
        (5, "the date 2099-01-01 is still to come"),
    ]
    again = run("feedback", "import", str(said), *PRODUCT)
    assert "0 kept, 1 known already, 3 refused" in again.out
    assert "line 4: there is no lesson" in again.out


def test_what_cannot_be_read_says_what_to_do(baked: Path, run: Run, tmp_path: Path) -> None:
    binary = tmp_path / "said.bin"
    binary.write_bytes(bytes(range(256)) * 20)
    for file, says in ((binary, "save it as CSV"), (tmp_path, "is a folder"), (tmp_path / "no.csv", "no file")):
        done = run("feedback", "import", str(file), *PRODUCT)
        assert (done.code, done.out) == (1, "")
        assert says in done.reason()


def test_an_author_is_forgotten_with_every_byte(baked: Path, run: Run, said: Path) -> None:
    run("feedback", "import", str(said), *PRODUCT)
    assert left_over(baked, [b"heliotrope"])
    assert run("feedback", "forget", "--author", " quetzalcoatl lee", *PRODUCT, "--json").json()["remarks"] == 1
    assert left_over(baked, [b"heliotrope"]) == []
    gone = run("feedback", "forget", "--author", "Quetzalcoatl Lee", *PRODUCT)
    assert gone.code == 1
    assert "as the file has it" in gone.reason()
    assert "0 kept, 1 known already" in run("feedback", "import", str(said), *PRODUCT).out
