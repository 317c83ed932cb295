"""A question of a quiz, whatever its format: what a learner sees of it, and the key that only staff see."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from knowledge.blocks import BlockKind
from knowledge.readers.builder import LessonBuilder, Piece, Question, Span
from knowledge.readers.markdown import read_phrase


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to choose; `feedback` is what is said to who chose it. Both may hold HTML."""

    text: str
    correct: bool = False
    feedback: str = ""


def add_question(
    builder: LessonBuilder,
    prompt: str,
    answers: Sequence[Answer] = (),
    *,
    offered: Sequence[str] = (),
    solution: Sequence[str] = (),
    span: Span,
) -> None:
    """Add a question: prompt (HTML) and answers for learners; which are right, feedback and solution for staff.

    `offered` is what learners have at hand and is neither right nor wrong by itself, such as words for gaps: in an
    order that tells nothing. `solution` are further lines of the key: accepted texts, numbers, pairs, an explanation.
    Of a question with nothing to choose pass no `answers`, else whatever stands there is shown.
    """
    plain, html = read_phrase(prompt)
    options = [read_phrase(text) for text in [*(answer.text for answer in answers), *offered]]
    told = "\n".join([plain, *(f"- {text}" for text, _ in options if text)]).strip()
    listed = "".join(f"<li>{inner}</li>" for text, inner in options if text)
    shown = f"<p>{html}</p>" + (f"<ul>{listed}</ul>" if listed else "")
    key = [_key_line(answer) for answer in answers]
    key += [line for line in (_plain(text) for text in solution) if line]
    as_html = "<ul>" + "".join(f"<li>{escape(line, quote=False)}</li>" for line in key) + "</ul>"
    kept = "\n".join(f"- {line}" for line in key)
    builder.question(Question(options=Piece(told, shown, span), key=Piece(kept, as_html, span)))


def add_key(builder: LessonBuilder, lines: Sequence[str], *, span: Span) -> None:
    """Add a key of its own, for what belongs to no single question."""
    told = [line for line in (_plain(text) for text in lines) if line]
    as_html = "<ul>" + "".join(f"<li>{escape(line, quote=False)}</li>" for line in told) + "</ul>"
    with builder.staff_only():
        builder.add(BlockKind.ANSWER_KEY, Piece("\n".join(f"- {line}" for line in told), as_html, span))


def _key_line(answer: Answer) -> str:
    mark = "x" if answer.correct else " "
    feedback = _plain(answer.feedback)
    return f"[{mark}] {_plain(answer.text)}" + (f" — {feedback}" if feedback else "")


def _plain(text: str) -> str:
    return " ".join(read_phrase(text)[0].split())
