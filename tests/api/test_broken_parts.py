"""An outage is told as one: never as "nothing found", and never with a learner's words in it."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import text

from companion.wiring import House, open_house
from foundation.errors import EncoderUnavailable, IndexUnavailable
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.encoder import Encoder, Vector
from knowledge.products import Collection
from knowledge.shelf import ShelfKey
from tests.api.serving import COVERED, FEEDBACK, STREAMED, TURNS, assert_problem, events_of, serving

REASON = "the encoder does not answer; restart the service"


@dataclass
class BreakableEncoder:
    """The real encoder, until `questions` is given the error to raise instead."""

    real: Encoder
    questions: Exception | None = None

    @property
    def id(self) -> str:
        return self.real.id

    @property
    def dim(self) -> int:
        return self.real.dim

    @property
    def max_tokens(self) -> int:
        return self.real.max_tokens

    @property
    def languages(self) -> frozenset[str] | None:
        return self.real.languages

    @property
    def by_token(self) -> None:
        return None

    def count_tokens(self, text: str) -> int:
        if self.questions:
            raise self.questions
        return self.real.count_tokens(text)

    def encode_question(self, text: str) -> Vector:
        if self.questions:
            raise self.questions
        return self.real.encode_question(text)

    def encode_passage(self, text: str) -> Vector:
        return self.real.encode_passage(text)


@pytest.fixture
def breakable(encoder: Encoder) -> BreakableEncoder:
    return BreakableEncoder(encoder)


@pytest.fixture
def shaky(bakery: House, settings: Settings, breakable: BreakableEncoder) -> Iterator[House]:
    """The bakery's home, opened with an encoder that can be broken."""
    with open_house(settings, encoder=breakable) as opened:
        yield opened


@pytest.fixture
def service(shaky: House) -> Iterator[httpx.Client]:
    with serving(shaky) as opened:
        yield opened


