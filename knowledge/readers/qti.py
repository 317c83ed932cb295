"""Quizzes and question banks of QTI 1.2, as Common Cartridge profiles it and as Canvas and others extend it.

What is asked and what may be chosen is for learners; which answer gives points, feedback, hints and solutions are the
key. Texts an answer is compared with are never shown, nor in which order things belong together.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from knowledge.blocks import BlockKind
from knowledge.readers.asking import Answer, add_key, add_question
from knowledge.readers.builder import LessonBuilder, PartOf, Span
from knowledge.readers.html import add_html
from knowledge.readers.manifest import attribute, child
from knowledge.readers.qti_items import Question12, Response, material_html, metadata_of, read_question
from knowledge.readers.xml import local_name

_RICH = re.compile(r"<(?:pre|table|ul|ol|h[1-6]|blockquote)\b|<p\b.*<p\b", re.IGNORECASE | re.DOTALL)
_TYPED_ANSWERS = re.compile(r"fill_in|fib|blank|short_answer|pattern|numerical|calculated|essay", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class QuizCount:
    """How many questions were read, how many of them have a key, and what could not be read of the others."""

    questions: int = 0
    keyed: int = 0
    problems: tuple[str, ...] = ()


def items_of(root: Element) -> dict[str, Element]:
    """The questions a file holds, by their identifiers: other files may refer to them."""
    return {one.get("ident", ""): one for one in root.iter() if local_name(one) == "item"}


def is_bank(root: Element) -> bool:
    """Whether a file is a stock of questions and no quiz."""
    return child(root, "objectbank") is not None and child(root, "assessment") is None


def quiz_title(root: Element) -> str:
    """What a quiz or a bank calls itself, "" when it does not."""
    holder = child(root, "assessment")
    holder = child(root, "objectbank") if holder is None else holder
    if holder is None:
        return ""
    return (holder.get("title") or metadata_of(holder).get("bank_title", "")).strip()


def add_quiz(builder: LessonBuilder, root: Element, *, path: str, stock: Mapping[str, Element]) -> QuizCount:
    """Tell the builder what a quiz asks; `stock` are questions of other files that it may refer to."""
    questions = keyed = 0
    problems: list[str] = []
    for part in _parts(root):
        name = local_name(part)
        if name == "item":
            item: Element | None = part
        elif name == "itemref":
            item = stock.get(part.get("linkrefid", ""))
            if item is None:
                problems.append(f"names a question {part.get('linkrefid', '')} that the export does not hold")
        elif name == "sourcebank_ref":
            problems.append("draws questions from a bank; those are kept with staff")
            item = None
        else:
            _add_instructions(builder, part, path=path)
            item = None
        if item is not None:
            question = read_question(item)
            questions += 1
            keyed += _add(builder, question, path=path)
            if any(response.kind in ("response_xy", "response_grp") for response in question.responses):
                problems.append(f"question {question.ident} is answered on a picture: only its text is read")
    return QuizCount(questions, keyed, tuple(dict.fromkeys(problems)))


_WALKED = frozenset({"questestinterop", "assessment", "section", "objectbank", "selection_ordering", "selection"})
_GIVEN = frozenset({"item", "itemref", "sourcebank_ref", "rubric", "presentation_material"})


def _parts(element: Element) -> Iterator[Element]:
    for inner in element:
        name = local_name(inner)
        if name in _GIVEN:
            yield inner
        elif name in _WALKED:
            yield from _parts(inner)


def _add_instructions(builder: LessonBuilder, element: Element, *, path: str) -> None:
    told = material_html(element)
    is_open = attribute(element, "view").lower() in ("", "all", "candidate")
    with builder.part(PartOf(path=path), length=len(told)):
        if is_open or local_name(element) == "presentation_material":
            add_html(builder, told)
        else:
            add_key(builder, [told], span=Span(0, len(told)))


def _add(builder: LessonBuilder, question: Question12, *, path: str) -> bool:
    """Add one question; returns whether it has a key."""
    prompt, answers, solution = _told(question)
    key = [line for line in (*solution, *_other_feedback(question, answers), *question.staff_notes) if line.strip()]
    if question.type == "text_only_question":
        with builder.part(PartOf(path=path), length=len(prompt)):
            add_html(builder, prompt)
        return False
    rich = _RICH.search(prompt) is not None
    span = Span(len(prompt) if rich else 0, len(prompt))
    with builder.part(PartOf(path=path, kind=BlockKind.EXERCISE), length=len(prompt)):
        if rich:
            add_html(builder, prompt)
        add_question(builder, "" if rich else prompt, answers, solution=key, span=span)
    return any(answer.correct for answer in answers) or bool(solution)


def _told(question: Question12) -> tuple[str, list[Answer], list[str]]:
    """What is asked, what may be chosen, and the key beside the marks on the choices."""
    choices = [response for response in question.responses if response.labels]
    written = [response for response in question.responses if not response.labels]
    typed = [*_accepted(question, written), *question.calculation]
    if not choices:
        return question.prompt, [], typed
    if len(choices) > 1 or _TYPED_ANSWERS.search(question.type):
        return _matched(question, choices, typed)
    if choices[0].is_ordered:
        order = [choices[0].labels.get(value, value) for _, value in _scored(question, choices[0])]
        return question.prompt, _in_no_order(choices[0]), [*(f"{n}. {one}" for n, one in enumerate(order, 1)), *typed]
    return f"{question.prompt}{choices[0].lead}", _answers(question, choices[0]), typed


def _answers(question: Question12, response: Response) -> list[Answer]:
    right = {value for _, value in _scored(question, response)}
    told = {
        value: one.feedback
        for one in question.conditions
        if not one.gives_points and len(one.values) == 1
        for _, _, value in one.values
    }
    return [
        Answer(
            html, ident in right, _joined(question.feedback.get(link, "") for link in told.get(ident, (f"{ident}_fb",)))
        )
        for ident, html in response.labels.items()
        if html.strip()
    ]


def _in_no_order(response: Response) -> list[Answer]:
    return [Answer(html) for html in sorted(response.labels.values(), key=_plain)]


def _matched(
    question: Question12, choices: Sequence[Response], typed: list[str]
) -> tuple[str, list[Answer], list[str]]:
    """Pairs and gaps: the left sides as they stand, the right sides once each and in an order that tells nothing."""
    pairs = [
        f"{response.lead} → {' / '.join(response.labels.get(value, value) for _, value in _scored(question, response))}"
        for response in choices
    ]
    leads = "".join(f"<li>{response.lead}</li>" for response in choices if response.lead)
    chosen = sorted({html for response in choices for html in response.labels.values()}, key=_plain)
    is_typed = bool(_TYPED_ANSWERS.search(question.type)) or all(len(response.labels) == 1 for response in choices)
    options = "" if is_typed else "".join(f"<li>{html}</li>" for html in chosen)
    prompt = question.prompt + (f"<ul>{leads}</ul>" if leads else "") + (f"<ul>{options}</ul>" if options else "")
    return prompt, [], [*(pair for pair in pairs if pair.strip(" →")), *typed]


def _scored(question: Question12, response: Response) -> list[tuple[str, str]]:
    """The comparisons with one response that give points, in the file's order."""
    return [
        (sign, value)
        for one in question.conditions
        if one.gives_points
        for ident, sign, value in one.values
        if ident in (response.ident, "")
    ]


def _accepted(question: Question12, written: Sequence[Response]) -> Iterator[str]:
    """Texts and numbers that are taken as right, a line for each condition."""
    idents = {response.ident for response in written}
    for one in question.conditions:
        values = [(sign, value) for ident, sign, value in one.values if ident in idents or not ident]
        if not one.gives_points or not values:
            continue
        if all(sign == "=" for sign, _ in values):
            yield from dict.fromkeys(value for _, value in values)
        else:
            yield "; ".join(value if sign == "=" else f"{sign} {value}" for sign, value in values)


def _other_feedback(question: Question12, answers: Sequence[Answer]) -> Iterator[str]:
    told = " ".join(answer.feedback for answer in answers)
    return (html for html in question.feedback.values() if html and html not in told)


def _joined(texts: Iterator[str]) -> str:
    return " ".join(text for text in texts if text)


def _plain(html: str) -> str:
    return re.sub(r"<[^>]*>", " ", html).casefold().strip()
