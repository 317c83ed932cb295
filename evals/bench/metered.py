"""An encoder that notes what it spends: CPU seconds of the calling thread, by role and by text."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from foundation.ids import content_hash
from knowledge.encoder import Encoder, TokenEncoder, TokenStates, Vector

_Given = TypeVar("_Given")


class MeteredEncoder:
    """Passes everything on; safe to call from several threads.

    `passage_s` keeps seconds by the hash of the text, `question_s` those of each question, in order, and
    `question_wall_s` the seconds that the same questions took by the clock.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._lock = threading.Lock()
        self.id, self.dim, self.max_tokens = encoder.id, encoder.dim, encoder.max_tokens
        self.languages = encoder.languages
        self.by_token = None if encoder.by_token is None else _ByToken(self, encoder.by_token)
        self.passage_s: dict[str, float] = {}
        self.question_s: list[float] = []
        self.question_wall_s: list[float] = []

    @property
    def spent_s(self) -> float:
        """CPU seconds of all texts so far."""
        return sum(self.passage_s.values()) + sum(self.question_s)

    @property
    def texts(self) -> int:
        """How many texts were encoded so far, a passage's text once."""
        return len(self.passage_s) + len(self.question_s)

    def count_tokens(self, text: str) -> int:
        return self._encoder.count_tokens(text)

    def encode_question(self, text: str) -> Vector:
        return self.meter_question(self._encoder.encode_question, text)

    def encode_passage(self, text: str) -> Vector:
        return self.meter_passage(self._encoder.encode_passage, text)

    def meter_question(self, encode: Callable[[str], _Given], text: str) -> _Given:
        """What `encode` gives for a question, noted."""
        started, cpu = time.perf_counter(), time.thread_time()
        given = encode(text)
        spent, spent_wall = time.thread_time() - cpu, time.perf_counter() - started
        with self._lock:
            self.question_s.append(spent)
            self.question_wall_s.append(spent_wall)
        return given

    def meter_passage(self, encode: Callable[[str], _Given], text: str) -> _Given:
        """What `encode` gives for a passage's text, noted."""
        started = time.thread_time()
        given = encode(text)
        spent, key = time.thread_time() - started, content_hash(text)
        with self._lock:
            self.passage_s[key] = self.passage_s.get(key, 0.0) + spent
        return given


class _ByToken:
    """The same, token by token."""

    def __init__(self, metered: MeteredEncoder, encoder: TokenEncoder) -> None:
        self._metered = metered
        self._encoder = encoder

    def question_states(self, text: str) -> TokenStates:
        return self._metered.meter_question(self._encoder.question_states, text)

    def passage_states(self, text: str) -> TokenStates:
        return self._metered.meter_passage(self._encoder.passage_states, text)