def break_in_mid_answer(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let the step behind a turn's first event fail."""

    def extract(*_found: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr("assistant.answer.extract", extract)


def turns_kept(house: House) -> int:
    with house.database.read() as session:
        return int(session.execute(text("SELECT count(*) FROM turn")).scalar_one())


@pytest.mark.parametrize("headers", [{}, STREAMED])
def test_without_an_encoder_a_question_is_unavailable_and_not_declined(
    service: httpx.Client, shaky: House, breakable: BreakableEncoder, headers: dict[str, str]
) -> None:
    breakable.questions = EncoderUnavailable(REASON)
    response = service.post(TURNS, json={"text": COVERED}, headers=headers)
    assert assert_problem(response, 503)["detail"] == REASON
    assert int(response.headers["retry-after"]) > 0
    assert "declined" not in response.text
    assert turns_kept(shaky) == 0


def test_a_chat_client_is_told_of_the_outage_too(service: httpx.Client, breakable: BreakableEncoder) -> None:
    breakable.questions = EncoderUnavailable(REASON)
    asked = {"model": "bread", "messages": [{"role": "user", "content": COVERED}]}
    response = service.post("/v1/chat/completions", json=asked)
    assert_problem(response, 503)
    assert int(response.headers["retry-after"]) > 0


def test_what_breaks_in_mid_answer_ends_the_stream_with_an_error(
    service: httpx.Client, shaky: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_in_mid_answer(monkeypatch, EncoderUnavailable(REASON))
    events = events_of(service.post(TURNS, json={"text": COVERED}, headers=STREAMED).content)
    assert [event.name for event in events] == ["meta", "error"]
    problem = events[-1].data["problem"]
    assert (problem["status"], problem["detail"]) == (503, REASON)
    assert turns_kept(shaky) == 0


def test_what_breaks_in_mid_answer_is_a_problem_for_who_wants_one_object(
    service: httpx.Client, shaky: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_in_mid_answer(monkeypatch, EncoderUnavailable(REASON))
    response = service.post(TURNS, json={"text": COVERED})
    assert_problem(response, 503)
    assert turns_kept(shaky) == 0


def test_readiness_says_what_is_down_while_the_process_is_alive(
    service: httpx.Client, breakable: BreakableEncoder
) -> None:
    assert service.get("/readyz").json() == {"status": "ready", "products": 2, "chat": None}
    breakable.questions = EncoderUnavailable(REASON)
    response = service.get("/readyz")
    assert assert_problem(response, 503)["detail"] == REASON
    assert int(response.headers["retry-after"]) > 0
    assert service.get("/healthz").json() == {"status": "alive"}


def test_service_comes_back_with_its_encoder(service: httpx.Client, breakable: BreakableEncoder) -> None:
    breakable.questions = EncoderUnavailable(REASON)
    assert service.post(TURNS, json={"text": COVERED}).status_code == 503
    breakable.questions = None
    assert service.post(TURNS, json={"text": COVERED}).json()["citations"]


@pytest.mark.parametrize("headers", [{}, STREAMED])
def test_an_error_nobody_foresaw_keeps_its_message_to_itself(
    service: httpx.Client, breakable: BreakableEncoder, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    breakable.questions = RuntimeError(f"cannot encode {COVERED}")
    response = service.post(TURNS, json={"text": COVERED}, headers=headers)
    assert_problem(response, 500)
    assert COVERED not in response.text
    assert COVERED not in caplog.text
    assert "error=RuntimeError" in caplog.text


def test_a_foreign_page_may_read_an_error_nobody_foresaw(
    service: httpx.Client, shaky: House, breakable: BreakableEncoder
) -> None:
    with shaky.database.write() as session:
        session.execute(text("UPDATE product SET origins = '[\"https://school.example\"]'"))
    breakable.questions = RuntimeError("broken")
    response = service.post(TURNS, json={"text": COVERED}, headers={"Origin": "https://school.example"})
    assert_problem(response, 500)
    assert response.headers["access-control-allow-origin"] == "https://school.example"


def test_a_browser_is_shown_an_outage_as_a_page(service: httpx.Client, breakable: BreakableEncoder) -> None:
    breakable.questions = EncoderUnavailable(REASON)
    response = service.get("/readyz", headers={"Accept": "text/html"})
    assert response.status_code == 503
    assert response.headers["content-type"].startswith("text/html")
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize("outage", [EncoderUnavailable(REASON), IndexUnavailable("the index is gone")], ids=repr)
def test_who_is_stuck_during_an_outage_is_kept_all_the_same(
    service: httpx.Client, shaky: House, breakable: BreakableEncoder, outage: Exception
) -> None:
    breakable.questions = outage
    response = service.post(FEEDBACK, json={"kind": "stuck", "text": "My dough does not rest"})
    assert response.status_code == 201
    told = response.json()
    assert (told["nearest"], told["case"]) == ([], None)
    with shaky.database.read() as session:
        kept = session.execute(text("SELECT id, kind, text FROM item")).all()
    assert [tuple(row) for row in kept] == [(told["id"], "stuck", "My dough does not rest")]


def test_a_service_whose_encoder_cannot_encode_is_not_ready(
    service: httpx.Client, breakable: BreakableEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded = []

    def encode(asked: str) -> Vector:
        encoded.append(asked)
        if len(encoded) == 1:
            raise EncoderUnavailable(REASON)
        return breakable.real.encode_question(asked)

    monkeypatch.setattr(breakable, "encode_question", encode)
    assert_problem(service.get("/readyz"), 503)
    for _ in range(3):
        assert service.get("/readyz").status_code == 200
    # Once it has encoded, it is not asked again at every check.
    assert len(encoded) == 2


def test_readiness_looks_at_one_shelf_until_somebody_asked_for_others(
    service: httpx.Client, shaky: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[ShelfKey] = []
    real = type(shaky.shelves).shelf

    def shelf(shelves: object, key: ShelfKey) -> object:
        looked_at.append(key)
        return real(shaky.shelves, key)

    monkeypatch.setattr(type(shaky.shelves), "shelf", shelf)
    assert service.get("/readyz").json() == {"status": "ready", "products": 2, "chat": None}
    assert looked_at == [ShelfKey(ProductSlug("bread"), Collection.LESSONS)]
    service.post("/v1/products/tea-house/turns", json={"text": COVERED})
    looked_at.clear()
    assert service.get("/readyz").status_code == 200
    assert looked_at == [ShelfKey(ProductSlug("tea-house"), Collection.LESSONS)]
