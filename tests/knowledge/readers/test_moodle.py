"""Moodle backups: structure, questions with their keys, what is hidden, and that people's data is never opened."""

import json
import tarfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from foundation.errors import Invalid
from knowledge.blocks import BlockKind, SourceCourse, Visibility
from knowledge.readers import ReadLimits, read_course
from knowledge.readers.moodle import read_moodle
from knowledge.readers.trees import FileTree, FolderTree
from tests.knowledge.readers.exports_h5p import book, choice, package, text
from tests.knowledge.readers.exports_moodle import (
    LATER,
    MoodleCourse,
    make_moodle,
    opens_at,
    pack_tar,
    pack_zip,
    xml,
)
from tests.knowledge.readers.read_back import blocks_of, kept, lesson_of, shown


def _read(folder: Path, course: MoodleCourse) -> SourceCourse:
    return read_course(pack_tar(folder, course.files()))


def test_every_word_of_a_sort_goes_where_its_sort_belongs(tmp_path: Path) -> None:
    path = make_moodle(
        tmp_path,
        visible="SEEN",
        staff="STAFFONLY",
        unpublished="DRAFTED",
        key="KEYWORD",
        private="PRIVATE",
        later="LATERON",
    )
    course = read_course(path)

    opens = {Visibility.STAFF: "STAFFONLY", Visibility.UNPUBLISHED: "DRAFTED", Visibility.NOT_BEFORE: "LATERON"}
    for block in blocks_of(course):
        told = f"{block.text} {block.html} {block.heading_path}"
        for visibility, word in opens.items():
            assert word not in told or block.visibility is visibility
        assert "KEYWORD" not in told or block.kind is BlockKind.ANSWER_KEY
    assert shown(course).count("SEEN") >= 10
    assert {block.not_before for block in blocks_of(course) if block.visibility is Visibility.NOT_BEFORE} == {LATER}
    assert "PRIVATE" not in repr(course)
    assert "Hidden Author" not in repr(course)


@dataclass
class _Watched:
    """A tree that remembers what was read of it."""

    tree: FileTree
    read_paths: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> object:
        return getattr(self.tree, name)

    def read(self, path: str, *, limit: int) -> bytes:
        self.read_paths.append(path)
        return self.tree.read(path, limit=limit)


def test_no_file_about_people_is_opened(tmp_path: Path) -> None:
    path = make_moodle(tmp_path, visible="a", staff="b", unpublished="c", key="d", private="e", later="f")
    unpacked = tmp_path / "unpacked"
    _unpack(path, unpacked)
    watched = _Watched(FolderTree(unpacked))

    read_moodle(watched, ReadLimits())  # type: ignore[arg-type]

    assert (unpacked / "users.xml").exists()
    names = {path.rpartition("/")[2] for path in watched.read_paths if not path.startswith("files/")}
    kinds = {module.name for module in (unpacked / "activities").iterdir()}
    own = {f"{kind.rpartition('_')[0]}.xml" for kind in kinds}
    assert names == {"moodle_backup.xml", "course.xml", "section.xml", "module.xml", "questions.xml", "files.xml"} | own
    assert not any(path.startswith("files/aa/") for path in watched.read_paths)


def _unpack(path: Path, folder: Path) -> None:
    with tarfile.open(path) as tar:
        tar.extractall(folder, filter="data")


def test_a_backup_is_read_the_same_from_a_tar_a_zip_and_a_folder(tmp_path: Path) -> None:
    course = MoodleCourse()
    course.add("page", "Acids", intro="", content="<p>Acids are sour.</p>")
    _unpack(pack_tar(tmp_path, course.files()), tmp_path / "folder")

    told = [
        read_course(path).lessons
        for path in (tmp_path / "backup.mbz", pack_zip(tmp_path, course.files(), "old.mbz"), tmp_path / "folder")
    ]

    assert told[0] == told[1] == told[2]
    assert told[0][0].external_id == "page-10"


