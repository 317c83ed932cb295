"""Releases: what is live goes live and back as one set, and a draft is seen by nobody."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import event, select, text

from companion.wiring import House
from foundation.database import Database
from foundation.errors import Conflict, Invalid, NotFound
from foundation.migrations import upgrade
from knowledge.blocks import Block, BlockKind, SourceCourse, SourceLesson, Visibility
from knowledge.ingest import Target, ingest
from knowledge.lessons import live_lessons, load_sources
from knowledge.products import find_product
from knowledge.releases import (
    ReleaseState,
    discard_draft,
    list_releases,
    live_release,
    placed_in,
    placed_live,
)
from knowledge.tables import RevisionRow
from tests.conftest import TakeIn
from tests.fakes import FixedClock
from tests.knowledge.releasing import PRODUCT, found, live_titles, publish, roll_back, take, version

pytestmark = pytest.mark.usefixtures("unmeasured")

ONE = "# One\n\nThe first lesson is about flour.\n"
TWO = "# Two\n\nThe second lesson is about water.\n"
TWO_AGAIN = "# Two again\n\nThe second lesson is about salt.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where lessons are written."""
    made = tmp_path / "course"
    made.mkdir()
    return made


def states(house: House) -> list[tuple[int, str]]:
    with house.database.read() as session:
        return [(release.number, release.state) for release in reversed(list_releases(session, PRODUCT))]


def test_every_ingest_that_changes_something_is_a_release(house: House, folder: Path) -> None:
    assert take(house, folder, {"1.md": ONE}).release == 1
    assert take(house, folder, {"1.md": ONE}).release is None
    assert take(house, folder, {"1.md": ONE, "2.md": TWO}).release == 2
    assert take(house, folder, {"2.md": TWO}).release == 3
    assert states(house) == [(1, "published"), (2, "published"), (3, "published")]


def test_a_draft_is_seen_by_nobody(house: House, folder: Path) -> None:
    take(house, folder, {"product.yml": "title: Bread\n", "1.md": ONE})
    before = version(house), found(house, "water")
    card = "title: Salted bread\norigins: [https://elsewhere.example]\n"
    report = take(house, folder, {"product.yml": card, "1.md": ONE, "2.md": TWO}, draft=True)
    assert (report.release, report.draft, report.added) == (2, True, 1)
    assert live_titles(house) == ["One"]
    assert (version(house), found(house, "water")) == before
    with house.database.read() as session:
        product = find_product(session, PRODUCT)
        assert (product.title, product.origins, product.lessons) == ("Bread", (), 1)
        assert [lesson.title for lesson in live_lessons(session, PRODUCT)] == ["One"]


def test_publishing_a_draft_shows_all_of_it_in_one_step(house: House, folder: Path) -> None:
    take(house, folder, {"product.yml": "title: Bread\n", "1.md": ONE, "2.md": TWO})
    take(house, folder, {"product.yml": "title: Salt\n", "2.md": TWO_AGAIN, "3.md": ONE}, draft=True)
    before = version(house)
    put = publish(house)
    assert (put.release.number, put.release.state, put.texts) == (2, ReleaseState.PUBLISHED, 0)
    assert live_titles(house) == ["Two again", "One"]
    assert version(house) == before + 1
    with house.database.read() as session:
        assert find_product(session, PRODUCT).title == "Salt"


def test_a_new_product_may_begin_as_a_draft_and_shows_only_its_name(house: House, folder: Path) -> None:
    take(house, folder, {"product.yml": "title: Secret\ndescription: Secret\n", "1.md": ONE}, draft=True)
    with house.database.read() as session:
        product = find_product(session, PRODUCT)
    assert (product.title, product.description, product.lessons) == (PRODUCT, "", 0)
    assert found(house, "flour") == ()
    publish(house)
    assert live_titles(house) == ["One"]


