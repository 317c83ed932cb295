"""Repositories of exercises: lessons with their tips and definitions, and answers that stay with staff."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.blocks import BlockKind, SourceCourse, SourceLesson, Visibility
from knowledge.readers import read_course
from tests.knowledge.readers.exports_exercises import lesson_files, make_exercises, write_files

HOME = "modules/10-basics/20-variables"


def read(folder: Path, files: dict[str, str], lang: str | None = None) -> SourceCourse:
    return read_course(write_files(folder, files), lang=lang)


def only(course: SourceCourse) -> SourceLesson:
    (lesson,) = course.lessons
    return lesson


def texts(lesson: SourceLesson, kind: BlockKind, visibility: Visibility = Visibility.LEARNER) -> list[str]:
    return [block.text for block in lesson.blocks if block.kind is kind and block.visibility is visibility]


def shown(course: SourceCourse) -> str:
    told = [(lesson, block) for lesson in course.lessons for block in lesson.blocks]
    seen = [pair for pair in told if pair[1].visibility is Visibility.LEARNER]
    return "\n".join("\n".join((lesson.title, block.text, *block.heading_path)) for lesson, block in seen)


def warnings(course: SourceCourse) -> str:
    return "\n".join(map(str, course.warnings))


def test_a_lesson_is_put_together_from_the_files_beside_it(tmp_path: Path) -> None:
    files = lesson_files(HOME) | {"modules/10-basics/description.ru.yml": "name: Основы\ndescription: Первый модуль.\n"}
    files |= {"description.ru.yml": "title: Курс питона\ndescription: Всё сначала.\n"}
    course = read(tmp_path, files)
    lesson = next(item for item in course.lessons if item.external_id == HOME)
    assert (lesson.title, lesson.block_title, lesson.lang) == ("Переменные", "Основы", "ru")
    assert texts(lesson, BlockKind.PARAGRAPH) == [
        "Переменная хранит значение.",
        "Переменная — имя, за которым стоит значение.",
    ]
    assert lesson.blocks[-1].heading_path == ()
    assert [block.heading_path for block in lesson.blocks if block.text.startswith("Переменная —")] == [
        ("Определения",)
    ]
    assert texts(lesson, BlockKind.EXERCISE) == ["Создайте переменную."]
    assert (course.format, course.card.title, course.card.description) == ("exercises", "Курс питона", "Всё сначала.")
    assert {name: course.found[name] for name in ("tip", "definition", "program")} == {
        "tip": 1,
        "definition": 1,
        "program": 2,
    }


def test_tips_wait_for_who_asks_and_programs_stay_with_staff(tmp_path: Path) -> None:
    lesson = only(read(tmp_path, lesson_files(HOME)))
    assert texts(lesson, BlockKind.EXERCISE, Visibility.STAFF) == ["Имя пишут слева от знака."]
    assert texts(lesson, BlockKind.ANSWER_KEY, Visibility.STAFF) == ["name = 'Anna'", "assert name == 'Anna'"]


def test_a_whole_lesson_may_stand_in_its_notes(tmp_path: Path) -> None:
    notes = "name: Суть\ntheory: |\n  ## Зачем\n\n  Так надо.\ninstructions: Сделайте.\ntips: [Подумайте]\n"
    lesson = only(read(tmp_path, {f"{HOME}/description.ru.yml": notes, f"{HOME}/index.js": "let a;"}))
    assert (lesson.title, lesson.external_id) == ("Суть", HOME)
    assert texts(lesson, BlockKind.PARAGRAPH) == ["Так надо."]
    assert texts(lesson, BlockKind.EXERCISE) == ["Сделайте."]


def test_an_old_copy_of_the_lesson_in_its_notes_is_not_told_twice(tmp_path: Path) -> None:
    old = "name: Суть\ntheory: Старая теория.\ninstructions: Старое задание.\ntips: [Имя пишут слева от знака.]\n"
    lesson = only(read(tmp_path, lesson_files(HOME) | {f"{HOME}/description.ru.yml": old}))
    told = " ".join(block.text for block in lesson.blocks)
    assert "Стар" not in told
    assert told.count("слева от знака") == 1


@pytest.mark.parametrize(("lang", "expected"), [("en", "A name holds a value."), ("ru", "Переменная хранит значение.")])
def test_a_lesson_in_several_languages_is_taken_in_one(tmp_path: Path, lang: str, expected: str) -> None:
    files = lesson_files(HOME) | lesson_files(HOME, "en", theory="A name holds a value.", notes="name: Names\n")
    course = read(tmp_path, files, lang=lang)
    assert texts(only(course), BlockKind.PARAGRAPH)[0] == expected
    assert "en, ru" in warnings(course)
    assert course.words_read > sum(len(block.text.split()) for block in only(course).blocks) - 5


def test_a_track_with_hidden_folders_is_read(tmp_path: Path) -> None:
    track = {"exercises": {"practice": [{"slug": "leap", "name": "Leap Years"}, {"slug": "raw", "status": "wip"}]}}
    files = {
        "config.json": json.dumps(track),
        "exercises/practice/leap/.docs/introduction.md": "# Introduction\n\nA story.",
        "exercises/practice/leap/.docs/instructions.md": "# Instructions\n\nTell whether it is one.",
        "exercises/practice/leap/.docs/hints.md": "# Hints\n\n- Divide twice",
        "exercises/practice/leap/.meta/example.py": "def leap(): return True",
        "exercises/practice/leap/.approaches/introduction.md": "# Three ways\n\nDivide by four.",
        "exercises/practice/leap/leap.py": "def leap(): pass",
        "exercises/practice/leap/leap_test.py": "assert leap(1996)",
        "exercises/practice/raw/.docs/instructions.md": "# Instructions\n\nNot ready.",
        "concepts/basics/about.md": "# About\n\nNames and values.",
    }
    course = read(tmp_path, files)
    assert [lesson.title for lesson in course.lessons] == ["Basics", "Leap Years", "Raw"]
    assert all(words in shown(course) for words in ("A story.", "Tell whether it is one.", "Names and values."))
    assert not any(words in shown(course) for words in ("Divide", "Three ways", "def leap", "1996", "Not ready"))


def test_a_lesson_page_has_its_notes_and_solution_under_its_own_name(tmp_path: Path) -> None:
    files = {
        "lessons/01-loops.md": "# Циклы\n\nПовторяем.",
        "lessons/01-loops.yml": "hints:\n  - text: Считай с нуля\nglossary:\n  цикл: повторение\nanswer: 42\n",
        "lessons/01-loops.solution.md": "# Разгадка\n\nСорок два.",
        "lessons/01_loops_solution.py": "print(42)",
        "lessons/02-files.md": "# Файлы\n\nЧитаем.",
        "glossary.yml": "файл: место на диске\n",
    }
    course = read(tmp_path, files)
    assert [lesson.external_id for lesson in course.lessons] == ["glossary", "lessons/01-loops", "lessons/02-files"]
    loops = course.lessons[1]
    assert texts(loops, BlockKind.EXERCISE, Visibility.STAFF) == ["Считай с нуля"]
    assert texts(loops, BlockKind.ANSWER_KEY, Visibility.STAFF) == ["Разгадка", "Сорок два.", "print(42)", "42"]
    assert "цикл — повторение" in shown(course)
    assert "файл — место на диске" in shown(course)
    assert "Разгадка" not in shown(course)


def test_folders_of_tasks_with_hints_need_no_notes(tmp_path: Path) -> None:
    files = {
        "exercises/sum/README.md": "# Сумма\n\nСложите.",
        "exercises/sum/hints.md": "Начните с нуля.",
        "exercises/sum/solutions/one.md": "# Ключик\n\nТак и так.",
    }
    lesson = only(read(tmp_path, files))
    assert (lesson.external_id, lesson.title) == ("exercises/sum", "Сумма")
    assert texts(lesson, BlockKind.EXERCISE, Visibility.STAFF) == ["Начните с нуля."]
    assert texts(lesson, BlockKind.ANSWER_KEY, Visibility.STAFF) == ["Ключик", "Так и так."]


def test_notes_that_are_no_yaml_are_named_with_their_line_and_the_lesson_lands(tmp_path: Path) -> None:
    files = lesson_files(HOME) | lesson_files("modules/10-basics/30-x", notes="name: Икс\ntips: [\nfoo: :\n")
    course = read(tmp_path, files)
    assert len(course.lessons) == 2
    assert "modules/10-basics/30-x/ru/data.yml:3: is not valid YAML" in warnings(course)
    assert "Переменная хранит значение." in [block.text for block in course.lessons[1].blocks]


@pytest.mark.parametrize(
    "notes", ["draft: true\ntips: [", "published: no\ntips: [", "available_from: 2020-01-01\n tips"]
)
def test_notes_that_cannot_be_read_still_hide_what_they_would(tmp_path: Path, notes: str) -> None:
    files = lesson_files(HOME) | lesson_files("modules/10-basics/30-x", notes=notes, theory="Скрытое.")
    assert "Скрытое" not in shown(read(tmp_path, files))


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    files = lesson_files(HOME) | {"handout.html": "<p>да</p>", "a.ipynb": "{}", "CONTRIBUTING.md": "# Как помочь"}
    course = read(tmp_path, files)
    assert "handout.html: is a .html file" in warnings(course)
    assert "a.ipynb: is a .ipynb file" in warnings(course)
    assert [lesson.external_id for lesson in course.lessons] == [HOME]


def test_a_draft_folder_hides_its_lessons_and_a_date_opens_them(tmp_path: Path) -> None:
    files = lesson_files("modules/10-a/1") | lesson_files("modules/20-b/1")
    files |= {
        "modules/10-a/description.ru.yml": "name: Тайный\ndraft: true\n",
        "modules/20-b/description.ru.yml": "name: Потом\nnot_before: 2031-05-01\n",
    }
    course = read(tmp_path, files)
    hidden, later = course.lessons
    assert {block.visibility for block in hidden.blocks if block.kind is BlockKind.PARAGRAPH} == {
        Visibility.UNPUBLISHED
    }
    opens = {block.not_before for block in later.blocks if block.visibility is Visibility.NOT_BEFORE}
    assert opens == {datetime(2031, 5, 1, tzinfo=UTC)}


PLAIN = {
    "pages with a table of contents": {
        "_toctree.yml": "- local: a\n  title: А\n",
        "a.md": "# А\n\nда",
        "a.yml": "tips: [x]",
    },
    "pages with settings beside them": {"a.md": "# А\n\nда", "mkdocs.yml": "nav: []\n", "a.yml": "layout: page\n"},
    "a product with its card": {"README.md": "# А\n\nда", "product.yml": "title: Т\ndescription: о\n"},
    "a page about hints": {"hints.md": "# Подсказки редактора\n\nда"},
    "a repository of a program": {"README.md": "# П\n\nда", "src/main.py": "x", "tests/test_main.py": "y"},
}


@pytest.mark.parametrize("kind", PLAIN)
def test_plain_markdown_stays_what_it_is(tmp_path: Path, kind: str) -> None:
    assert read(tmp_path, PLAIN[kind]).format == "files"


def test_nothing_hidden_shows_anywhere(tmp_path: Path) -> None:
    words = {name: f"слово{name}" for name in ("visible", "staff", "unpublished", "key", "private", "later")}
    course = read_course(make_exercises(tmp_path, **words))
    assert course.format == "exercises"
    assert shown(course).count(words["visible"]) >= 6
    assert not [name for name in words if name != "visible" and words[name] in shown(course)]
    told = "\n".join(block.text for lesson in course.lessons for block in lesson.blocks)
    assert [name for name in words if words[name] not in told] == ["private"]
