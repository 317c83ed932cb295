"""A case as a lesson of its own: its words as plain paragraphs under three headings, and nothing of the person.

What may be told of the person is read from the case at the moment it is shown: it can change with every other case.
"""

import re
from html import escape

from knowledge.blocks import Block, BlockKind, SourceLesson
from knowledge.cases.case import Case

_HEADINGS = {
    "ru": {"stuck": "Ситуация", "did": "Что помогло", "changed": "Что изменилось"},
    "en": {"stuck": "Situation", "did": "What helped", "changed": "What changed"},
}
_ANCHORS = {"stuck": "situation", "did": "helped", "changed": "changed"}


def tell_case(case: Case) -> SourceLesson:
    """The lesson it is published as; offsets count in the text that the paragraphs make up together."""
    blocks = [_heading(case.title, 1, "case", (case.title,), at=0)]
    at = len(case.title) + 1
    for name, heading in _HEADINGS["ru" if case.lang == "ru" else "en"].items():
        anchor = _ANCHORS[name]
        path = (case.title, heading)
        blocks.append(_heading(heading, 2, anchor, path, at=at))
        at += len(heading) + 1
        for text in _paragraphs(getattr(case, name)):
            html = f"<p>{escape(text).replace(chr(10), '<br>')}</p>"
            blocks.append(Block(BlockKind.PARAGRAPH, text, html, at, at + len(text), path, anchor))
            at += len(text) + 1
    return SourceLesson(
        external_id=case.id,
        source_path=f"cases/{case.id}",
        title=case.title,
        block_title=case.block,
        blocks=tuple(blocks),
        lang=case.lang,
    )


def _heading(text: str, level: int, anchor: str, path: tuple[str, ...], *, at: int) -> Block:
    html = f'<h{level} id="{anchor}">{escape(text)}</h{level}>'
    return Block(BlockKind.HEADING, text, html, at, at + len(text), path, anchor)


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
