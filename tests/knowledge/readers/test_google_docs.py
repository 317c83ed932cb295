"""Google Docs exports: titles, links that lead where they say, and no remarks of people."""

from pathlib import Path

import pytest

from knowledge.blocks import BlockKind, SourceCourse, Visibility
from knowledge.readers import read_course
from tests.knowledge.readers.exports_google_docs import document, make_google_docs, write_google_docs
from tests.knowledge.readers.read_back import blocks_of


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_word_of_a_sort_goes_where_its_sort_belongs(tmp_path: Path, lang: str) -> None:
    path = make_google_docs(
        tmp_path, visible="SEEN", staff="-", unpublished="-", key="KEYWORD", private="PRIVATE", later="-", lang=lang
    )
    course = read_course(path)

    assert course.format == "google-docs"
    keys = [block for block in blocks_of(course) if "KEYWORD" in block.text]
    assert [(block.kind, block.visibility) for block in keys] == [(BlockKind.ANSWER_KEY, Visibility.STAFF)]
    assert "PRIVATE" not in repr(course)
    assert "[a]" not in repr(course)
    assert course.lessons[0].title == "Document SEEN"


def test_the_title_and_headings_are_the_path_of_what_follows(tmp_path: Path) -> None:
    body = "<h1><span>Acids</span></h1><h2><span>Strong</span></h2><p><span>Hydrochloric</span></p>"
    (lesson,) = read_course(write_google_docs(tmp_path, {"Doc.html": document(body, title="Chemistry")})).lessons

    found = {block.text: block.heading_path for block in lesson.blocks}
    assert found["Hydrochloric"] == ("Acids", "Strong")
    assert (lesson.title, lesson.external_id) == ("Chemistry", "Doc")


def test_offsets_count_in_the_file_as_it_came(tmp_path: Path) -> None:
    source = document("<p>First words</p>", title="Chemistry", remarks="said")
    course = read_course(write_google_docs(tmp_path, {"Doc.html": source}))

    starts = {block.text: source[block.start :] for block in blocks_of(course)}
    assert starts["Chemistry"].startswith('<p class="c3 title"')
    assert starts["First words"].startswith("<p>First words</p>")


def test_redirects_of_links_are_unwrapped(tmp_path: Path) -> None:
    link = "https://www.google.com/url?q=https://example.org/a?b%3Dc%26d%3De&amp;sa=D&amp;source=editors&amp;ust=1&amp;usg=x"
    unsafe = "https://www.google.com/url?q=javascript:alert(1)&amp;sa=D"
    body = f'<p><a href="{link}">one</a> <a href="{unsafe}">two</a></p>'
    (block,) = [block for block in blocks_of(_read(tmp_path, body)) if block.text.startswith("one")]

    assert 'href="https://example.org/a?b=c&amp;d=e"' in block.html
    assert 'href="javascript' not in block.html


def _read(folder: Path, body: str) -> SourceCourse:
    return read_course(write_google_docs(folder, {"Doc.html": document(body)}))


def test_footnotes_stay(tmp_path: Path) -> None:
    body = (
        '<p>Acid<sup><a href="#ftnt1" id="ftnt_ref1">[1]</a></sup></p><hr class="c9">'
        '<div><p class="c2"><a href="#ftnt_ref1" id="ftnt1">[1]</a><span> A kind of matter</span></p></div>'
    )

    assert any("A kind of matter" in block.text for block in blocks_of(_read(tmp_path, body)))


def test_several_documents_are_several_lessons(tmp_path: Path) -> None:
    files = {f"{name}.html": document(f"<p>Words of {name}</p>", title=name) for name in ("Глава 2", "Глава 10")}
    course = read_course(write_google_docs(tmp_path, files))

    assert [lesson.title for lesson in course.lessons] == ["Глава 2", "Глава 10"]


def test_a_folder_of_other_pages_is_not_taken_for_documents(tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text("<html><body><p>Words</p></body></html>", encoding="utf-8")

    assert read_course(tmp_path).format == "files"
