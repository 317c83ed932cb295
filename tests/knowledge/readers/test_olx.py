"""Open edX courses: structure, what learners see of them, and what is reported instead of failing."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from foundation.errors import Invalid
from knowledge.blocks import Block, BlockKind, SourceCourse, SourceLesson, SpotKind, Visibility
from knowledge.readers import read_course
from tests.knowledge.readers.exports_olx import ROOT, course_of, make_olx, pack, problem_of, write_files

PAGE = {"html/h.xml": '<html filename="h" display_name="Имя"/>', "html/h.html": "<p>Привет, мир.</p>"}
HTML = '<html url_name="h"/>'
SRT = "1\n00:00:03,000 --> 00:00:05,000\n{} one.\n\n2\n00:01:05,500 --> 00:01:07,000\n{} two.\n"


def read(folder: Path, files: dict[str, str], lang: str | None = None) -> SourceCourse:
    return read_course(write_files(folder, files), lang=lang)


def seen(course: SourceCourse) -> str:
    return "\n".join(
        "\n".join((lesson.title, block.text, *block.heading_path))
        for lesson in course.lessons
        for block in lesson.blocks
        if block.visibility is Visibility.LEARNER
    )


def blocks(course: SourceCourse, kind: BlockKind) -> list[Block]:
    return [block for lesson in course.lessons for block in lesson.blocks if block.kind is kind]


def warnings(course: SourceCourse) -> str:
    return "\n".join(map(str, course.warnings))


def by_id(course: SourceCourse, external_id: str) -> SourceLesson:
    return next(lesson for lesson in course.lessons if lesson.external_id == external_id)


def test_a_unit_is_a_lesson_in_its_place_in_the_course(tmp_path: Path) -> None:
    course = read(tmp_path, course_of(HTML, files=PAGE))
    (lesson,) = course.lessons
    assert (lesson.external_id, lesson.title, lesson.block_title) == ("unit", "Страница", "Глава › Подраздел")
    assert (lesson.source_path, lesson.blocks[0].path) == ("vertical/unit.xml", "html/h.html")
    assert (course.format, course.lang, course.card.title, course.warnings) == ("olx", "ru", "Курс", ())
    assert {name: course.found[name] for name in ("html", "vertical")} == {"html": 1, "vertical": 1}
    assert PAGE["html/h.html"][lesson.blocks[0].start : lesson.blocks[0].end] == "<p>Привет, мир.</p>"


@pytest.mark.parametrize("top", ["course", "any.name", "."])
def test_an_archive_reads_as_the_folder_whatever_its_top_is_called(tmp_path: Path, top: str) -> None:
    folder = write_files(tmp_path / "files", course_of(HTML, files=PAGE))
    assert read_course(pack(folder, tmp_path / "c.tar.gz", top=top)).lessons == read_course(folder).lessons


def test_a_course_may_stand_in_one_file(tmp_path: Path) -> None:
    unit = "<html><![CDATA[<p>Из <b>одного</b> файла</p>]]></html><html><p>и&nbsp;ещё</p></html>"
    course = read(
        tmp_path,
        {
            "course.xml": '<course org="o" course="c" display_name="К"><chapter display_name="Г"><sequential>'
            f'<vertical url_name="u" display_name="Е">{unit}</vertical><html url_name="alone"><p>сам</p></html>'
            "</sequential></chapter></course>"
        },
    )
    assert [(lesson.external_id, [block.text for block in lesson.blocks]) for lesson in course.lessons] == [
        ("u", ["Из одного файла", "и\xa0ещё"]),
        ("alone", ["сам"]),
    ]


def test_a_unit_without_a_name_is_called_by_its_place(tmp_path: Path) -> None:
    units = "".join(f'<vertical display_name="{name}"><html><p>да</p></html></vertical>' for name in "АБА")
    course = read(
        tmp_path,
        {
            "course.xml": '<course org="o"><chapter display_name="Г"><sequential>'
            f"{units}</sequential></chapter></course>"
        },
    )
    assert [lesson.external_id for lesson in course.lessons] == ["Г/А", "Г/Б", "Г/А (2)"]


def test_a_library_is_read_block_by_block(tmp_path: Path) -> None:
    files = {
        "library/library.xml": '<library org="o" library="l" display_name="Банк"><problem url_name="p"/></library>'
    }
    files |= {f"library/{path}": text for path, text in problem_of("<p>Сколько?</p>").items()}
    course = read(tmp_path, files)
    assert [lesson.title for lesson in course.lessons] == ["Задача"]
    assert "Сколько?" in seen(course)


KEYS = {
    "one of several": "<multiplechoiceresponse><label>В?</label><choicegroup><choice correct='true'>тут"
    "<choicehint>тайна</choicehint></choice><choice correct='false'>там</choice></choicegroup>"
    "</multiplechoiceresponse>",
    "several": "<choiceresponse><label>В?</label><checkboxgroup><choice correct='true'>тут</choice>"
    "<choice correct='false'>там<choicehint selected='true'>тайна</choicehint></choice>"
    "<compoundhint value='A'>тайна</compoundhint></checkboxgroup></choiceresponse>",
    "a list to open": "<optionresponse><label>В?</label><optioninput><option correct='True'>тут<optionhint>тайна"
    "</optionhint></option><option correct='False'>там</option></optioninput></optionresponse>",
    "an old list to open": "<optionresponse><p>В?</p><optioninput options=\"('тут','там')\" correct='тут'/>"
    "<solution>тайна</solution></optionresponse>",
    "a number": "<numericalresponse answer='тайна'><label>В? тут</label><responseparam type='tolerance' default='5'/>"
    "<formulaequationinput/><correcthint>тайна</correcthint></numericalresponse>",
    "words": "<stringresponse answer='тайна' type='ci'><label>В? тут</label><additional_answer answer='тайна'/>"
    "<stringequalhint answer='тайна'>тайна</stringequalhint><textline correct_answer='тайна'/></stringresponse>",
    "a formula": "<formularesponse answer='тайна' samples='x@1:2#3'><label>В?</label><description>тут</description>"
    "<textline/></formularesponse>",
    "a program": "<script type='loncapa/python'>тайна = 1</script><customresponse cfn='f' expect='тайна'><p>В? тут</p>"
    "<textline/></customresponse><schematicresponse><answer>тайна</answer></schematicresponse>",
    "remarks": "<annotationresponse><annotationinput><text>В? тут</text><options><option choice='correct'>там</option>"
    "</options></annotationinput></annotationresponse><solution><p>тайна</p></solution>",
    "what nobody knows": "<p>В? тут</p><newresponse><newinput>тайна</newinput></newresponse>",
    "a key inside a table": "<table><tr><td>В?</td><td>тут<solution>тайна</solution></td></tr></table>",
}


@pytest.mark.parametrize("kind", KEYS)
def test_of_a_problem_learners_see_what_is_asked_and_staff_the_key(tmp_path: Path, kind: str) -> None:
    course = read(tmp_path, course_of('<problem url_name="p"/>', files=problem_of(KEYS[kind])))
    assert "В?" in seen(course)
    assert "тут" in seen(course)
    assert "тайна" not in seen(course)
    keys = blocks(course, BlockKind.ANSWER_KEY)
    assert all(block.visibility is Visibility.STAFF for block in keys)
    assert keys
    assert "тайна" in " ".join(block.text for block in keys)
    assert {block.kind for block in blocks(course, BlockKind.PARAGRAPH)} == set()


def test_a_key_says_which_choice_is_right(tmp_path: Path) -> None:
    course = read(tmp_path, course_of('<problem url_name="p"/>', files=problem_of(KEYS["one of several"])))
    (key,) = blocks(course, BlockKind.ANSWER_KEY)
    assert key.text == "- [x] тут — тайна\n- [ ] там"


def test_a_problem_keeps_the_order_of_its_pieces(tmp_path: Path) -> None:
    inner = "<p>первое</p>" + KEYS["words"] + "<p>второе</p>" + KEYS["a number"] + "<p>третье</p>"
    (lesson,) = read(tmp_path, course_of('<problem url_name="p"/>', files=problem_of(inner))).lessons
    told = [block.text.split("\n")[0] for block in lesson.blocks]
    assert [told.index(word) for word in ("первое", "второе", "третье")] == sorted(
        told.index(word) for word in ("первое", "второе", "третье")
    )


def test_hints_are_exercise_blocks_kept_for_who_asks(tmp_path: Path) -> None:
    inner = "<p>В?</p><demandhint><hint>Подумай о <b>дроби</b></hint><hint>Сократи</hint></demandhint>"
    course = read(tmp_path, course_of('<problem url_name="p"/>', files=problem_of(inner)))
    hints = [block for block in blocks(course, BlockKind.EXERCISE) if block.visibility is Visibility.STAFF]
    assert [hint.text for hint in hints] == ["Подумай о дроби", "Сократи"]


@pytest.mark.parametrize("at", ["course/run.xml", "chapter/ch.xml", "sequential/seq.xml", "vertical/unit.xml"])
def test_staff_only_holds_for_all_inside(tmp_path: Path, at: str) -> None:
    files = course_of(HTML, files=PAGE)
    tag = at.split("/")[0]
    files[at] = files[at].replace(f"<{tag}", f'<{tag} visible_to_staff_only="true"', 1)
    course = read(tmp_path, files)
    assert [block.visibility for lesson in course.lessons for block in lesson.blocks] == [Visibility.STAFF]


def test_of_two_starts_the_later_one_holds(tmp_path: Path) -> None:
    files = course_of(HTML, files=PAGE, start="&quot;2030-01-01T00:00:00+00:00&quot;")
    files["chapter/ch.xml"] = files["chapter/ch.xml"].replace("<chapter", '<chapter start="2031-02-03T03:00:00+03:00"')
    files["sequential/seq.xml"] = files["sequential/seq.xml"].replace("<sequential", '<sequential start="2020-01-01"')
    (block,) = read(tmp_path, files).lessons[0].blocks
    assert (block.visibility, block.not_before) == (Visibility.NOT_BEFORE, datetime(2031, 2, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Oct 30 23:00 EST 2012", datetime(2012, 10, 31, 4, tzinfo=UTC)),
        ("December 5, 2030", datetime(2030, 12, 5, tzinfo=UTC)),
        ("1900000000000", datetime(2030, 3, 17, 17, 46, 40, tzinfo=UTC)),
        ("2013-02-05T05:00", datetime(2013, 2, 5, 5, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_exports_of_all_years_write_them(tmp_path: Path, written: str, meant: datetime) -> None:
    (block,) = read(tmp_path, course_of(HTML, files=PAGE, start=written)).lessons[0].blocks
    assert block.not_before == meant


HIDING = {
    'group_access="{&quot;50&quot;: [2]}"': "groups of learners",
    'is_time_limited="true"': "time limit",
    'hide_after_due="true"': "due date",
    'start="весной"': "no date",
}


@pytest.mark.parametrize("attribute", HIDING)
def test_what_only_some_may_see_or_at_times_is_kept_from_all_and_said(tmp_path: Path, attribute: str) -> None:
    files = course_of(HTML, files=PAGE)
    files["sequential/seq.xml"] = files["sequential/seq.xml"].replace("<sequential", f"<sequential {attribute}")
    course = read(tmp_path, files)
    assert seen(course) == ""
    assert HIDING[attribute] in warnings(course)
    assert "sequential/seq.xml" in warnings(course)


def test_groups_that_are_not_restricted_hide_nothing(tmp_path: Path) -> None:
    files = course_of(HTML, files=PAGE)
    files["html/h.xml"] = '<html filename="h" group_access="{&quot;50&quot;: []}" visible_to_staff_only="null"/>'
    assert "Привет" in seen(read(tmp_path, files))


def test_an_experiment_is_shown_to_nobody(tmp_path: Path) -> None:
    unit = '<split_test><vertical display_name="A"><html><p>вариант</p></html></vertical></split_test>'
    course = read(tmp_path, course_of(unit))
    assert seen(course) == ""
    assert "experiment" in warnings(course)


def test_the_policy_wins_over_the_files(tmp_path: Path) -> None:
    policy = {
        "course/run": {"display_name": "По политике", "language": "en"},
        "vertical/unit": {"display_name": "Иначе"},
        "html/h": {"visible_to_staff_only": True},
    }
    course = read(tmp_path, course_of(HTML, files=PAGE | {"policies/run/policy.json": json.dumps(policy)}))
    assert (course.card.title, course.lang, course.lessons[0].title) == ("По политике", "en", "Иначе")
    assert seen(course) == ""


def test_a_policy_that_cannot_be_read_and_hides_something_closes_the_course(tmp_path: Path) -> None:
    harmless = '{"course/run": {"display_name": "Х",}}'
    files = course_of(HTML, files=PAGE)
    open_course = read(tmp_path / "open", files | {"policies/run/policy.json": harmless})
    assert "Привет" in seen(open_course)
    assert "policies/run/policy.json:1: is no valid JSON" in warnings(open_course)
    closed = read(
        tmp_path / "closed", files | {"policies/run/policy.json": '{"html/h": {"visible_to_staff_only": true,}}'}
    )
    assert seen(closed) == ""
    assert "until it is mended" in warnings(closed)


def test_drafts_are_for_authors_beside_what_is_published(tmp_path: Path) -> None:
    drafts = {
        "drafts/vertical/unit.xml": '<vertical display_name="Новее"><html url_name="h"/></vertical>',
        "drafts/html/h.xml": '<html filename="h"/>',
        "drafts/html/h.html": "<p>Ещё не вышло.</p>",
    }
    course = read(tmp_path, course_of(HTML, files=PAGE | drafts))
    assert [lesson.external_id for lesson in course.lessons] == ["unit", "unit-draft"]
    assert "Привет" in seen(course)
    assert {block.visibility for block in by_id(course, "unit-draft").blocks} == {Visibility.UNPUBLISHED}
    assert by_id(course, "unit-draft").blocks[0].text == "Ещё не вышло."


VIDEO = (
    '<video url_name="v" display_name="Запись" youtube_id_1_0="abc" '
    'transcripts="{&quot;ru&quot;: &quot;v-ru.srt&quot;}"><transcript language="en" src="v-en.srt"/></video>'
)


def test_a_transcript_joins_the_unit_with_seconds_of_its_video(tmp_path: Path) -> None:
    files = course_of(
        VIDEO, files={"static/v-en.srt": SRT.format("An", "An"), "static/v-ru.srt": SRT.format("Да", "Да")}
    )
    course = read(tmp_path, files)
    (lesson,) = course.lessons
    assert [(item.id, item.title, item.url) for item in lesson.recordings] == [
        ("v", "Запись", "https://www.youtube.com/watch?v=abc")
    ]
    told = blocks(course, BlockKind.TRANSCRIPT)
    assert {block.lang for block in told} == {"ru"}
    assert {(block.path, block.heading_path) for block in told} == {("static/v-ru.srt", ("Запись",))}
    spots = [block.spot for block in told if block.spot is not None]
    assert [(spot.kind, spot.number, spot.of) for spot in spots][0::1] == [
        (SpotKind.TIME, 3, "v"),
        (SpotKind.TIME, 65, "v"),
    ]
    assert course.words_read == 1 + 4 + 4
    english = read(tmp_path, files, lang="en")
    assert {block.lang for block in blocks(english, BlockKind.TRANSCRIPT)} == {"en"}


def test_old_transcripts_are_read_and_missing_ones_named(tmp_path: Path) -> None:
    old = {"start": [1500, 4000], "end": [2500, 5000], "text": ["Первая фраза.", "Вторая фраза."]}
    unit = '<video url_name="v" sub="old"/><video url_name="w"><transcript language="ru" src="no.srt"/></video>'
    unit += '<video url_name="x" html5_sources="[&quot;https://e.org/x.mp4&quot;]"/>'
    course = read(tmp_path, course_of(unit, files={"static/subs_old.srt.sjson": json.dumps(old)}))
    assert "Вторая фраза." in seen(course)
    assert "static/no.srt: is a transcript named in the course and missing" in warnings(course)
    assert "a video has no transcript" in warnings(course)
    assert course.lessons[0].recordings[2].url == "https://e.org/x.mp4"


def test_of_essays_sorting_and_polls_learners_see_what_is_asked(tmp_path: Path) -> None:
    sorting = {
        "zones": [{"uid": "z", "title": "разгадка"}],
        "items": [{"displayName": "предмет", "zones": ["z"], "feedback": {"correct": "разгадка"}}],
        "questionText": "Разложи",
    }
    quoted = json.dumps(sorting, ensure_ascii=False).replace('"', "&quot;")
    unit = (
        f'<drag-and-drop-v2 url_name="d" data="{quoted}"/>'
        '<poll url_name="o" question="Кто?" answers="[[&quot;A&quot;, {&quot;label&quot;: &quot;Я&quot;}]]" '
        'feedback="разгадка"/><openassessment url_name="e"><rubric><prompt>Напиши</prompt><criterion><name>разгадка'
        "</name></criterion></rubric><assessments><assessment name='student-training'><example><answer>разгадка"
        "</answer></example></assessment></assessments></openassessment>"
        '<word_cloud url_name="c" instructions="Слова?"/><discussion url_name="t"/><mystery url_name="m"/>'
    )
    course = read(tmp_path, course_of(unit))
    assert all(word in seen(course) for word in ("Разложи", "предмет", "Кто?", "Я", "Напиши", "Слова?"))
    assert "разгадка" not in seen(course)
    assert "mystery blocks are not supported" in warnings(course)


def test_pages_beside_the_units_follow_them(tmp_path: Path) -> None:
    tabs = [{"type": "static_tab", "url_slug": "faq", "name": "Вопросы"}, {"type": "wiki", "name": "Вики"}]
    files = {
        "tabs/faq.html": "<p>Ответы здесь.</p>",
        "tabs/old.html": "<p>Забытая вкладка.</p>",
        "info/handouts.html": "<p>Раздатка.</p>",
        "about/overview.html": "<h2>Требования</h2><p>Нужен компьютер.</p>",
        "about/short_description.html": "Коротко о <b>курсе</b>.",
        "policies/run/policy.json": json.dumps({"course/run": {"tabs": tabs}}),
    }
    course = read(tmp_path, course_of(HTML, files=PAGE | files))
    assert [lesson.title for lesson in course.lessons] == ["Страница", "Вопросы", "old", "О курсе", "Материалы"]
    assert "Ответы здесь." in seen(course)
    assert "Забытая" not in seen(course)
    assert course.card.description == "Коротко о курсе."


def test_links_lead_to_lessons_by_the_ids_of_anything_in_them(tmp_path: Path) -> None:
    far = "/courses/course-v1:o+c+r/jump_to/block-v1:o+c+r+type@html+block@deep"
    hrefs = ("/jump_to_id/second", far, "/static/my_file.ipynb", "/courses/none/jump_to_id/gone")
    links = " ".join(f'<a href="{href}">сюда</a>' for href in hrefs)
    files = course_of(f"<html><p>{links}</p></html>")
    files["sequential/seq.xml"] = (
        '<sequential display_name="П"><vertical url_name="unit"/><vertical url_name="second" display_name="Два">'
        '<html url_name="deep"><p>цель</p></html></vertical></sequential>'
    )
    files["static/my file.ipynb"] = json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [_cell("Тетрадь с примерами.")]}
    )
    course = read(tmp_path, files)
    html = by_id(course, "unit").blocks[0].html
    assert html.count('href="second"') == 2
    assert 'href="static-my-file-ipynb' in html
    assert html.count("<a ") == 3
    assert "Тетрадь с примерами." in seen(course)


def test_a_document_is_as_hidden_as_the_pages_that_lead_to_it(tmp_path: Path) -> None:
    files = course_of('<html visible_to_staff_only="true"><p><a href="/static/n.ipynb">тетрадь</a></p></html>')
    files["static/n.ipynb"] = json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [_cell("Только своим.")]}
    )
    course = read(tmp_path, files)
    assert {block.visibility for block in by_id(course, "static/n.ipynb").blocks} == {Visibility.STAFF}


def test_what_is_broken_is_named_with_its_line_and_the_rest_lands(tmp_path: Path) -> None:
    parts = [HTML, HTML, '<problem url_name="bad"/>', '<problem url_name="none"/>', '<html url_name="lost"/>']
    files = course_of(*parts, files=PAGE)
    files["problem/bad.xml"] = "<problem>\n<p>раз\n</problem>"
    files["html/lost.xml"] = '<html filename="lost"/>'
    files["course/run.xml"] = files["course/run.xml"].replace("</course>", '<chapter url_name="ch"/></course>')
    course = read(tmp_path, files)
    assert "Привет" in seen(course)
    assert "problem/bad.xml:3:" in warnings(course)
    assert "problem/none.xml: is named in the course and missing" in warnings(course)
    assert "html/lost.html: is named in the course and missing" in warnings(course)
    assert "html/h.xml: stands in the course twice" in warnings(course)
    assert "chapter/ch.xml: stands in the course twice" in warnings(course)


def test_a_course_that_points_to_itself_ends(tmp_path: Path) -> None:
    files = course_of('<vertical url_name="unit"/>', HTML, files=PAGE)
    assert "Привет" in seen(read(tmp_path, files))


def test_an_export_without_a_page_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"Open edX export without one page.*chapter/ch\.xml: is named"):
        read(tmp_path, {"course.xml": ROOT, "course/run.xml": '<course><chapter url_name="ch"/></course>'})
    broken = {"course.xml": "<course", "chapter/a.xml": "<chapter/>", "vertical/b.xml": "<vertical/>"}
    with pytest.raises(Invalid, match=r"course\.xml:1: is no well-formed XML"):
        read(tmp_path / "broken", broken)


def test_without_its_root_a_course_is_not_taken_for_loose_pages(tmp_path: Path) -> None:
    files = course_of(HTML, files=PAGE)
    del files["course.xml"]
    assert read(tmp_path / "one-run", files).format == "olx"
    del files["course/run.xml"]
    with pytest.raises(Invalid, match=r"without its course\.xml"):
        read(tmp_path / "none", files)
    odd = course_of(HTML, files=PAGE) | {"course.xml": "<nothing/>"}
    with pytest.raises(Invalid, match="without one page"):
        read(tmp_path / "odd", odd)


def test_a_course_file_of_another_platform_is_no_open_edx(tmp_path: Path) -> None:
    files = {
        "course/course.xml": '<course id="2" contextid="7"><shortname>x</shortname></course>',
        "a.md": "# Тема\n\nда",
    }
    assert read(tmp_path, files).format == "files"


def test_nothing_hidden_shows_anywhere(tmp_path: Path) -> None:
    words = {name: f"слово{name}" for name in ("visible", "staff", "unpublished", "key", "private", "later")}
    course = read_course(make_olx(tmp_path, **words))
    shown = seen(course)
    assert shown.count(words["visible"]) >= 7
    assert not [name for name in words if name != "visible" and words[name] in shown]
    told = "\n".join(block.text for lesson in course.lessons for block in lesson.blocks)
    assert words["private"] not in told + warnings(course)
    assert not [name for name in words if name != "private" and words[name] not in told]


def _cell(text: str) -> dict[str, object]:
    return {"cell_type": "markdown", "id": "a", "metadata": {}, "source": [text]}
