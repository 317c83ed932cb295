"""Before publishing, an author sees which past questions a draft would answer, lose or answer otherwise."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from assistant.impact import Effect, Impact, past_questions
from assistant.tables import ConversationRow, TurnRow
from companion.impact import impact_of
from companion.wiring import House
from feedback.tables import GapRow
from foundation.errors import Conflict
from knowledge.releases import find_draft
from knowledge.tables import CoverageScaleRow, VectorRow
from learning.tables import EventRow
from tests.api.serving import LESSONS
from tests.assistant.asking import ask
from tests.knowledge.releasing import PRODUCT, take, version

RESTS = "How long does the dough rest before it is shaped?"
KEEPS = "For how many days does bread keep in a linen bag?"
STEAM = "What does steam do to the crust?"
TEA = "At how many degrees does green tea draw?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where lessons are written."""
    made = tmp_path / "course"
    made.mkdir()
    return made


@pytest.fixture
def asked(house: House, folder: Path) -> House:
    """A course that was asked three things it covers and one it does not."""
    take(house, folder, LESSONS)
    for question in (RESTS, KEEPS, STEAM, TEA, f"  {RESTS.upper()} "):
        ask(house, question, PRODUCT)
    return house


def impact(house: House, *, limit: int = 100) -> Impact:
    with house.database.read() as session:
        draft = find_draft(session, PRODUCT)
    return impact_of(house, draft, limit=limit, progress=lambda _done, _total: None)


def rows(house: House) -> list[int]:
    tables = (TurnRow, ConversationRow, GapRow, EventRow, VectorRow, CoverageScaleRow)
    with house.database.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_questions_gain_lose_change_and_stay_and_nothing_is_written(asked: House, folder: Path) -> None:
    draft = dict(LESSONS)
    draft["02-dough.md"] = draft["02-dough.md"].replace("rests for four hours", "rests for a whole night")
    draft["04-keeping.md"] = "# Keeping bread\n\nWe no longer say anything about it.\n"
    draft["05-tea.md"] = "# Tea\n\nGreen tea draws for two minutes at eighty degrees.\n"
    take(asked, folder, draft, draft=True)
    before = rows(asked), version(asked)
    measured = impact(asked)
    effects = {each.question.strip().casefold(): each.effect for each in measured.questions}
    assert effects == {
        RESTS.casefold(): Effect.CHANGES,
        KEEPS.casefold(): Effect.LOSES,
        STEAM.casefold(): Effect.STAYS,
        TEA.casefold(): Effect.GAINS,
    }
    assert (measured.n, measured.left_out, set(measured.counts.values())) == (4, 0, {1})
    changed = next(each for each in measured.questions if each.effect is Effect.CHANGES)
    assert changed.times == 2
    assert "four hours" in changed.live.cited[0].quote
    assert "whole night" in " ".join(cited.quote for cited in changed.draft.cited)
    assert changed.live.cited[0].standing == "changed"
    assert (rows(asked), version(asked)) == before


def test_a_draft_that_changes_nothing_of_what_was_asked_leaves_every_answer(asked: House, folder: Path) -> None:
    take(asked, folder, {**LESSONS, "04-keeping.md": LESSONS["04-keeping.md"] + "\nBuns are eaten warm.\n"}, draft=True)
    measured = impact(asked)
    assert measured.counts[Effect.GAINS] == measured.counts[Effect.LOSES] == 0
    steam = next(each for each in measured.questions if each.question == STEAM)
    assert steam.effect is Effect.STAYS
    assert steam.live.cited == steam.draft.cited


def test_the_most_frequent_questions_come_first_and_the_rest_is_counted(asked: House, folder: Path) -> None:
    take(asked, folder, {"01.md": LESSONS["01-starter.md"]}, draft=True)
    measured = impact(asked, limit=1)
    assert [each.question.strip().casefold() for each in measured.questions] == [RESTS.casefold()]
    assert (measured.n, measured.left_out) == (1, 3)


def test_without_past_questions_there_is_nothing_to_compare(house: House, folder: Path) -> None:
    take(house, folder, LESSONS)
    take(house, folder, {"01.md": LESSONS["01-starter.md"]}, draft=True)
    assert impact(house) == Impact(0, 0, dict.fromkeys(Effect, 0), ())


def test_questions_of_other_products_are_not_asked(asked: House) -> None:
    with asked.database.read() as session:
        assert past_questions(session, "another") == []
        assert len(past_questions(session, PRODUCT)) == 4


def test_a_draft_of_another_encoder_is_refused_with_what_to_do(asked: House, folder: Path) -> None:
    take(asked, folder, {"05.md": "# Tea\n\nGreen tea draws for two minutes.\n"}, draft=True)
    lost = "DELETE FROM vector WHERE input_hash NOT IN (SELECT w.input_hash FROM window w JOIN revision_passage r \
        ON r.passage = w.passage JOIN lesson l ON l.live_revision = r.revision)"
    with asked.database.write() as session:
        session.connection().exec_driver_sql(lost)
    with pytest.raises(Conflict, match="--draft again"):
        impact(asked)
