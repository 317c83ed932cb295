"""How long lessons take by what they are made of, and what is done first."""

from typing import Any

import pytest

from assistant.effort import WIN_MINUTES, WinKind, first_win, lesson_minutes, section_minutes
from foundation.ids import LessonId, RevisionId
from knowledge.lessons import LessonHead
from knowledge.outline import LessonOutline, Section, sections_of


def outline(*sections: Section, lang: str = "en", slug: str = "lesson") -> LessonOutline:
    head = LessonHead(LessonId(slug), slug, slug, slug, "", "", "", RevisionId("r"))
    return LessonOutline(head, lang, sections)


def stored(kind: str, text: str, *, at: str = "", spot: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"kind": kind, "text": text, "anchor": at, "heading_path": [at.title()] if at else [], "spot": spot}


def test_a_lesson_is_counted_section_by_section() -> None:
    recording = {"kind": "time", "number": 60, "of": "talk"}
    blocks = [
        stored("heading", "Two words", at="top"),
        stored("paragraph", "one two three", at="top"),
        stored("code", "a = 1\n\nb = 2", at="code"),
        stored("exercise", "Say why.", at="task"),
        stored("exercise", "What is it?", at="quiz"),
        stored("exercise", "- this\n- that", at="quiz"),
        stored("transcript", "ten words " * 5, at="film", spot=recording),
        stored("transcript", "no second named", at="film"),
        stored("table", "a b c", at="film"),
    ]
    top, code, task, quiz, film = sections_of(blocks)
    assert (top.words, top.heading) == (5, "Top")
    assert code.code_lines == 2
    assert (task.exercises, task.choices) == (1, 0)
    assert (quiz.exercises, quiz.choices) == (0, 1)
    # The last sentence begins at 60 s and takes ten words: 4 s.
    assert (film.watched_s, film.heard_words, film.table_words) == (64, 3, 3)


def test_every_word_line_and_task_takes_time() -> None:
    nothing = section_minutes(Section("", ""), "en")
    assert nothing == 0
    for more in (
        Section("", "", words=10),
        Section("", "", table_words=10),
        Section("", "", code_lines=1),
        Section("", "", exercises=1),
        Section("", "", choices=1),
        Section("", "", heard_words=10),
        Section("", "", watched_s=30),
    ):
        assert section_minutes(more, "en") > 0
    assert section_minutes(Section("", "", words=1000), "ru") > section_minutes(Section("", "", words=1000), "en")
    assert lesson_minutes(outline()) == 1


def test_the_first_win_ends_in_the_first_exercise_that_fits() -> None:
    long_task = Section("big", "Big", exercises=1, exercise_words=2000)
    read, task = Section("read", "Read", words=400), Section("task", "Task", exercises=1)
    far = Section("far", "Far", words=4000)
    win = first_win(
        [outline(Section("s", "Short", words=200), slug="a"), outline(far, long_task, read, task, slug="b")]
    )
    assert win is not None
    assert (win.lesson, win.kind, win.anchor, win.upto) == ("b", WinKind.EXERCISE, "read", "Task")
    assert win.minutes == 7


@pytest.mark.parametrize(
    ("sections", "kind"),
    [
        ([Section("a", "A", words=800)], WinKind.LESSON),
        (
            [Section("a", "A", words=1500), Section("b", "B", words=900, code_lines=3), Section("c", "C", words=4000)],
            WinKind.CODE,
        ),
        ([Section("a", "A", words=1500), Section("b", "B", words=4000)], WinKind.SECTION),
        ([Section("a", "A", words=9000)], WinKind.BEGINNING),
    ],
)
def test_without_an_exercise_there_is_still_something_to_get_done(sections: list[Section], kind: WinKind) -> None:
    win = first_win([outline(*sections)])
    assert win is not None
    assert win.kind is kind
    assert win.minutes <= WIN_MINUTES


def test_nothing_to_read_is_no_win() -> None:
    assert first_win([]) is None