def test_a_draft_that_is_what_is_live_is_none_and_the_same_draft_is_one(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": ONE})
    assert take(house, folder, {"1.md": ONE}, draft=True).release is None
    assert take(house, folder, {"1.md": TWO}, draft=True).release == 2
    assert take(house, folder, {"1.md": TWO}, draft=True).release == 2
    assert states(house) == [(1, "published"), (2, "draft")]


def test_a_draft_of_what_is_no_longer_live_is_refused_with_a_way_forward(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": ONE})
    take(house, folder, {"1.md": TWO}, draft=True)
    take(house, folder, {"1.md": ONE, "2.md": TWO})
    with pytest.raises(Conflict, match=r"draft 2 .* from release 1, and release 3 is live .*--draft again"):
        publish(house)
    assert live_titles(house) == ["One", "Two"]
    assert take(house, folder, {"1.md": TWO}, draft=True).release == 4
    with pytest.raises(Invalid, match=r"several drafts \(2, 4\)"):
        publish(house)
    publish(house, 4)
    assert live_titles(house) == ["Two"]


def test_rolling_back_brings_titles_order_and_retired_lessons_back_as_a_new_release(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": ONE, "2.md": TWO})
    take(house, folder, {"0.md": TWO_AGAIN, "2.md": ONE})
    put = roll_back(house)
    assert live_titles(house) == ["One", "Two"]
    assert (put.release.number, put.release.restores, put.release.base) == (3, 1, 2)
    assert states(house) == [(1, "published"), (2, "published"), (3, "published")]


def test_rolling_back_again_goes_further_back_and_ends_at_the_first(house: House, folder: Path) -> None:
    for number in ("one", "two", "three"):
        take(house, folder, {"1.md": f"# {number}\n\nLesson {number}.\n"})
    roll_back(house)
    assert live_titles(house) == ["two"]
    roll_back(house)
    assert live_titles(house) == ["one"]
    with pytest.raises(Conflict, match="nothing to go back to"):
        roll_back(house)
    with pytest.raises(Conflict, match="nothing to do"):
        roll_back(house, 1)
    roll_back(house, 3)
    assert live_titles(house) == ["three"]


def test_what_is_hidden_now_is_not_shown_again_by_a_rollback_unless_it_is_meant(house: House, folder: Path) -> None:
    why = "Because wild yeast comes with the flour."
    quiz = f'<Question choices={{[{{text: "Flour", correct: true, explain: "{why}"}}, {{text: "Salt"}}]}} />'
    take(house, folder, {"1.mdx": f"# One\n\nWhere does yeast come from?\n\n{why}\n"})
    take(house, folder, {"1.mdx": f"# One\n\nWhere does yeast come from?\n\n{quiz}\n"})
    assert shown_text(house, "yeast").count(why) == 0
    with pytest.raises(Conflict, match=r"hidden from them now, in 1\.mdx.*--reveal"):
        roll_back(house)
    assert (shown_text(house, "yeast").count(why), version(house)) == (0, 2)
    roll_back(house, reveal=True)
    assert shown_text(house, "yeast").count(why) == 1


def test_what_opens_at_a_moment_stays_closed_after_a_rollback_and_opens_then(house: House, clock: FixedClock) -> None:
    open_now = Block(BlockKind.PARAGRAPH, "Yeast is alive.", "<p>Yeast is alive.</p>", 0, 15)
    told = "Yeast of the exam sleeps."
    opens = clock() + timedelta(days=7)
    later = Block(
        BlockKind.PARAGRAPH, told, f"<p>{told}</p>", 20, 45, visibility=Visibility.NOT_BEFORE, not_before=opens
    )
    for blocks in ((open_now, later), (open_now,)):
        course = SourceCourse((SourceLesson("1", "1.md", "Yeast", "", blocks),))
        ingest(course, Target(PRODUCT), database=house.database, encoder=house.encoder, clock=clock)
    roll_back(house)
    assert told not in shown_text(house, "yeast")
    clock.move(days=8)
    assert told in shown_text(house, "yeast")


def shown_text(house: House, question: str) -> str:
    hits = [hit.place.passage for hit in found(house, question)]
    with house.database.read() as session:
        return "\n".join(source.text for source in load_sources(session, hits).values())


@pytest.mark.parametrize("number", [2, 9])
def test_only_releases_that_were_live_are_rolled_back_to(house: House, folder: Path, number: int) -> None:
    take(house, folder, {"1.md": ONE})
    take(house, folder, {"1.md": TWO}, draft=True)
    with pytest.raises((Conflict, NotFound), match="companion release list"):
        roll_back(house, number)


def test_a_discarded_draft_stays_in_the_list_and_cannot_be_published(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": ONE})
    take(house, folder, {"1.md": TWO}, draft=True)
    with house.database.write() as session:
        discard_draft(session, PRODUCT, 2)
    assert states(house) == [(1, "published"), (2, "discarded")]
    with pytest.raises(Conflict, match="discarded already"):
        publish(house, 2)
    with pytest.raises(NotFound, match="--draft"):
        publish(house)


def test_alumni_cases_have_no_releases(house: House, take_in: TakeIn) -> None:
    take_in({"1.md": ONE})
    take_in({"case-1.md": TWO}, cases=True)
    assert states(house) == [(1, "published")]


def test_revisions_form_a_chain_and_the_same_content_is_the_same_revision(house: House, folder: Path) -> None:
    for lesson in (ONE, TWO, ONE, TWO_AGAIN):
        take(house, folder, {"1.md": lesson})
    with house.database.read() as session:
        rows = {row.id: row for row in session.scalars(select(RevisionRow))}
    parents = [row.parent for row in rows.values()]
    assert len(rows) == 3
    assert parents.count(None) == 1
    assert len(set(parents)) == 3


class _Stopped(Exception):
    """The process ends here."""


@pytest.mark.parametrize(
    "statement", ["UPDATE release", "UPDATE lesson", "UPDATE product", "INSERT INTO release_lesson"]
)
def test_stopped_between_any_two_statements_either_set_is_live_whole(
    house: House, folder: Path, statement: str
) -> None:
    take(house, folder, {"1.md": ONE, "2.md": TWO})
    take(house, folder, {"1.md": TWO, "3.md": ONE}, draft=True)
    before = live_titles(house), version(house), states(house)

    def stop(_connection: object, _cursor: object, told: str, *_rest: object) -> None:
        if told.startswith(statement):
            raise _Stopped

    go: Callable[[House], object] = publish if statement != "INSERT INTO release_lesson" else _publish_and_roll_back
    event.listen(house.database.engine, "before_cursor_execute", stop)
    try:
        with pytest.raises(_Stopped):
            go(house)
    finally:
        event.remove(house.database.engine, "before_cursor_execute", stop)
    if go is publish:
        assert (live_titles(house), version(house), states(house)) == before
        publish(house)
    assert live_titles(house) == ["Two", "One"]


def _publish_and_roll_back(house: House) -> None:
    publish(house)
    roll_back(house)


def test_a_home_from_before_releases_begins_with_what_it_shows(tmp_path: Path) -> None:
    database = Database(tmp_path / "companion.db")
    config = Config()
    config.set_main_option("script_location", str(Path(upgrade.__file__).parent))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection.execution_options(companion_writes=True)
        command.upgrade(config, "0005")
    with database.write() as session:
        for statement in OLD_HOME.strip().split(";\n"):
            session.execute(text(statement))
    upgrade.upgrade_schema(database.engine)
    with database.read() as session:
        first = live_release(session, "bread")
        assert first is not None
        assert (first.number, first.state, first.base, first.lessons) == (1, ReleaseState.PUBLISHED, None, 2)
        assert first.published == datetime(2026, 1, 3, tzinfo=UTC)
        assert placed_in(session, first) == placed_live(session, "bread")
        parents = dict(session.execute(select(RevisionRow.id, RevisionRow.parent)).all())
        assert parents == {"r-1": None, "r-2": "r-1", "r-3": None, "r-4": None}
        assert live_release(session, "empty") is None
    database.close()


OLD_HOME = """
INSERT INTO product (slug, title, description, kind, lang, origins, suggestions, version, created)
VALUES ('bread', '', '', 'course', 'en', '[]', '[]', 3, '2026-01-01 00:00:00'),
('empty', '', '', 'course', 'en', '[]', '[]', 0, '2026-01-01 00:00:00');
INSERT INTO lesson (id, product, collection, external_id, slug, position, live_revision)
VALUES ('l-1', 'bread', 'lessons', '1', 'one', 0, 'r-2'), ('l-2', 'bread', 'lessons', '2', 'two', 1, 'r-3'),
('l-3', 'bread', 'lessons', '3', 'gone', 2, NULL), ('l-4', 'bread', 'cases', '4', 'case', 0, 'r-4');
INSERT INTO revision (id, lesson, content_hash, source_path, title, block_title, skill, outcome, lang, blocks, created)
VALUES ('r-1', 'l-1', 'a', '', '', '', '', '', 'en', '[]', '2026-01-01 00:00:00'),
('r-2', 'l-1', 'b', '', '', '', '', '', 'en', '[]', '2026-01-03 00:00:00'),
('r-3', 'l-2', 'c', '', '', '', '', '', 'en', '[]', '2026-01-02 00:00:00'),
('r-4', 'l-4', 'd', '', '', '', '', '', 'en', '[]', '2026-01-04 00:00:00')
"""
