"""Cases in tables and Markdown files, as spreadsheets and people write them."""

from pathlib import Path

import pytest

from foundation.errors import Invalid
from knowledge.cases.files import Filed, read_cases

HEAD = "stuck;did;changed;lesson;consent_as;consent_where;consent_date"
ROW = "Где застрял на неделю;Спросил у наставника;Стало понятнее;power;анонимно;всем;01.02.2026"


def read(tmp_path: Path, content: bytes, name: str = "cases.csv") -> list[Filed]:
    (tmp_path / name).write_bytes(content)
    return list(read_cases(tmp_path / name))


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("cp1251", ";"), ("utf-16", "\t"), ("utf-8", "\t")]
)
def test_a_table_is_read_however_a_spreadsheet_saved_it(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f"{HEAD}\r\n{ROW}\r\n".replace(";", delimiter)
    (filed,) = read(tmp_path, text.encode(encoding))
    assert filed.where == "cases.csv row 2"
    assert filed.case is not None
    assert filed.case.stuck == "Где застрял на неделю"
    assert (filed.case.consent_as, filed.case.consent_where) == ("anonymous", "everyone")


def test_russian_columns_and_cells_of_several_lines_are_understood(tmp_path: Path) -> None:
    head = "Где застрял;Что сделал;Что изменилось;Урок;Работодатель;Работодателя можно назвать;Имя;Согласие как"
    row = '"Первая строка;\nвторая строка";Спросил;Стало лучше;power;Ромашка;да;Зина;с именем'
    (filed,) = read(tmp_path, f"{head}\n\n{row}\n".encode())
    assert filed.case is not None
    assert filed.case.stuck == "Первая строка;\nвторая строка"
    assert (filed.case.employer, filed.case.employer_agreed, filed.case.consent_as) == ("Ромашка", True, "named")
    assert filed.where == "cases.csv row 4"


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe", b"stuck,did\nx,y\n"])
def test_a_table_without_the_columns_is_refused_with_their_names(tmp_path: Path, content: bytes) -> None:
    (filed,) = read(tmp_path, content)
    assert filed.case is None
    assert "changed" in filed.reason


def test_rows_that_are_too_short_or_too_long_still_come_one_by_one(tmp_path: Path) -> None:
    found = read(tmp_path, f"{HEAD}\nonly this\n{ROW};more;and more\n".encode())
    assert [filed.where for filed in found] == ["cases.csv row 2", "cases.csv row 3"]
    assert found[0].case is not None
    assert (found[0].case.stuck, found[0].case.did) == ("only this", "")


def test_a_markdown_file_tells_its_case_under_headings(tmp_path: Path) -> None:
    page = """---
lesson: power
skill: sample size
consent:
  as: named
  where: stuck
  date: 2026-02-01
name: Zina
---

# Too few visitors

## Situation

I had a shop.

## What did not work

Nobody came.

## What helped

I asked the other way round.

## What changed

I plan first.
"""
    (filed,) = read(tmp_path, page.encode(), "zina.md")
    case = filed.case
    assert case is not None
    assert (case.title, case.lesson, case.skill, case.name) == ("Too few visitors", "power", "sample size", "Zina")
    assert (case.stuck, case.did) == ("I had a shop.\n\nNobody came.", "I asked the other way round.")
    assert (case.consent_as, case.consent_where, case.consent_date) == ("named", "stuck", "2026-02-01")


def test_an_invented_case_is_told_apart(tmp_path: Path) -> None:
    (filed,) = read(tmp_path, b"---\nexample: true\nlesson: power\n---\n# A story\n", "a.md")
    assert filed.case is None
    assert filed.front is not None
    assert filed.front["lesson"] == "power"


@pytest.mark.parametrize("front", ["example: [", "- a\n- b", "example: maybe", ""])
def test_whatever_does_not_say_so_is_somebodys_case(tmp_path: Path, front: str) -> None:
    (filed,) = read(tmp_path, f"---\n{front}\n---\n# A story\n".encode(), "a.md")
    assert filed.front is None


def test_what_is_no_file_of_cases_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "a.pdf", tmp_path / "empty", tmp_path / "nowhere.csv"):
        with pytest.raises(Invalid):
            list(read_cases(path))
