"""Questions of a Moodle bank as their learners meet them, and the keys that stay with staff.

What a learner has to put in order, to match or to fill in is listed by the alphabet: its own order is the answer.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as fresh
from html import escape
from xml.etree.ElementTree import Element

from knowledge.blocks import BlockKind, Seen
from knowledge.readers.asking import Answer, add_key, add_question
from knowledge.readers.builder import LessonBuilder, PartOf, Span
from knowledge.readers.moodle_bank import BankQuestion, QuestionBank
from knowledge.readers.moodle_cloze import read_cloze
from knowledge.readers.moodle_text import NO_WORDS, Texts, Words, add_words, decimal, field, number, without_tags

GAP = "_____"
_RICH = re.compile(r"<(?:table|pre|ul|ol|h[1-6]|blockquote)\b", re.IGNORECASE)
_DRAG_GAP = re.compile(r"\[\[(\d+)\]\]")
_CLOZE_GAP = re.compile(r"\{#(\d+)\}")
_COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")


@dataclass(slots=True)
class Asked:
    """A question taken apart: what is read, what is chosen from, what lies at hand, and the key."""

    prompt: Words
    choices: list[Answer] = fresh(default_factory=list)
    offered: list[str] = fresh(default_factory=list)
    key: list[str] = fresh(default_factory=list)
    template: Words = NO_WORDS


def ask(
    builder: LessonBuilder, question: BankQuestion, bank: QuestionBank, texts: Texts, *, path: str, seen: Seen
) -> None:
    """Add a question of the bank to a lesson. Raises TooDeep for absurd nesting."""
    asked = take_apart(question, bank, texts)
    told = PartOf(path=path, visibility=seen.visibility, not_before=seen.not_before)
    # Behind the prompt, wherever that is told piece by piece.
    span = Span(len(asked.prompt.source), len(asked.prompt.source))
    is_text = question.kind == "description"
    with builder.part(told if is_text else replace(told, kind=BlockKind.EXERCISE), length=len(asked.prompt.source)):
        name = f"{texts.plain(field(question.element, 'name'))} ({question.kind})"
        if is_text:
            add_words(builder, asked.prompt)
            add_key(builder, asked.key, span=span)
            return
        in_sight = asked.prompt.source
        if asked.prompt.is_markdown or _RICH.search(in_sight):
            add_words(builder, asked.prompt)
            in_sight = ""
        add_question(
            builder, in_sight, asked.choices, offered=asked.offered, solution=[escape(name), *asked.key], span=span
        )
    if asked.template:
        with builder.part(replace(told, kind=BlockKind.EXERCISE), length=len(asked.template.source)):
            add_words(builder, asked.template)


def take_apart(question: BankQuestion, bank: QuestionBank, texts: Texts) -> Asked:
    """A question's prompt, choices and key by its type; of a type nobody knows only the prompt is shown."""
    asked = _by_kind(question, bank, texts)
    raw = read_cloze(asked.prompt.source)
    asked.prompt = replace(asked.prompt, source=raw.shown)
    asked.key += raw.key
    asked.key += _said_after(question.element, texts)
    return asked


def _by_kind(question: BankQuestion, bank: QuestionBank, texts: Texts) -> Asked:
    asked = Asked(texts.words(question.element, "questiontext"))
    _KINDS.get(question.kind, _unknown)(asked, question.element, _Around(bank, texts))
    return asked


@dataclass(frozen=True, slots=True)
class _Around:
    bank: QuestionBank
    texts: Texts

    def html(self, element: Element, name: str, form: str | None = None) -> str:
        return self.texts.words(element, name, form=form).source


def _said_after(element: Element, texts: Texts) -> Iterator[str]:
    """What is said to who has answered, or asked for help: it tells the answer more often than not."""
    yield texts.words(element, "generalfeedback").source
    for name in _COMBINED:
        for found in element.iter(name):
            yield texts.settled(found.text or "")
    for hint in element.iterfind("question_hints/question_hint"):
        yield texts.words(hint, "hint").source


def _answers(element: Element) -> list[Element]:
    return [answer for held in element.iter("answers") for answer in held.iterfind("answer")]


def _percent(fraction: float) -> str:
    return f"{fraction * 100:.4g} %"


def _choice(asked: Asked, element: Element, around: _Around) -> None:
    for answer in _answers(element):
        fraction = decimal(answer, "fraction")
        feedback = around.html(answer, "feedback")
        weighed = f"({_percent(fraction)})" if fraction not in (0.0, 1.0) else ""
        said = " ".join(part for part in (weighed, feedback) if part.strip())
        asked.choices.append(Answer(around.html(answer, "answertext", "answerformat"), fraction > 0, said))


def _typed(asked: Asked, element: Element, around: _Around) -> None:
    tolerances = {
        field(record, "answer"): field(record, "tolerance")
        for name in ("numerical_record", "calculated_record")
        for record in element.iter(name)
    }
    for answer in _answers(element):
        tolerance = tolerances.get(answer.get("id") or "", "")
        within = f" ± {tolerance}" if tolerance.strip("0.") else ""
        feedback = around.html(answer, "feedback")
        accepted = escape(field(answer, "answertext"), quote=False)
        said = f"{accepted}{within} ({_percent(decimal(answer, 'fraction'))})"
        asked.key.append(f"{said} — {feedback}" if feedback.strip() else said)
    asked.key += [
        f"{escape(field(unit, 'unit'))} × {field(unit, 'multiplier')}" for unit in element.iter("numerical_unit")
    ]


