"""A `<Question choices={[…]} />` component as options for the learner and a key for staff."""

import re
from dataclasses import dataclass
from html import escape

from knowledge.readers.builder import Piece, Question, Span
from knowledge.readers.choices import Literal, LiteralReader, NotALiteral
from knowledge.readers.dom import TooDeep
from knowledge.readers.lists import Line, lines_html
from knowledge.readers.markdown import read_phrase

_PLAIN_ATTRIBUTES = r"(?:\s+[\w-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'))?)*"
_OPENING = re.compile(rf"<Question{_PLAIN_ATTRIBUTES}\s+choices\s*=\s*\{{")
_CLOSING = re.compile(rf"{_PLAIN_ATTRIBUTES}\s*(?:/>|>\s*</Question\s*>)")
_WITHOUT_CHOICES = re.compile(r"<Question[^{}<>]*/>")
# Only what cannot be the end of anything inside the choices, such as a line break tag.
_CERTAIN_END = re.compile(r"^[ \t]*[\]}\s]*/>[ \t]*$|\]\s*\}\s*/>|</Question\s*>", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FoundQuestion:
    """A question and where its component ends; one that is not readable shows learners nothing."""

    question: Question
    end: int
    is_readable: bool


@dataclass(frozen=True, slots=True)
class _Choice:
    text: str
    html: str
    explanation: str
    correct: bool


def find_question(source: str, start: int) -> FoundQuestion:
    """Read the component that starts at `start`.

    When it cannot be understood, everything up to its certain end, or to the end of the file, is for staff only.
    """
    try:
        choices, end = _read_choices(source, start)
    except (NotALiteral, TooDeep):
        return withhold(source, Span(start, certain_end(source, start)))
    span = Span(start, end)
    options = [Line(0, "-", choice.text, choice.html, span) for choice in choices]
    key = [_key_line(choice) for choice in choices]
    question = Question(
        options=Piece("\n".join(f"- {choice.text}" for choice in choices), lines_html(options), span),
        key=Piece("\n".join(key), _lines_as_html(key), span),
    )
    return FoundQuestion(question, end, is_readable=True)


def withhold(source: str, span: Span) -> FoundQuestion:
    """Return a component, as it is written, for staff only."""
    end = len(source) if span.end is None else span.end
    component = source[span.start : end]
    key = Piece(component, f"<pre>{escape(component, quote=False)}</pre>", span)
    return FoundQuestion(Question(Piece("", "", span), key), end, is_readable=False)


def certain_end(source: str, start: int) -> int:
    """Return where a component nobody understands has ended at the latest."""
    match = _WITHOUT_CHOICES.match(source, start) or _CERTAIN_END.search(source, start)
    return match.end() if match else len(source)


def _read_choices(source: str, start: int) -> tuple[list[_Choice], int]:
    opening = _OPENING.match(source, start)
    if opening is None:
        raise NotALiteral(start)
    reader = LiteralReader(source, opening.end())
    value = reader.read()
    reader.expect("}")
    closing = _CLOSING.match(source, reader.position)
    if closing is None or not isinstance(value, list) or not value:
        raise NotALiteral(reader.position)
    return [_choice(item) for item in value], closing.end()


def _choice(value: Literal) -> _Choice:
    if not isinstance(value, dict):
        raise NotALiteral(0)
    text, explanation, correct = value.get("text"), value.get("explain", ""), value.get("correct", False)
    if not isinstance(text, str) or not isinstance(explanation, str | None) or not isinstance(correct, bool):
        raise NotALiteral(0)
    plain, html = read_phrase(text)
    if not plain:
        raise NotALiteral(0)
    return _Choice(" ".join(plain.split("\n")), html, " ".join(read_phrase(explanation or "")[0].split("\n")), correct)


def _key_line(choice: _Choice) -> str:
    mark = "x" if choice.correct else " "
    return f"- [{mark}] {choice.text}" + (f" — {choice.explanation}" if choice.explanation else "")


def _lines_as_html(lines: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line[2:], quote=False)}</li>" for line in lines) + "</ul>"
