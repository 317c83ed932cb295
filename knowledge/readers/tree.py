"""Walks a page's tree and tells the builder, block by block, what stands there.

Markdown and HTML pages both become such a tree, so what is hidden from learners is decided here, once.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape

from knowledge.blocks import BlockKind
from knowledge.readers.builder import LessonBuilder, Piece, Question, Span
from knowledge.readers.dom import Element, Part, content, name_of
from knowledge.readers.inline import inline_html, settle_images, visible_text
from knowledge.readers.listings import language_of, preformatted
from knowledge.readers.lists import OpenList, as_piece
from knowledge.readers.marks import PLACE_TAG, QUESTION_TAG, Code, Marks
from knowledge.readers.tables import take_apart
from knowledge.readers.tags import BLOCKS
from knowledge.readers.task_lists import read_task_list
from knowledge.readers.words import is_answer_class, mentions_answer, promises_hint

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LANGUAGE_NAME = re.compile(r"[\w+#.-]+")


@dataclass(slots=True)
class TreeReader:
    """Reads one tree into one builder; `questions` maps a placeholder's number to what stands there."""

    builder: LessonBuilder
    marks: Marks
    questions: dict[str, Question] = field(default_factory=dict)
    _span: Span = field(default_factory=lambda: Span(0))
    _run_span: Span = field(default_factory=lambda: Span(0))
    _run: list[Part] = field(default_factory=list)
    _list: OpenList | None = None
    _answers: set[Element] = field(default_factory=set)
    _above_answers: set[Element] = field(default_factory=set)
    _above_blocks: set[Element] = field(default_factory=set)

    def read(self, root: Element) -> None:
        """Tell the builder everything that stands in the tree, in order."""
        settle_images(root)
        self._survey(root)
        self._block(root)

    def _survey(self, root: Element) -> None:
        for element in root.iter():
            if _is_answer(element):
                self._answers.add(element)
                _note_ancestors(element, self._above_answers)
            if element in self._answers or name_of(element) in BLOCKS or name_of(element) == QUESTION_TAG:
                _note_ancestors(element, self._above_blocks)

    def _flow(self, element: Element) -> None:
        for part in content(element):
            if isinstance(part, str):
                self._take(part)
                continue
            self._enter(part)
            if self._is_block(part):
                self._end_run()
                self._block(part)
                self._end_run()
            elif name_of(part) != PLACE_TAG:
                self._take(part)
            elif len(part) or part.text:
                self._flow(part)

    def _is_block(self, element: Element) -> bool:
        tag = name_of(element)
        return tag in BLOCKS or tag == QUESTION_TAG or element in self._answers or element in self._above_blocks

    def _enter(self, element: Element) -> None:
        self._span = self.marks.span(element) or self._span

    def _take(self, part: Part) -> None:
        if not self._run:
            if isinstance(part, str) and not part.strip():
                return
            self._run_span = self._span
        self._run.append(part)

    def _end_run(self) -> None:
        run, self._run = self._run, []
        text = visible_text(run)
        if not text:
            return
        if self._list is not None:
            self._list.add(text, inline_html(run), self._run_span)
        else:
            self.builder.add(BlockKind.PARAGRAPH, Piece(text, f"<p>{inline_html(run)}</p>", self._run_span))

    def _block(self, element: Element) -> None:
        if element in self._answers or self._folds_answer(element):
            with self._outside_list(), self.builder.staff_only():
                self._by_tag(element)
                self._end_run()
        else:
            self._by_tag(element)

    def _by_tag(self, element: Element) -> None:
        match name_of(element):
            case "ul" | "ol" | "menu":
                self._read_list(element)
            case "pre" | "table" | "blockquote" | "details" | "x-question" as tag:
                with self._outside_list():
                    self._special(tag, element)
            case tag if tag in _HEADINGS:
                with self._outside_list():
                    self._heading(element)
            case _:
                self._flow(element)
                self._end_run()

    def _special(self, tag: str, element: Element) -> None:
        if tag == "pre":
            self._code(element)
        elif tag == "table":
            self._table(element)
        elif tag == QUESTION_TAG:
            self._question(element)
        else:
            with self.builder.scoped():
                self._flow(element)
                self._end_run()

    @contextmanager
    def _outside_list(self) -> Iterator[None]:
        """Pause the list for a block of its own inside an item; the item goes on after it."""
        open_list, self._list = self._list, None
        self._close(open_list)
        try:
            yield
        finally:
            self._list = open_list

    def _close(self, open_list: OpenList | None) -> None:
        lines = open_list.take() if open_list is not None else ()
        quiz = read_task_list(lines) if self.builder.sets_exercise else None
        if quiz is not None:
            self.builder.question(quiz)
        elif lines:
            self.builder.add(BlockKind.LIST, as_piece(lines))

    def _read_list(self, element: Element) -> None:
        outermost = self._list is None
        current = self._list = self._list or OpenList()
        current.open(start=_start(element) if name_of(element) == "ol" else None)
        for part in content(element):
            if isinstance(part, str):
                self._take(part)
                continue
            self._enter(part)
            if name_of(part) == "li":
                self._end_run()
                current.next_item()
            self._block(part) if self._is_block(part) else self._take(part)
        self._end_run()
        current.close()
        if outermost:
            self._list = None
            # The list was emptied by every listing inside it; what is left follows the last of them.
            self._close(current)

    def _heading(self, element: Element) -> None:
        parts = content(element)
        text = visible_text(parts).replace("\n", " ")
        if not text.strip():
            return
        piece = Piece(text, inline_html(parts), self._span)
        with self._guard(element):
            self.builder.heading(int(name_of(element)[1]), piece, wanted_id=element.get("id") or "")

    def _code(self, element: Element) -> None:
        code = self.marks.code(element) or Code(preformatted(element), language_of(element))
        language = code.language if _LANGUAGE_NAME.fullmatch(code.language) else ""
        attribute = f' class="language-{escape(language)}"' if language else ""
        html = f"<pre><code{attribute}>{escape(code.text, quote=False)}\n</code></pre>"
        with self._guard(element):
            self.builder.add(BlockKind.CODE, Piece(code.text, html, self._span))

    def _table(self, element: Element) -> None:
        table = take_apart(element)
        span = self._span
        with self._guard(element):
            for part in table.strays:
                self._take(part)
                self._end_run()
            self.builder.add(BlockKind.TABLE, Piece(table.text, table.html, span))

    @contextmanager
    def _guard(self, element: Element) -> Iterator[None]:
        """Keep a block that is read as one piece from learners as soon as any part of it is an answer."""
        folds_answer = any(self._folds_answer(inner) for inner in element.iterdescendants("details"))
        if folds_answer or element in self._above_answers:
            with self.builder.staff_only():
                yield
        else:
            yield

    def _question(self, element: Element) -> None:
        question = self.questions.pop(element.get("n") or "", None)
        if question is not None:
            self.builder.question(question)

    def _folds_answer(self, element: Element) -> bool:
        # Below an exercise "Show" is as good as "Answer": only what is called a hint stays in sight.
        return name_of(element) == "details" and self.builder.sets_exercise and not promises_hint(_summary(element))


def _note_ancestors(element: Element, found: set[Element]) -> None:
    for ancestor in element.iterancestors():
        if ancestor in found:
            return
        found.add(ancestor)


def _is_answer(element: Element) -> bool:
    tag = name_of(element)
    if not tag or tag in ("body", "html"):
        return False
    attributes = element.attrib
    if "hidden" in attributes or _HIDDEN_STYLE.search(attributes.get("style", "")):
        return True
    names = attributes.get("class", "")
    if tag != "details":
        return is_answer_class(names)
    summaries = " ".join(visible_text([summary]) for summary in element.iter("summary"))
    return mentions_answer(f"{names} {attributes.get('id', '')} {summaries}")


def _summary(details: Element) -> str:
    own = (item for item in details.iter("summary") if next(item.iterancestors("details"), None) is details)
    return visible_text([summary]) if (summary := next(own, None)) is not None else ""


def _start(element: Element) -> int:
    value = element.get("start") or ""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 1