def test_activities_come_in_the_order_of_their_section_below_its_title(tmp_path: Path) -> None:
    course = MoodleCourse(lang="ru", sections=[{"summary": "<p>Привет</p>"}, {"sequence": "11,10"}])
    course.add("page", "Вторая", intro="", content="<p>Два</p>")
    course.add("page", "Первая", intro="", content="<p>Раз</p>")
    read = _read(tmp_path, course)

    assert [(lesson.title, lesson.block_title) for lesson in read.lessons] == [
        ("Общее", ""),
        ("Первая", "Тема 1"),
        ("Вторая", "Тема 1"),
    ]
    assert (read.lang, read.card.title, read.card.lang) == ("ru", "Course", "ru")


def test_a_subsection_stands_inside_its_section_and_is_hidden_with_it(tmp_path: Path) -> None:
    inner = {"name": "Inner", "component": "mod_subsection", "itemid": 10}
    course = MoodleCourse(sections=[{"name": "Top"}, {"name": "Outer"}, inner])
    course.add("subsection", "Inner", section=1)
    course.add("page", "Deep", section=2, intro="", content="<p>Deep words</p>")
    assert lesson_of(_read(tmp_path, course), "page-11").block_title == "Outer › Inner"

    course.modules[0].switches = {"visible": 0}
    assert {block.visibility for block in blocks_of(_read(tmp_path, course))} == {Visibility.UNPUBLISHED}


def test_what_lies_in_a_subsection_that_cannot_be_read_stays_unpublished(tmp_path: Path) -> None:
    inner = {"name": "Inner", "component": "mod_subsection", "itemid": 10}
    course = MoodleCourse(sections=[{"name": "Top"}, {"name": "Outer"}, inner])
    course.add("subsection", "Inner", section=1)
    course.add("page", "Deep", section=2, intro="", content="<p>Deep words</p>")
    course.add("page", "Beside", section=1, intro="", content="<p>Open words</p>")
    course.extra = {"activities/subsection_10/subsection.xml": "<activity>"}
    read = _read(tmp_path, course)

    assert shown(read) == "Open words"
    assert {block.visibility for block in lesson_of(read, "page-11").blocks} == {Visibility.UNPUBLISHED}


def test_of_two_dates_the_later_one_holds(tmp_path: Path) -> None:
    soon = datetime(2098, 1, 1, tzinfo=UTC)
    course = MoodleCourse(sections=[{"name": "Top"}, {"name": "Dated", "availabilityjson": opens_at(soon)}])
    course.add("page", "Page", switches={"availability": opens_at(LATER)}, intro="", content="<p>Later</p>")

    assert {block.not_before for block in blocks_of(_read(tmp_path, course))} == {LATER}


@pytest.mark.parametrize(
    ("condition", "visibility"),
    [
        (
            '{"op":"|","c":[{"type":"date","d":">=","t":4000000000},{"type":"group"}],"show":true}',
            Visibility.NOT_BEFORE,
        ),
        ('{"op":"&","c":[{"type":"date","d":">=","t":4000000000},{"type":"grade","id":1}]}', Visibility.STAFF),
        ('{"op":"&","c":[{"type":"date","d":"<","t":4000000000}]}', Visibility.STAFF),
        ('{"op":"!&","c":[{"type":"date","d":"<","t":4000000000}]}', Visibility.NOT_BEFORE),
        ('{"op":"!|","c":[{"type":"date","d":">=","t":4000000000}]}', Visibility.STAFF),
        ('{"op":"&","c":[{"op":"|","c":[{"type":"profile","sf":"email"}]}]}', Visibility.STAFF),
        ('{"op":"&","c":[]}', Visibility.LEARNER),
        ("not json", Visibility.STAFF),
        ("[1]", Visibility.STAFF),
    ],
)
def test_conditions_are_read_as_moodle_means_them_and_in_doubt_as_closed(
    tmp_path: Path, condition: str, visibility: Visibility
) -> None:
    course = MoodleCourse()
    course.add("page", "Page", switches={"availability": condition}, intro="", content="<p>Words</p>")

    assert {block.visibility for block in blocks_of(_read(tmp_path, course))} == {visibility}


