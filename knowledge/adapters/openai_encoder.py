"""Embeddings of a server that speaks OpenAI's protocol: OpenAI's own, or any other by its base URL.

Questions and course texts leave this process for that server. The vendor's package is imported when the first text is
encoded. One text a request; its client tries a request again that failed on the way, and is shared by all threads.
"""

from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from pydantic import SecretStr

from foundation.errors import EncoderMisconfigured, EncoderUnavailable
from foundation.ids import content_hash
from foundation.text import clean_text
from knowledge.adapters.naming import encoder_id
from knowledge.adapters.token_counts import TokenCounts
from knowledge.adapters.unit import unit_vector
from knowledge.encoder import TokenEncoder, Vector

if TYPE_CHECKING:
    from openai import OpenAI

_RETRIES = 2
# OpenAI's limit for its embedding models; servers people run themselves mostly serve models with a window of 512.
_VENDORS_WINDOW, _WINDOW = 8_191, 512
# Servers refuse an empty text; this one means as little.
_NOTHING = "."

_BY_STATUS = {
    400: "refused a text; if it says that texts are too long, lower COMPANION_ENCODER_MAX_TOKENS",
    401: "refused the key; check COMPANION_ENCODER_API_KEY",
    403: "does not allow this key to use it; check the account's permissions",
    404: "is not known to the server; check COMPANION_ENCODER and COMPANION_ENCODER_BASE_URL",
    413: "refused a text as too long; lower COMPANION_ENCODER_MAX_TOKENS",
    422: "refused a text; check COMPANION_ENCODER_DIMENSIONS and COMPANION_ENCODER_MAX_TOKENS",
    429: "is limiting requests or out of quota; wait, or raise the limit with the vendor",
    501: "does not give embeddings; start its server with embeddings switched on",
}
_STAYS_WRONG = frozenset({401, 403, 404, 501})


class OpenAIEncoder:
    """Embeddings of `model`; without `base_url` from OpenAI itself, with its own variables for key and address.

    The length of vectors is `dimensions`, which the server is then asked for, or what its first answer has; every later
    answer has to have it too. Another host never gets a key that was meant for OpenAI.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None,
        api_key: SecretStr | None,
        timeout_s: float,
        question_prefix: str | None = None,
        passage_prefix: str | None = None,
        languages: frozenset[str] | None = None,
        max_tokens: int | None = None,
        dimensions: int | None = None,
    ) -> None:
        self._model = model
        self._base_url = base_url
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._prefixes = (question_prefix or "", passage_prefix or "")
        self._dimensions = dimensions
        self._dim = dimensions
        self._learning = Lock()
        self._counts = TokenCounts(model)
        self.languages = languages
        self.by_token: TokenEncoder | None = None
        self.max_tokens = max_tokens or (_WINDOW if base_url else _VENDORS_WINDOW)

    @property
    def id(self) -> str:
        """Not of the address: the same model may move. `companion doctor` compares what it gives with what it gave."""
        told = (self._model, *self._prefixes, str(self.max_tokens), str(self._dimensions))
        return encoder_id("oai", self._model, content_hash(*told, size=5))

    @property
    def dim(self) -> int:
        if self._dim is None:
            self.encode_question("ready")
        assert self._dim is not None
        return self._dim

    def count_tokens(self, text: str) -> int:
        return self._counts.of(self._prefixes[1] + clean_text(text))

    def encode_question(self, text: str) -> Vector:
        return self._encode(self._prefixes[0] + clean_text(text))

    def encode_passage(self, text: str) -> Vector:
        return self._encode(self._prefixes[1] + clean_text(text))

    def _encode(self, told: str) -> Vector:
        vector = unit_vector(self._asked(self._counts.cut(told, self.max_tokens)), dim=self._dim, source=self._source)
        with self._learning:
            if self._dim is None:
                self._dim = len(vector)
        return vector

    def _asked(self, told: str) -> npt.NDArray[np.float64]:
        options: dict[str, Any] = {} if self._dimensions is None else {"dimensions": self._dimensions}
        try:
            answer = self._client.embeddings.create(
                model=self._model, input=told if told.strip() else _NOTHING, encoding_format="float", **options
            )
            values = [item.embedding for item in answer.data]
        except EncoderUnavailable:
            raise
        except Exception as err:  # the package raises its own, and what its HTTP and JSON libraries raise
            raise self._explained(err) from err
        if len(values) != 1:
            raise EncoderUnavailable(f"{self._source} gave {len(values)} vectors for one text; check its server")
        try:
            return np.asarray(values[0], dtype=np.float64)
        except (TypeError, ValueError) as err:
            raise EncoderUnavailable(f"{self._source} gave something else than numbers; check its server") from err

    @cached_property
    def _client(self) -> "OpenAI":
        from openai import OpenAI, OpenAIError

        key = self._api_key.get_secret_value() if self._api_key else ("none" if self._base_url else None)
        try:
            return OpenAI(api_key=key, base_url=self._base_url, timeout=self._timeout_s, max_retries=_RETRIES)
        except OpenAIError as err:
            raise EncoderMisconfigured(f"{self._source} needs a key; set COMPANION_ENCODER_API_KEY") from err

    @property
    def _source(self) -> str:
        return f"the encoder {self._model}"

    def _explained(self, err: Exception) -> EncoderUnavailable:
        """What to do; the vendor's message is never passed on, since it quotes the key and the text."""
        status = getattr(err, "status_code", None)
        if isinstance(status, int):
            fault = _BY_STATUS.get(
                status, "failed on the server's side; try again later" if status >= 500 else "refused"
            )
            kind = EncoderMisconfigured if status in _STAYS_WRONG else EncoderUnavailable
            return kind(f"{self._source} {fault} (HTTP {status})")
        name = type(err).__name__
        if "Timeout" in name:
            return EncoderUnavailable(f"{self._source} took too long; try again or raise COMPANION_ENCODER_TIMEOUT_S")
        if "Connection" in name:
            return EncoderUnavailable(
                f"{self._source} cannot be reached; check that its server runs, and COMPANION_ENCODER_BASE_URL"
            )
        return EncoderUnavailable(f"{self._source} gave an answer that cannot be read ({name}); check its server")
