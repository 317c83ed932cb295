"""Changes of a lesson: what it says with them, under which headings, and what they cannot reach."""

from typing import Any

import pytest

from foundation.errors import Conflict, Invalid
from knowledge.blocks import BlockKind, Visibility
from knowledge.editing import apply_changes
from knowledge.edits import (
    Change,
    ChangeKind,
    change_from_plain,
    change_to_plain,
    check_changes,
    delete_blocks,
    insert_behind,
    move_blocks,
    replace_blocks,
    text_of,
)
from knowledge.sight import StoredBlock
from knowledge.stored_blocks import block_from_json, block_to_json
from tests.knowledge.editing import LESSON, at, blocks_of, texts

BASE = blocks_of()
SPRING, KEY, MOUTH = at(BASE, "A spring"), at(BASE, "It begins"), at(BASE, "The mouth")


def by_text(blocks: list[Any], text: str) -> StoredBlock:
    found: StoredBlock = blocks[at(blocks, text)]
    return found


def test_a_stored_block_comes_back_as_it_was() -> None:
    for block in BASE:
        assert block_to_json(block_from_json(block)) == block


def test_new_text_stands_where_the_old_one_did_and_under_its_heading() -> None:
    after = apply_changes(
        BASE, [replace_blocks(BASE, SPRING, SPRING, "A *spring* feeds a river.\n\n```python\nx = 1\n```")]
    )
    assert texts(after)[SPRING : SPRING + 3] == ["A spring feeds a river.", "x = 1", "- clear\n- cold"]
    assert [after[SPRING + n]["kind"] for n in (0, 1)] == [BlockKind.PARAGRAPH, BlockKind.CODE]
    assert {tuple(after[SPRING + n]["heading_path"]) for n in (0, 1)} == {("Rivers", "Springs")}
    assert after[SPRING]["anchor"] == "springs"
    assert texts(after)[SPRING + 2 :] == texts(BASE)[SPRING + 1 :]


def test_a_new_section_comes_behind_the_key_of_the_question_before_it() -> None:
    question = at(BASE, "Where does")
    after = apply_changes(BASE, [insert_behind(BASE, question, "## What learners ask\n\nWhy below the mill?")])
    assert texts(after)[question : question + 5] == [
        "Where does the river begin?",
        "Solution",
        "It begins below the old mill.",
        "What learners ask",
        "Why below the mill?",
    ]
    assert list(by_text(after, "Why below")["heading_path"]) == ["Rivers", "What learners ask"]
    assert by_text(after, "Why below")["kind"] == BlockKind.PARAGRAPH


def test_what_stands_below_a_renamed_heading_keeps_its_address() -> None:
    heading = at(BASE, "Springs")
    after = apply_changes(BASE, [replace_blocks(BASE, heading, heading, "## Where rivers begin")])
    assert by_text(after, "Where rivers")["html"].startswith('<h2 id="springs"')
    assert by_text(after, "A spring")["anchor"] == "springs"
    assert list(by_text(after, "A spring")["heading_path"]) == ["Rivers", "Where rivers begin"]


def test_two_sections_never_have_one_address() -> None:
    after = apply_changes(BASE, [insert_behind(BASE, MOUTH, "## Springs\n\nMore of them.")])
    anchors = [block["anchor"] for block in after if block["kind"] == BlockKind.HEADING]
    assert len(anchors) == len(set(anchors))


def test_a_moved_section_comes_whole_and_a_moved_question_with_its_key() -> None:
    heading, question = at(BASE, "Springs"), at(BASE, "Exercise")
    after = apply_changes(BASE, [move_blocks(BASE, heading, heading + 2, to=MOUTH)])
    assert texts(after)[-3:] == ["Springs", "A spring is where a river begins.", "- clear\n- cold"]
    after = apply_changes(BASE, [move_blocks(BASE, question, KEY, to=MOUTH)])
    assert texts(after)[-1] == "It begins below the old mill."
    assert sorted(texts(after)) == sorted(texts(BASE))


def test_what_learners_do_not_see_survives_every_change_untouched() -> None:
    question = at(BASE, "Exercise")
    for change in (
        replace_blocks(BASE, question, len(BASE) - 1, "## All new\n\nQuite."),
        delete_blocks(BASE, question, len(BASE) - 1),
    ):
        assert "mill" not in change.before
        after = apply_changes(BASE, [change])
        key = by_text(after, "It begins")
        assert (key["kind"], key["visibility"], key["text"]) == (
            BlockKind.ANSWER_KEY,
            Visibility.STAFF,
            "It begins below the old mill.",
        )


