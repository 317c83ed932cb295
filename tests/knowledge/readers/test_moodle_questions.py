"""Questions of a Moodle bank: what is asked for learners, the keys for staff, and which quiz asks what."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from knowledge.blocks import BlockKind, SourceCourse, Visibility
from knowledge.readers import read_course
from tests.knowledge.readers.exports_moodle import MoodleCourse, answers, bank, old_bank, pack_tar, question, slots, xml
from tests.knowledge.readers.read_back import blocks_of, kept, lesson_of, shown


def _read(folder: Path, course: MoodleCourse) -> SourceCourse:
    return read_course(pack_tar(folder, course.files()))


def _quiz(folder: Path, *questions: str, asked: Sequence[int] = (1,)) -> SourceCourse:
    course = MoodleCourse(categories=bank(*questions))
    course.add("quiz", "Quiz", intro="", **{"!slots": slots(*asked)})
    return _read(folder, course)


@pytest.mark.parametrize(
    ("made", "in_sight", "in_key"),
    [
        (
            question("multichoice", "<p>Sour?</p>", answers(("acid", 1, "yes!"), ("base", -0.5, "no!")), id=1),
            "Sour?\n- acid\n- base",
            "[x] acid — yes!",
        ),
        (
            question("truefalse", "Is it?", answers(("True", 0, ""), ("False", 1, "")), id=1),
            "Is it?\n- True",
            "[x] False",
        ),
        (question("shortanswer", "Name it", answers(("zinc", 1, ""), ("Zn", 0.5, "")), id=1), "Name it", "Zn (50 %)"),
        (
            question(
                "numerical",
                "How many?",
                answers(("42", 1, "")) + xml("r", xml("numerical_record", {"answer": 1, "tolerance": 0.5})),
                id=1,
            ),
            "How many?",
            "42 ± 0.5",
        ),
        (
            question(
                "match",
                "Pair",
                xml("match", {"questiontext": "A", "answertext": "zinc"})
                + xml("match", {"questiontext": "B", "answertext": "iron"}),
                id=1,
            ),
            "Pair\n- A\n- B\n- iron\n- zinc",
            "A → zinc",
        ),
        (
            question(
                "ddwtos", "Put [[2]] here, [[1]] there", answers(("zinc", 0, "O:8:{}"), ("iron", 0, "O:8:{}")), id=1
            ),
            "Put _____ here, _____ there\n- iron\n- zinc",
            "1: iron\n- 2: zinc",
        ),
        (
            question("gapselect", "Choose [[1]]", answers(("zinc", 0, "1"), ("iron", 0, "1")), id=1),
            "Choose _____\n- iron\n- zinc",
            "1: zinc",
        ),
        (
            question(
                "ddmarker",
                "Mark",
                xml("drag", {"no": 1, "label": "North"}) + xml("drop", {"choice": 1, "coords": "3,4;5"}),
                id=1,
            ),
            "Mark\n- North",
            "North → (3,4;5)",
        ),
        (
            question("ordering", "Order", answers(("zinc", 1, ""), ("iron", 2, "")), id=1),
            "Order\n- iron\n- zinc",
            "1. zinc\n- 2. iron",
        ),
        (
            question("essay", "Write", xml("essay", {"graderinfo": "be kind", "responsetemplate": "Dear …"}), id=1),
            "Write\nDear …",
            "be kind",
        ),
        (question("calculated", "Add {a}", answers(("{a}+1", 1, "")), id=1), "Add {a}", "{a}+1"),
        (question("novelty", "Do it", xml("secret", "the answer"), id=1), "Do it", "the answer"),
        (
            question(
                "shortanswer",
                "Hint me",
                answers(("zinc", 1, "")),
                id=1,
                **{"!h": xml("question_hints", xml("question_hint", {"hint": "metal"}))},
            ),
            "Hint me",
            "metal",
        ),
    ],
)
def test_a_question_shows_what_is_asked_and_keeps_what_is_right(
    tmp_path: Path, made: str, in_sight: str, in_key: str
) -> None:
    course = _quiz(tmp_path, made)

    assert in_sight in shown(course)
    assert in_key in kept(course)
    assert in_key not in shown(course)
    assert all(
        block.visibility is Visibility.STAFF for block in blocks_of(course) if block.kind is BlockKind.ANSWER_KEY
    )
    assert "O:8" not in repr(course)


def test_questions_embedded_in_a_text_are_gaps_for_learners(tmp_path: Path) -> None:
    course = _quiz(
        tmp_path,
        question("multianswer", "<p>I am a {#1} of {#2}.</p>", xml("multianswer", {"sequence": "2,3"}), id=1),
        question(
            "multichoice", "{1:MULTICHOICE:=cat~dog}", answers(("cat", 1, "meow"), ("dog", 0, "")), id=2, parent=1
        ),
        question("shortanswer", "{1:SHORTANSWER:=Paris}", answers(("Paris", 1, "")), id=3, parent=1),
    )

    assert "I am a _____ (cat / dog) of _____." in shown(course)
    assert "[x] cat — meow" in kept(course)
    assert "Paris" in kept(course)
    assert "Paris" not in shown(course)
    assert course.found["question"] == 3
    assert [lesson.external_id for lesson in course.lessons] == ["quiz-10"]


def test_an_answer_written_into_a_text_by_hand_is_a_gap_too(tmp_path: Path) -> None:
    course = _quiz(tmp_path, question("multianswer", "The capital is {1:SA:=Paris~%50%Lyon#near}.", id=1))

    assert "The capital is _____." in shown(course)
    assert "Paris" in kept(course)


def test_backups_before_version_4_name_questions_and_their_order_in_the_quiz(tmp_path: Path) -> None:
    course = MoodleCourse(
        categories=old_bank(
            question("shortanswer", "First?", answers(("one", 1, "")), id=71),
            question("shortanswer", "Second?", answers(("two", 1, "")), id=72),
            question("random", "Random", id=73),
            question("shortanswer", "Unused?", answers(("three", 1, "")), id=74),
        )
    )
    rows = "".join(xml("question_instance", {"question": id}, id=id) for id in (71, 72, 73))
    course.add("quiz", "Quiz", intro="", questions="72,0,71,73,0", **{"!slots": xml("question_instances", rows)})
    read = _read(tmp_path, course)

    asked = [block.text for block in lesson_of(read, "quiz-10").blocks if block.kind is BlockKind.EXERCISE]
    assert asked == ["Second?", "First?"]
    assert {block.visibility for block in lesson_of(read, "question-bank").blocks} == {Visibility.STAFF}
    assert any("at random" in warning.reason for warning in read.warnings)


def test_a_question_of_a_hidden_quiz_is_hidden_and_one_of_none_is_for_staff(tmp_path: Path) -> None:
    course = MoodleCourse(
        categories=bank(
            question("shortanswer", "Hidden?", answers(("a", 1, "")), id=1),
            question("shortanswer", "Unasked?", answers(("b", 1, "")), id=2),
        )
    )
    course.add("quiz", "Quiz", switches={"visible": 0}, intro="", **{"!slots": slots(1)})
    read = _read(tmp_path, course)

    seen = {block.text: block.visibility for block in blocks_of(read) if block.kind is BlockKind.EXERCISE}
    assert seen == {"Hidden?": Visibility.UNPUBLISHED, "Unasked?": Visibility.STAFF}
