"""Lets a chat model say the author's week in prose; it brings words, and not one number of its own.

The model gets the document's facts as numbered lines and marks which of them each sentence rests on. Is there one
number in a sentence that those lines do not hold, written in digits or as a word, or a sentence that rests on nothing,
then all of it is rejected and the week is told without prose.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from feedback.report import Document
from feedback.week_text import decimal, percent
from knowledge.language import Lang
from knowledge.sentences import sentence_spans
from knowledge.words import fold, words_of
from prompts.catalogue import load_prompt
from prompts.chat import ChatModel
from prompts.fences import fence

MOST_SENTENCES = 8
_PROMPT = "week"
_LANGUAGES = {"en": "English", "ru": "Russian"}
_MOST_CHARS = 3_000
_MARK = re.compile(r"\s*\[(\d{1,3})\]")
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f ]\d+)*")
_ADDRESS = re.compile(r"https?:|www\.|\]\(|@")


@dataclass(frozen=True, slots=True)
class Prose:
    """What may be said, a sentence each, with the name of the prompt; empty with the reason where all was rejected."""

    sentences: tuple[str, ...]
    prompt: str
    rejected: str = ""


async def write_prose(week: Document, chat: ChatModel, *, lang: Lang) -> Prose:
    """The week in a model's words. Raises ModelUnavailable."""
    prompt = load_prompt(_PROMPT)
    facts = list(facts_of(week, lang))
    told = fence("\n".join(f"{number}. {fact}" for number, fact in enumerate(facts, 1)), "facts")
    messages = prompt.render(facts=told, language=_LANGUAGES[lang], max_sentences=MOST_SENTENCES)
    written = ""
    async with aclosing(chat.stream(messages)) as pieces:  # type: ignore[type-var]  # the port's iterator is a generator
        async for piece in pieces:
            written += piece
            if len(written) > _MOST_CHARS:
                break
    return checked_prose(written, facts, prompt=f"{prompt.name}/v{prompt.version}")


def checked_prose(written: str, facts: Sequence[str], *, prompt: str) -> Prose:
    """The sentences without their marks, where each of them is borne out by the facts it names."""
    sentences = _sentences(written)
    if not 0 < len(sentences) <= MOST_SENTENCES:
        return Prose((), prompt, f"{len(sentences)} sentences")
    for place, (text, marks) in enumerate(sentences, 1):
        reason = _wrong(text, [facts[mark - 1] for mark in marks if 0 < mark <= len(facts)], named=len(marks))
        if reason:
            return Prose((), prompt, f"sentence {place}: {reason}")
    return Prose(tuple(text for text, _ in sentences), prompt)


def facts_of(week: Document, lang: Lang) -> Iterator[str]:
    """What a model may speak of, a line each; numbers as they are written in the week's text."""
    figures = week["figures"]
    yield f"active learners: {figures['active']['value']}; things said: {figures['items']['value']}"
    for part in ("hurts", "unanswered", "new", "worse", "better", "praised"):
        for theme in week[part]:
            yield f"{part}: {_theme(theme, lang)}"
    for part in ("helped", "harmed"):
        for effect in week[part]:
            if "difference" in effect:
                points = decimal(100 * effect["difference"]["value"], lang, signed=True)
                yield f"{part}: release {effect['release']} in {effect['title']!r}: {points} points of trouble"
    for name, count in week["waiting"].items():
        yield f"{name.replace('_', ' ')}: {count['value']}"


def _theme(theme: Document, lang: Lang) -> str:
    values = {name: percent(theme[name]["value"], lang) for name in ("share", "low", "high")}
    counts = f"{theme['learners']['value']} of {theme['active']['value']} learners, {values['share']}"
    where = theme["title"] or "the course as a whole"
    return (
        f"{theme['label']!r} in {where!r}, {theme['heading']!r}: {counts}, between {values['low']} and {values['high']}"
    )


def _sentences(written: str) -> list[tuple[str, list[int]]]:
    """Each sentence with the facts it names; marks stand behind its full stop."""
    told: list[tuple[str, list[int]]] = []
    for stretch in re.split(r"(?<=\])(?!\s*\[)", " ".join(written.split())):
        marks = [int(mark) for mark in _MARK.findall(stretch)]
        text = _MARK.sub("", stretch).strip()
        spans = [text[span.start : span.end] for span in sentence_spans(text)]
        # Of several sentences before a mark all but the last rest on nothing.
        told += [(sentence, []) for sentence in spans[:-1]]
        told += [(spans[-1], marks)] if spans else []
    return told


def _wrong(sentence: str, facts: Sequence[str], *, named: int) -> str:
    """Why a sentence may not be said, "" where it may."""
    if not facts or len(facts) < named:
        return "it rests on no fact, or on one there is not"
    if _ADDRESS.search(sentence):
        return "it has an address"
    held = set(_numbers(" ".join(facts)))
    if any(number not in held for number in _numbers(sentence)):
        return "it has a number its facts do not hold"
    ours = set(words_of(" ".join(facts)))
    if any(word not in ours for word in counting_words().intersection(words_of(sentence))):
        return "it counts in words"
    return ""


@cache
def counting_words() -> frozenset[str]:
    """Words by which one counts without a digit, folded, of both languages."""
    told = tomllib.loads((files("feedback") / "week_words" / "counting.toml").read_text(encoding="utf-8"))
    return frozenset(word for words in told.values() for word in fold(words).split())


def _numbers(text: str) -> list[str]:
    return [re.sub(r"[\u00a0\u202f ]", "", found).replace(",", ".") for found in _NUMBER.findall(text)]
