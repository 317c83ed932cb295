"""Folders, order, and what is reported instead of failing."""

from pathlib import Path

import pytest

from foundation.errors import ContentUnreadable, Invalid
from foundation.text import clean_text
from knowledge.readers import ReadLimits, read_course
from knowledge.readers.decoding import decode


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        place = root / name.replace("__", "/").replace("_dot_", ".")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return root


def ids(root: Path) -> list[str]:
    return [lesson.external_id for lesson in read_course(root).lessons]


def reasons(root: Path) -> list[str]:
    return [str(warning) for warning in read_course(root).warnings]


def test_without_a_table_of_contents_numbers_sort_as_numbers_and_readme_comes_first(tmp_path: Path) -> None:
    for name in ("10-end.md", "2_mid.html", "01.mdx", "README.md", "part 2/1.md", "part 2/index.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("текст", encoding="utf-8")
    assert ids(tmp_path) == ["README", "01", "2_mid", "10-end", "part 2/index", "part 2/1"]


TOC = """\
- title: Часть 1
  sections:
  - local: b
    title: Первый
  - local: missing
    title: Нет
  - title: Внутри
    sections:
    - local: deep/a
      title: Второй
- title: Часть 2
  sections:
  - title: Третий
    local: pt
    local_fw: { pt: pt, tf: tf }
"""


def test_the_table_of_contents_gives_order_titles_and_parts(tmp_path: Path) -> None:
    write(tmp_path, _toctree_dot_yml=TOC, b_dot_mdx="# Своё", deep__a_dot_md="x", pt_dot_md="x", tf_dot_md="y")
    course = read_course(tmp_path)
    assert [(item.external_id, item.title, item.block_title) for item in course.lessons] == [
        ("b", "Первый", "Часть 1"),
        ("deep/a", "Второй", "Внутри"),
        ("pt", "Третий", "Часть 2"),
        ("tf", "Третий", "Часть 2"),
    ]
    assert [str(warning) for warning in course.warnings] == ["_toctree.yml:5: missing is listed and missing"]


def test_a_page_nobody_listed_is_left_out_and_reported(tmp_path: Path) -> None:
    write(tmp_path, _toctree_dot_yml="- local: a\n  title: A\n", a_dot_md="x", b_dot_md="y")
    assert ids(tmp_path) == ["a"]
    assert reasons(tmp_path) == ["b.md: is not listed in _toctree.yml, left out"]


@pytest.mark.parametrize("toc", ["- title: [", "a: 1", "- &a [*a"])
def test_a_broken_table_of_contents_falls_back_to_file_names(tmp_path: Path, toc: str) -> None:
    write(tmp_path, _toctree_dot_yml=toc, a_dot_md="x")
    assert ids(tmp_path) == ["a"]
    assert "lessons are in file-name order" in reasons(tmp_path)[0]


def test_one_bad_file_is_reported_and_the_others_land(tmp_path: Path) -> None:
    write(tmp_path, a_dot_md="хорошо", d_dot_md="---\ntitle: [\n---\nтекст", e_dot_md="---\nid: a\n---\nдругой")
    (tmp_path / "b.md").write_bytes("привет".encode("cp1251"))
    (tmp_path / "c.md").write_text("x" * 200, encoding="utf-8")
    (tmp_path / "f.doc").write_bytes(b"%PDF")
    (tmp_path / "g.md").write_text("---\ndraft: true\n---\nчерновик", encoding="utf-8")
    (tmp_path / "style.css").write_text("p {}", encoding="utf-8")
    course = read_course(tmp_path, limits=ReadLimits(max_file_bytes=100))
    assert [lesson.external_id for lesson in course.lessons] == ["a", "d"]
    said = {warning.path: warning.reason for warning in course.warnings}
    assert sorted(said) == ["b.md", "c.md", "d.md", "e.md", "f.doc", "g.md"]
    assert "save it as UTF-8" in said["b.md"]
    assert "larger than 100 bytes" in said["c.md"]
    assert "front matter" in said["d.md"]
    assert "has the id a of a.md" in said["e.md"]
    assert "not supported" in said["f.doc"]
    assert "draft" in said["g.md"]


def test_links_out_of_the_folder_and_hidden_folders_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", secret_dot_md="чужое")
    root = write(tmp_path / "course", a_dot_md="x", _dot_git__b_dot_md="y", node_modules__c_dot_md="z")
    (root / "link.md").symlink_to(outside / "secret.md")
    (root / "folder").symlink_to(outside, target_is_directory=True)
    (root / "dangling.md").symlink_to(root / "nowhere.md")
    assert ids(root) == ["a"]
    assert sorted(reason.split(":")[0] for reason in reasons(root)) == ["dangling.md", "folder", "link.md"]


def test_a_single_file_is_a_course_of_one_lesson(tmp_path: Path) -> None:
    write(tmp_path, one_dot_md="# Тема\n\nтекст", two_dot_md="x")
    (lesson,) = read_course(tmp_path / "one.md").lessons
    assert (lesson.external_id, lesson.source_path, lesson.title) == ("one", "one.md", "Тема")


def test_a_folder_without_lessons_is_refused_with_what_would_be_read(tmp_path: Path) -> None:
    write(tmp_path, a_dot_doc="x")
    with pytest.raises(Invalid, match=r"holds no lessons .*supported: .*\.md.*doc files are not supported"):
        read_course(tmp_path)
    with pytest.raises(Invalid, match="does not exist"):
        read_course(tmp_path / "nowhere")


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    write(tmp_path, a_dot_md="x", b_dot_md="y")
    with pytest.raises(Invalid, match="more than 1 lesson files"):
        read_course(tmp_path, limits=ReadLimits(max_files=1))


def test_the_product_card_is_read_and_its_mistakes_are_reported(tmp_path: Path) -> None:
    card = "title: Курс\nlang: ru\norigins: [https://e.org]\nkind: 5\ncolour: red\n"
    write(tmp_path, a_dot_md="x", product_dot_yml=card)
    course = read_course(tmp_path)
    assert (course.card.title, course.card.lang, course.card.origins) == ("Курс", "ru", ("https://e.org",))
    assert course.card.kind is None
    assert sorted(warning.reason.split(",")[0] for warning in course.warnings) == [
        "field kind must be text",
        "unknown field colour",
    ]


def test_a_broken_product_card_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path, a_dot_md="x", product_dot_yml="title: [")
    assert read_course(tmp_path).card.title is None
    assert "product.yml:1: is not valid YAML, ignored" in reasons(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_files_are_read_with_or_without_a_mark(encoding: str) -> None:
    assert decode("Ёжик\r\nи 🤗".encode(encoding), path="a.md") == "Ёжик\nи 🤗"


def test_an_undecodable_file_says_where_and_what_to_do() -> None:
    with pytest.raises(ContentUnreadable, match=r"^a\.md:2: is not UTF-8 text, save it as UTF-8"):
        decode(b"ok\n" + "привет".encode("cp1251"), path="a.md")


def test_cleaning_drops_what_storage_refuses_and_composes_letters() -> None:
    assert clean_text("\ufeffи\u0306\x00\x1b\ud800\t\r\nа\rб\ufeff") == "й\t\nа\nб"
