"""Two ingests of one product at the same time end as one of them."""

import threading
from pathlib import Path

import pytest

from companion.upkeep import verify_index
from companion.wiring import House, open_house
from foundation.settings import Settings
from knowledge.encoder import Encoder
from tests.fakes import FixedClock
from tests.knowledge.looking import content_of, found_lessons, take_folder_in

SHARED = "# Shared\n\nBoth courses have this lesson about power.\n"


def _folder(folder: Path, texts: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("attempt", range(3))
def test_two_ingests_of_one_product_end_as_one_of_them(
    house: House, encoder: Encoder, tmp_path: Path, clock: FixedClock, attempt: int
) -> None:
    one = {f"one-{number}.md": f"# One {number}\n\nLesson {number} about alpha.\n" for number in range(12)}
    other = {f"other-{number}.md": f"# Other {number}\n\nLesson {number} about beta.\n" for number in range(12)}
    folders = [
        _folder(tmp_path / "one", {"00.md": SHARED, **one}),
        _folder(tmp_path / "other", {"00.md": SHARED, **other, "one-1.md": "# One 1\n\nTold in another way.\n"}),
    ]
    together = threading.Barrier(2)
    failures: list[BaseException] = []

    def take(folder: Path) -> None:
        try:
            together.wait()
            take_folder_in(house, folder, "course")
        except BaseException as err:
            failures.append(err)

    threads = [threading.Thread(target=take, args=(folder,)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    live = sorted(found_lessons(house, "lesson about power"))
    assert live in (sorted(["00", *map(_stem, one)]), sorted(["00", "one-1", *map(_stem, other)]))
    assert verify_index(house) == {"agrees": True, "shelves": 2, "differences": {}}
    _ends_as_alone(house, folders[0 if "one-2" in live else 1], encoder, tmp_path / f"alone-{attempt}", clock)


def _stem(name: str) -> str:
    return name.removesuffix(".md")


def _ends_as_alone(house: House, winner: Path, encoder: Encoder, home: Path, clock: FixedClock) -> None:
    """Taking the winner in once more changes nothing, and its live passages are those of a home it has for itself."""
    before = content_of(house.database)
    assert take_folder_in(house, winner, "course").added == 0
    assert content_of(house.database) == before
    with open_house(Settings(home=home), clock=clock, encoder=encoder) as alone:
        take_folder_in(alone, winner, "course")
        assert found_lessons(alone, "alpha beta") == found_lessons(house, "alpha beta")
