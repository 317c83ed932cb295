"""Taking courses in: again, changed, moved, renamed, removed, replaced, and after a failure."""

import threading

import pytest
from sqlalchemy import select

from companion.upkeep import verify_index
from companion.wiring import House
from evals.cached_encoder import CachedEncoder
from foundation.errors import Conflict, EncoderUnavailable, Invalid
from knowledge.identity import vectors_by_encoder
from knowledge.lessons import live_lessons
from knowledge.tables import LessonRow, ProductRow, RevisionRow, VectorRow
from tests.conftest import TakeIn
from tests.knowledge.looking import BACKGROUND, CountingEncoder, content_of, found_lessons

COURSE = {
    "01-power.md": "# Power\n\nPower is the chance to see an effect that is there.\n\n## Alpha\n\nAlpha is a risk.\n",
    "02-cuped.md": "# CUPED\n\nCUPED removes the variance that earlier data explain.\n",
    "03-peeking.md": "# Подглядывание\n\nПодглядывать в тест до его конца нельзя.\n",
}


@pytest.fixture
def encoder(encoder: CachedEncoder) -> CountingEncoder:
    """The shared encoder, with its calls counted."""
    return CountingEncoder(encoder)


def _live(house: House, product: str = "course") -> list[str]:
    with house.database.read() as session:
        return [head.external_id for head in live_lessons(session, product)]


def _version(house: House) -> int:
    with house.database.read() as session:
        return session.get_one(ProductRow, "course").version


def _slug(house: House, external_id: str) -> str:
    with house.database.read() as session:
        return session.scalars(select(LessonRow.slug).where(LessonRow.external_id == external_id)).one()


def test_a_second_run_encodes_nothing_and_changes_nothing(take_in: TakeIn, house: House) -> None:
    first = take_in(COURSE)
    before = content_of(house.database)
    second = take_in(COURSE)
    assert (first.lessons, first.added, first.encoded) == (3, 4, 4)
    assert (second.added, second.removed, second.encoded, second.unchanged) == (0, 0, 0, 4)
    assert content_of(house.database) == before


def test_a_changed_lesson_encodes_only_its_changed_passage(take_in: TakeIn, encoder: CountingEncoder) -> None:
    take_in(COURSE)
    encoder.passages = 0
    changed = COURSE["01-power.md"].replace("Alpha is a risk.", "Alpha is the risk of a false alarm.")
    report = take_in({**COURSE, "01-power.md": changed})
    assert (report.added, report.removed, report.unchanged, report.encoded) == (1, 1, 3, 1)
    assert encoder.passages == 1


