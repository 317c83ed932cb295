"""Embeddings of a server: what is sent, and what becomes of answers that are none."""

import math
import socket
from collections.abc import Iterator

import numpy as np
import pytest
from pydantic import SecretStr

from foundation.errors import EncoderMisconfigured, EncoderUnavailable
from knowledge.adapters import token_counts
from knowledge.adapters.openai_encoder import OpenAIEncoder
from knowledge.adapters.token_counts import TokenCounts, estimate_tokens
from knowledge.background import LANGS, read_texts
from knowledge.encoder import Encoder
from tests.knowledge.embeddings_server import (
    MODEL,
    PASSAGE,
    QUESTION,
    EmbeddingsServer,
    Spoil,
    answer,
    embeddings_server,
)
from tests.prompts.assets import ranks_folder

KEY = "sk-not-to-be-seen"
TEXT = "a learner's own words"


@pytest.fixture(scope="module")
def running(encoder: Encoder) -> Iterator[EmbeddingsServer]:
    with embeddings_server(encoder) as server:
        yield server


@pytest.fixture
def server(running: EmbeddingsServer, monkeypatch: pytest.MonkeyPatch) -> EmbeddingsServer:
    """The server without a fault and without a memory."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    running.spoil = None
    running.asked.clear()
    running.keys.clear()
    return running


def connect(server: EmbeddingsServer, model: str = MODEL, **options: object) -> OpenAIEncoder:
    given: dict[str, object] = {"question_prefix": QUESTION, "passage_prefix": PASSAGE, "api_key": SecretStr(KEY)}
    return OpenAIEncoder(model, base_url=server.url, timeout_s=30, **{**given, **options})  # type: ignore[arg-type]


def test_vectors_are_those_the_server_gives(server: EmbeddingsServer, encoder: Encoder) -> None:
    far = connect(server)
    assert np.allclose(far.encode_question(TEXT), encoder.encode_question(TEXT), atol=1e-6)
    assert np.allclose(far.encode_passage(TEXT), encoder.encode_passage(TEXT), atol=1e-6)
    assert [asked["input"] for asked in server.asked] == [QUESTION + TEXT, PASSAGE + TEXT]
    assert server.keys == [f"Bearer {KEY}"] * 2
    assert far.dim == encoder.dim
    assert len(server.asked) == 2


def test_the_dimension_is_learnt_from_the_first_answer(server: EmbeddingsServer) -> None:
    far = connect(server)
    assert server.asked == []
    assert far.dim == 384
    assert len(server.asked) == 1


def test_a_dimension_that_is_set_is_asked_for_and_insisted_on(server: EmbeddingsServer) -> None:
    far = connect(server, dimensions=256)
    assert far.dim == 256
    with pytest.raises(EncoderUnavailable, match="384 dimensions"):
        far.encode_question(TEXT)
    assert server.asked[0]["dimensions"] == 256


def test_what_changes_vectors_changes_the_id_and_an_address_does_not(server: EmbeddingsServer) -> None:
    ids = [
        connect(server).id,
        connect(server, model="other").id,
        connect(server, question_prefix=None).id,
        connect(server, passage_prefix="p: ").id,
        connect(server, dimensions=256).id,
        connect(server, max_tokens=64).id,
    ]
    assert len(set(ids)) == len(ids)
    moved = OpenAIEncoder(
        MODEL,
        base_url="http://127.0.0.1:9",
        api_key=None,
        timeout_s=1,
        question_prefix=QUESTION,
        passage_prefix=PASSAGE,
    )
    assert moved.id == ids[0]
    assert server.asked == []


NAMED = {"error": {"message": f"{KEY} {TEXT}"}}
SPOILT: dict[str, tuple[Spoil, type[EncoderUnavailable], str]] = {
    "shorter": (lambda values: (200, answer(values[:-1])), EncoderUnavailable, "383 dimensions"),
    "longer": (lambda values: (200, answer([*values, 0.1])), EncoderUnavailable, "385 dimensions"),
    "empty": (lambda _values: (200, answer([])), EncoderUnavailable, "no vector"),
    "not a number": (lambda values: (200, answer([math.nan, *values[1:]])), EncoderUnavailable, "direction"),
    "infinite": (lambda values: (200, answer([math.inf, *values[1:]])), EncoderUnavailable, "direction"),
    "zeros": (lambda values: (200, answer([0.0] * len(values))), EncoderUnavailable, "direction"),
    "words": (lambda _values: (200, answer(["a", "b"])), EncoderUnavailable, "numbers"),
    "rows": (lambda values: (200, answer([values, values])), EncoderUnavailable, "no vector"),
    "two vectors": (lambda values: (200, answer(values, values)), EncoderUnavailable, "2 vectors"),
    "none": (lambda _values: (200, answer()), EncoderUnavailable, "0 vectors"),
    "another object": (lambda _values: (200, {"hello": "world"}), EncoderUnavailable, "cannot be read"),
    "no JSON": (lambda _values: (200, b"<h1>hello</h1>"), EncoderUnavailable, "cannot be read"),
    "refused": (lambda _values: (400, NAMED), EncoderUnavailable, "COMPANION_ENCODER_MAX_TOKENS"),
    "wrong key": (lambda _values: (401, NAMED), EncoderMisconfigured, "COMPANION_ENCODER_API_KEY"),
    "not allowed": (lambda _values: (403, NAMED), EncoderMisconfigured, "permissions"),
    "unknown": (lambda _values: (404, NAMED), EncoderMisconfigured, "COMPANION_ENCODER_BASE_URL"),
    "no embeddings": (lambda _values: (501, NAMED), EncoderMisconfigured, "embeddings switched on"),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_an_answer_that_is_no_vector_is_told_with_what_to_do(server: EmbeddingsServer, fault: str) -> None:
    far = connect(server)
    assert far.dim == 384
    server.spoil, kind, told = SPOILT[fault]
    with pytest.raises(EncoderUnavailable, match=told) as raised:
        far.encode_question(TEXT)
    assert type(raised.value) is kind
    assert KEY not in str(raised.value)
    assert TEXT not in str(raised.value)
    server.spoil = None
    assert far.encode_question(TEXT).shape == (384,)


def test_what_fails_on_the_way_is_tried_again(server: EmbeddingsServer) -> None:
    far = connect(server)
    faults = [(500, NAMED), (429, NAMED)]
    server.spoil = lambda values: faults.pop() if faults else (200, answer(values))
    assert far.encode_question(TEXT).shape == (384,)
    assert len(server.asked) == 3


def test_an_unknown_model_is_a_matter_of_settings(server: EmbeddingsServer) -> None:
    with pytest.raises(EncoderMisconfigured, match="COMPANION_ENCODER"):
        connect(server, model="another").encode_question(TEXT)


def test_a_server_that_is_not_there_is_told(server: EmbeddingsServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        far = OpenAIEncoder(MODEL, base_url=nowhere, api_key=None, timeout_s=5)
        with pytest.raises(EncoderUnavailable, match="check that its server runs"):
            far.encode_question(TEXT)


def test_a_server_that_never_answers_is_not_waited_for(server: EmbeddingsServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        far = OpenAIEncoder(MODEL, base_url=address, api_key=None, timeout_s=0.1)
        with pytest.raises(EncoderUnavailable, match="COMPANION_ENCODER_TIMEOUT_S"):
            far.encode_question(TEXT)


def test_another_host_never_gets_a_key_that_was_not_meant_for_it(
    server: EmbeddingsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    connect(server, api_key=None).encode_question(TEXT)
    assert KEY not in str(server.keys)


def test_without_a_key_the_setting_is_named(server: EmbeddingsServer) -> None:
    with pytest.raises(EncoderMisconfigured, match="COMPANION_ENCODER_API_KEY"):
        OpenAIEncoder("text-embedding-3-small", base_url=None, api_key=None, timeout_s=5).encode_question(TEXT)


def test_a_text_that_is_too_long_is_cut_before_it_is_sent(server: EmbeddingsServer) -> None:
    far = connect(server, max_tokens=32)
    far.encode_passage("The dough rests for hours. " * 100)
    sent = server.asked[0]["input"]
    assert estimate_tokens(sent) <= 32 < far.count_tokens("The dough rests for hours. " * 100)
    assert len(sent) > 60


def test_estimates_are_never_too_low(encoder: Encoder) -> None:
    for lang in LANGS:
        for text in read_texts(lang):
            assert estimate_tokens(text.passage) >= encoder.count_tokens(text.passage)


def test_openais_models_are_counted_with_their_ranks_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(ranks_folder()))
    text = "The dough rests for hours."
    assert TokenCounts("text-embedding-3-small").of(text) == 6
    assert TokenCounts(MODEL).of(text) == estimate_tokens(text)


def test_ranks_that_are_missing_or_damaged_are_not_fetched(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("ranks")
    text = "The dough rests for hours."
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(folder))
    assert TokenCounts("text-embedding-3-small").of(text) == estimate_tokens(text)
    for kept in ranks_folder().iterdir():
        (folder / kept.name).write_bytes(b"damaged")
    token_counts._load.cache_clear()
    assert TokenCounts("text-embedding-3-small").of(text) == estimate_tokens(text)
