"""The changelog says what learners can notice, and nothing of what they may not see."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.wiring import House
from knowledge.blocks import Block, BlockKind, SourceCourse, SourceLesson, Visibility
from knowledge.changelog import Changes, changes_of
from knowledge.ingest import Target, ingest
from knowledge.releases import find_release
from tests.knowledge.releasing import PRODUCT, changelog, publish, roll_back, take

pytestmark = pytest.mark.usefixtures("unmeasured")

BREAD = "# Bread\n\nFlour and water.\n\n## Resting\n\nIt rests.\n\n## Baking\n\nIt bakes.\n"
TEA = "---\nblock: Week 1\n---\n# Tea\n\nIt draws.\n"
JAM = "# Jam\n\nIt boils.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where lessons are written."""
    made = tmp_path / "course"
    made.mkdir()
    return made


def newest(house: House) -> Changes:
    return changelog(house)[0].changes


def titles(changes: Changes) -> dict[str, list[str]]:
    kinds = ("new", "changed", "moved", "removed")
    return {kind: [lesson.title for lesson in getattr(changes, kind)] for kind in kinds if getattr(changes, kind)}


def test_the_first_release_is_told_by_its_size(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": BREAD, "2.md": TEA})
    (entry,) = changelog(house)
    assert (entry.opened, bool(entry.changes)) == (2, False)


def test_new_changed_moved_and_removed_lessons_are_named(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": BREAD, "2.md": TEA, "3.md": JAM})
    changed = BREAD.replace("It rests.", "It rests for long.").replace("## Baking\n\nIt bakes.\n", "## Steam\n\nHot.\n")
    take(house, folder, {"1.md": changed, "2.md": TEA.replace("Week 1", "Week 2"), "4.md": "# Oven\n\nHot.\n"})
    changes = newest(house)
    expected = {"new": ["Oven"], "changed": ["Bread"], "moved": ["Tea"], "removed": ["Jam"]}
    assert titles(changes) == expected
    sections = [(section.heading, section.change.value) for section in changes.changed[0].sections]
    assert sections == [("Resting", "changed"), ("Steam", "new"), ("Baking", "removed")]
    assert changes.moved[0].block == "Week 2"


def test_a_lesson_put_before_others_does_not_move_them(house: House, folder: Path) -> None:
    take(house, folder, {"2.md": BREAD, "3.md": TEA, "4.md": JAM})
    take(house, folder, {"1.md": "# Oven\n\nHot.\n", "2.md": BREAD, "3.md": TEA, "4.md": JAM})
    assert titles(newest(house)) == {"new": ["Oven"]}


def test_only_the_lesson_that_changed_places_has_moved(house: House, folder: Path) -> None:
    toc = "- sections:\n  - {local: a}\n  - {local: b}\n  - {local: c}\n"
    lessons = {"a.md": BREAD, "b.md": TEA, "c.md": JAM}
    take(house, folder, {**lessons, "_toctree.yml": toc})
    moved = "- sections:\n  - {local: b}\n  - {local: c}\n  - {local: a}\n"
    take(house, folder, {**lessons, "_toctree.yml": moved})
    assert titles(newest(house)) == {"moved": ["Bread"]}


def test_a_lesson_that_got_another_title_says_what_it_was(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": JAM})
    take(house, folder, {"1.md": JAM.replace("# Jam", "# Marmalade")})
    (lesson,) = newest(house).changed
    assert (lesson.title, lesson.was) == ("Marmalade", "Jam")


def test_a_draft_is_in_no_changelog_and_its_author_sees_what_it_would_say(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": JAM})
    take(house, folder, {"1.md": JAM, "2.md": TEA}, draft=True)
    assert len(changelog(house)) == 1
    with house.database.read() as session:
        draft = find_release(session, PRODUCT, 2)
        assert titles(changes_of(session, draft, now=house.clock())) == {"new": ["Tea"]}
    publish(house, note="Tea is here")
    assert changelog(house)[0].release.note == "Tea is here"


def test_a_rollback_names_what_it_brought_back_and_took_away(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": JAM})
    take(house, folder, {"1.md": JAM, "2.md": TEA})
    roll_back(house)
    entry = changelog(house)[0]
    assert (entry.release.restores, titles(entry.changes)) == (1, {"removed": ["Tea"]})


MARKER = "MARKER hidden from every learner"
LATER = datetime(2027, 1, 1, tzinfo=UTC)
HIDDEN = st.sampled_from([Visibility.STAFF, Visibility.UNPUBLISHED, Visibility.NOT_BEFORE, "key"])
# Where the marker stands in each state of the lesson: nowhere, in view, or hidden; as text or as a heading.
STATES = st.lists(st.tuples(st.sampled_from(["none", "shown", "hidden"]), st.booleans()), min_size=2, max_size=4)


def _lesson(place: str, kind: object, *, heading: bool, number: int) -> SourceLesson:
    shown = Block(BlockKind.PARAGRAPH, "Everybody sees this.", "<p>Everybody sees this.</p>", 0, 20)
    marker: tuple[Block, ...] = ()
    if place != "none":
        visibility = Visibility.LEARNER if place == "shown" else Visibility(kind) if kind != "key" else Visibility.STAFF
        block_kind = BlockKind.HEADING if heading else BlockKind.PARAGRAPH
        block_kind = BlockKind.ANSWER_KEY if kind == "key" and place == "hidden" else block_kind
        path = (MARKER,) if heading else ()
        body = f"{number} under the heading"
        opens = LATER if visibility is Visibility.NOT_BEFORE else None
        below = Block(BlockKind.PARAGRAPH, body, f"<p>{body}</p>", 50, 60, path, "", visibility, not_before=opens)
        head = Block(block_kind, MARKER, f"<p>{MARKER}</p>", 20, 50, path, "", visibility, not_before=opens)
        marker = (head, below)
    return SourceLesson("1", "1.md", "Lesson", "", (shown, *marker))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=STATES, kind=HIDDEN)
def test_what_is_hidden_today_is_named_in_no_entry(house: House, states: list[tuple[str, bool]], kind: object) -> None:
    target = Target(PRODUCT, replace=True)
    for number, (place, heading) in enumerate([*states, ("hidden", True)]):
        course = SourceCourse((_lesson(place, kind, heading=heading, number=number),))
        ingest(course, target, database=house.database, encoder=house.encoder, clock=house.clock)
    told = json.dumps([repr(entry) for entry in changelog(house)])
    assert "MARKER" not in told
    assert "Lesson" in told or all(entry.opened for entry in changelog(house))


def test_a_change_of_what_is_hidden_alone_has_no_entry(house: House) -> None:
    target = Target(PRODUCT)
    for number in range(3):
        course = SourceCourse((_lesson("hidden", Visibility.STAFF, heading=True, number=number),))
        report = ingest(course, target, database=house.database, encoder=house.encoder, clock=house.clock)
        assert report.release == number + 1
    assert [entry.release.number for entry in changelog(house)] == [1]


def test_another_heading_that_is_hidden_above_what_is_seen_has_no_entry(house: House) -> None:
    for number in range(2):
        path = (f"Hidden heading {number}",)
        head = Block(BlockKind.HEADING, path[0], "", 0, 5, path, "", Visibility.STAFF)
        seen = Block(BlockKind.PARAGRAPH, "Everybody sees this.", "<p>Everybody sees this.</p>", 5, 25, path)
        course = SourceCourse((SourceLesson("1", "1.md", "Lesson", "", (head, seen)),))
        ingest(course, Target(PRODUCT), database=house.database, encoder=house.encoder, clock=house.clock)
    assert [entry.release.number for entry in changelog(house)] == [1]
