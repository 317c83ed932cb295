"""OpenAI's own client, over a real socket: a product is a model, its citations are annotations."""

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from companion.wiring import House, open_house
from foundation.errors import EncoderUnavailable
from foundation.settings import Settings
from knowledge.encoder import Encoder
from tests.api.serving import COVERED, NOT_COVERED, serving
from tests.api.test_broken_parts import break_in_mid_answer
from tests.conftest import TakeIn


def client_of(service: httpx.Client) -> openai.OpenAI:
    return openai.OpenAI(base_url=str(service.base_url.join("/v1")), api_key="unused", max_retries=0)


@pytest.fixture
def chat(standing_client: httpx.Client) -> Iterator[openai.OpenAI]:
    with client_of(standing_client) as opened:
        yield opened


def asked(text: Any) -> list[Any]:
    return [{"role": "user", "content": text}]


def assert_marks(content: str, annotations: list[Any], service: httpx.Client) -> None:
    assert annotations
    for number, annotation in enumerate(annotations, 1):
        citation = annotation["url_citation"]
        assert content[citation["start_index"] : citation["end_index"]] == f"[{number}]"
        assert citation["title"]
        assert citation["url"].startswith(f"{str(service.base_url).rstrip('/')}/p/bread/lessons/")
        assert httpx.get(citation["url"]).status_code == 200


def test_products_are_models(chat: openai.OpenAI) -> None:
    assert [model.id for model in chat.models.list()] == ["bread"]
    assert chat.models.retrieve("bread").object == "model"


def test_an_answer_carries_its_citations(chat: openai.OpenAI, standing_client: httpx.Client) -> None:
    done = chat.chat.completions.create(model="bread", messages=asked(COVERED))
    (choice,) = done.choices
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    assert choice.message.content
    annotations = [annotation.model_dump() for annotation in choice.message.annotations or []]
    assert_marks(choice.message.content, annotations, standing_client)
    assert done.usage
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens


def test_a_stream_is_the_same_answer_in_pieces(chat: openai.OpenAI, standing_client: httpx.Client) -> None:
    whole = chat.chat.completions.create(model="bread", messages=asked(COVERED)).choices[0].message
    content, annotations, finished = "", [], []
    with chat.chat.completions.create(model="bread", messages=asked(COVERED), stream=True) as stream:
        for chunk in stream:
            assert chunk.object == "chat.completion.chunk"
            (choice,) = chunk.choices
            content += choice.delta.content or ""
            annotations += (choice.delta.model_extra or {}).get("annotations", [])
            finished.append(choice.finish_reason)
    assert content == whole.content
    assert finished == [None] * (len(finished) - 1) + ["stop"]
    assert_marks(content, annotations, standing_client)


def test_a_decline_has_no_annotations(chat: openai.OpenAI) -> None:
    message = chat.chat.completions.create(model="bread", messages=asked(NOT_COVERED)).choices[0].message
    assert message.content
    assert message.annotations == []


def test_the_last_words_of_the_user_are_the_question(chat: openai.OpenAI) -> None:
    messages: list[Any] = [
        {"role": "system", "content": "Answer in verse."},
        {"role": "user", "content": NOT_COVERED},
        {"role": "assistant", "content": None, "tool_calls": []},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "How long does the dough rest"},
                {"type": "text", "text": "before it is shaped?"},
            ],
        },
        {"role": "user", "content": " "},
        {"role": "tool", "content": "nothing", "tool_call_id": "1"},
    ]
    done = chat.chat.completions.create(model="bread", messages=messages, temperature=0.3, max_tokens=10)
    assert done.choices[0].message.annotations


@pytest.mark.parametrize("model", ["nothing-here", "gpt-3.5-turbo", "Bread", "x", "модель", "a/b"])
def test_an_unknown_model_is_not_found(chat: openai.OpenAI, model: str) -> None:
    with pytest.raises(openai.NotFoundError):
        chat.chat.completions.create(model=model, messages=asked(COVERED))
    with pytest.raises(openai.NotFoundError):
        chat.models.retrieve(model)


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"role": "assistant", "content": "Ask me."}],
        asked(""),
        asked(" \x00"),
        asked([]),
        asked(None),
        asked([{"type": "image_url", "image_url": {"url": "data:,"}}]),
        [{"role": "somebody", "content": "Why?"}],
        asked("x" * 8_001),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_messages_that_ask_nothing_cannot_be_processed(chat: openai.OpenAI, messages: list[Any], stream: bool) -> None:
    with pytest.raises(openai.UnprocessableEntityError):
        chat.chat.completions.create(model="bread", messages=messages, stream=stream)


def test_an_outage_in_mid_stream_is_an_error_for_the_client(bakery: House, monkeypatch: pytest.MonkeyPatch) -> None:
    break_in_mid_answer(monkeypatch, EncoderUnavailable("the encoder does not answer; restart the service"))
    with serving(bakery) as service, client_of(service) as chat:
        stream = chat.chat.completions.create(model="bread", messages=asked(COVERED), stream=True)
        with pytest.raises(openai.APIError, match="the encoder does not answer"):
            list(stream)


def test_behind_a_proxy_citations_point_to_the_public_address(
    bakery: House, settings: Settings, encoder: Encoder
) -> None:
    public = settings.model_copy(update={"public_url": "https://companion.example"})
    with open_house(public, encoder=encoder) as house, serving(house) as service, client_of(service) as chat:
        message = chat.chat.completions.create(model="bread", messages=asked(COVERED)).choices[0].message
        assert message.annotations
        for annotation in message.annotations:
            assert annotation.url_citation.url.startswith("https://companion.example/p/bread/lessons/")


INDEXED = """# Lists of loaves

The first loaf of a list of loaves is taken with the index `loaves [0]`, and the second loaf of that list of loaves \
with the index `loaves [1]`, as in every list.

## Slices

A slice of a list of loaves, as in `loaves [1] [2]`, takes one loaf out of a list inside a list of loaves.
"""


def test_a_citation_points_at_its_own_mark_and_not_at_an_index_in_code(bakery: House, take_in: TakeIn) -> None:
    take_in({"01-lists.md": INDEXED}, "python")
    with serving(bakery) as service, client_of(service) as chat:
        question = asked("Which index takes the second loaf of a list of loaves?")
        message = chat.chat.completions.create(model="python", messages=question).choices[0].message
        streamed: list[Any] = []
        with chat.chat.completions.create(model="python", messages=question, stream=True) as stream:
            for chunk in stream:
                streamed += (chunk.choices[0].delta.model_extra or {}).get("annotations", [])
    assert message.content
    assert message.annotations
    assert "loaves [1]" in message.content
    whole = [annotation.model_dump() for annotation in message.annotations]
    for number, annotation in enumerate(whole, 1):
        start, end = annotation["url_citation"]["start_index"], annotation["url_citation"]["end_index"]
        assert message.content[start:end] == f"[{number}]"
        # Behind a mark of ours the paragraph is over.
        assert message.content[end : end + 2] in ("", "\n\n")
    spans = [(one["url_citation"]["start_index"], one["url_citation"]["end_index"]) for one in whole]
    assert spans == [(one["url_citation"]["start_index"], one["url_citation"]["end_index"]) for one in streamed]


def test_no_proxy_keeps_a_stream_back_or_stores_it(standing_client: httpx.Client) -> None:
    chat = {"model": "bread", "messages": asked(COVERED), "stream": True}
    headers = standing_client.post("/v1/chat/completions", json=chat).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"
