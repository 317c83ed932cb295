"""A citation survives an edit: it is found again as the same, moved, changed or gone."""

from pathlib import Path

import pytest
from sqlalchemy import select

from companion.wiring import House
from foundation.errors import NotFound
from foundation.ids import PassageId
from knowledge.releases import find_release
from knowledge.resolve import Resolved, Standing, resolve_citation
from knowledge.tables import LessonRow, PassageRow, RevisionPassageRow
from tests.knowledge.releasing import PRODUCT, publish, roll_back, take

pytestmark = pytest.mark.usefixtures("unmeasured")

RESTING = "The dough rests for four hours before it is shaped by hand."
DOUGH = f"# Dough\n\n## Mixing\n\nMix flour and water, then add the salt.\n\n## Resting\n\n{RESTING} Fold it twice.\n"
TEA = "# Tea\n\nGreen tea draws for two minutes at eighty degrees.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where lessons are written."""
    made = tmp_path / "course"
    made.mkdir()
    return made


def passage_with(house: House, words: str) -> PassageId:
    """The live passage that has these words."""
    live = select(PassageRow.id).join(RevisionPassageRow, RevisionPassageRow.passage == PassageRow.id)
    live = live.join(LessonRow, LessonRow.live_revision == RevisionPassageRow.revision)
    with house.database.read() as session:
        return PassageId(session.scalars(live.where(PassageRow.text.contains(words))).one())


def resolve(house: House, passage: str, quote: str | None = RESTING, *, draft: int | None = None) -> Resolved:
    with house.database.read() as session:
        release = find_release(session, PRODUCT, draft).id if draft else None
        return resolve_citation(session, PRODUCT, passage, quote, now=house.clock(), release=release)


def place(found: Resolved) -> tuple[str, str]:
    assert found.source is not None
    return found.source.lesson.title, found.source.heading_path[-1]


def test_what_was_not_touched_is_the_same(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": DOUGH, "2.md": TEA})
    passage = passage_with(house, RESTING)
    take(house, folder, {"1.md": DOUGH.replace("add the salt", "add the yeast"), "2.md": TEA})
    found = resolve(house, passage)
    assert (found.standing, found.quote, found.alike, place(found)) == (
        Standing.SAME,
        RESTING,
        1.0,
        ("Dough", "Resting"),
    )


def test_words_that_are_packed_with_others_under_the_same_heading_are_the_same(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": DOUGH})
    passage = passage_with(house, RESTING)
    more = "".join(f"Then comes step {number}, which is told at some length here.\n\n" for number in range(30))
    take(house, folder, {"1.md": DOUGH.replace(RESTING, f"{more}{RESTING}")})
    found = resolve(house, passage)
    assert found.source is not None
    assert found.source.passage != passage
    assert (found.standing, place(found)) == (Standing.SAME, ("Dough", "Resting"))


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"1.md": DOUGH.replace("## Resting", "## Patience")}, ("Dough", "Patience")),
        ({"1.md": "# Dough\n\nMix.\n", "2.md": f"# Rest\n\nYou wait. {RESTING}\n"}, ("Rest", "Rest")),
    ],
)
def test_words_under_another_heading_or_in_another_lesson_have_moved(
    house: House, folder: Path, files: dict[str, str], where: tuple[str, str]
) -> None:
    take(house, folder, {"1.md": DOUGH})
    passage = passage_with(house, RESTING)
    take(house, folder, files)
    found = resolve(house, passage)
    assert (found.standing, found.quote, place(found)) == (Standing.MOVED, RESTING, where)


def test_words_that_were_reworded_are_found_by_what_is_left_of_them(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": DOUGH})
    passage = passage_with(house, RESTING)
    reworded = "The dough now rests for six hours before you shape it by hand."
    take(house, folder, {"1.md": DOUGH.replace(RESTING, reworded)})
    found = resolve(house, passage)
    assert (found.standing, found.quote, place(found)) == (Standing.CHANGED, reworded, ("Dough", "Resting"))
    assert found.alike is not None
    assert 0.6 <= found.alike < 1.0


def test_a_short_quote_that_stands_elsewhere_by_chance_has_not_moved_there(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": DOUGH, "2.md": f"{TEA}\nFold it twice.\n"})
    passage = passage_with(house, RESTING)
    take(house, folder, {"1.md": "# Dough\n\nMix.\n", "2.md": f"{TEA}\nFold it twice.\n"})
    assert resolve(house, passage, "Fold it twice.").standing is Standing.GONE


def test_what_was_taken_out_is_gone_and_its_lesson_may_have_been_replaced(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": DOUGH, "2.md": TEA})
    passage = passage_with(house, RESTING)
    take(house, folder, {"1.md": "# Dough\n\nWe no longer teach it.\n", "2.md": TEA})
    gone = resolve(house, passage)
    assert (gone.standing, gone.quote, gone.source, gone.replaced_by) == (Standing.GONE, "", None, ())
    take(house, folder, {"2.md": TEA, "3.md": "---\nreplaces: 1\n---\n# New dough\n\nLeave it alone for a night.\n"})
    (new,) = resolve(house, passage).replaced_by
    take(house, folder, {"2.md": TEA, "3.md": f"---\nreplaces: 1\n---\n# New dough\n\nSo it is. {RESTING}\n"})
    found = resolve(house, passage)
    assert found.source is not None
    assert (found.standing, found.source.lesson.id) == (Standing.MOVED, new)


def test_a_citation_comes_back_with_a_rollback(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": DOUGH})
    passage = passage_with(house, RESTING)
    take(house, folder, {"1.md": "# Dough\n\nMix.\n"})
    assert resolve(house, passage).standing is Standing.GONE
    roll_back(house)
    assert resolve(house, passage).standing is Standing.SAME


def test_a_draft_is_looked_at_on_its_own_and_its_passages_are_known_to_nobody(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": DOUGH})
    passage = passage_with(house, RESTING)
    take(house, folder, {"1.md": "# Dough\n\nA secret way of mixing.\n"}, draft=True)
    assert resolve(house, passage, draft=2).standing is Standing.GONE
    assert resolve(house, passage).standing is Standing.SAME
    publish(house)
    secret = passage_with(house, "A secret way of mixing.")
    roll_back(house)
    assert resolve(house, secret, None).standing is Standing.GONE
    take(house, folder, {"1.md": "# Dough\n\nA more secret way.\n"}, draft=True)
    with house.database.write() as session:
        hidden = session.connection().exec_driver_sql("SELECT id FROM passage WHERE text LIKE '%more secret%'")
        (draft_passage,) = hidden.one()
    with pytest.raises(NotFound):
        resolve(house, draft_passage, None)


def test_a_quote_a_passage_does_not_have_is_refused_and_tells_nothing(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": DOUGH})
    passage = passage_with(house, RESTING)
    for quote in ("Green tea", "", "   ", "%", "The dough rests.", RESTING + "x", "\\", "[", "a" * 30_000):
        with pytest.raises(NotFound, match="does not stand in this passage") as told:
            resolve(house, passage, quote)
        assert "rests" not in str(told.value)
    with pytest.raises(NotFound):
        resolve(house, "p-nothing")


def test_white_space_of_a_quote_does_not_matter(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": DOUGH})
    passage = passage_with(house, RESTING)
    found = resolve(house, passage, "\n".join(RESTING.split()))
    assert (found.standing, found.quote) == (Standing.SAME, RESTING)
