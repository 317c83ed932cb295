"""A turn as server-sent events: their order and ids, and taking a dropped stream up again."""

import sqlite3
from collections.abc import Iterator

import httpx
import pytest

from companion.wiring import House, open_house
from foundation.settings import Settings
from knowledge.encoder import Encoder
from tests.api.serving import (
    COVERED,
    NOT_COVERED,
    STREAMED,
    TURNS,
    Sent,
    assert_problem,
    events_of,
    serving,
    wait_until,
)
from tests.prompts.scripted import ScriptedChat


def stream(client: httpx.Client, question: str) -> bytes:
    response = client.post(TURNS, json={"text": question}, headers=STREAMED)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    return response.content


def take_up(client: httpx.Client, event: Sent, conversation: str) -> httpx.Response:
    turn = event.id.rpartition(".")[0]
    return client.get(f"{TURNS}/{turn}", params={"conversation": conversation}, headers={"Last-Event-ID": event.id})


@pytest.mark.parametrize("question", [COVERED, NOT_COVERED])
def test_a_stream_is_meta_then_text_with_citations_then_done(client: httpx.Client, question: str) -> None:
    events = events_of(stream(client, question))
    names = [event.name for event in events]
    assert (names[0], names[1], names[-1]) == ("meta", "delta", "done")
    assert set(names[1:-1]) <= {"delta", "citation"}
    turn = events[0].data["turn"]
    assert [event.id for event in events] == [f"{turn}.{number}" for number in range(len(events))]
    assert events[0].data["product"] == "bread"


def test_the_pieces_of_a_stream_are_the_whole_of_its_end(client: httpx.Client) -> None:
    events = events_of(stream(client, COVERED))
    done = events[-1].data
    assert "".join(event.data["text"] for event in events if event.name == "delta") == done["text"]
    assert [event.data for event in events if event.name == "citation"] == done["citations"]
    assert done["citations"]
    assert done["conversation"] == events[0].data["conversation"]


def test_a_stream_is_taken_up_behind_any_event_with_the_same_bytes(client: httpx.Client) -> None:
    whole = stream(client, COVERED)
    events = events_of(whole)
    blocks = whole.split(b"\n\n")
    for number, event in enumerate(events):
        rest = take_up(client, event, events[0].data["conversation"])
        assert rest.content == b"\n\n".join(blocks[number + 1 :])


@pytest.mark.parametrize("question", [NOT_COVERED, COVERED])
def test_another_process_gives_the_same_bytes_from_the_database(
    bakery: House, settings: Settings, encoder: Encoder, question: str
) -> None:
    with serving(bakery) as client:
        whole = stream(client, question)
    first = events_of(whole)[0]
    with open_house(settings, encoder=encoder) as later, serving(later) as client:
        rest = take_up(client, first, first.data["conversation"])
        assert rest.content == whole.partition(b"\n\n")[2]
        assert rest.headers["content-type"].startswith("text/event-stream")


@pytest.mark.parametrize("last", ["", "nonsense", "t-1.2", "{turn}.", "{turn}.-1", "{turn}.²", "{turn}.99999999"])
def test_a_last_event_id_that_means_nothing_gives_the_stream_from_its_beginning(
    client: httpx.Client, last: str
) -> None:
    whole = stream(client, COVERED)
    first = events_of(whole)[0]
    turn = first.data["turn"]
    header = {"Last-Event-ID": last.format(turn=turn).encode("latin-1")}
    again = client.get(f"{TURNS}/{turn}", params={"conversation": first.data["conversation"]}, headers=header)
    assert again.content == whole


def test_a_stream_is_taken_up_only_with_its_own_conversation_and_product(
    bakery: House, settings: Settings, encoder: Encoder
) -> None:
    def refused(client: httpx.Client, first: Sent) -> None:
        turn, own = first.data["turn"], {"conversation": first.data["conversation"]}
        assert_problem(client.get(f"{TURNS}/{turn}", params={"conversation": "c-" + "0" * 32}), 404)
        assert_problem(client.get(f"/v1/products/tea-house/turns/{turn}", params=own), 404)
        assert_problem(client.get(f"{TURNS}/t-{'0' * 32}", params=own), 404)
        assert_problem(client.get(f"{TURNS}/{turn}"), 422)

    with serving(bakery) as client:
        first = events_of(stream(client, COVERED))[0]
        refused(client, first)
    with open_house(settings, encoder=encoder) as later, serving(later) as client:
        refused(client, first)


@pytest.fixture
def slow_house(bakery: House, settings: Settings, encoder: Encoder) -> Iterator[House]:
    """The same home with a chat model that thinks for a moment between its words."""
    words = ["The dough rests ", 0.4, "for four hours ", 0.4, "before it is shaped [1]."]
    with open_house(settings, encoder=encoder, chat=ScriptedChat(words)) as opened:
        yield opened


def test_a_turn_is_kept_whole_when_its_reader_vanishes(slow_house: House) -> None:
    def kept() -> list[tuple[str, str]]:
        # A connection of its own, as another process would look.
        with sqlite3.connect(slow_house.database.path) as rows:
            return rows.execute("SELECT id, outcome FROM turn").fetchall()

    with serving(slow_house) as client:
        with client.stream("POST", TURNS, json={"text": COVERED}, headers=STREAMED) as response:
            first = events_of(next(response.iter_raw()))[0]
            assert kept() == []
        wait_until(kept)
        ((turn, outcome),) = kept()
        assert turn == first.data["turn"]
        events = events_of(take_up(client, first, first.data["conversation"]).content)
        assert events[-1].name == "done"
        assert events[-1].data["outcome"] == outcome


def test_a_stream_is_taken_up_while_its_turn_still_runs(slow_house: House) -> None:
    with serving(slow_house) as client:
        with client.stream("POST", TURNS, json={"text": COVERED}, headers=STREAMED) as response:
            first = events_of(next(response.iter_raw()))[0]
        events = events_of(take_up(client, first, first.data["conversation"]).content)
        assert [event.name for event in events][-1] == "done"
        assert events[0].id == f"{first.data['turn']}.1"


def test_accept_decides_between_a_stream_and_one_object(client: httpx.Client) -> None:
    question = {"text": NOT_COVERED}
    assert client.post(TURNS, json=question, headers={"Accept": "application/json"}).json()["outcome"] == "declined"
    mixed = client.post(TURNS, json=question, headers={"Accept": "application/json;q=0.5, text/event-stream"})
    assert events_of(mixed.content)[-1].name == "done"


def test_a_question_that_cannot_begin_is_a_problem_and_no_stream(client: httpx.Client) -> None:
    assert_problem(client.post(TURNS, json={"text": " "}, headers=STREAMED), 422)
    assert_problem(client.post("/v1/products/nothing-here/turns", json={"text": "Why?"}, headers=STREAMED), 404)
