"""Changes beside what they change: which blocks, which words, and nothing of what learners do not see."""

from knowledge.edits import delete_blocks, insert_behind, move_blocks, replace_blocks
from knowledge.side_by_side import Row, RowKind, side_by_side
from tests.knowledge.editing import at, blocks_of

BASE = blocks_of()
SPRING, MOUTH = at(BASE, "A spring"), at(BASE, "The mouth")


def kinds(rows: tuple[Row, ...]) -> list[str]:
    return [row.kind for row in rows]


def test_a_reworded_block_stands_beside_its_old_words_with_those_that_differ_marked() -> None:
    rows = side_by_side(BASE, [replace_blocks(BASE, SPRING, SPRING, "A spring is where a stream begins.")])
    [changed] = [row for row in rows if row.kind is RowKind.CHANGED]
    assert changed.before is not None
    assert changed.after is not None
    assert [word.text.strip() for word in changed.before.words if word.is_changed] == ["river"]
    assert [word.text.strip() for word in changed.after.words if word.is_changed] == ["stream"]
    for cell in (changed.before, changed.after):
        assert "".join(word.text for word in cell.words) == cell.text
    assert (changed.before.number, changed.after.number) == (SPRING, None)


def test_what_is_far_from_a_change_is_counted_and_not_shown() -> None:
    rows = side_by_side(BASE, [insert_behind(BASE, MOUTH, "That is all.")])
    assert kinds(rows) == [RowKind.SKIPPED, RowKind.SAME, RowKind.SAME, RowKind.ADDED]
    shown = sum(row.skipped or row.kind is not RowKind.ADDED for row in rows)
    assert shown == sum(block["visibility"] == "learner" for block in BASE)


def test_a_moved_stretch_is_taken_from_one_place_and_added_at_another() -> None:
    heading = at(BASE, "Springs")
    rows = side_by_side(BASE, [move_blocks(BASE, heading, SPRING + 1, to=MOUTH)])
    gone = [row.before.text for row in rows if row.kind is RowKind.REMOVED and row.before]
    come = [row.after.text for row in rows if row.kind is RowKind.ADDED and row.after]
    assert gone == come == ["Springs", "A spring is where a river begins.", "- clear\n- cold"]


def test_keys_and_hidden_blocks_are_on_neither_side() -> None:
    question = at(BASE, "Exercise")
    rows = side_by_side(BASE, [delete_blocks(BASE, question, len(BASE) - 1)])
    told = [cell.text for row in rows for cell in (row.before, row.after) if cell is not None]
    assert "Exercise: map" in told
    assert not any("mill" in text or text == "Solution" for text in told)
