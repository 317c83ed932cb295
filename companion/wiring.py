"""Builds the `House`: every collaborator of one process, put together once.

The only place that imports adapters. The home's lock decides who may open the index folder: its holder gets Chroma,
any other process searches exact vectors from SQL.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from anyio import CapacityLimiter

from assistant.answer import Answerer
from assistant.compose import ModelLimits
from foundation.clock import Clock, utc_now
from foundation.database import Database, open_database
from foundation.lock import HomeLock
from foundation.settings import Settings
from knowledge.adapters.chroma_index import ChromaIndex
from knowledge.adapters.e5_encoder import open_encoder
from knowledge.adapters.exact_index import ExactIndex
from knowledge.adapters.likely_words import likely_words
from knowledge.adapters.openai_encoder import OpenAIEncoder
from knowledge.adapters.sentence_transformers_encoder import SentenceTransformersEncoder
from knowledge.encoder import Encoder
from knowledge.index import PassageIndex
from knowledge.shelf_files import ShelfFiles
from knowledge.shelves import Shelves
from knowledge.words import learn_likely_words
from prompts.adapters.langchain_chat import LangChainChat
from prompts.breaker import BreakerState
from prompts.chat import ChatModel
from prompts.spending import Caps, Spending
from prompts.steady_chat import SteadyChat

_log = logging.getLogger(__name__)
_THREADS = 4


@dataclass(frozen=True, slots=True)
class House:
    """The collaborators of one process; `owns_index`: its index is the home's folder, not exact vectors."""

    settings: Settings
    database: Database
    encoder: Encoder
    shelves: Shelves
    answerer: Answerer
    clock: Clock
    lock: HomeLock
    owns_index: bool

    def owns_lock(self) -> bool:
        """Whether this process, and no other, holds the home."""
        return self.lock.held


@contextmanager
def open_house(
    settings: Settings, *, clock: Clock = utc_now, encoder: Encoder | None = None, chat: ChatModel | None = None
) -> Iterator[House]:
    """A house on the settings' home, closed at the end. Raises HomeUnusable.

    `encoder` and `chat` stand in for the configured ones.
    """
    with HomeLock(settings.home) as lock:
        owns_index = lock.acquire() and settings.index == "chroma"
        database = open_database(settings.home, clock=clock)
        try:
            yield _build(settings, database, lock, clock=clock, encoder=encoder, chat=chat, owns_index=owns_index)
        finally:
            database.close()


def default_encoder(home: Path) -> Encoder:
    """The encoder that needs no configuration; what it runs on is built once and kept in the home."""
    return open_encoder(home / "encoder")


def configured_encoder(settings: Settings) -> Encoder:
    """The encoder the settings name. What is wrong with one of others shows when it is first used, not here."""
    kind, _, model = settings.encoder.partition(":")
    named = settings.encoder_languages
    languages = frozenset(lang.strip() for lang in named.split(",")) if named else None
    question, passage = settings.encoder_question_prefix, settings.encoder_passage_prefix
    if kind == "sentence-transformers":
        return SentenceTransformersEncoder(
            model.strip(), question_prefix=question, passage_prefix=passage, languages=languages
        )
    if kind == "openai":
        return OpenAIEncoder(
            model.strip(),
            base_url=settings.encoder_base_url,
            api_key=settings.encoder_api_key,
            timeout_s=settings.encoder_timeout_s,
            question_prefix=question,
            passage_prefix=passage,
            languages=languages,
            max_tokens=settings.encoder_max_tokens,
            dimensions=settings.encoder_dimensions,
        )
    return default_encoder(settings.home)


def _build(
    settings: Settings,
    database: Database,
    lock: HomeLock,
    *,
    clock: Clock,
    encoder: Encoder | None,
    chat: ChatModel | None,
    owns_index: bool,
) -> House:
    encoder = encoder or configured_encoder(settings)
    learn_likely_words(likely_words)
    index: PassageIndex = ChromaIndex(settings.home / "index") if owns_index else ExactIndex()
    shelves = Shelves(database, encoder, index, ShelfFiles(settings.home / "shelves", writes=lock.held))
    answerer = Answerer(
        database=database,
        shelves=shelves,
        clock=clock,
        chat=chat or _steady_chat(settings),
        limits=ModelLimits(budget_tokens=settings.chat_budget_tokens),
        spending=Spending(database, clock, _caps(settings), most_reply_tokens=settings.chat_max_output_tokens),
        threads=CapacityLimiter(_THREADS),
    )
    return House(settings, database, encoder, shelves, answerer, clock, lock, owns_index)


def check_chat(settings: Settings) -> None:
    """Build the configured chat model without asking it anything; raises ModelMisconfigured with what to do."""
    model = _chat(settings)
    if model is not None:
        model.check()


def chat_state(house: House) -> BreakerState | None:
    """Whether this process asks its chat model; None without one."""
    chat = house.answerer.chat
    return chat.breaker.state if isinstance(chat, SteadyChat) else None


def _steady_chat(settings: Settings) -> SteadyChat | None:
    model = _chat(settings)
    return None if model is None else SteadyChat(model, budget_s=settings.chat_timeout_s)


def _caps(settings: Settings) -> Caps:
    return Caps(
        daily_tokens=settings.chat_daily_tokens,
        daily_usd=settings.chat_daily_usd,
        price_in=settings.chat_price_in,
        price_out=settings.chat_price_out,
    )


def _chat(settings: Settings) -> LangChainChat | None:
    if not settings.chat_model:
        return None
    return LangChainChat(
        settings.chat_model,
        base_url=settings.chat_base_url,
        api_key=settings.chat_api_key,
        timeout_s=settings.chat_timeout_s,
        max_output_tokens=settings.chat_max_output_tokens,
    )
