"""A lesson whose file cannot be read just now is not gone."""

from pathlib import Path

from companion.wiring import House
from foundation.ids import ProductSlug
from knowledge.ingest import IngestReport, Target, ingest
from knowledge.lessons import live_lessons
from knowledge.readers import read_course


def _take_in(house: House, folder: Path) -> IngestReport:
    target = Target(ProductSlug("bread"))
    return ingest(read_course(folder), target, database=house.database, encoder=house.encoder, clock=house.clock)


def _titles(house: House) -> list[str]:
    with house.database.read() as session:
        return [head.title for head in live_lessons(session, "bread")]


def test_a_lesson_that_cannot_be_read_just_now_stays_as_it_was(house: House, tmp_path: Path) -> None:
    (tmp_path / "01.md").write_text("# Dough\n\nFlour and water make dough.\n", encoding="utf-8")
    (tmp_path / "02.md").write_text("# Oven\n\nThe oven is hot at 250 degrees.\n", encoding="utf-8")
    _take_in(house, tmp_path)
    (tmp_path / "02.md").write_bytes(b"\xff\xfe\x00 not a text \xd8")
    report = _take_in(house, tmp_path)
    assert _titles(house) == ["Dough", "Oven"]
    assert report.removed == 0
    assert any("02.md" in warning for warning in report.warnings)


def test_a_lesson_whose_file_is_gone_is_gone(house: House, tmp_path: Path) -> None:
    (tmp_path / "01.md").write_text("# Dough\n\nFlour and water make dough.\n", encoding="utf-8")
    (tmp_path / "02.md").write_text("# Oven\n\nThe oven is hot at 250 degrees.\n", encoding="utf-8")
    _take_in(house, tmp_path)
    (tmp_path / "02.md").unlink()
    assert _take_in(house, tmp_path).removed == 1
    assert _titles(house) == ["Dough"]
