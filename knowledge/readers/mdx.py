"""MDX to Markdown of the same length: components, imports and template marks are blanked, their text stays.

Every replaced character becomes a space and every line end stays, so offsets mean the same in both. Code, fenced or
inline, is never touched. Of plain Markdown only the components that hold answers are taken.
"""

import re
from dataclasses import dataclass, field

from knowledge.readers.builder import Question, Span
from knowledge.readers.questions import FoundQuestion, certain_end, find_question, withhold
from knowledge.readers.tags import COMPONENTS

_CODE = (
    r"(?P<escape>\\.)"
    r"|^(?P<fence>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<ticks>`{3,}|~{3,}))"
    r"|(?P<span>`+)"
)
_TAG = r"(?P<tag></?[A-Za-z][\w.-]*)"
_NEXT_IN_MARKDOWN = re.compile(rf"{_CODE}|(?P<comment><!--)|{_TAG}", re.MULTILINE | re.DOTALL)
_NEXT_IN_MDX = re.compile(
    _CODE + r"|(?P<comment><!--|\{\s{0,20}/\*)"
    r"|(?P<template>\{[#:/@](?:if|else|each|await|then|catch|key|html|const)\b[^{}\n]*\})"
    r"|(?P<module>^(?:import\s(?:[^\n]*?|\s*\{[^}]*\}\s*from\s+)[\"'][^\"'\n]+[\"'];?[ \t]*$"
    r"|export\s+(?:default|const|let|var|function|class|async)\b(?:[^\n]|\n(?![ \t]*\n))*))"
    rf"|{_TAG}",
    re.MULTILINE | re.DOTALL,
)
_ANSWER = re.compile(r"""\b(?:correct|isCorrect|is_correct|explain|explanation|answer)["']?\s*:\s*[\w"'`<({\[]""")
_BRACE_IN_TAG = re.compile(r"[^<>{}]*\{")
# "<Question 1>" in a sentence is a word; a component has attributes, ends in "/>" or is closed below.
_QUESTION_AS_WORD = re.compile(r"<Question[^<>={}/]*>")
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
    next_mark: re.Pattern[str]
    blanks: list[tuple[int, int, str]] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    unreadable: list[int] = field(default_factory=list)
    never_closed: set[str] = field(default_factory=set)
    _unread: tuple[int, int] = (-1, -1)

    def run(self) -> PlainMarkdown:
        position = 0
        while (match := self.next_mark.search(self.source, position)) is not None:
            position = max(self._handle(match), match.start() + 1)
        return PlainMarkdown(self._blanked(), self.questions, tuple(self.unreadable))

    def _handle(self, match: re.Match[str]) -> int:
        match match.lastgroup:
            case "fence":
                return _fence_end(self.source, match)
            case "span":
                return _span_end(self.source, match)
            case "comment":
                return self._comment(match)
            case "template" | "module":
                self.blanks.append((match.start(), match.end(), ""))
            case "tag":
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
        if match[0] == "<Question" and not self._is_word(match.start()):
            return self._take(match.start(), find_question(self.source, match.start()))
        tag = _read_tag(self.source, match.end())
        answers_end = self._answers_end(match, tag)
        if answers_end is not None:
            return self._take(match.start(), withhold(self.source, Span(match.start(), answers_end)))
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

    def _is_word(self, start: int) -> bool:
        return bool(_QUESTION_AS_WORD.match(self.source, start)) and self.source.rfind("</Question") < start

    def _answers_end(self, match: re.Match[str], tag: _Tag | None) -> int | None:
        """Return where a component that holds answers ends, None when it holds none."""
        if tag is not None:
            holds_answers = any(_ANSWER.search(self.source, start, end) for start, end in tag.expressions)
            return tag.end if holds_answers else None
        if not match[0][1].isupper() or not _BRACE_IN_TAG.match(self.source, match.end()):
            return None
        # What was looked through holds no answers; doing it again at every opening would make a page quadratic.
        start, end = self._unread
        if not start <= match.start() < end:
            end = certain_end(self.source, match.start())
            self._unread = (match.start(), end)
            if _ANSWER.search(self.source, match.start(), end):
                return end
        return None

    def _take(self, start: int, found: FoundQuestion) -> int:
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
        for start, end, placeholder in self._wanted():
            pieces += [self.source[position:start], placeholder]
            pieces.append(re.sub(r"[^\n]", " ", self.source[start + len(placeholder) : end]))
            position = end
        return "".join([*pieces, self.source[position:]])

    def _wanted(self) -> list[tuple[int, int, str]]:
        return self.blanks


class _AnswerTaker(_Stripper):
    def _wanted(self) -> list[tuple[int, int, str]]:
        return [blank for blank in self.blanks if blank[2]]


def strip_mdx(source: str) -> PlainMarkdown:
    """Return the Markdown inside an MDX source, of exactly the same length."""
    return _Stripper(source, _NEXT_IN_MDX).run()


def take_answers(source: str) -> PlainMarkdown:
    """Return a Markdown source without the components that hold answers, of exactly the same length."""
    if "<Question" not in source and not _ANSWER.search(source):
        return PlainMarkdown(source, {}, ())
    return _AnswerTaker(source, _NEXT_IN_MARKDOWN).run()


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