def test_a_lesson_that_is_the_same_is_not_packed_again(
    take_in: TakeIn, encoder: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(COURSE)
    packed: list[str] = []

    def count(self: CountingEncoder, text: str) -> int:
        packed.append(text)
        return len(text.split())

    monkeypatch.setattr(CountingEncoder, "count_tokens", count)
    report = take_in({**COURSE, "01-power.md": COURSE["01-power.md"].replace("a risk", "the risk")})
    assert (report.added, report.unchanged) == (1, 3)
    assert any("the risk" in text for text in packed)
    assert not any("CUPED" in text or "Подглядывать" in text for text in packed)


def test_vectors_that_are_gone_are_made_again_though_no_lesson_changed(
    take_in: TakeIn, house: House, encoder: CountingEncoder
) -> None:
    take_in(COURSE)
    before = content_of(house.database)
    with house.database.write() as session:
        session.delete(session.scalars(select(VectorRow)).all()[2])
    encoder.passages = 0
    report = take_in(COURSE)
    assert (report.added, report.removed, encoder.passages) == (0, 0, 1)
    assert content_of(house.database) == before


def test_a_change_is_found_at_once_and_the_old_words_are_not(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    assert found_lessons(house, "CUPED variance")[0] == "02-cuped"
    take_in({**COURSE, "02-cuped.md": "# Sequential\n\nSequential tests may be looked at.\n"})
    with house.database.read() as session:
        revisions = session.scalars(
            select(RevisionRow.title).where(RevisionRow.title.in_(["CUPED", "Sequential"]))
        ).all()
    assert sorted(revisions) == ["CUPED", "Sequential"]
    assert found_lessons(house, "Sequential tests")[0] == "02-cuped"
    assert _live(house) == ["01-power", "02-cuped", "03-peeking"]


def test_a_moved_lesson_keeps_its_name_and_its_vectors(take_in: TakeIn, house: House) -> None:
    names = {"b.md": COURSE["01-power.md"], "c.md": COURSE["02-cuped.md"]}
    take_in(names)
    slug, version = _slug(house, "b"), _version(house)
    report = take_in({"a.md": COURSE["03-peeking.md"], **names})
    assert (report.encoded, report.unchanged) == (1, 3)
    assert _live(house) == ["a", "b", "c"]
    assert (_slug(house, "b"), _version(house)) == (slug, version + 1)


def test_a_renamed_file_is_another_lesson_under_the_same_vectors(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    report = take_in({"99-last.md" if name == "01-power.md" else name: text for name, text in COURSE.items()})
    assert report.encoded == 0
    assert _live(house) == ["02-cuped", "03-peeking", "99-last"]
    assert "01-power" not in found_lessons(house, "power effect")


def test_a_removed_lesson_is_not_found_and_is_back_when_restored(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    before = found_lessons(house, "CUPED variance")
    assert before[0] == "02-cuped"
    take_in({name: text for name, text in COURSE.items() if name != "02-cuped.md"})
    assert "02-cuped" not in found_lessons(house, "CUPED variance")
    assert verify_index(house)["agrees"] is True
    report = take_in(COURSE)
    assert (report.encoded, report.added) == (0, 1)
    assert found_lessons(house, "CUPED variance") == before


def test_another_course_under_a_slug_that_is_taken_is_refused_and_changes_nothing(
    take_in: TakeIn, house: House, encoder: CountingEncoder
) -> None:
    take_in(COURSE)
    before = content_of(house.database)
    encoder.passages = 0
    with pytest.raises(Conflict, match="--replace"):
        take_in({"other.md": "# Other\n\nAnother course.\n"})
    assert content_of(house.database) == before
    assert encoder.passages == 0


def test_another_course_may_replace_the_one_that_is_there(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    report = take_in({"other.md": "# Other\n\nAnother course.\n"}, replace=True)
    assert (report.added, report.removed) == (1, 4)
    assert _live(house) == ["other"]


def test_an_empty_folder_does_not_empty_a_product(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    with pytest.raises(Invalid):
        take_in({"notes.bin": "nothing to read"})
    assert len(_live(house)) == 3


def test_cases_and_lessons_of_a_product_do_not_disturb_each_other(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    lessons = found_lessons(house, "power effect")
    take_in({"01-power.md": "# Power at work\n\nI had too few visitors to see an effect.\n"}, cases=True)
    assert found_lessons(house, "power effect") == lessons
    assert found_lessons(house, "too few visitors", cases=True) == ["01-power"]
    take_in({name: COURSE[name] for name in ("01-power.md", "02-cuped.md")})
    assert found_lessons(house, "too few visitors", cases=True) == ["01-power"]
    with house.database.read() as session:
        slugs = session.scalars(select(LessonRow.slug)).all()
    assert len(set(slugs)) == len(slugs) == 4


def test_two_products_with_the_same_lessons_share_vectors_and_nothing_else(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    report = take_in(COURSE, "another")
    assert (report.added, report.encoded) == (4, 0)
    take_in({"01-power.md": COURSE["01-power.md"]}, "another")
    assert len(_live(house)) == 3
    assert _live(house, "another") == ["01-power"]


def test_names_that_read_the_same_get_two_addresses(take_in: TakeIn, house: House) -> None:
    take_in({"a/b-c.md": "# One\n\nFirst.\n", "a-b/c.md": "# Two\n\nSecond.\n", "A/B-C.md": "# Three\n\nThird.\n"})
    with house.database.read() as session:
        slugs = [head.slug for head in live_lessons(session, "course")]
    assert len(set(slugs)) == 3


def test_an_ingest_that_failed_shows_nothing_and_goes_on_where_it_stopped(
    take_in: TakeIn, house: House, encoder: CountingEncoder
) -> None:
    long = {f"{number:02}.md": f"# T{number}\n\nLesson number {number}.\n" for number in range(40)}
    encoder.fails_after = 35
    with pytest.raises(EncoderUnavailable):
        take_in(long)
    with house.database.read() as session:
        assert session.scalars(select(ProductRow)).all() == []
        assert len(session.scalars(select(VectorRow.input_hash)).all()) == 32
    # What was being encoded when another failed is finished by its thread, and nobody's any more.
    for thread in threading.enumerate():
        if thread.name.startswith("encode"):
            thread.join()
    encoder.fails_after, encoder.passages = None, 0
    report = take_in(long)
    assert (report.passages, report.encoded, encoder.passages) == (40, 8, 8 + report.calibration)
    assert found_lessons(house, "Lesson number 7")


def test_a_course_that_fails_half_way_leaves_the_old_one_in_place(
    take_in: TakeIn, house: House, encoder: CountingEncoder
) -> None:
    take_in(COURSE)
    before = content_of(house.database)
    encoder.fails_after = encoder.passages
    with pytest.raises(EncoderUnavailable):
        take_in({**COURSE, "04.md": "# New\n\nA new lesson.\n", "02-cuped.md": "# CUPED\n\nChanged.\n"})
    assert content_of(house.database) == before


def test_another_encoder_encodes_anew_and_keeps_the_old_vectors(
    take_in: TakeIn, house: House, encoder: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(COURSE)
    count = encoder.passages
    own = encoder.id
    monkeypatch.setattr(CountingEncoder, "id", "another-encoder")
    for _ in range(2):
        take_in(COURSE)
        # Any encoder but the product's own encodes the background's texts besides, once.
        assert encoder.passages == 2 * count + len(BACKGROUND)
    with house.database.read() as session:
        assert vectors_by_encoder(session) == {own: count, "another-encoder": count + 2 * len(BACKGROUND)}