def _match(asked: Asked, element: Element, around: _Around) -> None:
    stems, ends = [], []
    for pair in element.iter("match"):
        stem, end = around.html(pair, "questiontext"), around.texts.settled(field(pair, "answertext"))
        ends.append(end)
        if stem.strip():
            stems.append(stem)
            asked.key.append(f"{stem} → {end}")
        else:
            asked.key.append(f"{end} (—)")
    asked.offered = [*stems, *_unordered(ends)]


def _essay(asked: Asked, element: Element, around: _Around) -> None:
    for essay in element.iter("essay"):
        asked.template = around.texts.words(essay, "responsetemplate")
        asked.key.append(around.html(essay, "graderinfo"))


def _gaps(asked: Asked, element: Element, around: _Around) -> None:
    words = [around.texts.settled(field(answer, "answertext")) for answer in _answers(element)]
    _fill(asked, words)


def _drag_boxes(asked: Asked, element: Element, around: _Around) -> None:
    # Some versions keep the words of the boxes with the drags.
    words = [around.texts.settled(field(drag, "label")) for drag in element.iter("drag")]
    numbers = [number(drag, "no") or at for at, drag in enumerate(element.iter("drag"), 1)]
    labels = dict(zip(numbers, words, strict=True))
    asked.offered = _unordered(words)
    for drop in element.iter("drop"):
        label = labels.get(number(drop, "choice")) or f"№ {number(drop, 'choice')}"
        place = field(drop, "coords") or f"{field(drop, 'xleft')}, {field(drop, 'ytop')}"
        named = field(drop, "label")
        asked.key.append(f"{label} → {f'{named} ' if named else ''}({escape(place)})")


def _fill(asked: Asked, words: Sequence[str]) -> None:
    gaps = [int(found) for found in _DRAG_GAP.findall(asked.prompt.source)]
    asked.prompt = replace(asked.prompt, source=_DRAG_GAP.sub(GAP, asked.prompt.source))
    asked.offered = _unordered(words)
    for at, choice in enumerate(gaps, 1):
        asked.key.append(f"{at}: {words[choice - 1] if 0 < choice <= len(words) else '?'}")


def _embedded(asked: Asked, element: Element, around: _Around) -> None:
    sequence = [id.strip() for held in element.iter("multianswer") for id in field(held, "sequence").split(",")]
    inner = [around.bank.by_id(id) for id in sequence]

    def gap(match: re.Match[str]) -> str:
        at = int(match[1])
        question = inner[at - 1] if 0 < at <= len(inner) else None
        if question is None or question.kind == "multianswer":
            return GAP
        part = _by_kind(question, around.bank, around.texts)
        asked.key.extend(_numbered(at, part))
        choices = [without_tags(choice.text) for choice in part.choices]
        return f"{GAP} ({' / '.join(choices)})" if choices else GAP

    asked.prompt = replace(asked.prompt, source=_CLOZE_GAP.sub(gap, asked.prompt.source))


def _numbered(at: int, part: Asked) -> Iterator[str]:
    for choice in part.choices:
        mark = "x" if choice.correct else " "
        yield f"{at}: [{mark}] {choice.text}" + (f" — {choice.feedback}" if choice.feedback.strip() else "")
    yield from (f"{at}: {line}" for line in part.key if line.strip())


def _order(asked: Asked, element: Element, around: _Around) -> None:
    items = sorted(_answers(element), key=lambda answer: decimal(answer, "fraction"))
    texts = [around.html(item, "answertext", "answerformat") for item in items]
    asked.offered = _unordered(texts)
    asked.key += [f"{at}. {text}" for at, text in enumerate(texts, 1)]


def _nothing(asked: Asked, element: Element, around: _Around) -> None:
    """A text to read."""


def _unknown(asked: Asked, element: Element, around: _Around) -> None:
    """Nobody knows what of another plugin's fields a learner sees: all of them are the key."""
    for held in element:
        if held.tag.startswith("plugin_qtype_"):
            asked.key += [
                around.texts.settled(inner.text) for inner in held.iter() if inner.text and inner.text.strip()
            ]


def _unordered(texts: Sequence[str]) -> list[str]:
    return sorted({text for text in texts if text.strip()}, key=lambda text: (without_tags(text).casefold(), text))


_KINDS: dict[str, Callable[[Asked, Element, _Around], None]] = {
    **dict.fromkeys(("multichoice", "truefalse", "calculatedmulti", "oumultiresponse", "multichoiceset"), _choice),
    **dict.fromkeys(("shortanswer", "numerical", "calculated", "calculatedsimple", "pmatch", "regexp"), _typed),
    **dict.fromkeys(("match", "ddmatch"), _match),
    **dict.fromkeys(("gapselect", "ddwtos"), _gaps),
    **dict.fromkeys(("ddimageortext", "ddmarker"), _drag_boxes),
    "essay": _essay,
    "multianswer": _embedded,
    "ordering": _order,
    **dict.fromkeys(("description", "randomsamatch"), _nothing),
}
