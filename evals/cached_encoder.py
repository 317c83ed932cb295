"""Keeps passage vectors between evaluation runs, by the hash of their text; questions are always encoded for real."""

import io
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from foundation.ids import content_hash
from knowledge.encoder import Encoder, TokenEncoder, TokenStates, Vector
from knowledge.sentence_vectors import quantised

# Evaluations and tests may run side by side on one file.
_BUSY_S = 60.0


class CachedEncoder:
    """An encoder that remembers passages in one SQLite file and measures what it spends, in seconds."""

    def __init__(self, encoder: Encoder, path: Path) -> None:
        self._encoder = encoder
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._rows = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False, isolation_level=None)
        self._rows.execute("CREATE TABLE IF NOT EXISTS vector (id TEXT PRIMARY KEY, vals BLOB NOT NULL)")
        self.passage_s = 0.0
        self.question_s: list[float] = []

    @property
    def id(self) -> str:
        return self._encoder.id

    @property
    def dim(self) -> int:
        return self._encoder.dim

    @property
    def max_tokens(self) -> int:
        return self._encoder.max_tokens

    @property
    def languages(self) -> frozenset[str] | None:
        return self._encoder.languages

    @property
    def by_token(self) -> TokenEncoder | None:
        return None if self._encoder.by_token is None else _ByToken(self, self._encoder.by_token)

    def count_tokens(self, text: str) -> int:
        return self._encoder.count_tokens(text)

    def encode_question(self, text: str) -> Vector:
        started = time.perf_counter()
        vector = self._encoder.encode_question(text)
        self.question_s.append(time.perf_counter() - started)
        return vector

    def encode_passage(self, text: str) -> Vector:
        blob = self.kept(text, lambda: self._encoder.encode_passage(text).astype("<f4").tobytes())
        return np.frombuffer(blob, dtype="<f4").astype(np.float32)

    def kept(self, text: str, make: Callable[[], bytes], *, role: str = "") -> bytes:
        """What was made of a passage before, or is now."""
        key = content_hash(self._encoder.id, text, *([role] if role else []))
        with self._lock:
            row = self._rows.execute("SELECT vals FROM vector WHERE id = ?", (key,)).fetchone()
        if row is not None:
            return bytes(row[0])
        started = time.perf_counter()
        blob = make()
        with self._lock:
            self.passage_s += time.perf_counter() - started
            self._rows.execute("INSERT OR IGNORE INTO vector VALUES (?, ?)", (key, blob))
        return blob

    def close(self) -> None:
        """Close the cache file."""
        self._rows.close()


class _ByToken:
    """The same token by token; a passage's are kept as int8, some 50 kB each."""

    def __init__(self, cached: CachedEncoder, encoder: TokenEncoder) -> None:
        self._cached = cached
        self._encoder = encoder

    def question_states(self, text: str) -> TokenStates:
        started = time.perf_counter()
        states = self._encoder.question_states(text)
        self._cached.question_s.append(time.perf_counter() - started)
        return states

    def passage_states(self, text: str) -> TokenStates:
        blob = self._cached.kept(text, lambda: _packed(self._encoder.passage_states(text)), role="tokens")
        with np.load(io.BytesIO(blob)) as kept:
            states = kept["codes"].astype(np.float32) * kept["scales"][:, None]
            return TokenStates(kept["vector"], states, kept["spans"], kept["information"])


def _packed(tokens: TokenStates) -> bytes:
    codes, scales = quantised(tokens.states)
    out = io.BytesIO()
    np.savez(
        out,
        allow_pickle=False,
        vector=tokens.vector,
        codes=codes,
        scales=scales,
        spans=tokens.spans,
        information=tokens.information,
    )
    return out.getvalue()
