"""MDX to Markdown of the same length: components, imports and template marks are blanked, their text stays.

Every replaced character becomes a space and every line end stays, so offsets mean the same in both. Code, fenced or
inline, is never touched.
"""

import re
from dataclasses import dataclass, field

from knowledge.readers.questions import find_question
from knowledge.readers.tags import COMPONENTS
from knowledge.readers.tree import Question

_NEXT = re.compile(
    r"(?P<escape>\\.)"
    r"|^(?P<fence>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<ticks>`{3,}|~{3,}))"
    r"|(?P<span>`+)"
    r"|(?P<comment><!--|\{\s{0,20}/\*)"
    r"|(?P<template>\{[#:/@](?:if|else|each|await|then|catch|key|html|const)\b[^{}\n]*\})"
    r"|(?P<module>^(?:import\s(?:[^\n]*?|\s*\{[^}]*\}\s*from\s+)[\"'][^\"'\n]+[\"'];?[ \t]*$"
    r"|export\s+(?:default|const|let|var|function|class|async)\b(?:[^\n]|\n(?![ \t]*\n))*))"
    r"|(?P<tag></?[A-Za-z][\w.-]*)",
    re.MULTILINE | re.DOTALL,
)
_CLOSING_BRACE = re.compile(r"\s{0,20}\}")
_ATTRIBUTE_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_STRING_ON_A_LINE = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PlainMarkdown:
    """The Markdown that is left, the questions by the tag left in their place, and offsets of unreadable ones."""

    text: str
    questions: dict[str, Question]
    unreadable: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Tag:
    end: int
    is_whole: bool
    expressions: tuple[tuple[int, int], ...]
    has_attributes: bool


@dataclass(slots=True)
class _Stripper:
    source: str
    blanks: list[tuple[int, int, str]] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    unreadable: list[int] = field(default_factory=list)
    never_closed: set[str] = field(default_factory=set)

    def run(self) -> PlainMarkdown:
        position = 0
        while (match := _NEXT.search(self.source, position)) is not None:
            position = max(self._handle(match), match.start() + 1)
        return PlainMarkdown(self._blanked(), self.questions, tuple(self.unreadable))

    def _handle(self, match: re.Match[str]) -> int:
        if match["fence"]:
            return _fence_end(self.source, match)
        if match["span"]:
            return _span_end(self.source, match)
        if match["comment"]:
            return self._comment(match)
        if match["template"] or match["module"]:
            self.blanks.append((match.start(), match.end(), ""))
        elif match["tag"]:
            return self._tag(match)
        return match.end()

    def _comment(self, match: re.Match[str]) -> int:
        closing = "-->" if match["comment"] == "<!--" else "*/"
        # Looking for the end once more after it was not found would make a page of openings quadratic.
        end = -1 if closing in self.never_closed else self.source.find(closing, match.end())
        if end < 0:
            self.never_closed.add(closing)
            return match.end()
        brace = _CLOSING_BRACE.match(self.source, end + len(closing)) if closing == "*/" else None
        end = brace.end() if brace else end + len(closing)
        self.blanks.append((match.start(), end, ""))
        return end

    def _tag(self, match: re.Match[str]) -> int:
        name = match[0].strip("</")
        if match[0] == "<Question":
            return self._question(match.start())
        tag = _read_tag(self.source, match.end())
        if tag is None:
            return match.end()
        if self._is_component(name, tag):
            self.blanks.append((match.start(), tag.end, ""))
            return tag.end
        # `style={{…}}` on an ordinary tag would keep Markdown from seeing the tag at all.
        self.blanks += [(start, end, "") for start, end in tag.expressions]
        return tag.end if tag.expressions else match.end()

    def _is_component(self, name: str, tag: _Tag) -> bool:
        if name in COMPONENTS:
            return True
        # `<TOKEN>` in prose is a word; a component has attributes, ends in "/>" or is closed somewhere.
        closed = f"</{name}>" in self.source and f"<{name}" in self.source
        return name[:1].isupper() and (tag.is_whole or tag.has_attributes or closed)

    def _question(self, start: int) -> int:
        found = find_question(self.source, start)
        if not found.is_readable:
            self.unreadable.append(start)
        # Nine characters: exactly as long as the "<Question" it stands for, the shortest there can be.
        placeholder = f"<Q{len(self.questions):05}/>"
        self.questions[placeholder] = found.question
        self.blanks.append((start, found.end, placeholder))
        return found.end

    def _blanked(self) -> str:
        pieces: list[str] = []
        position = 0
        for start, end, placeholder in self.blanks:
            pieces += [self.source[position:start], placeholder]
            pieces.append(re.sub(r"[^\n]", " ", self.source[start + len(placeholder) : end]))
            position = end
        return "".join([*pieces, self.source[position:]])


def strip_mdx(source: str) -> PlainMarkdown:
    """Return the Markdown inside an MDX source, of exactly the same length."""
    return _Stripper(source).run()


def _fence_end(source: str, match: re.Match[str]) -> int:
    ticks = match["ticks"]
    closing = re.compile(rf"^[ \t>]*{re.escape(ticks[0])}{{{len(ticks)},}}[ \t]*$", re.MULTILINE)
    end = closing.search(source, match.end())
    return end.end() if end else len(source)


def _span_end(source: str, match: re.Match[str]) -> int:
    ticks = match["span"]
    closing = re.compile(rf"(?<!`){ticks}(?!`)|\n[ \t]*\n").search(source, match.end())
    return closing.end() if closing and "`" in closing[0] else match.end()


def _read_tag(source: str, position: int) -> _Tag | None:
    expressions: list[tuple[int, int]] = []
    name_end = position
    while position < len(source):
        character = source[position]
        if character == ">":
            is_whole = source[position - 1] == "/"
            return _Tag(position + 1, is_whole, tuple(expressions), "=" in source[name_end:position])
        if character == "<" or source.startswith("\n\n", position):
            return None
        if character in "\"'":
            string = _ATTRIBUTE_STRING.match(source, position)
            position = string.end() if string else position + 1
        elif character == "{":
            end = _braces_end(source, position)
            if end is None:
                return None
            expressions.append((_attribute_start(source, position), end))
            position = end
        else:
            position += 1
    return None


def _attribute_start(source: str, brace: int) -> int:
    start = brace
    while source[start - 1] not in " \t\n" and start > 0:
        start -= 1
    return start


def _braces_end(source: str, position: int) -> int | None:
    depth = 0
    while position < len(source):
        character = source[position]
        string = _STRING_ON_A_LINE.match(source, position) if character in "\"'`" else None
        if string is not None:
            position = string.end()
            continue
        depth += (character == "{") - (character == "}")
        position += 1
        if depth == 0:
            return position
    return None
