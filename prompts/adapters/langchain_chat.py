"""Any chat model LangChain knows (`openai:…` with any base URL, `ollama:…`, `anthropic:…`), behind the port.

LangChain is imported when the model is checked or the first reply is asked for: a service that answers without a model
never pays for it.
"""

import asyncio
import weakref
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from pydantic import SecretStr, ValidationError

from foundation.errors import ModelMisconfigured, ModelRefused, ModelUnavailable
from prompts.adapters.vendor_errors import (
    explain_failed_setup,
    explain_missing_package,
    explain_refusal,
    explain_wrong_spec,
    translate_failure,
)
from prompts.chat import Message

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

# Course answers run at 3 to 5 characters a token, so a model that honours its limit never meets this one.
MAX_CHARACTERS_PER_TOKEN = 8

# What the last chunk of a whole reply carries, by vendor. A connection that is closed politely in the middle looks like
# an ordinary end of file, so for the vendors known to say that they are done, silence means half a reply.
_ENDINGS = frozenset({"finish_reason", "stop_reason", "done_reason", "status"})
_REFUSALS = frozenset({"content_filter", "refusal", "safety", "SAFETY"})
_SAY_WHEN_DONE = frozenset({"openai", "azure_openai", "anthropic", "ollama"})


class LangChainChat:
    """A chat model by LangChain's `provider:model` spec.

    `timeout_s` bounds the whole reply and the wait for its first chunk, `idle_s` the wait between two chunks;
    a reply is cut at eight characters for each of `max_output_tokens`, whatever the model says its limit is.
    `temperature` None leaves the model's own, which some reasoning models insist on. Without `api_key` the vendor's
    library looks where it always looks, unless `base_url` is given: another host never gets a key meant for the vendor.
    """

    def __init__(
        self,
        spec: str,
        *,
        base_url: str | None,
        api_key: SecretStr | None,
        timeout_s: float,
        max_output_tokens: int,
        temperature: float | None = 0,
        idle_s: float = 30.0,
    ) -> None:
        self._spec = spec
        self._provider = spec.partition(":")[0]
        self._base_url = base_url
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._idle_s = min(idle_s, timeout_s)
        self._max_output_tokens = max_output_tokens
        self._temperature = temperature
        self._built: tuple[weakref.ref[asyncio.AbstractEventLoop], BaseChatModel] | None = None

    @property
    def name(self) -> str:
        """The spec, such as `openai:gpt-4.1-mini`."""
        return self._spec

    def check(self) -> None:
        """Make the vendor's client and call nobody; raises ModelMisconfigured.

        Takes about 1.5 CPU seconds the first time. A wrong key or a model its server does not know shows only when
        asked.
        """
        self._build()

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[str]:
        """Yield the reply piece by piece; the port says which errors."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._timeout_s
        room = self._max_output_tokens * MAX_CHARACTERS_PER_TOKEN
        said_something = False
        ended = self._provider not in _SAY_WHEN_DONE
        async with aclosing(await self._open(messages)) as chunks:
            limit = deadline
            while (chunk := await self._next(chunks, limit=limit)) is not None:
                limit = min(deadline, clock() + self._idle_s)
                ended = ended or not _ENDINGS.isdisjoint(chunk.response_metadata)
                if _is_refusal(chunk):
                    raise ModelRefused(explain_refusal(self._spec))
                if not (piece := _text_of(chunk)[:room]):
                    continue
                said_something = said_something or not piece.isspace()
                room -= len(piece)
                yield piece
                if room == 0:
                    return
        if not said_something:
            raise ModelUnavailable(
                f"the model {self._spec} sent an empty reply; try again or choose another model", is_retryable=True
            )
        if not ended:
            raise ModelUnavailable(f"the model {self._spec} stopped in the middle of its reply; try again")

    async def _next(self, chunks: "AsyncGenerator[AIMessageChunk]", *, limit: float) -> "AIMessageChunk | None":
        """The next chunk, or None after the last; `limit` is in the event loop's time."""
        try:
            async with asyncio.timeout_at(limit):
                return await anext(chunks, None)
        except Exception as err:  # vendors raise whatever their HTTP and JSON libraries raise
            raise translate_failure(err, spec=self._spec) from err

    async def _open(self, messages: Sequence[Message]) -> "AsyncGenerator[AIMessageChunk]":
        model = await self._model()
        # Half a surrogate pair, which JSON lets into a question, would fail here as a fault of the model's.
        turns = [(str(m.role), m.text.encode("utf-8", "replace").decode("utf-8")) for m in messages]
        return cast("AsyncGenerator[AIMessageChunk]", model.astream(turns))

    async def _model(self) -> "BaseChatModel":
        """The vendor's client for this event loop: its connections die with the loop they were opened on."""
        loop = asyncio.get_running_loop()
        if self._built is None or self._built[0]() is not loop:
            # The import alone takes 1.4 CPU seconds, too long for the loop that other learners are waiting on.
            self._built = (weakref.ref(loop), await asyncio.to_thread(self._build))
        return self._built[1]

    def _build(self) -> "BaseChatModel":
        # LangChain would guess the provider of a bare `gpt-4o`, and nothing here would know whose replies they are.
        if not all(part.strip() for part in self._spec.partition(":")):
            raise ModelMisconfigured(explain_wrong_spec(self._spec))
        try:
            from langchain.chat_models import init_chat_model

            return cast("BaseChatModel", init_chat_model(self._spec, **self._options()))
        except ImportError as err:
            raise ModelMisconfigured(explain_missing_package(err, spec=self._spec)) from err
        except ValidationError as err:  # a ValueError, but about the options and not about the spec
            raise ModelMisconfigured(explain_failed_setup(err, spec=self._spec)) from err
        except ValueError as err:
            raise ModelMisconfigured(explain_wrong_spec(self._spec)) from err
        except Exception as err:  # vendors refuse a missing key each in their own way
            raise ModelMisconfigured(explain_failed_setup(err, spec=self._spec)) from err

    def _options(self) -> dict[str, Any]:
        limit = "num_predict" if self._provider == "ollama" else "max_tokens"
        options: dict[str, Any] = {limit: self._max_output_tokens}
        if self._temperature is not None:
            options["temperature"] = self._temperature
        if self._base_url is not None:
            options["base_url"] = self._base_url
        if self._api_key is not None:
            options["api_key"] = self._api_key.get_secret_value()
        elif self._base_url is not None:
            options["api_key"] = "none"
        if self._provider == "openai":
            options |= self._openai_options()
        return options

    def _openai_options(self) -> dict[str, Any]:
        from openai import Timeout

        return {
            # An unhashable time-out is what makes langchain-openai give each model its own connection pool instead of
            # one shared by the whole process, whatever loop it was opened on.
            "timeout": Timeout(self._timeout_s),
            # `prompts.steady_chat` tries again, and knows how long a turn may take.
            "max_retries": 0,
            # Our own idle limit does this; theirs starts a task for each chunk.
            "stream_chunk_timeout": 0,
        }


def _is_refusal(chunk: "AIMessageChunk") -> bool:
    """Whether the vendor's filter cut in, or the model said in its own field that it will not answer."""
    told = chunk.response_metadata
    ending = told.get("finish_reason") or told.get("stop_reason")
    return ending in _REFUSALS or bool(chunk.additional_kwargs.get("refusal"))


def _text_of(chunk: "AIMessageChunk") -> str:
    content = chunk.content
    return content if isinstance(content, str) else str(chunk.text)
