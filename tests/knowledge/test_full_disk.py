"""A disk that runs full: what was acknowledged stays, what was not is said not to be, and space mends everything."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from companion.upkeep import rebuild_index, verify_index
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from foundation.database import Database, open_database
from foundation.errors import HomeUnusable, ModelUnavailable
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.ingest import Target, ingest
from knowledge.readers import read_course
from tests.api.serving import FEEDBACK, PRODUCT, STREAMED, TURNS, assert_problem, events_of, serving
from tests.assistant.asking import ask, with_model
from tests.cli.processes import companion
from tests.fakes import FixedClock
from tests.knowledge.looking import content_of, rank
from tests.knowledge.small_disk import Disk, MountedDisk, can_mount, kinds, small_disk
from tests.places import lend_encoder

QUESTION = "How many visitors does a test need?"
FEW = {f"{n}.md": f"# Lesson {n}\n\nA test of kind {n} needs {n}00 visitors.\n" for n in range(1, 9)}
# Code is not encoded sentence by sentence: many bytes for few calls of the encoder.
LISTING = "\n".join(f"visitors_{n} = count(rows, kind={n})" for n in range(24))
MANY = FEW | {f"more-{n}.md": f"# More {n}\n\nKind {n}.\n\n```python\n{LISTING}\n```\n" for n in range(40)}
# For commands, which encode with no cache of earlier runs.
MORE = dict(list(MANY.items())[:11])
TIGHT = 96_000


def write_course(folder: Path, lessons: dict[str, str]) -> Path:
    folder.mkdir()
    for name, words in lessons.items():
        (folder / name).write_text(words, encoding="utf-8")
    return folder


@pytest.fixture(params=kinds())
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    with small_disk(request.param, tmp_path / "disk") as made:
        yield made


@pytest.fixture
def house(disk: Disk, encoder: CachedEncoder, clock: FixedClock, tmp_path: Path) -> Iterator[House]:
    """A house on that disk, with a small course."""
    with open_house(Settings(home=disk.home, encode_workers=1), clock=clock, encoder=encoder) as opened:
        take_in(opened, write_course(tmp_path / "few", FEW))
        assert rank(opened, QUESTION, PRODUCT).hits
        yield opened


def take_in(house: House, folder: Path) -> None:
    target = Target(ProductSlug(PRODUCT))
    ingest(read_course(folder), target, database=house.database, encoder=house.encoder, clock=house.clock)


def told(house: House) -> list[tuple[str, float]]:
    return [(hit.place.passage, round(hit.score, 5)) for hit in rank(house, QUESTION, PRODUCT).hits]


def lessons_of(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """What readers see; vectors without a lesson are nobody's loss."""
    return {table: rows for table, rows in content_of(database).items() if table != "vector"}


def rows_of(house: House, table: str) -> list[str]:
    with house.database.read() as session:
        return list(session.execute(text(f"SELECT id FROM {table}")).scalars())


def test_an_ingest_that_finds_the_disk_full_leaves_what_was_live(house: House, disk: Disk, tmp_path: Path) -> None:
    many = write_course(tmp_path / "many", MANY)
    before, answers = lessons_of(house.database), told(house)
    disk.fill(house, leaving=TIGHT)
    with pytest.raises(HomeUnusable, match=r"disk is full.*free some space"):
        take_in(house, many)
    assert lessons_of(house.database) == before
    assert told(house) == answers
    disk.free(house)
    assert told(house) == answers
    assert verify_index(house)["agrees"] is True
    take_in(house, many)
    assert len(lessons_of(house.database)["lesson"]) == len(MANY)
    assert told(house)
    assert verify_index(house)["agrees"] is True


def test_an_ingest_goes_on_where_the_disk_ran_full_and_ends_the_same(
    house: House, disk: Disk, tmp_path: Path, encoder: CachedEncoder, clock: FixedClock
) -> None:
    many = write_course(tmp_path / "many", MANY)
    leaving, refused = TIGHT // 4, 0
    while leaving:
        disk.fill(house, leaving=leaving)
        try:
            take_in(house, many)
            leaving = 0
        except HomeUnusable:
            refused, leaving = refused + 1, leaving * 2
        finally:
            disk.free(house)
    assert refused > 1
    with open_house(Settings(home=tmp_path / "roomy"), clock=clock, encoder=encoder) as roomy:
        take_in(roomy, tmp_path / "few")
        take_in(roomy, many)
        assert content_of(house.database) == content_of(roomy.database)
        assert told(house) == told(roomy)


def ask_until_full(house: House) -> list[str]:
    """Ask over HTTP until an answer is refused; the turns that were given out."""
    given: list[str] = []
    with serving(house) as client:
        for _ in range(200):
            response = client.post(TURNS, json={"text": QUESTION})
            if response.status_code != 200:
                assert "disk is full" in assert_problem(response, 503)["detail"]
                assert int(response.headers["retry-after"]) > 0
                return given
            given.append(response.json()["turn"])
    raise AssertionError("the disk never ran full")


