"""Notion exports: pages in pages in the order their authors gave them, databases, answers, and what is about people."""

from pathlib import Path

import pytest

from foundation.errors import Invalid
from knowledge.blocks import BlockKind, Visibility
from knowledge.readers import read_course
from tests.knowledge.readers.exports_notion import (
    html_page,
    id_of,
    link,
    make_notion,
    named,
    pack,
    page,
    write_notion,
)
from tests.knowledge.readers.read_back import blocks_of, shown


def _small() -> dict[str, str | bytes]:
    return {
        named("Курс", ".md"): page("Курс", f"{link('Курс', 'Вторая глава')} {link('Курс', 'Первая глава')}"),
        f"{named('Курс')}/{named('Первая глава', '.md')}": page("Первая глава", "Раз"),
        f"{named('Курс')}/{named('Вторая глава', '.md')}": page("Вторая глава", "Два"),
        f"{named('Курс')}/{named('Вторая глава')}/{named('Внутри', '.md')}": page("Внутри", "Глубоко"),
    }


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_word_of_a_sort_goes_where_its_sort_belongs(tmp_path: Path, lang: str) -> None:
    path = make_notion(
        tmp_path,
        visible="SEEN",
        staff="-",
        unpublished="DRAFTED",
        key="KEYWORD",
        private="PRIVATE",
        later="-",
        lang=lang,
    )
    course = read_course(path)

    assert shown(course).count("SEEN") >= 6
    for block in blocks_of(course):
        told = f"{block.text} {block.html} {block.heading_path}"
        assert "DRAFTED" not in told or block.visibility is Visibility.UNPUBLISHED
        assert "KEYWORD" not in told or (block.kind, block.visibility) == (BlockKind.ANSWER_KEY, Visibility.STAFF)
    assert "KEYWORD" in repr(course)
    assert "After it SEEN" in shown(course)
    assert "PRIVATE" not in repr(course)


def test_pages_come_in_the_order_their_parent_names_them_without_ids_in_titles(tmp_path: Path) -> None:
    course = read_course(write_notion(tmp_path, _small()))

    assert course.format == "notion"
    assert course.card.title == "Курс"
    assert [(lesson.title, lesson.block_title, lesson.external_id) for lesson in course.lessons] == [
        ("Курс", "", id_of("Курс")),
        ("Вторая глава", "Курс", id_of("Вторая глава")),
        ("Внутри", "Курс › Вторая глава", id_of("Внутри")),
        ("Первая глава", "Курс", id_of("Первая глава")),
    ]


def test_an_export_in_parts_is_one_course(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    whole = read_course(write_notion(tmp_path / "whole", _small()))

    assert read_course(write_notion(tmp_path, _small(), parts=2)).lessons == whole.lessons


def test_a_damaged_part_is_named_and_the_others_land(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    good, bad = (f"Export-1b2c3d4e-0000-4000-8000-0123456789ab-Part-{at}.zip" for at in (1, 2))
    path.write_bytes(pack({good: pack(_small()), bad: pack(_small())[:100]}))
    course = read_course(path)

    assert len(course.lessons) == 4
    assert bad in {warning.path for warning in course.warnings}


def test_links_between_pages_lead_to_lessons_also_those_on_the_web(tmp_path: Path) -> None:
    files = _small()
    files[named("Курс", ".md")] = page(
        "Курс", f"{link('Курс', 'Первая глава', words='one')} [two](https://www.notion.so/x-{id_of('Внутри')}?pvs=4)"
    )
    (block,) = [block for block in read_course(write_notion(tmp_path, files)).lessons[0].blocks if "one" in block.text]

    assert f'href="{id_of("Первая глава")}"' in block.html
    assert f'href="{id_of("Внутри")}"' in block.html


def test_a_database_is_a_table_with_its_pages_and_without_columns_about_people(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        named("Units", ".csv"): '\ufeffName,Hours,Owner\n"Acids, and bases",2,Ann\nSalts,3,Bob\n',
        named("Units", "_all.csv"): "Name,Hours,Owner\nAcids,2,Ann\n",
        f"{named('Units')}/{named('Salts', '.md')}": page("Salts", "Salty words", {"Hours": "3", "Owner": "Bob"}),
    }
    course = read_course(write_notion(tmp_path, files))

    table, salts = course.lessons
    assert [(block.kind, block.text) for block in table.blocks] == [
        (BlockKind.TABLE, "Name | Hours\nAcids, and bases | 2\nSalts | 3")
    ]
    assert (salts.block_title, [block.text for block in salts.blocks]) == (
        "Units",
        ["Salts", "Salty words", "- Hours: 3"],
    )
    assert "Bob" not in repr(course)


def test_html_exports_say_the_same(tmp_path: Path) -> None:
    body = (
        '<figure class="callout"><div><span class="icon">!</span></div><div>Mind the acid</div></figure>'
        '<ul class="toggle"><li><details open=""><summary>Answer</summary><p>It is KEYWORD</p></details></li></ul>'
        f'<a href="{named("Top")}/{named("Sub", ".html")}">Sub</a>'
    )
    files: dict[str, str | bytes] = {
        named("Top", ".html"): html_page("Top", body, {"Made": ("created_by", "PRIVATE"), "Hours": ("number", "3")}),
        f"{named('Top')}/{named('Sub', '.html')}": html_page("Sub", "<p>Inside</p>", {"Status": ("select", "Draft")}),
    }
    course = read_course(write_notion(tmp_path, files))

    assert [lesson.title for lesson in course.lessons] == ["Top", "Sub"]
    assert "Mind the acid" in shown(course)
    assert "- Hours: 3" in shown(course)
    assert "KEYWORD" not in shown(course)
    assert "PRIVATE" not in repr(course)
    assert {block.visibility for block in course.lessons[1].blocks} == {Visibility.UNPUBLISHED}
    assert "Sub" not in shown(course)


def test_a_paragraph_with_a_colon_is_no_property(tmp_path: Path) -> None:
    course = read_course(write_notion(tmp_path, {named("P", ".md"): page("P", "Author: is a word here\nand goes on.")}))

    assert "Author: is a word here" in shown(course)


def test_offsets_count_in_the_authors_file(tmp_path: Path) -> None:
    source = page("P", "First words\n\n- Answer\n\n    Hidden\n\nLast words", {"Owner": "Ann", "Hours": "3"})
    course = read_course(write_notion(tmp_path, {named("P", ".md"): source}))

    found = {block.text: source[block.start : block.end].strip() for block in blocks_of(course)}
    assert found["First words"] == "First words"
    assert found["Last words"] == "Last words"


def test_files_beside_the_pages_are_read_by_their_own_readers(tmp_path: Path) -> None:
    files = _small() | {f"{named('Курс')}/talk.vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\nSaid words.\n"}
    course = read_course(write_notion(tmp_path, files))

    assert course.lessons[-1].block_title == "Курс"
    assert "Said words." in shown(course)


def test_a_folder_of_plain_pages_is_no_notion_export(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("# One\n\nWords\n", encoding="utf-8")

    assert read_course(tmp_path).format == "files"


def test_an_export_with_nothing_readable_is_refused_with_a_reason(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="first problem"):
        read_course(write_notion(tmp_path, {named("P", ".md"): b"\xff\xfe\xfd\x00\xd8"}))
