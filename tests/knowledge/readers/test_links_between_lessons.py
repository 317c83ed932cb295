"""Links of a course lead to its lesson pages, or are plain words."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from foundation.ids import readable_id
from knowledge.blocks import Block, BlockKind, SourceLesson, Visibility
from knowledge.readers import read_course, read_markdown_text
from knowledge.readers.links import settle_links
from knowledge.readers.page import read_page

FILES = ("chapter1/1.mdx", "chapter1/3.mdx", "chapter2/1.md", "chapter3/index.html", "chapter3/0.md", "intro.md")


def course_with(link: str, folder: Path, *, at: str = "chapter2/2.md") -> str:
    for path in (*FILES, at):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("текст", encoding="utf-8")
    (folder / at).write_text(f"до {link} после\n", encoding="utf-8")
    (html,) = (lesson.blocks[0].html for lesson in read_course(folder).lessons if lesson.source_path == at)
    return html


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("../chapter1/3", "chapter1-3"),
        ("../chapter1/3.mdx#text-generation", "chapter1-3#text-generation"),
        ("1.md", "chapter2-1"),
        ("./1?x=1#y", "chapter2-1#y"),
        ("/chapter1/3", "chapter1-3"),
        ("/course/chapter2/1", "chapter2-1"),
        ("/course/en/chapter2/1.html", "chapter2-1"),
        ("../chapter1", "chapter1-1"),
        ("/course/chapter1/", "chapter1-1"),
        ("../chapter3", "chapter3-index"),
        ("../intro.md", "intro"),
        ("%31", "chapter2-1"),
    ],
)
def test_a_link_to_a_lesson_leads_to_its_page(tmp_path: Path, target: str, address: str) -> None:
    html = course_with(f"[**слово**]({target})", tmp_path)
    assert f'<a href="{address}"' in html
    assert "<strong>слово</strong></a> после" in html


@pytest.mark.parametrize(
    "target",
    [
        "../chapter9/1",
        "/huggingface/bert",
        "../../chapter1/3",
        "hf.co/a/b",
        "script.py",
        "?a=1",
        "/",
        "..",
        "/a/b/c/intro",
    ],
)
def test_a_link_to_no_lesson_becomes_its_words(tmp_path: Path, target: str) -> None:
    assert course_with(f"[**слово** и `код`]({target})", tmp_path) == (
        "<p>до <strong>слово</strong> и <code>код</code> после</p>"
    )


@pytest.mark.parametrize("target", ["#here", "https://e.org/chapter1/3", "http://e.org", "mailto:a@b.c"])
def test_a_link_to_the_same_page_or_another_host_stays(tmp_path: Path, target: str) -> None:
    assert f'<a href="{target}"' in course_with(f"[слово]({target})", tmp_path)


@pytest.mark.parametrize("target", ["http://[", "//[x", "javascript:alert(1)", "java%0Ascript:x", "\\\\e.org\\a"])
def test_a_strange_address_is_no_link(tmp_path: Path, target: str) -> None:
    html = course_with(f'<b><a href="{target}">слово</a></b>', tmp_path, at="chapter2/2.html")
    assert "слово" in html
    assert "<a href=" not in html


def test_a_lesson_with_an_id_of_its_own_is_found_by_its_file_and_by_its_id(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\nid: Неделя 1\n---\nтекст\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("[по файлу](a.md) [по имени](<Неделя 1>)\n", encoding="utf-8")
    html = read_course(tmp_path).lessons[1].blocks[0].html
    assert html.count(f'href="{readable_id("Неделя 1", fallback="lesson")}"') == 2


def test_a_link_to_the_second_of_two_lessons_with_one_address_becomes_its_words(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "bc.md").write_text("текст", encoding="utf-8")
    (tmp_path / "a-bc.md").write_text("текст", encoding="utf-8")
    (tmp_path / "z.md").write_text("[один](a-bc.md) [два](a/bc.md)\n", encoding="utf-8")
    html = read_course(tmp_path).lessons[-1].blocks[0].html
    assert html.count("<a ") == 1


def test_a_draft_is_no_place_to_go(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ndraft: true\n---\nтекст\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("[слово](a.md)\n", encoding="utf-8")
    assert read_course(tmp_path).lessons[0].blocks[0].html == "<p>слово</p>"


def test_a_link_tells_nobody_of_a_lesson_that_is_not_open_to_them() -> None:
    soon, late = datetime(2030, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)

    def lesson(name: str, visibility: Visibility, opens: datetime | None = None) -> SourceLesson:
        html = '<p><a href="secret">a</a> <a href="soon">b</a> <a href="late">c</a> <a href="open">d</a></p>'
        block = Block(BlockKind.PARAGRAPH, name, html, 0, 1, visibility=visibility, not_before=opens)
        return SourceLesson(name, f"{name}.html", name, "", (block,))

    lessons = [
        lesson("open", Visibility.LEARNER),
        lesson("soon", Visibility.NOT_BEFORE, soon),
        lesson("late", Visibility.NOT_BEFORE, late),
        lesson("secret", Visibility.UNPUBLISHED),
    ]
    links = [re.findall('href="([a-z]+)"', each.blocks[0].html) for each in settle_links(lessons)]
    assert links == [["open"], ["soon", "open"], ["soon", "late", "open"], ["secret", "soon", "late", "open"]]


def test_links_in_lists_tables_headings_and_questions_are_settled() -> None:
    text = (
        "## [h](x)\n\n- [l](x)\n\n| [t](x) |\n|---|\n\n<Question choices={[{text: '<a href=\"x\">q</a>'}]} />\n\n"
        "```\n<a href='x'>\n```\n"
    )
    blocks = read_markdown_text(text, external_id="row", title="Строка").blocks
    assert "<a " not in "".join(block.html for block in blocks)
    assert blocks[0].html == '<h2 id="h">h</h2>'
    assert blocks[-1].text == "<a href='x'>"


def test_settling_touches_nothing_but_links() -> None:
    page = (
        '<p>1 &lt; 2 &amp; "x" <a href="two">б</a>&nbsp;ё <code>a  b</code></p>\n<table><tr><th colspan="2">я</table>'
    )
    lesson = read_page(page.encode(), path="a.html").lesson
    assert lesson is not None
    other = SourceLesson("two", "two.md", "B", "", lesson.blocks[1:])
    first, second = settle_links([lesson, other])
    assert first.blocks[0].html == lesson.blocks[0].html
    assert first == replace(lesson, blocks=first.blocks)
    assert second is other
