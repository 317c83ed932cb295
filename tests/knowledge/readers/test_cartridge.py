"""Common Cartridges, as Canvas and as other systems make them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from foundation.errors import Invalid
from knowledge.blocks import (
    BlockKind,
    Recording,
    SourceCourse,
    SourceLesson,
    Spot,
    SpotKind,
    Visibility,
    seen_by,
)
from knowledge.readers import read_course
from tests.knowledge.readers.exports_cartridge import (
    BANK,
    CANVAS_OWN,
    LATER,
    LINK,
    QUIZ,
    TOPIC,
    Res,
    bank,
    canvas,
    choice,
    item,
    line,
    make_cartridge,
    manifest,
    module,
    packed,
    page,
    qti,
    topic,
    typed,
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


def by_id(course: SourceCourse) -> dict[str, SourceLesson]:
    return {lesson.external_id: lesson for lesson in course.lessons}


def words_of(lesson: SourceLesson) -> str:
    return "\n".join(block.text for block in lesson.blocks)


def read(
    folder: Path, resources: list[Res], files: Mapping[str, str | bytes], items: tuple[str, ...] = ()
) -> SourceCourse:
    return read_course(packed(folder, "c.imscc", {"imsmanifest.xml": manifest(resources, items), **files}))


def test_learners_see_only_what_is_meant_for_them_and_authors_see_the_rest(tmp_path: Path) -> None:
    course = read_course(make_cartridge(tmp_path, **WORDS))
    told = said_to(course)
    for name, word in WORDS.items():
        assert (word in told[Visibility.LEARNER]) is (name == "visible"), name
    assert WORDS["unpublished"] in told[Visibility.UNPUBLISHED]
    assert WORDS["later"] in told[Visibility.NOT_BEFORE]
    assert WORDS["staff"] in told[Visibility.STAFF]
    assert WORDS["key"] in told[Visibility.STAFF]
    assert WORDS["private"] not in "".join(told.values()) + "".join(map(str, course.warnings))


def test_what_was_understood_is_counted_in_the_cartridges_own_terms(tmp_path: Path) -> None:
    course = read_course(make_cartridge(tmp_path, **WORDS))
    assert (course.format, course.lang, course.card.title) == ("cartridge", "ru", "Курс горизонт")
    assert course.found == {
        **{"pages": 8, "discussions": 1, "announcements": 1, "assignments": 1, "quizzes": 1, "questions": 3},
        **{"question banks": 1, "external tools": 1, "rubrics": 1, "transcripts": 1},
    }
    assert course.warnings == ()


def test_modules_give_the_order_and_their_headings_the_parts(tmp_path: Path) -> None:
    items = (
        line("1", "Второй", "b", position=2)
        + line("2", "Первый", "a", position=1)
        + line("3", "Практика", kind="ContextModuleSubHeader", position=3)
        + line("4", "Третий", "c", position=4)
    )
    modules = module("m2", "Потом", line("5", "Конец", "d"), position=2) + module("m1", "Сначала", items, position=1)
    files = {f"wiki_content/{one}.html": page(one, f"<p>страница {one}</p>") for one in "abcde"}
    resources = [Res(one, [f"wiki_content/{one}.html"]) for one in "edcba"]
    course = read(tmp_path, resources, {**files, "course_settings/module_meta.xml": canvas("modules", modules)})
    assert [(lesson.title, lesson.block_title) for lesson in course.lessons] == [
        ("Первый", "Сначала"),
        ("Второй", "Сначала"),
        ("Третий", "Сначала › Практика"),
        ("Конец", "Потом"),
        ("e", ""),
    ]


def test_a_date_is_meant_in_utc_unless_it_names_an_offset_and_the_later_one_holds(tmp_path: Path) -> None:
    lines = line("1", "A", "a") + line("2", "T", "t", kind="Assignment", position=2)
    modules = module("m", "Модуль", lines, more="<unlock_at>2030-01-01T00:00:00</unlock_at>")
    opens = "<workflow_state>published</workflow_state><unlock_at>2030-01-01T03:00:00-02:00</unlock_at>"
    files = {
        "course_settings/module_meta.xml": canvas("modules", modules),
        "wiki_content/a.html": page("A", "<p>слова</p>"),
        "t/t.html": page("Assignment: T", "<p>задача</p>"),
        "t/assignment_settings.xml": canvas("assignment", f"<title>T</title>{opens}"),
    }
    resources = [Res("a", ["wiki_content/a.html"]), Res("t", ["t/t.html", "t/assignment_settings.xml"], CANVAS_OWN)]
    lessons = by_id(read(tmp_path, resources, files))
    assert seen_by(lessons["a"].blocks).not_before == datetime(2030, 1, 1, tzinfo=UTC)
    assert seen_by(lessons["t"].blocks).not_before == datetime(2030, 1, 1, 5, tzinfo=UTC)
    assert {block.kind for block in lessons["t"].blocks} == {BlockKind.EXERCISE}


def test_a_date_nobody_can_read_keeps_the_thing_from_learners(tmp_path: Path) -> None:
    modules = module("m", "Модуль", line("1", "A", "a"), more="<unlock_at>soon</unlock_at>")
    files = {"course_settings/module_meta.xml": canvas("modules", modules), "a.html": page("A", "<p>слова</p>")}
    course = read(tmp_path, [Res("a", ["a.html"])], files)
    assert seen_by(course.lessons[0].blocks).visibility is Visibility.UNPUBLISHED


def test_a_page_in_a_hidden_and_in_an_open_module_is_a_lesson_of_the_open_one(tmp_path: Path) -> None:
    modules = module("m1", "Скрытый", line("1", "Старое имя", "a"), state="unpublished") + module(
        "m2", "Открытый", line("2", "Имя", "a"), position=2
    )
    files = {"course_settings/module_meta.xml": canvas("modules", modules), "a.html": page("A", "<p>слова</p>")}
    (lesson,) = read(tmp_path, [Res("a", ["a.html"])], files).lessons
    assert (lesson.title, lesson.block_title) == ("Имя", "Открытый")
    assert seen_by(lesson.blocks).visibility is Visibility.LEARNER


def test_a_link_in_a_hidden_module_is_hidden_though_only_the_manifest_names_its_file(tmp_path: Path) -> None:
    modules = module("m", "Скрытый", line("tag", "Ссылка", "tag", kind="ExternalUrl"), state="unpublished")
    files = {
        "course_settings/module_meta.xml": canvas("modules", modules),
        "link.xml": '<webLink><title>Ссылка</title><url href="https://example.org/a"/></webLink>',
        "a.html": page("A", "<p>слова</p>"),
    }
    items = (item("root", "", "", item("m", "Скрытый", "", item("tag", "Ссылка", "link"))),)
    course = read(tmp_path, [Res("link", ["link.xml"], LINK), Res("a", ["a.html"])], files, items)
    assert seen_by(by_id(course)["link"].blocks).visibility is Visibility.UNPUBLISHED
    assert 'href="https://example.org/a"' in by_id(course)["link"].blocks[0].html


@pytest.mark.parametrize("namespace", ["imsccv1p1", "imsccv1p2", "imsccv1p3"])
def test_without_canvas_the_manifest_gives_order_titles_and_parts(tmp_path: Path, namespace: str) -> None:
    resources = [
        Res("r1", ["i_00001/page.html", "i_00001/pic.png"], needs=["r9"]),
        Res("r2", ["i_00002/topic.xml"], "imsdt_xmlv1p2", href=""),
        Res("r3", ["i_00003/link.xml"], "imswl_xmlv1p3", href=""),
        Res("r4", ["i_00004/hidden.html"]),
        Res("r9", ["i_00009/extra.html"]),
    ]
    items = (
        item(
            "root",
            "Весь курс",
            "",
            item("s1", "Раздел", "", item("s2", "Тема", "", item("i1", "Страница", "r1")), item("i2", "Форум", "r2")),
            item("i3", "", "r3"),
            item("i4", "Скрытая", "r4", more='isvisible="false"'),
        ),
    )
    files = {
        "i_00001/page.html": "<p>Текст страницы.</p>",
        "i_00001/pic.png": b"",
        "i_00002/topic.xml": topic("Тема", "<p>О чём речь?</p>"),
        "i_00003/link.xml": '<wl:webLink xmlns:wl="x"><wl:title>Сайт</wl:title><wl:url href="http://example.org"/></wl:webLink>',
        "i_00004/hidden.html": "<p>Тайное.</p>",
        "i_00009/extra.html": "<p>Приложение.</p>",
    }
    told = manifest(resources, items, namespace=f"http://www.imsglobal.org/xsd/{namespace}/imscp_v1p1")
    course = read_course(
        packed(tmp_path, "c.zip", {f"top/{path}": text for path, text in {"imsmanifest.xml": told, **files}.items()})
    )
    assert [(one.title, one.block_title, seen_by(one.blocks).visibility.value) for one in course.lessons] == [
        ("Страница", "Раздел › Тема", "learner"),
        ("Форум", "Раздел", "learner"),
        ("Сайт", "", "learner"),
        ("Скрытая", "", "unpublished"),
        ("extra", "", "learner"),
    ]
    assert course.lessons[1].blocks[0].kind is BlockKind.DISCUSSION


def test_links_by_tokens_lead_to_lessons_and_others_become_words(tmp_path: Path) -> None:
    links = (
        '<p><a href="$WIKI_REFERENCE$/pages/second-page">вики</a> '
        '<a href="%24IMS-CC-FILEBASE%24/docs/%D1%84%D0%B0%D0%B9%D0%BB.html?canvas_download=1">файл</a> '
        '<a href="$CANVAS_OBJECT_REFERENCE$/discussion_topics/talk">обсуждение</a> '
        '<a href="$CANVAS_OBJECT_REFERENCE$/assignments/nowhere">никуда</a></p>'
    )
    files = {
        "wiki_content/first.html": page("Первая", links, workflow_state="active"),
        "wiki_content/second-page.html": page("Вторая", "<p>слова</p>", workflow_state="active"),
        "web_resources/docs/файл.html": "<p>слова файла</p>",
        "talk.xml": topic("Речь", "<p>слова</p>"),
    }
    resources = [
        Res("first", ["wiki_content/first.html"]),
        Res("second", ["wiki_content/second-page.html"]),
        Res("file", ["web_resources/docs/файл.html"]),
        Res("talk", ["talk.xml"], TOPIC, href=""),
    ]
    (block,) = by_id(read(tmp_path, resources, files))["first"].blocks
    assert [part.split('"')[0] for part in block.html.split('href="')[1:]] == ["second", "file", "talk"]
    assert "никуда" in block.html
    assert "$" not in block.html


def test_a_file_only_hidden_pages_lead_to_is_as_hidden_as_they_are(tmp_path: Path) -> None:
    leads = '<p><a href="$IMS-CC-FILEBASE$/{}.html">файл</a></p>'
    files = {
        "wiki_content/draft.html": page(
            "Черновик", leads.format("a") + leads.format("b"), workflow_state="unpublished"
        ),
        "wiki_content/open.html": page("Открытая", leads.format("b"), workflow_state="active"),
        **{f"web_resources/{name}.html": f"<p>файл {name}</p>" for name in "abc"},
        "web_resources/a.html": '<p><a href="d.html">дальше</a></p>',
        "web_resources/d.html": "<p>файл d</p>",
    }
    resources = [
        *(Res(name, [f"wiki_content/{name}.html"]) for name in ("draft", "open")),
        *(Res(name, [f"web_resources/{name}.html"]) for name in "abcd"),
    ]
    lessons = by_id(read(tmp_path, resources, files))
    seen = {name: seen_by(lessons[name].blocks).visibility.value for name in "abcd"}
    assert seen == {"a": "unpublished", "b": "learner", "c": "learner", "d": "unpublished"}


def test_the_richer_copy_of_a_quiz_is_read_and_not_both(tmp_path: Path) -> None:
    poorer = qti(choice("Общий вопрос", {"1": "да", "2": "нет"}, ["1"]))
    richer = qti(
        choice("Общий вопрос", {"1": "да", "2": "нет"}, ["1"]), typed("Сколько?", ["7"], kind="numerical_question")
    )
    files = {
        "quiz/assessment_qti.xml": poorer,
        "non_cc_assessments/quiz.xml.qti": richer,
        "quiz/assessment_meta.xml": canvas(
            "quiz", "<title>Зачёт</title><description>&lt;p&gt;Правила&lt;/p&gt;</description>"
        ),
    }
    resources = [
        Res("quiz", ["quiz/assessment_qti.xml"], QUIZ, href="", needs=["meta"]),
        Res("meta", ["quiz/assessment_meta.xml", "non_cc_assessments/quiz.xml.qti"], CANVAS_OWN),
    ]
    course = read(tmp_path, resources, files)
    (lesson,) = course.lessons
    assert (lesson.title, course.found["questions"]) == ("Зачёт", 2)
    assert words_of(lesson).count("Общий вопрос") == 1
    assert "Правила" in words_of(lesson)


def test_a_quiz_behind_an_access_code_and_one_not_yet_available_are_kept_back(tmp_path: Path) -> None:
    quiz = qti(choice("Вопрос", {"1": "да", "2": "нет"}, ["1"]))
    files = {f"{one}/assessment_qti.xml": quiz for one in "ab"} | {
        "a/assessment_meta.xml": canvas("quiz", "<title>A</title><access_code>сезам</access_code>"),
        "b/assessment_meta.xml": canvas("quiz", "<title>B</title><available>false</available>"),
    }
    resources = [Res(one, [f"{one}/assessment_qti.xml"], QUIZ, href="", needs=[f"{one}m"]) for one in "ab"]
    resources += [Res(f"{one}m", [f"{one}/assessment_meta.xml"], CANVAS_OWN) for one in "ab"]
    course = read(tmp_path, resources, files)
    assert [seen_by(lesson.blocks).visibility.value for lesson in course.lessons] == ["unpublished", "unpublished"]
    assert [str(one) for one in course.warnings] == [
        "a/assessment_meta.xml: opens with an access code only: kept from learners"
    ]
    assert "сезам" not in "".join(words_of(lesson) for lesson in course.lessons)


def test_an_assignment_keeps_what_it_tells_instructors(tmp_path: Path) -> None:
    told = (
        '<assignment xmlns="http://www.imsglobal.org/xsd/imscc_extensions/assignment"><title>Эссе</title>'
        '<text texttype="text/html">&lt;p&gt;Напишите эссе.&lt;/p&gt;</text>'
        '<instructor_text texttype="text/plain">Проверять строго.</instructor_text>'
        '<attachments><attachment href="rubric.html" role="Instructor"/></attachments></assignment>'
    )
    files = {"t/assignment.xml": told, "t/fallback.html": "<p>Напишите эссе.</p>", "t/rubric.html": "<p>Критерии.</p>"}
    resources = [
        Res("t", ["t/assignment.xml"], "assignment_xmlv1p0"),
        Res("t_fallback", ["t/fallback.html"], extra='<variant identifierref="t"/>'),
        Res("rubric", ["t/rubric.html"]),
    ]
    course = read(tmp_path, resources, files)
    assert [lesson.external_id for lesson in course.lessons] == ["t", "rubric"]
    assert [(block.text, block.visibility.value) for block in course.lessons[0].blocks] == [
        ("Напишите эссе.", "learner"),
        ("Проверять строго.", "staff"),
        ("rubric.html", "staff"),
    ]
    assert seen_by(course.lessons[1].blocks).visibility is Visibility.STAFF


def test_a_bank_alone_is_for_staff_and_a_quiz_may_take_its_questions(tmp_path: Path) -> None:
    files = {
        "bank.xml": bank(choice("Из банка", {"1": "да", "2": "нет"}, ["1"], id="b1")),
        "quiz.xml": qti('<itemref linkrefid="b1"/>', '<itemref linkrefid="gone"/>'),
    }
    resources = [Res("bank", ["bank.xml"], BANK), Res("quiz", ["quiz.xml"], QUIZ)]
    course = read(tmp_path, resources, files)
    lessons = by_id(course)
    assert {block.visibility for block in lessons["bank"].blocks} == {Visibility.STAFF}
    assert "Из банка" in words_of(lessons["quiz"])
    assert [str(one) for one in course.warnings] == ["quiz.xml: names a question gone that the export does not hold"]


def test_what_is_missing_broken_or_unsupported_is_named_and_the_rest_lands(tmp_path: Path) -> None:
    files = {
        "good.html": "<p>Хорошая страница.</p>",
        "broken.xml": "<topic><title>нет конца",
        "sheet.xlsx": b"PK",
        "film.mp4": b"0",
        "link.xml": "<webLink><title>Пусто</title></webLink>",
    }
    resources = [
        Res("gone", ["нет.html"]),
        Res("broken", ["broken.xml"], TOPIC),
        Res("sheet", ["sheet.xlsx"]),
        Res("film", ["film.mp4"]),
        Res("link", ["link.xml"], LINK),
        Res("good", ["good.html"]),
    ]
    items = (
        *tuple(item(f"i{number}", f"T{number}", one.id) for number, one in enumerate(resources)),
        item("x", "Утрата", "lost"),
    )
    course = read(tmp_path, resources, files, items)
    assert [lesson.external_id for lesson in course.lessons] == ["good"]
    told = {one.path: one.reason for one in course.warnings}
    assert told["нет.html"] == "is named in the course and missing"
    assert "no well-formed XML" in told["broken.xml"]
    assert "not supported" in told["sheet.xlsx"]
    assert "recording" in told["film.mp4"]
    assert "without an address" in told["link.xml"]
    assert told["imsmanifest.xml"] == '"Утрата" shows lost, which the package does not hold'


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("", "no well-formed XML"),
        ("<html/>", "is no manifest"),
        ('<!DOCTYPE m [<!ENTITY a "b">]><manifest>&a;</manifest>', "DOCTYPE"),
        ('<manifest xmlns="x"><resources/></manifest>', "lists nothing"),
    ],
)
def test_a_package_whose_manifest_says_nothing_is_refused_with_what_to_do(
    tmp_path: Path, told: str, reason: str
) -> None:
    with pytest.raises(Invalid, match=reason) as refused:
        read_course(packed(tmp_path, "bad.zip", {"in/imsmanifest.xml": told}))
    assert "make the export again" in str(refused.value)


def test_a_package_in_a_corner_of_a_course_does_not_make_it_one(tmp_path: Path) -> None:
    (tmp_path / "example").mkdir()
    (tmp_path / "example" / "imsmanifest.xml").write_text(manifest([Res("a", ["a.html"])]))
    for name in "abcd":
        (tmp_path / f"{name}.md").write_text(f"# Урок {name}\n\nслова\n")
    assert read_course(tmp_path).format == "files"


def test_what_is_said_in_a_recording_is_one_lesson_in_the_courses_language(tmp_path: Path) -> None:
    tracks = '<track identifierref="{}" locale="{}"/>'
    told = f'<media identifierref="film">{tracks.format("ru", "ru")}{tracks.format("en", "en-US")}</media>'
    cue = "1\n00:00:07,000 --> 00:00:09,000\n{}.\n"
    files = {
        "course_settings/course_settings.xml": canvas("course", "<title>Курс</title><locale>ru</locale>"),
        "course_settings/media_tracks.xml": canvas("media_tracks", told),
        "web_resources/film.mp4": b"0",
        "web_resources/film.mp4.ru.subtitles": cue.format("Русские слова"),
        "web_resources/film.mp4.en.subtitles": cue.format("English words"),
    }
    resources = [
        Res("en", ["web_resources/film.mp4.en.subtitles"]),
        Res("film", ["web_resources/film.mp4"]),
        Res("ru", ["web_resources/film.mp4.ru.subtitles"]),
    ]
    (lesson,) = read(tmp_path, resources, files).lessons
    (block,) = lesson.blocks
    assert (block.kind, block.text, block.lang) == (BlockKind.TRANSCRIPT, "Русские слова.", "ru")
    assert block.spot == Spot(SpotKind.TIME, 7, "film")
    assert lesson.recordings == (Recording("film", "film", path="web_resources/film.mp4"),)


@pytest.mark.parametrize("name", ["module_meta", "files_meta"])
def test_what_unreadable_settings_could_have_hidden_is_hidden(tmp_path: Path, name: str) -> None:
    files = {f"course_settings/{name}.xml": "<broken", "web_resources/a.html": "<p>слова</p>"}
    items = (item("root", "", "", item("m", "Модуль", "", item("i", "A", "a"))),)
    course = read(tmp_path, [Res("a", ["web_resources/a.html"])], files, items)
    assert seen_by(course.lessons[0].blocks).visibility is Visibility.UNPUBLISHED
    assert "no well-formed XML" in str(course.warnings[0])


@pytest.mark.parametrize("meta", [{}, {"meta.xml": "<broken"}])
def test_a_discussion_or_quiz_whose_settings_are_lost_may_be_a_draft(tmp_path: Path, meta: dict[str, str]) -> None:
    files = {"n.xml": topic("Тема", "<p>слова</p>"), "q.xml": qti(choice("Вопрос", {"1": "да"}, ["1"])), **meta}
    quiz_meta = {path.replace("meta", "assessment_meta"): text for path, text in meta.items()}
    resources = [
        Res("n", ["n.xml"], TOPIC, needs=["nm"]),
        Res("nm", ["meta.xml"], CANVAS_OWN),
        Res("q", ["q.xml"], QUIZ, needs=["qm"]),
        Res("qm", ["assessment_meta.xml"], CANVAS_OWN),
    ]
    course = read(tmp_path, resources, {**files, **quiz_meta})
    assert [seen_by(lesson.blocks).visibility.value for lesson in course.lessons] == ["unpublished", "unpublished"]


def test_an_announcement_waits_for_its_day(tmp_path: Path) -> None:
    files = {
        "n.xml": topic("Новость", "<p>Скоро.</p>"),
        "m.xml": canvas("topicMeta", f"<type>announcement</type><delayed_post_at>{LATER}</delayed_post_at>"),
    }
    course = read(tmp_path, [Res("n", ["n.xml"], TOPIC, needs=["m"]), Res("m", ["m.xml"], CANVAS_OWN)], files)
    assert seen_by(course.lessons[0].blocks).not_before == datetime(2127, 3, 1, 7, tzinfo=UTC)
    assert course.found == {"announcements": 1}
