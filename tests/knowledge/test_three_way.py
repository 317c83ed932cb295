"""Changes on one state of a lesson and the lesson as it reads by now: what still fits, what is done, what clashes."""

import pytest

from foundation.ids import RevisionId
from knowledge.editing import apply_changes
from knowledge.edits import Change, delete_blocks, insert_behind, move_blocks, replace_blocks
from knowledge.three_way import StaleBase, all_fitted, fit_changes, fresh_changes, three_way
from tests.knowledge.editing import LESSON, at, blocks_of, texts

BASE = blocks_of()
SPRING, MOUTH = at(BASE, "A spring"), at(BASE, "The mouth")
REWORDED = replace_blocks(BASE, SPRING, SPRING, "A spring feeds a river.")
ADDED = insert_behind(BASE, SPRING, "For example, the Volga begins in a small well.")
LEFT_OUT = delete_blocks(BASE, SPRING + 1, SPRING + 1)
MOVED = move_blocks(BASE, at(BASE, "Springs"), SPRING + 1, to=MOUTH)
ELSEWHERE = LESSON.replace("# Rivers\n", "# Rivers\n\nA word before.\n").replace("where it ends", "where it all ends")


@pytest.mark.parametrize("change", [REWORDED, ADDED, LEFT_OUT])
def test_a_change_still_fits_when_the_rest_of_the_lesson_changed(change: Change) -> None:
    today = blocks_of(ELSEWHERE)
    fitted = all_fitted(fit_changes(BASE, [change], today))
    assert fitted is not None
    made, alone = texts(apply_changes(today, fitted)), texts(apply_changes(BASE, [change]))
    assert "A word before." in made
    assert [text for text in made if text in alone] == [text for text in alone if "where it ends" not in text]


@pytest.mark.parametrize("change", [REWORDED, ADDED, LEFT_OUT, MOVED])
def test_a_change_that_was_made_already_has_nothing_left_to_do(change: Change) -> None:
    today = apply_changes(BASE, [change])
    assert [each.is_done for each in fit_changes(BASE, [change], today)] == [True]
    assert all_fitted(fit_changes(BASE, [change], today)) == ()


@pytest.mark.parametrize("change", [REWORDED, ADDED, MOVED])
def test_a_change_of_what_was_reworded_since_does_not_fit(change: Change) -> None:
    today = blocks_of(LESSON.replace("A spring is where", "A source is where"))
    assert all_fitted(fit_changes(BASE, [change], today)) is None


def test_a_change_of_what_is_gone_does_not_fit() -> None:
    today = blocks_of(LESSON.replace("A spring is where a river begins.\n\n", ""))
    assert all_fitted(fit_changes(BASE, [REWORDED], today)) is None
    assert all_fitted(fit_changes(BASE, [delete_blocks(BASE, SPRING, SPRING)], today)) == ()


def test_a_block_that_was_reworded_is_not_taken_for_one_that_was_left_out() -> None:
    today = blocks_of(LESSON.replace("- clear\n- cold", "Springs are clear and cold."))
    assert all_fitted(fit_changes(BASE, [LEFT_OUT], today)) is None


def test_words_that_only_look_different_now_are_a_change_still_to_be_made() -> None:
    bold = replace_blocks(BASE, SPRING, SPRING, "A **spring** is where a river begins.")
    assert all_fitted(fit_changes(BASE, [bold], BASE)) == (bold,)
    assert all_fitted(fit_changes(BASE, [bold], apply_changes(BASE, [bold]))) == ()


def test_three_ways_are_shown_of_each_section_concerned_and_no_key() -> None:
    today = blocks_of(LESSON.replace("A spring is where", "A source is where").replace("below the old", "at the new"))
    question = at(BASE, "Where does")
    views = three_way(BASE, [REWORDED, insert_behind(BASE, question, "Draw it, too.")], today)
    assert [(view.heading, view.is_stale) for view in views] == [("Springs", True), ("Exercise: map", False)]
    assert "A spring is where a river begins." in views[0].base
    assert "A spring feeds a river." in views[0].mine
    assert "A source is where" in views[0].theirs
    assert "Draw it, too." in views[1].mine
    assert not any("mill" in text for view in views for text in (view.base, view.mine, view.theirs))


def test_a_base_is_stale_where_its_section_was_touched_and_nowhere_else() -> None:
    was, now = RevisionId("r-1"), RevisionId("r-2")
    changed = blocks_of(ELSEWHERE)
    assert fresh_changes("rivers", base=(was, BASE), changes=[REWORDED], live=(was, BASE)) == (REWORDED,)
    fitted = fresh_changes("rivers", base=(was, BASE), changes=[REWORDED], live=(now, changed))
    assert fitted[0].first == SPRING + 1
    touched = blocks_of(LESSON.replace("- cold", "- cold\n- deep"))
    with pytest.raises(StaleBase, match="Springs") as stale:
        fresh_changes("rivers", base=(was, BASE), changes=[REWORDED], live=(now, touched))
    assert (stale.value.base, stale.value.live) == (was, now)
    assert stale.value.fitted == (REWORDED,)
    assert "- deep" in stale.value.views[0].theirs
