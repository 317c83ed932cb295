"""Lets a chat model word a theme's label from its quotes; one with a word that stands in none of them is rejected."""

import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from anyio import to_thread

from feedback.figures import ThemeFigures, figures_of
from feedback.labels import BY_MODEL, BY_PERSON, main_language, telling_words
from feedback.tables import ThemeRow
from foundation.database import Database
from knowledge.language import Lang
from knowledge.words import fold, stem_of
from prompts.catalogue import load_prompt
from prompts.chat import ChatModel
from prompts.fences import fence_numbered

MOST_WORDS = 8
_PROMPT = "theme-label"
_LANGUAGES = {"en": "English", "ru": "Russian"}
_MOST_CHARS = 80
_STRANGE = re.compile(r"https?:|www\.|[\n<>\[\]{}@`*_#|]")


@dataclass(frozen=True, slots=True)
class Worded:
    """How many labels a model worded, and why others were rejected: theme → reason."""

    worded: int
    rejected: dict[str, str]


async def word_labels(database: Database, product: str, chat: ChatModel, *, now: datetime) -> Worded:
    """Word the labels of all themes that may be shown and that a rule labelled. Raises ModelUnavailable.

    Each is kept as soon as it is there; a rejected one leaves the label as it was.
    """
    worded = 0
    rejected: dict[str, str] = {}
    for theme in await to_thread.run_sync(_to_word, database, product, now):
        quotes = [quote.text for quote in theme.quotes]
        written = await _ask(chat, quotes, main_language(quotes))
        reason = why_not(written, quotes)
        if reason:
            rejected[theme.id] = reason
        else:
            await to_thread.run_sync(_keep, database, theme.id, written)
            worded += 1
    return Worded(worded, rejected)


def why_not(label: str, quotes: Sequence[str]) -> str:
    """Why a label may not stand, "" where it may: each of its words that tell anything stands in a quote."""
    words = telling_words(label)
    if not words or len(label) > _MOST_CHARS or len(label.split()) > 2 * MOST_WORDS:
        return "it is empty or too long"
    if _STRANGE.search(label):
        return "it has an address or markup"
    said = {stem_of(fold(word)) for quote in quotes for word in telling_words(quote)}
    foreign = [word for word in words if stem_of(fold(word)) not in said]
    return f"the quotes do not say {foreign[0]!r}" if foreign else ""


async def _ask(chat: ChatModel, quotes: Sequence[str], lang: Lang) -> str:
    told = fence_numbered(quotes, "quote")
    messages = load_prompt(_PROMPT).render(quotes=told, language=_LANGUAGES[lang], most_words=MOST_WORDS)
    written = ""
    async with aclosing(chat.stream(messages)) as pieces:  # type: ignore[type-var]  # the port's iterator is a generator
        async for piece in pieces:
            written += piece
            if len(written) > 2 * _MOST_CHARS:
                break
    return written.strip()


def _to_word(database: Database, product: str, now: datetime) -> list[ThemeFigures]:
    with database.read() as session:
        themes = figures_of(session, product, now=now).themes
    return [theme for theme in themes if theme.label_by not in (BY_MODEL, BY_PERSON)]


def _keep(database: Database, theme: str, label: str) -> None:
    with database.write() as session:
        row = session.get(ThemeRow, theme)
        if row is not None:
            row.label, row.label_by, row.terms = label, BY_MODEL, telling_words(label)
