"""Remembers the vectors of questions within a run, where the same words are asked many times over."""

from knowledge.encoder import Encoder, TokenEncoder, TokenStates, Vector


class RememberingEncoder:
    """An encoder that encodes no question twice."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vectors: dict[str, Vector] = {}
        self._by_token = None if encoder.by_token is None else _ByToken(encoder.by_token)

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
        return self._by_token

    def count_tokens(self, text: str) -> int:
        return self._encoder.count_tokens(text)

    def encode_question(self, text: str) -> Vector:
        if text not in self._vectors:
            self._vectors[text] = self._encoder.encode_question(text)
        return self._vectors[text]

    def encode_passage(self, text: str) -> Vector:
        return self._encoder.encode_passage(text)


class _ByToken:
    """The same token by token."""

    def __init__(self, encoder: TokenEncoder) -> None:
        self._encoder = encoder
        self._states: dict[str, TokenStates] = {}

    def question_states(self, text: str) -> TokenStates:
        if text not in self._states:
            self._states[text] = self._encoder.question_states(text)
        return self._states[text]

    def passage_states(self, text: str) -> TokenStates:
        return self._encoder.passage_states(text)