def test_an_answer_in_new_text_of_an_exercise_is_kept_from_learners() -> None:
    question = at(BASE, "Where does")
    after = apply_changes(BASE, [insert_behind(BASE, question, "Answer: at the glacier.")])
    assert by_text(after, "Answer: at")["kind"] == BlockKind.ANSWER_KEY
    assert by_text(after, "Answer: at")["visibility"] == Visibility.STAFF


def test_prose_in_place_of_a_question_is_a_question() -> None:
    question = at(BASE, "Where does")
    after = apply_changes(BASE, [replace_blocks(BASE, question, question, "Where, on the map, does it begin?")])
    assert by_text(after, "Where, on")["kind"] == BlockKind.EXERCISE


def test_markup_is_made_harmless() -> None:
    told = "Look: <img src=x onerror=alert(1)> <script>alert(1)</script> <a href='javascript:x'>here</a>"
    after = apply_changes(BASE, [insert_behind(BASE, SPRING, told)])
    html = by_text(after, "Look")["html"]
    assert "<script" not in html
    assert "<img" not in html
    assert "href" not in html


def test_new_text_in_what_opens_later_opens_with_it() -> None:
    blocks = [dict(block) for block in BASE]
    blocks[MOUTH] |= {"visibility": Visibility.NOT_BEFORE, "not_before": "2030-01-01T00:00:00+00:00"}
    after = apply_changes(blocks, [replace_blocks(blocks, MOUTH, MOUTH, "It ends in the sea.")])
    assert after[MOUTH]["visibility"] == Visibility.NOT_BEFORE
    assert after[MOUTH]["not_before"] == "2030-01-01T00:00:00+00:00"


def test_several_changes_count_in_the_numbers_of_the_base() -> None:
    changes = [
        delete_blocks(BASE, SPRING + 1, SPRING + 1),
        replace_blocks(BASE, MOUTH, MOUTH, "It ends in the sea."),
        insert_behind(BASE, -1, "Read this first."),
        insert_behind(BASE, MOUTH, "That is all."),
    ]
    after = texts(apply_changes(BASE, changes))
    assert after[0] == "Read this first."
    assert after[-2:] == ["It ends in the sea.", "That is all."]
    assert "- clear\n- cold" not in after


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (Change(ChangeKind.REPLACE, 3, 99, "", "New."), "no blocks 3 to 99"),
        (Change(ChangeKind.REPLACE, 3, 2, "", "New."), "no blocks"),
        (Change(ChangeKind.REPLACE, KEY, KEY, "", "New."), "learners do not see"),
        (Change(ChangeKind.INSERT, 99, 99, "", "New."), "behind block 99"),
        (replace_blocks(BASE, SPRING, SPRING, " \n "), "is empty"),
        (replace_blocks(BASE, SPRING, SPRING, "x" * 20_001), "20000 are the most"),
        (replace_blocks(BASE, SPRING, SPRING, "<!-- only a comment -->"), "shows nothing"),
        (move_blocks(BASE, 2, 4, to=3), "into itself"),
        (Change(ChangeKind.MOVE, 2, 4, text_of(BASE, 2, 4)), "says where to"),
        (Change(ChangeKind.DELETE, SPRING, SPRING, text_of(BASE, SPRING, SPRING), "New."), "brings no text"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(change: Change, wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        apply_changes(BASE, [change])


def test_changes_of_the_same_block_are_refused() -> None:
    with pytest.raises(Invalid, match="same block"):
        check_changes(BASE, [delete_blocks(BASE, 2, 4), replace_blocks(BASE, 4, 4, "New.")])
    with pytest.raises(Invalid, match="middle"):
        check_changes(BASE, [delete_blocks(BASE, 2, 4), insert_behind(BASE, 3, "New.")])
    with pytest.raises(Invalid, match="no change"):
        check_changes(BASE, [])


def test_a_change_of_other_words_than_these_is_a_conflict() -> None:
    other = blocks_of(LESSON.replace("A spring is", "A spring was"))
    with pytest.raises(Conflict):
        apply_changes(other, [replace_blocks(BASE, SPRING, SPRING, "New.")])


def test_a_change_is_stored_and_read_back() -> None:
    change = move_blocks(BASE, 2, 4, to=MOUTH)
    assert change_from_plain(change_to_plain(change)) == change
