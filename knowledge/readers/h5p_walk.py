"""Goes through the content of an H5P package and tells a builder what its learners read, and what only staff may."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from knowledge.blocks import BlockKind, ReadWarning, Recording, Spot
from knowledge.readers.asking import Answer, add_key, add_question
from knowledge.readers.builder import LessonBuilder, PartOf, Piece, Span
from knowledge.readers.html import add_html
from knowledge.readers.markdown import read_phrase

CONTENT = "content/content.json"
Node = dict[str, Any]
Telling = Callable[["Walk", Node], None]

_MAX_DEPTH = 60
_TAG = re.compile(r"<[a-zA-Z/!]")


@dataclass(slots=True)
class Walk:
    """One content while it is told; `told` is what all its blocks have in common.

    `is_text` tells of a library, with its version, whether a field of this name is a text its authors write.
    """

    builder: LessonBuilder
    told: PartOf
    kinds: dict[str, Telling]
    otherwise: Telling
    is_text: Callable[[str, str], bool] = lambda library, name: False
    warnings: list[ReadWarning] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    tracks: list[tuple[Recording, str, str]] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)
    _depth: int = 0
    _spot: Spot | None = None
    _only_staff: bool = False

    def content(self, node: object) -> None:
        """Tell a content by the library it names; whatever names none is passed over."""
        if not isinstance(node, dict) or not isinstance(node.get("library"), str):
            return
        name = library_of(node)
        params = node.get("params")
        if self._depth >= _MAX_DEPTH:
            self.warn("nests contents too deeply, the innermost are left out")
            return
        self.found[name] += 1
        self._depth += 1
        try:
            if isinstance(params, dict):
                own = {NAME: node["library"], TITLE: under(node, "metadata", "title"), ID: node.get("subContentId")}
                self.kinds.get(name, self.otherwise)(self, params | own)
        finally:
            self._depth -= 1

    def say(self, value: object, kind: BlockKind | None = None) -> None:
        """Tell a text, which may hold HTML."""
        source = as_html(value)
        if source:
            with self._part(kind, len(source)):
                add_html(self.builder, source)

    def head(self, level: int, value: object) -> None:
        """Open a section."""
        plain, html = read_phrase(text_of(value))
        if plain.strip() and not self._only_staff:
            with self._part(None, 0, keeps_headings=True):
                self.builder.heading(level, Piece(plain.replace("\n", " "), html, Span(0, 0)))
        elif plain.strip():
            self.say(value)

    def question(
        self, prompt: object, answers: Sequence[Answer] = (), *, offered: Sequence[str] = (), key: Sequence[object] = ()
    ) -> None:
        """Tell a question and its key."""
        lines = [text_of(line) for line in key]
        with self._part(BlockKind.EXERCISE, 0):
            add_question(
                self.builder,
                as_html(prompt),
                answers,
                offered=offered,
                solution=list(filter(None, lines)),
                span=Span(0),
            )

    def key(self, *lines: object) -> None:
        """Tell staff only."""
        told = [line for line in map(text_of, lines) if line.strip()]
        if told:
            with self._part(None, 0):
                add_key(self.builder, told, span=Span(0))

    @contextmanager
    def at(self, spot: Spot) -> Iterator[None]:
        """Everything told inside stands at one slide or second."""
        before, self._spot = self._spot, spot
        try:
            yield
        finally:
            self._spot = before

    @contextmanager
    def staff_only(self) -> Iterator[None]:
        """Everything told inside is for staff."""
        before, self._only_staff = self._only_staff, True
        try:
            yield
        finally:
            self._only_staff = before

    def warn(self, reason: str, path: str = "") -> None:
        """Note what the author should know."""
        warning = ReadWarning(path or self.told.path, reason)
        if warning not in self.warnings:
            self.warnings.append(warning)

    @contextmanager
    def _part(self, kind: BlockKind | None, length: int, *, keeps_headings: bool = False) -> Iterator[None]:
        told = replace(self.told, kind=kind, spot=self._spot or self.told.spot)
        with self.builder.part(told, length=length, keeps_headings=keeps_headings):
            if self._only_staff:
                with self.builder.staff_only():
                    yield
            else:
                yield


# What a content says of itself, beside its parameters; no parameter can be called so.
NAME, TITLE, ID = "\x00library", "\x00title", "\x00id"


def library_of(node: Node) -> str:
    """The name of a content's library, without its version."""
    return str(node.get("library", "")).split()[0] if str(node.get("library", "")).strip() else ""


def text_of(value: object) -> str:
    """A text as it stands; "" for whatever is none."""
    return value if isinstance(value, str) else ""


def as_html(value: object) -> str:
    """A text as HTML: one without tags keeps its line ends."""
    text = text_of(value).strip()
    return text if not text or _TAG.search(text) else f"<p>{text.replace(chr(10), '<br>')}</p>"


def items(value: object) -> list[Node]:
    """The objects of a list; nothing of whatever is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def under(value: object, *names: str) -> Any:
    """What lies under these names, one inside the other; None where one of them is absent."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def unordered(texts: Sequence[str]) -> list[str]:
    """The texts without the order in which they came, which may tell the answer."""
    return sorted({text for text in texts if text.strip()}, key=lambda text: (read_phrase(text)[0].casefold(), text))


def number_of(value: object) -> float:
    """A number, also one written as text; 0 for whatever is none."""
    try:
        return float(value) if isinstance(value, int | float | str) else 0.0
    except ValueError:
        return 0.0