def test_a_hidden_course_is_read_and_kept_unpublished(tmp_path: Path) -> None:
    course = MoodleCourse(course={"visible": 0})
    course.add("page", "Page", intro="", content="<p>Words</p>")
    read = _read(tmp_path, course)

    assert {block.visibility for block in blocks_of(read)} == {Visibility.UNPUBLISHED}
    assert any("hides the whole course" in warning.reason for warning in read.warnings)


def test_an_activity_whose_switches_cannot_be_read_stays_unpublished(tmp_path: Path) -> None:
    course = MoodleCourse(extra={"activities/page_10/module.xml": "<module>"})
    course.add("page", "Page", intro="", content="<p>Words</p>")
    course.add("page", "Other", intro="", content="<p>Others</p>")
    read = _read(tmp_path, course)

    assert {block.visibility for block in lesson_of(read, "page-10").blocks} == {Visibility.UNPUBLISHED}
    assert "Others" in shown(read)


def test_documents_of_an_activity_are_lessons_named_by_their_files(tmp_path: Path) -> None:
    course = MoodleCourse()
    alone = course.add("resource", "Reading", intro="")
    course.store(alone, "content", "long.name.html", b"<html><body><p>Alone</p></body></html>", sortorder=1)
    folder = course.add("folder", "Shelf", intro="<p>Two of them</p>", switches={"visible": 0})
    for name in ("a.md", "b.md"):
        course.store(folder, "content", name, b"# Title\n\nWords of " + name.encode())
    course.store(folder, "content", "c.xls", b"1")
    read = _read(tmp_path, course)

    assert [(lesson.external_id, lesson.title) for lesson in read.lessons] == [
        ("resource-10", "Reading"),
        ("folder-11", "Shelf"),
        ("folder-11/a.md", "Title"),
        ("folder-11/b.md", "Title"),
    ]
    assert {block.visibility for block in lesson_of(read, "folder-11/a.md").blocks} == {Visibility.UNPUBLISHED}
    assert [warning.path for warning in read.warnings] == ["activities/folder_11/c.xls"]


def test_files_that_are_listed_and_missing_are_warnings(tmp_path: Path) -> None:
    course = MoodleCourse()
    course.add("page", "Page", intro="", content="<p>Words</p>")
    course.store(course.add("resource", "Reading", intro=""), "content", "a.html", b"<p>x</p>")
    files = {path: content for path, content in course.files().items() if not path.startswith("files/")}
    read = read_course(pack_tar(tmp_path, files))

    assert "Words" in shown(read)
    assert {"files.xml", "activities/resource_11/a.html"} <= {warning.path for warning in read.warnings}
    assert "activities/resource_11/a.html" in read.unreadable


def test_an_h5p_activity_brings_the_lessons_of_its_package(tmp_path: Path) -> None:
    course = MoodleCourse()
    module = course.add("h5pactivity", "Play", intro="", switches={"visible": 0})
    packed = package(book(("One", [text("Inside"), choice("Sour?", "acid", "base", "no")]), ("Two", [text("More")])))
    course.store(module, "package", "play.h5p", packed)
    broken = course.add("h5pactivity", "Broken", intro="<p>Described</p>")
    course.store(broken, "package", "broken.h5p", packed[:200])
    read = _read(tmp_path, course)

    inside = [lesson for lesson in read.lessons if lesson.external_id.startswith("h5pactivity-10/chapter")]
    assert [(lesson.title, lesson.block_title) for lesson in inside] == [
        ("One", "Section 1 › Play"),
        ("Two", "Section 1 › Play"),
    ]
    assert {block.visibility for lesson in inside for block in lesson.blocks} <= {
        Visibility.UNPUBLISHED,
        Visibility.STAFF,
    }
    assert "Described" in shown(read)
    assert "activities/h5pactivity_11/broken.h5p" in {warning.path for warning in read.warnings}


def test_the_older_h5p_plugin_keeps_its_content_in_a_field(tmp_path: Path) -> None:
    asked = choice("Sour?", "acid", "base", "well done")["params"]
    course = MoodleCourse()
    course.add("hvp", "Play", intro="", machine_name="H5P.MultiChoice", json_content=json.dumps(asked))
    read = _read(tmp_path, course)

    assert [lesson.external_id for lesson in read.lessons] == ["hvp-10"]
    assert "Sour?" in shown(read)
    assert "well done" in kept(read)


