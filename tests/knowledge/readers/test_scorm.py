"""SCORM packages: what each item shows, whatever page and script it is put together from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from foundation.errors import Invalid
from knowledge.blocks import BlockKind, SourceCourse, Visibility, seen_by
from knowledge.readers import read_course
from tests.knowledge.readers.exports_cartridge import Res, item, packed
from tests.knowledge.readers.exports_scorm import (
    SCORM12,
    SCORM2004,
    html,
    make_scorm,
    sco,
    scorm_manifest,
    script_question,
)
from tests.knowledge.readers.read_back import said_to

WORDS = {
    "visible": "горизонт",
    "staff": "преподавательское",
    "unpublished": "черновиковое",
    "key": "ключевое",
    "private": "личное",
    "later": "послезавтрашнее",
}
SHELL = html("Player", "<p>This course needs JavaScript.</p>", head='<script src="player.js"></script>')


def read(
    folder: Path, resources: Sequence[Res], items: Sequence[str], files: Mapping[str, str | bytes], **how: str
) -> SourceCourse:
    told = scorm_manifest(resources, items, **how)
    return read_course(packed(folder, "s.zip", {"imsmanifest.xml": told, **files}))


def told(course: SourceCourse) -> list[tuple[str, str, str]]:
    return [(lesson.title, lesson.block_title, lesson.source_path) for lesson in course.lessons]


def test_learners_see_neither_hidden_items_nor_teachers_pages_nor_keys(tmp_path: Path) -> None:
    course = read_course(make_scorm(tmp_path, **WORDS))
    said = said_to(course)
    for name, word in WORDS.items():
        assert (word in said[Visibility.LEARNER]) is (name == "visible"), name
    assert WORDS["unpublished"] in said[Visibility.UNPUBLISHED]
    assert WORDS["staff"] in said[Visibility.STAFF]
    assert WORDS["key"] in said[Visibility.STAFF]


@pytest.mark.parametrize("version", [SCORM12, SCORM2004])
def test_items_give_order_titles_and_parts(tmp_path: Path, version: tuple[str, str]) -> None:
    resources = [sco("r2", "b/two.html"), sco("r1", "a/one.html", "a/pic.png"), Res("asset", ["shared/style.css"])]
    items = [
        item("p", "Часть", "", item("q", "Глава", "", item("i1", "Первый", "r1"))),
        item("i2", "Второй", "r2"),
        item("i3", "Пропажа", "none"),
    ]
    files = {"a/one.html": html("One", "<p>раз</p>"), "b/two.html": html("Two", "<p>два</p>"), "a/pic.png": b""}
    package = {"imsmanifest.xml": scorm_manifest(resources, items, version=version), **files}
    course = read_course(packed(tmp_path, "s.zip", {f"top/{path}": content for path, content in package.items()}))
    assert told(course) == [("Первый", "Часть › Глава", "a/one.html"), ("Второй", "", "b/two.html")]
    assert (course.format, course.card.title, course.found) == ("scorm", "Курс", {"scos": 2, "pages": 2})
    assert [lesson.external_id for lesson in course.lessons] == ["i1", "i2"]
    assert [str(one) for one in course.warnings] == [
        'imsmanifest.xml: "Пропажа" shows none, which the package does not hold'
    ]


def test_base_folders_escapes_letter_case_and_backslashes_are_followed(tmp_path: Path) -> None:
    resources = [
        Res("r1", ["Page%20One.html"], more='xml:base="units/"'),
        Res("r2", ["units\\two.HTML?x=1#top"], href="units\\two.HTML?x=1#top"),
    ]
    files = {"course/units/page one.html": "<p>раз</p>", "course/units/Two.html": "<p>два</p>"}
    items = [item("i1", "Раз", "r1"), item("i2", "Два", "r2")]
    course = read(tmp_path, resources, items, files, base="course")
    assert [lesson.source_path for lesson in course.lessons] == ["course/units/page one.html", "course/units/Two.html"]
    assert course.warnings == ()


def test_a_launch_page_shows_the_pages_its_script_names_in_their_order(tmp_path: Path) -> None:
    names = "var pages = ['play/two.html', \"play/one.html\", 'play/quiz.html?questions=play'];"
    files = {
        "shared/launch.html": html("Launch", "<div id='frame'></div>", head=f"<script>{names}</script>"),
        "play/one.html": html("Раз", "<h1>Урок раз</h1><p>слова раз</p>"),
        "play/two.html": html("Два", "<h1>Урок два</h1><p>слова два</p>"),
        "play/quiz.html": html("Quiz", "<h1>Test</h1>"),
        "play/questions.js": script_question("Верно?", "null", "true", kind="QUESTION_TYPE_TF"),
    }
    resources = [
        sco("r", "shared/launch.html", "play/one.html", "play/two.html", "play/quiz.html", "play/questions.js")
    ]
    course = read(tmp_path, resources, [item("i", "Весь курс", "r")], files)
    assert told(course) == [
        ("Урок два", "Весь курс", "play/two.html"),
        ("Урок раз", "Весь курс", "play/one.html"),
        ("play", "Весь курс", "play/questions.js"),
    ]
    quiz = course.lessons[2].blocks
    assert [(block.kind, block.text) for block in quiz] == [
        (BlockKind.EXERCISE, "Верно?\n- True\n- False"),
        (BlockKind.ANSWER_KEY, "- [x] True\n- [ ] False"),
    ]


def test_one_launch_page_for_many_items_shows_each_what_its_query_names(tmp_path: Path) -> None:
    names = "".join(f"if (content == '{name}') page = '../{name}/{name}.html';" for name in ("play", "rules"))
    files = {
        "shared/launch.html": html("Launch", "<p>frame</p>", head=f"<script>{names}</script>"),
        "play/play.html": html("Игра", "<p>слова игры</p>"),
        "rules/rules.html": html("Правила", "<p>слова правил</p>"),
    }
    launch = "shared/launch.html?content="
    resources = [
        sco("r1", "play/play.html", href=f"{launch}play"),
        sco("r2", "rules/rules.html", href=f"{launch}rules"),
        Res("common", ["shared/launch.html"]),
    ]
    course = read(tmp_path, resources, [item("i1", "Играть", "r1"), item("i2", "Знать", "r2")], files)
    assert told(course) == [("Играть", "", "play/play.html"), ("Знать", "", "rules/rules.html")]


def test_parameters_of_an_item_choose_among_pages_of_one_resource(tmp_path: Path) -> None:
    files = {f"{name}/page.html": html(name, f"<p>слова о {name}</p>") for name in ("a1", "b2")}
    files["launch.html"] = html("Launch", "", head="<script>open('a1/page.html'); open('b2/page.html')</script>")
    resources = [sco("r", "launch.html", "a1/page.html", "b2/page.html")]
    items = [
        item("i1", "Первый", "r", more='parameters="?content=a1"'),
        item("i2", "Второй", "r", more='parameters="?content=b2"'),
    ]
    course = read(tmp_path, resources, items, files)
    assert told(course) == [("Первый", "", "a1/page.html"), ("Второй", "", "b2/page.html")]


def test_a_resource_that_opens_with_anothers_page_shows_its_own_files(tmp_path: Path) -> None:
    files = {"one.html": "<p>страница один</p>", "two.html": "<p>страница два</p>"}
    resources = [sco("r1", "one.html"), sco("r2", "two.html", href="one.html")]
    course = read(tmp_path, resources, [item("i1", "Один", "r1"), item("i2", "Два", "r2")], files)
    assert told(course) == [("Один", "", "one.html"), ("Два", "", "two.html")]


def test_what_a_quiz_script_does_not_say_in_literals_is_counted_and_not_shown(tmp_path: Path) -> None:
    script = script_question("Сколько?", '["1", "2"]', '"2"', kind="X") + script_question("Опасно", "secret()", "1 + x")
    resources = [sco("r", "q.js", href="quiz.html")]
    course = read(
        tmp_path, resources, [item("i", "Тест", "r")], {"q.js": script, "quiz.html": html("Quiz", "<h1>Quiz</h1>")}
    )
    (lesson,) = course.lessons
    assert [block.text for block in lesson.blocks] == ["Сколько?\n- 1\n- 2", "- [ ] 1\n- [x] 2"]
    assert "q.js: 1 of its questions could not be understood, left out" in [str(one) for one in course.warnings]


@pytest.mark.parametrize(
    ("path", "tool"),
    [
        ("story_content/data.js", "Articulate Storyline"),
        ("scormcontent/lib/main.js", "Articulate Rise"),
        ("big.js", ""),
    ],
)
def test_content_kept_in_scripts_is_told_and_no_success(tmp_path: Path, path: str, tool: str) -> None:
    files = {"index.html": SHELL, path: "x" * 60_000}
    with pytest.raises(Invalid, match="holds no text that can be read") as refused:
        read(tmp_path, [sco("r", "index.html", path)], [item("i", "Курс", "r")], files)
    assert tool in str(refused.value)
    assert "HTML" in str(refused.value)


def test_one_item_in_scripts_is_a_warning_beside_the_others(tmp_path: Path) -> None:
    files = {"index.html": SHELL, "player.js": "x" * 60_000, "page.html": f"<p>{'слово ' * 40}</p>"}
    resources = [sco("r1", "index.html"), sco("r2", "page.html")]
    course = read(tmp_path, resources, [item("i1", "Плеер", "r1"), item("i2", "Страница", "r2")], files)
    assert told(course) == [("Страница", "", "page.html")]
    assert 'nothing readable was found in "Плеер"' in str(course.warnings[0])


def test_pages_in_older_encodings_are_read_as_they_declare(tmp_path: Path) -> None:
    declared = html("Старая", "<p>Старая страница.</p>", head='<meta charset="windows-1251">')
    glued = b"<p>" + b"plain words " * 40 + b"the player\xd5s footsteps</p>"
    files = {
        "old.html": declared.encode("windows-1251"),
        "glued.html": glued,
        "bad.html": "<p>Без слов</p>".encode("cp866"),
    }
    resources = [sco(f"r{number}", path) for number, path in enumerate(files)]
    course = read(tmp_path, resources, [item(f"i{one.id}", one.id, one.id) for one in resources], files)
    assert [lesson.source_path for lesson in course.lessons] == ["old.html", "glued.html"]
    assert course.lessons[0].blocks[0].text == "Старая страница."
    assert course.lessons[1].blocks[0].text.endswith("the player’s footsteps")
    assert {one.path for one in course.warnings} == {"glued.html", "bad.html"}


def test_a_page_for_teachers_that_a_learners_page_leads_to_stays_with_staff(tmp_path: Path) -> None:
    role = "<lom><educational><intendedEndUserRole><value>Teacher</value></intendedEndUserRole></educational></lom>"
    files = {"a.html": '<p>слова</p><p><a href="key.html">ответы</a></p>', "key.html": "<p>тайна</p>"}
    answers = Res("k", ["key.html"], extra=f"<metadata>{role}</metadata>")
    course = read(tmp_path, [sco("a", "a.html"), answers], [item("i", "А", "a")], files)
    assert [(lesson.source_path, seen_by(lesson.blocks).visibility.value) for lesson in course.lessons] == [
        ("a.html", "learner"),
        ("key.html", "staff"),
    ]


def test_items_that_share_an_identifier_are_lessons_of_their_own(tmp_path: Path) -> None:
    files = {"a.html": "<p>слова</p>", "b.html": "<p>ещё</p>"}
    resources = [sco("a", "a.html"), sco("b", "b.html")]
    course = read(tmp_path, resources, [item("i", "А", "a"), item("i", "Б", "b")], files)
    assert [lesson.external_id for lesson in course.lessons] == ["i", "i/b.html"]


def test_pages_nothing_opens_are_named(tmp_path: Path) -> None:
    files = {"a.html": "<p>слова</p>", "b.html": "<p>ещё</p>", "stray.html": "<p>забытая</p>"}
    resources = [sco("a", "a.html"), sco("b", "b.html")]
    course = read(tmp_path, resources, [item("i", "А", "a"), item("j", "Б", "b")], files)
    assert [str(one) for one in course.warnings] == [
        "imsmanifest.xml: 1 pages are opened by nothing it lists, left out: stray.html"
    ]


def test_pages_named_nowhere_belong_to_the_only_item_there_is(tmp_path: Path) -> None:
    files = {"a.html": html("А", "<p>слова</p>"), "p2.html": html("Два", "<p>вторая</p>")}
    course = read(tmp_path, [sco("r", "a.html")], [item("i", "Всё", "r")], files)
    assert told(course) == [("Всё", "", "a.html"), ("Два", "Всё", "p2.html")]
    assert "taken behind the others: p2.html" in str(course.warnings[0])


def test_a_package_of_an_unknown_kind_gives_its_pages_in_the_manifests_order(tmp_path: Path) -> None:
    plain = ('xmlns="http://example.org/packages"', "7")
    told_manifest = scorm_manifest([Res("b", ["b.html"]), Res("a", ["a.html"])], [], version=plain)
    files = {
        "imsmanifest.xml": told_manifest.replace("ADL SCORM", "Own"),
        "a.html": "<p>аз</p>",
        "b.html": "<p>буки</p>",
    }
    course = read_course(packed(tmp_path, "p.zip", files))
    assert (course.format, [lesson.source_path for lesson in course.lessons]) == ("package", ["b.html", "a.html"])
    assert "declares no kind of package" in str(course.warnings[0])


def test_a_manifest_inside_the_manifest_is_entered(tmp_path: Path) -> None:
    inner = (
        '<manifest identifier="sub"><organizations><organization identifier="s"><item identifier="si" '
        'identifierref="sr"><title>Внутри</title></item></organization></organizations>'
        '<resources><resource identifier="sr" href="in.html" type="webcontent"/></resources></manifest>'
    )
    told_manifest = scorm_manifest([sco("r", "a.html")], [item("i", "А", "r"), item("j", "Часть", "sub")])
    files = {
        "imsmanifest.xml": told_manifest.replace("</manifest>", f"{inner}</manifest>"),
        "a.html": "<p>слова</p>",
        "in.html": "<p>внутри</p>",
    }
    course = read_course(packed(tmp_path, "s.zip", files))
    assert told(course) == [("А", "", "a.html"), ("Внутри", "Часть", "in.html")]