def test_every_answer_given_out_is_kept_and_one_that_cannot_be_is_an_error(house: House, disk: Disk) -> None:
    disk.fill(house, leaving=TIGHT)
    given = ask_until_full(house)
    kept = rows_of(house, "turn")
    assert sorted(kept) == sorted(given)
    assert len(rows_of(house, "event")) == len(given)
    disk.free(house)
    given.append(ask(house, QUESTION, PRODUCT)["turn"])
    assert sorted(rows_of(house, "turn")) == sorted(given)


def test_a_stream_whose_turn_cannot_be_kept_ends_with_an_error(house: House, disk: Disk) -> None:
    class FillingChat:
        """A model during whose reply the disk runs full."""

        name = "scripted:filling"

        async def stream(self, _messages: object) -> Any:
            disk.fill(house, leaving=0)
            yield "x" * 11_000
            raise ModelUnavailable("no more")

    full = 0
    for _ in range(40):
        with serving(_asked_by(house, FillingChat())) as client:
            names = [
                event.name for event in events_of(client.post(TURNS, json={"text": QUESTION}, headers=STREAMED).content)
            ]
        if names[-1:] == ["error"]:
            full += 1
            assert names[0] == "meta"
            break
        disk.free(house)
    assert full
    disk.free(house)
    assert ask(house, QUESTION, PRODUCT)["citations"]


def _asked_by(house: House, chat: Any) -> House:
    from dataclasses import replace

    return replace(house, answerer=with_model(house, chat))


def test_feedback_that_cannot_be_kept_is_not_acknowledged(house: House, disk: Disk) -> None:
    disk.fill(house, leaving=TIGHT)
    said = {"kind": "comment", "text": "The example is missing. " * 300}
    given: list[str] = []
    with serving(house) as client:
        for _ in range(200):
            response = client.post(FEEDBACK, json=said)
            if response.status_code != 201:
                break
            given.append(response.json()["id"])
        assert "disk is full" in assert_problem(response, 503)["detail"]
        assert sorted(rows_of(house, "item")) == sorted(given)
        disk.free(house)
        again = client.post(FEEDBACK, json=said)
        assert again.status_code == 201
        assert sorted(rows_of(house, "item")) == sorted([*given, again.json()["id"]])


if can_mount():

    def test_an_index_that_finds_no_space_is_done_without_and_filled_when_there_is_some(
        tmp_path: Path, encoder: CachedEncoder, clock: FixedClock
    ) -> None:
        settings = Settings(home=tmp_path / "disk" / "home", encode_workers=1)
        with small_disk("mounted", tmp_path / "disk") as disk:
            many = write_course(tmp_path / "many", MANY)
            with open_house(settings, clock=clock, encoder=encoder) as house:
                take_in(house, write_course(tmp_path / "few", FEW))
                before = told(house)
                take_in(house, many)
                disk.fill(house, leaving=0)
                after = told(house)
                assert {passage for passage, _ in after} >= {passage for passage, _ in before}
                disk.free(house)
                rebuild_index(house)
                assert verify_index(house)["agrees"] is True
                assert told(house) == after

    def test_commands_on_a_full_disk_say_so_in_a_line_and_lose_nothing(
        tmp_path: Path, encoder: CachedEncoder, clock: FixedClock
    ) -> None:
        with small_disk("mounted", tmp_path / "disk") as disk:
            assert isinstance(disk, MountedDisk)
            few, many = write_course(tmp_path / "few", FEW), write_course(tmp_path / "many", MORE)
            lend_encoder(disk.home)
            with open_house(Settings(home=disk.home), clock=clock, encoder=encoder) as house:
                take_in(house, few)
                before, content = told(house), lessons_of(house.database)
                disk.fill(house, leaving=0)
            refused = companion(disk.home, "ingest", str(many), "--product", PRODUCT)
            assert (refused.code, refused.out) == (1, "")
            # An answer is streamed before its turn is kept: what was read is followed by the line that it was not kept.
            unkept = companion(disk.home, "ask", QUESTION, "--product", PRODUCT)
            assert unkept.code == 1
            assert all("disk" in done.reason() for done in (refused, unkept))
            disk.free(house)
            found = companion(disk.home, "search", QUESTION, "--product", PRODUCT, "-k", "20", "--json").json()
            assert [each["id"] for each in found["passages"]] == [passage for passage, _ in before]
            assert companion(disk.home, "index", "verify", "--json").json()["agrees"] is True
            database = open_database(disk.home)
            assert lessons_of(database) == content
            database.close()
            again = companion(disk.home, "ingest", str(many), "--product", PRODUCT, "--json").json()
            assert again["lessons"] == len(MORE)
            assert companion(disk.home, "index", "verify", "--json").json()["agrees"] is True
