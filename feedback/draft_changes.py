"""Drafts a change of a section without a model, from what is there.

That is verified answers, what the course says elsewhere, and what learners agree is right. Where nothing is found,
nothing is made up: the draft is empty, and the text is the author's to write. What each kind tries first stands in
docs/design/proposals.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from feedback.corrections import Correction, corrected, correction_in
from feedback.item import Item, Place
from feedback.proposal import ProposalKind
from feedback.proposal_wording import draft_words
from feedback.quotable import Reusable
from feedback.reuse import Course, KnownAnswer
from feedback.section import Section, level_under
from feedback.splitting import split_at
from knowledge.as_markdown import as_markdown, escaped, fenced
from knowledge.blocks import BlockKind
from knowledge.edits import Change, delete_blocks, insert_behind, move_blocks, replace_blocks
from knowledge.sight import evened

_MENDABLE = frozenset({BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.CODE})
_MOVABLE = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST})


@dataclass(frozen=True, slots=True)
class Draft:
    """Changes, what they are made of (`made_of` names it in `proposal_words`), and where that stands."""

    changes: tuple[Change, ...] = ()
    made_of: str = "nothing"
    told: Mapping[str, str] = field(default_factory=dict)
    reuse: tuple[dict[str, Any], ...] = ()
    sources: tuple[dict[str, Any], ...] = ()


NOTHING = Draft()


@dataclass(frozen=True, slots=True)
class Asked:
    """What learners said at a place: items, the words they share, and a question of theirs that tells nobody apart."""

    items: tuple[Item, ...]
    terms: tuple[str, ...]
    question: str = ""


def draft_change(kind: ProposalKind, at: Section, asked: Asked, course: Course) -> Draft:
    """The draft for one kind of mending at a section; `NOTHING` where there is nothing to make one of."""
    match kind:
        case ProposalKind.FIX_ERROR | ProposalKind.REPLACE:
            return _corrected(at, asked)
        case ProposalKind.MOVE:
            return _moved(at, asked, course)
        case ProposalKind.ADD_EXAMPLE:
            return _exampled(at, asked, course)
        case ProposalKind.SPLIT:
            return _split(at)
        case ProposalKind.RETIRE:
            return _left_out(at, course)
        case ProposalKind.CLARIFY | ProposalKind.ADD_ANSWER:
            return _answered(kind, at, asked, course)
        case _:
            assert_never(kind)


def _corrected(at: Section, asked: Asked) -> Draft:
    found = correction_in(asked.items, at.text())
    if found is None:
        return NOTHING
    changes = []
    for number in at.numbers:
        block = at.blocks[number]
        before = as_markdown([block])
        after = corrected(before, _as_written(found))
        if block["kind"] in _MENDABLE and after != before:
            changes.append(replace_blocks(at.blocks, number, number, after))
    told = {"wrong": found.wrong, "right": found.right}
    return Draft(tuple(changes), "correction", told) if changes else NOTHING


def _as_written(found: Correction) -> Correction:
    return Correction(escaped(found.wrong), escaped(found.right))


def _answered(kind: ProposalKind, at: Section, asked: Asked, course: Course) -> Draft:
    answer = course.answer_to(asked.items, lang=at.state.lang)
    if answer is not None and not _says(at, answer.reply):
        return _with_answer(kind, at, answer)
    found = course.definition_of(asked.terms, lang=at.state.lang, besides=_place(at))
    found = found or course.elsewhere(asked.items, besides=_place(at))
    if found is None or _says(at, found.quote):
        near = course.candidates(asked.items, besides=_place(at))
        return Draft(reuse=tuple(_reused(each) for each in near))
    if kind is ProposalKind.CLARIFY:
        return _recalled(at, found)
    head = [draft_words("asked", at.state.lang, question=escaped(asked.question))] if asked.question else []
    text = "\n\n".join([*head, _introduced("recall", at, found), _quoted(found)])
    return _reusing(insert_behind(at.blocks, at.last, text), "passage", found)


def _with_answer(kind: ProposalKind, at: Section, answer: KnownAnswer) -> Draft:
    head = draft_words("answer", at.state.lang, question=escaped(answer.question))
    behind = at.focus if kind is ProposalKind.CLARIFY else at.last
    change = insert_behind(at.blocks, behind, f"{head}\n\n{escaped(answer.reply)}")
    source = {"kind": "answer", "question": answer.question, "passages": list(answer.passages)}
    return Draft((change,), "answer", sources=(source,))


def _recalled(at: Section, found: Reusable) -> Draft:
    """What another section says, put in front of where it is needed."""
    before = [number for number in at.numbers if number < at.focus]
    behind = before[-1] if before else at.focus
    text = f"{_introduced('recall', at, found)}\n\n{_quoted(found)}"
    return _reusing(insert_behind(at.blocks, behind, text), "passage", found)


def _moved(at: Section, asked: Asked, course: Course) -> Draft:
    found = course.definition_of(asked.terms, lang=at.state.lang, besides=_place(at))
    if found is None or _says(at, found.quote):
        return _answered(ProposalKind.CLARIFY, at, asked, course)
    number = _number_of(at, found)
    before = [each for each in at.numbers if each < at.focus]
    if number is None or number < at.focus or not before:
        return _recalled(at, found)
    change = move_blocks(at.blocks, number, number, to=before[-1])
    return _reusing(change, "order", found)


def _number_of(at: Section, found: Reusable) -> int | None:
    """Which block of the same lesson a quote stands in, where it may be moved."""
    if found.source.lesson.slug != at.state.slug:
        return None
    start = evened(found.quote)[:80]
    for number, block in enumerate(at.blocks):
        if block["kind"] in _MOVABLE and block["anchor"] == found.source.anchor and start in evened(block["text"]):
            return number
    return None


def _exampled(at: Section, asked: Asked, course: Course) -> Draft:
    found = course.elsewhere(asked.items, besides=_place(at), example=True)
    if found is None or _says(at, found.quote):
        return NOTHING
    text = f"{_introduced('example', at, found)}\n\n{_quoted(found)}"
    return _reusing(insert_behind(at.blocks, at.focus, text), "example", found)


def _split(at: Section) -> Draft:
    cut = split_at(at)
    if cut is None:
        return NOTHING
    title = cut.title or draft_words("part", at.state.lang, heading=at.heading)
    heading = f"{'#' * level_under(at)} {escaped(title)}"
    return Draft((insert_behind(at.blocks, cut.behind, heading),), "parts")


def _left_out(at: Section, course: Course) -> Draft:
    told = at.told()
    twin = course.twin_of(at.text(), besides=_place(at))
    if twin is None or not told or told != list(range(told[0], told[-1] + 1)):
        return NOTHING
    return _reusing(delete_blocks(at.blocks, told[0], told[-1]), "twin", twin)


def _place(at: Section) -> Place:
    return Place(at.state.slug, at.anchor)


def _says(at: Section, words: str) -> bool:
    return evened(words) in evened(at.text())


def _introduced(name: str, at: Section, found: Reusable) -> str:
    source = found.source
    heading = escaped(source.heading_path[-1] if source.heading_path else source.lesson.title)
    if source.lesson.slug == at.state.slug:
        return draft_words(f"{name}_here", at.state.lang, heading=heading)
    return draft_words(name, at.state.lang, heading=heading, lesson=escaped(source.lesson.title))


def _quoted(found: Reusable) -> str:
    if found.is_code:
        return fenced(found.quote)
    return "\n".join(f"> {line}" for line in escaped(found.quote).split("\n"))


def _reusing(change: Change, made_of: str, found: Reusable) -> Draft:
    where = _reused(found)
    source = {name: where[name] for name in ("passage", "lesson", "anchor", "quote")}
    told = {"lesson": found.source.lesson.title}
    return Draft((change,), made_of, told, reuse=(where,), sources=({"kind": "passage", **source},))


def _reused(found: Reusable) -> dict[str, Any]:
    source = found.source
    heading = source.heading_path[-1] if source.heading_path else source.lesson.title
    where = {"passage": source.passage, "lesson": source.lesson.slug, "anchor": source.anchor, "quote": found.quote}
    return where | {"title": source.lesson.title, "heading": heading}
