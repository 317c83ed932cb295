"""Quizzes written as JavaScript calls, `new Question(id, text, type, answers, correct, …)`, as in SCORM samples.

Only literals are read; a call that holds anything else is counted as unread and nothing of it is shown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.readers.asking import Answer, add_question
from knowledge.readers.builder import LessonBuilder, PartOf, Span
from knowledge.readers.choices import Literal, LiteralReader, NotALiteral

_CALL = re.compile(r"new\s+Question\s*\(")
_ARRAY = re.compile(r"\s*new\s+Array\s*\(")
_NAME = re.compile(r"\s*([A-Za-z_$][\w.$]*)")
_LITERAL_NAMES = frozenset({"true", "false", "null", "undefined"})
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class ScriptQuestion:
    """A question out of a script; `span` is its call."""

    text: str
    answers: tuple[str, ...]
    correct: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ScriptQuiz:
    """The questions of a script, and how many calls were not understood."""

    questions: tuple[ScriptQuestion, ...]
    unread: int


def holds_questions(source: str) -> bool:
    """Whether a script asks questions in this way."""
    return _CALL.search(source) is not None


def read_script_quiz(source: str) -> ScriptQuiz:
    """The questions of a cleaned script, in its order."""
    questions: list[ScriptQuestion] = []
    unread = 0
    for call in _CALL.finditer(source):
        try:
            questions.append(_question(source, call.start(), call.end()))
        except NotALiteral:
            unread += 1
    return ScriptQuiz(tuple(questions), unread)


def add_script_quiz(builder: LessonBuilder, quiz: ScriptQuiz, *, path: str, length: int) -> None:
    """Tell the builder the questions: what may be chosen for learners, what is right for staff."""
    with builder.part(PartOf(path=path), length=length):
        for question in quiz.questions:
            answers = [Answer(text, text in question.correct) for text in question.answers]
            typed = () if any(answer.correct for answer in answers) else question.correct
            add_question(builder, question.text, answers, solution=typed, span=question.span)


def _question(source: str, start: int, position: int) -> ScriptQuestion:
    values, end = _arguments(source, position)
    if len(values) < 5:
        raise NotALiteral(position)
    text, given, right = values[1], values[3], values[4]
    if not isinstance(text, str) or not text.strip():
        raise NotALiteral(position)
    if isinstance(given, list):
        answers = tuple(_texts(given))
    elif isinstance(right, bool):
        answers = ("True", "False")
    else:
        answers = ()
    return ScriptQuestion(text, answers, tuple(_texts(right)), Span(start, end))


def _texts(right: Literal) -> Iterator[str]:
    for value in right if isinstance(right, list) else [right]:
        if isinstance(value, float) and value.is_integer():
            yield str(int(value))
        elif value is not None:
            yield str(value)


def _arguments(source: str, position: int) -> tuple[list[Literal], int]:
    values: list[Literal] = []
    while True:
        value, position = _value(source, position)
        values.append(value)
        position = _SPACE.match(source, position).end()  # type: ignore[union-attr]
        mark = source[position : position + 1]
        position += 1
        if mark == ")":
            return values, position
        if mark != ",":
            raise NotALiteral(position)


def _value(source: str, position: int) -> tuple[Literal, int]:
    array = _ARRAY.match(source, position)
    if array is not None:
        if source[array.end() :].lstrip()[:1] == ")":
            return [], source.index(")", array.end()) + 1
        inner, end = _arguments(source, array.end())
        return inner, end
    name = _NAME.match(source, position)
    if name is not None and name[1] not in _LITERAL_NAMES:
        # A constant by its name: which kind of question it is.
        return name[1], name.end()
    reader = LiteralReader(source, position)
    return reader.read(), reader.position