def test_links_between_activities_lead_to_their_lessons_and_others_become_words(tmp_path: Path) -> None:
    course = MoodleCourse()
    course.add("page", "Target", intro="", content="<p>Here</p>")
    targets = {"there": "$@PAGEVIEWBYID*10@$", "lost": "$@QUIZVIEWBYID*99@$", "file": "@@PLUGINFILE@@/a.pdf"}
    links = " ".join(f'<a href="{target}">{words}</a>' for words, target in targets.items())
    course.add("page", "Source", intro="", content=f"<p>{links}</p>")
    (block,) = lesson_of(_read(tmp_path, course), "page-11").blocks

    assert block.text == "there lost file"
    assert block.html.count("<a ") == 1
    assert 'href="page-10"' in block.html


def test_of_texts_in_several_languages_the_courses_own_is_taken(tmp_path: Path) -> None:
    spans = '<span class="multilang" lang="en">sour</span> <span lang="ru" class="multilang">кислый</span>'
    course = MoodleCourse(lang="ru")
    course.add("page", "{mlang en}Acid{mlang}{mlang ru}Кислота{mlang}", intro="", content=f"<p>Вкус: {spans}</p>")
    (lesson,) = _read(tmp_path, course).lessons

    assert (lesson.title, lesson.blocks[0].text) == ("Кислота", "Вкус: кислый")


@pytest.mark.parametrize(
    ("form", "source", "html"),
    [
        (0, "one\ntwo\n\nthree", "<p>one<br>two</p>"),
        (2, "a < b\nc", "<p>a &lt; b<br>c</p>"),
        (4, "a **b**", "<p>a <strong>b</strong></p>"),
        (1, "<p>a <em>b</em></p>", "<p>a <em>b</em></p>"),
    ],
)
def test_texts_are_read_in_the_format_they_are_written_in(tmp_path: Path, form: int, source: str, html: str) -> None:
    course = MoodleCourse()
    course.add("page", "Page", intro="", content=source, contentformat=form)

    assert _read(tmp_path, course).lessons[0].blocks[0].html == html


def test_of_a_glossary_only_what_teachers_wrote_is_read(tmp_path: Path) -> None:
    def entry(concept: str, *, teacher: int, approved: int = 1) -> str:
        told = {"userid": 7, "concept": concept, "definition": f"<p>{concept} is</p>", "definitionformat": 1}
        return xml("entry", told | {"teacherentry": teacher, "approved": approved})

    rows = entry("Acid", teacher=1) + entry("Mine", teacher=0) + entry("Draft", teacher=1, approved=0)
    course = MoodleCourse()
    course.add("glossary", "Words", intro="", **{"!entries": xml("entries", rows)})
    read = _read(tmp_path, course)

    assert shown(read) == "Acid\nAcid is"
    assert "Mine" not in repr(read)
    assert {block.visibility for block in blocks_of(read) if "Draft" in block.text} == {Visibility.UNPUBLISHED}


def test_one_broken_activity_of_many_is_named_and_the_others_land(tmp_path: Path) -> None:
    course = MoodleCourse(extra={"activities/page_10/page.xml": "<activity><page>"})
    course.add("page", "Broken", intro="", content="x")
    course.add("page", "Whole", intro="", content="<p>Words</p>")
    course.add("novelty", "New thing", intro="<p>Described</p>", **{"!posts": xml("posts", {"message": "PRIVATE"})})
    read = _read(tmp_path, course)

    assert shown(read) == "Words\nDescribed"
    assert "activities/page_10/page.xml" in read.unreadable
    assert any("novelty" in warning.reason for warning in read.warnings)
    assert "PRIVATE" not in repr(read)


@pytest.mark.parametrize("contents", ["", "<a", "<moodle_backup/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_a_backup_without_readable_contents_is_refused_with_a_reason(tmp_path: Path, contents: str) -> None:
    with pytest.raises(Invalid, match=r"backup\.mbz"):
        read_course(pack_tar(tmp_path, {"moodle_backup.xml": contents.encode()}))
