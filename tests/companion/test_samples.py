"""The sample products: offered to an empty home, and taken in to the end even when a start was stopped."""

from pathlib import Path

import pytest

from companion import samples
from companion.samples import FOLDER, SAMPLES, Sample, load_samples, needs_samples
from companion.wiring import House
from foundation.ids import ProductSlug
from knowledge.products import list_products
from knowledge.related import related_lessons
from tests.api.serving import LESSONS
from tests.conftest import TakeIn


@pytest.fixture
def two_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two small sample products instead of the real ones."""
    for name in ("bread", "rolls"):
        (tmp_path / "samples" / name).mkdir(parents=True)
        (tmp_path / "samples" / name / "01.md").write_text(LESSONS["04-keeping.md"], encoding="utf-8")
    monkeypatch.setattr(samples, "FOLDER", tmp_path / "samples")
    monkeypatch.setattr(
        samples, "SAMPLES", (Sample("bread", ProductSlug("bread")), Sample("rolls", ProductSlug("rolls")))
    )


def slugs(house: House) -> list[str]:
    with house.database.read() as session:
        return [product.slug for product in list_products(session)]


def quiet(_done: int, _total: int) -> None:
    """Nobody watches."""


def test_every_sample_has_a_folder_of_its_own() -> None:
    folders = [sample.folder for sample in SAMPLES]
    assert sorted(folders) == sorted(set(folders))
    assert all((FOLDER / folder).is_dir() for folder in folders)


def test_an_empty_home_is_given_the_samples_once(house: House, two_samples: None) -> None:
    assert needs_samples(house)
    load_samples(house, lambda _name: quiet)
    assert slugs(house) == ["bread", "rolls"]
    assert not needs_samples(house)


def test_loading_that_was_stopped_half_way_goes_on(house: House, two_samples: None) -> None:
    def stopped(name: str) -> object:
        if name == "rolls":
            raise KeyboardInterrupt
        return quiet

    with pytest.raises(KeyboardInterrupt):
        load_samples(house, stopped)  # type: ignore[arg-type]
    assert slugs(house) == ["bread"]
    assert needs_samples(house)
    load_samples(house, lambda _name: quiet)
    assert slugs(house) == ["bread", "rolls"]
    assert not needs_samples(house)


def test_a_home_with_a_product_of_its_own_is_left_alone(house: House, take_in: TakeIn, two_samples: None) -> None:
    take_in({"01.md": "# Tea\n\nTea draws.\n"}, "tea-house")
    assert not needs_samples(house)


def test_an_installation_without_samples_offers_none(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(samples, "FOLDER", tmp_path / "nowhere")
    assert not needs_samples(house)


def test_the_two_courses_are_twins_lesson_by_lesson(sample_house: House) -> None:
    with sample_house.database.read() as session:
        found = {
            slug: related_lessons(session, slug, now=sample_house.clock()) for slug in ("ab-tests-ru", "ab-tests-en")
        }
    for slug, other in (("ab-tests-ru", "ab-tests-en"), ("ab-tests-en", "ab-tests-ru")):
        twins = [lesson for related in found[slug].values() for lesson in related.equivalent]
        assert [twin.product for twin in twins] == [other] * 14
        assert sum(len(related.requires) for related in found[slug].values()) == 10
