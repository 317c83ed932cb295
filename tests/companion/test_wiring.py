"""One home, several processes: who holds the index, and what the others do without it."""

from pathlib import Path

import anyio
import pytest

from assistant.answer import Question
from companion.upkeep import rebuild_index, refresh_index, verify_index
from companion.wiring import House, open_house
from foundation.errors import HomeUnusable, NotFound
from foundation.settings import Settings
from knowledge.encoder import Encoder
from tests.api.serving import COVERED, LESSONS
from tests.conftest import TakeIn


def test_the_first_house_holds_the_index_and_the_second_answers_the_same(
    house: House, take_in: TakeIn, settings: Settings, encoder: Encoder
) -> None:
    take_in(LESSONS, "bread")
    with open_house(settings, encoder=encoder) as second:
        assert (house.owns_lock(), house.owns_index) == (True, True)
        assert (second.owns_lock(), second.owns_index) == (False, False)
        first = anyio.run(house.answerer.reply, Question("bread", COVERED))
        again = anyio.run(second.answerer.reply, Question("bread", COVERED))
    assert first["citations"]
    assert (first["text"], first["citations"]) == (again["text"], again["citations"])


def test_the_home_is_free_again_when_its_house_is_closed(settings: Settings, encoder: Encoder) -> None:
    for _ in range(2):
        with open_house(settings, encoder=encoder) as opened:
            assert opened.owns_lock()
    with pytest.raises(RuntimeError, match="broken"), open_house(settings, encoder=encoder):
        raise RuntimeError("broken")
    with open_house(settings, encoder=encoder) as opened:
        assert opened.owns_lock()


def test_an_exact_index_is_held_by_nobody(settings: Settings, encoder: Encoder) -> None:
    with open_house(settings.model_copy(update={"index": "exact"}), encoder=encoder) as opened:
        assert (opened.owns_lock(), opened.owns_index) == (True, False)
        assert not (settings.home / "index").exists()


def test_a_home_that_cannot_be_one_is_unusable(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "file").write_text("not a folder")
    for home in (tmp_path / "file", tmp_path / "file" / "home"):
        with pytest.raises(HomeUnusable), open_house(Settings(home=home), encoder=encoder):
            pytest.fail("opened")


def test_the_index_agrees_after_what_others_took_in_was_read(house: House, take_in: TakeIn) -> None:
    take_in(LESSONS, "bread")
    assert verify_index(house)["agrees"] is False
    assert refresh_index(house, "bread") == {"shelves": 2}
    assert verify_index(house) == {"agrees": True, "shelves": 2, "differences": {}}


def test_a_rebuilt_index_agrees(house: House, take_in: TakeIn) -> None:
    report = take_in(LESSONS, "bread")
    rebuilt = rebuild_index(house, "bread")
    assert rebuilt["windows"] >= report.passages
    assert verify_index(house, "bread")["agrees"] is True


@pytest.mark.parametrize("action", [verify_index, refresh_index, rebuild_index])
def test_an_unknown_product_is_not_found(house: House, action: object) -> None:
    assert callable(action)
    with pytest.raises(NotFound, match="nothing-here"):
        action(house, "nothing-here")
