"""Which lessons a question names, and that speaking of a lesson's subject does not name it."""

import pytest

from assistant.naming import named_lessons
from foundation.ids import LessonId, RevisionId
from knowledge.lessons import LessonHead

TITLES = (
    "Mixing flour and water",
    "Kneading: by hand, by machine",
    "Proofing the dough overnight",
    "Бутстрап",
    "От закваски к тесту",
    "Урок 12. Выпечка",
)
LESSONS = tuple(
    LessonHead(
        id=LessonId(str(place)),
        slug=f"{place:02}-part" if place < 6 else "baking",
        external_id=f"lessons/{place:02}.md",
        title=title,
        block_title=f"Week {(place + 1) // 2}. Dough",
        skill="",
        outcome="",
        revision=RevisionId(f"r{place}"),
    )
    for place, title in enumerate(TITLES, 1)
)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("what is lesson 3 about?", {"3"}),
        ("Lesson #3 please", {"3"}),
        ("lessons 2 and 4", {"2", "4"}),
        ("lessons 2-4", {"2", "3", "4"}),
        ("the third lesson", {"3"}),
        ("in the 5th lesson", {"5"}),
        ("покажи урок 2", {"2"}),
        ("урок №2", {"2"}),
        ("что в третьем уроке", {"3"}),
        ("в 5-м уроке", {"5"}),
        ("в 5 уроке", {"5"}),
        ("урок 12", {"6"}),
        ("урок 6", set()),
        ("week 2", {"3", "4"}),
        ("на второй неделе", {"3", "4"}),
        ("02-part", {"2"}),
        ("see lessons/04.md", {"4"}),
        ("proofing the dough overnight, how?", {"3"}),
        ("show me the lesson on kneading", {"2"}),
        ("урок бутстрап", {"4"}),
        ("«Бутстрап»", {"4"}),
        ("урок «Выпечка»", {"6"}),
    ],
)
def test_a_lesson_is_named_by_number_title_slug_or_week(question: str, named: set[str]) -> None:
    assert named_lessons(question, LESSONS) == named


@pytest.mark.parametrize(
    "question",
    [
        "что такое бутстрап",
        "how long does kneading take by hand",
        "why is the dough proofed overnight?",
        "за 3 урока это реально?",
        "сколько нужно: 2 урока или 5 уроков",
        "it took me 3 lessons and 2 weeks",
        "недель 3 прошло",
        "baking",
        "what is 3 times 4",
        "",
    ],
)
def test_a_subject_or_a_count_names_no_lesson(question: str) -> None:
    assert named_lessons(question, LESSONS) == frozenset()


@pytest.mark.parametrize("question", ["1" * 8000 + " урок", "1" + " " * 7990, "урок " + "1," * 3990, "«" * 8000])
def test_nonsense_of_any_length_names_no_lesson_that_is_not_there(question: str) -> None:
    assert named_lessons(question, LESSONS) <= {"1"}
