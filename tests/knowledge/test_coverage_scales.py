"""A shelf's scales: measured when a course is taken in, kept with their stamp, measured again when they do not fit."""

import pytest
from sqlalchemy import select, update

from companion.upkeep import lay_out_shelves, unmeasured_shelves
from companion.wiring import House
from foundation.ids import ProductSlug
from knowledge.background import LANGS, read_texts
from knowledge.coverage import Scale
from knowledge.coverage_scales import find_scale, lacks_scale, measure_coverage
from knowledge.products import Collection
from knowledge.shelf import ShelfKey
from knowledge.tables import CoverageScaleRow
from tests.conftest import TakeIn

KEY = ShelfKey(ProductSlug("course"), Collection.LESSONS)
# Paragraphs about forty subjects, each a lesson: subjects that lie as far apart as can be.
MANY = {f"{number:03}.md": f"# Lesson {number}\n\n{text.passage}" for number, text in enumerate(read_texts("en")[::3])}


def _scales(house: House) -> dict[tuple[str, str], Scale]:
    with house.database.read() as session:
        rows = session.scalars(select(CoverageScaleRow).where(CoverageScaleRow.product == KEY.product))
        return {(row.question_lang, row.passage_lang): Scale.from_plain(row.figures) for row in rows}


def _lacks(house: House) -> bool:
    with house.database.read() as session:
        return lacks_scale(session, KEY, encoder_id=house.encoder.id)


def test_an_ingest_measures_every_pair_of_languages_and_counts_what_it_encoded(take_in: TakeIn, house: House) -> None:
    report = take_in(MANY)
    scales = _scales(house)
    assert set(scales) == {(asked, "en") for asked in LANGS}
    # One sentence a passage at most: the background's own questions have their vectors already.
    assert 0 < report.calibration <= report.passages
    assert not _lacks(house)
    with house.database.read() as session:
        pair = {"question_lang": "ru", "passage_lang": "en"}
        assert find_scale(session, KEY, encoder_id=house.encoder.id, **pair) == scales["ru", "en"]
        assert find_scale(session, KEY, encoder_id="another", **pair) is None


def test_the_same_content_is_measured_once(take_in: TakeIn, house: House) -> None:
    take_in(MANY)
    before = _scales(house)
    assert take_in(MANY).calibration == 0
    changed = dict(MANY) | {"000.md": "# Lesson 0\n\nThe kettle is on the stove and the tea is in the blue tin."}
    assert take_in(changed).calibration == 0
    assert _scales(house) == before


def test_content_that_changed_notably_is_measured_again(take_in: TakeIn, house: House) -> None:
    take_in(MANY)
    before = _scales(house)
    half = dict(list(MANY.items())[::2])
    assert take_in(half).calibration > 0
    assert _scales(house) != before


def test_lessons_that_all_speak_of_one_thing_ask_for_less_than_subjects_that_lie_apart(
    take_in: TakeIn, house: House, sample_house: House
) -> None:
    take_in(MANY)
    apart = _scales(house)["en", "en"]
    with sample_house.database.read() as session:
        key = ShelfKey(ProductSlug("ab-tests-en"), Collection.LESSONS)
        pair = {"question_lang": "en", "passage_lang": "en"}
        alike = find_scale(session, key, encoder_id=house.encoder.id, **pair)
    assert alike is not None
    assert alike.separation < apart.separation
    assert alike.threshold < apart.threshold


def test_a_course_of_a_few_sentences_is_measured_too(take_in: TakeIn, house: House) -> None:
    take_in({"01.md": "# Tea\n\nGreen tea draws for two minutes in water of eighty degrees."})
    scale = _scales(house)["en", "en"]
    assert scale.deviation.passage > 0
    assert 5.0 < scale.separation < 9.0


def test_a_course_in_two_languages_has_a_scale_for_each(take_in: TakeIn, house: House) -> None:
    russian = {f"r{number}.md": f"# Урок\n\n{text.passage}" for number, text in enumerate(read_texts("ru")[:6])}
    english = {f"e{number}.md": f"# Lesson\n\n{text.passage}" for number, text in enumerate(read_texts("en")[:6])}
    take_in(russian | english)
    assert set(_scales(house)) == {(asked, lang) for asked in LANGS for lang in LANGS}


def test_a_stale_stamp_is_not_used_and_start_up_measures_again(take_in: TakeIn, house: House) -> None:
    take_in(MANY)
    before = _scales(house)
    with house.database.write() as session:
        session.execute(update(CoverageScaleRow).values(recipe="k0.old"))
    assert _lacks(house)
    assert unmeasured_shelves(house) == ["course"]
    with house.database.read() as session:
        pair = {"question_lang": "en", "passage_lang": "en"}
        assert find_scale(session, KEY, encoder_id=house.encoder.id, **pair) is None
    lay_out_shelves(house)
    assert unmeasured_shelves(house) == []
    assert _scales(house) == before


@pytest.mark.parametrize("cases", [False, True])
def test_an_empty_shelf_has_nothing_to_measure(house: House, take_in: TakeIn, cases: bool) -> None:
    take_in({"01.md": "# Tea\n\nGreen tea draws for two minutes."}, cases=not cases)
    key = ShelfKey(ProductSlug("course"), Collection.CASES if cases else Collection.LESSONS)
    assert measure_coverage(house.database, house.encoder, key) == 0
    with house.database.read() as session:
        assert not lacks_scale(session, key, encoder_id=house.encoder.id)
