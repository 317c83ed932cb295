"""One page or one database of a Notion export, told to a builder."""

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape

from foundation.errors import ContentUnreadable
from knowledge.blocks import BlockKind, Seen
from knowledge.readers.builder import LessonBuilder, PartOf, Piece, Span
from knowledge.readers.html import add_html
from knowledge.readers.markdown import add_markdown
from knowledge.readers.notion_answers import blank, only, stretches
from knowledge.readers.notion_places import suffix_of, without_links_to
from knowledge.readers.notion_properties import (
    Properties,
    is_personal,
    properties_of_html,
    properties_of_markdown,
    seen_with,
)
from knowledge.readers.withholding import UNPUBLISHED, stricter


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is written, and its properties."""

    source: str
    properties: Properties


def open_page(source: str, path: str) -> Page:
    """Find the properties of a page."""
    find = properties_of_html if suffix_of(path) == ".html" else properties_of_markdown
    return Page(source, find(source))


def tell_page(page: Page, path: str, told: PartOf, *, hidden: Collection[str]) -> LessonBuilder:
    """Tell what a page says; `hidden` are pages it must not name. Raises TooDeep for absurd nesting."""
    builder, properties, source = LessonBuilder(), page.properties, page.source
    body = source[: properties.start] + blank(source[properties.start : properties.end]) + source[properties.end :]
    body = without_links_to(hidden, body, path) if hidden else body
    if suffix_of(path) == ".html":
        with builder.part(told, length=len(body)):
            add_html(builder, body)
    else:
        _tell_markdown(builder, body, told)
    _tell_properties(builder, properties, told)
    return builder


def tell_table(source: str, path: str, told: PartOf) -> LessonBuilder:
    """Tell a database's rows, without columns about people; rows that are drafts are a table of their own, hidden.

    Raises ContentUnreadable.
    """
    rows = _rows(source, path)
    kept = [at for at, name in enumerate(rows[0]) if not is_personal(name)] if rows else []
    head = [rows[0][at] for at in kept] if rows else []
    shown: list[list[str]] = []
    hidden: list[list[str]] = []
    for row in rows[1:]:
        cells = [row[at] if at < len(row) else "" for at in kept]
        is_hidden = seen_with(zip(head, cells, strict=True)) == UNPUBLISHED
        (hidden if is_hidden else shown).append(cells)
    builder = LessonBuilder()
    _add_table(builder, head, shown, told)
    held = stricter(Seen(told.visibility, told.not_before), UNPUBLISHED)
    _add_table(builder, head, hidden, replace(told, visibility=held.visibility, not_before=held.not_before))
    return builder


def _tell_markdown(builder: LessonBuilder, body: str, told: PartOf) -> None:
    for stretch in stretches(body):
        with builder.part(told, length=stretch.end, keeps_headings=not stretch.is_answer):
            if stretch.is_answer:
                with builder.staff_only():
                    add_markdown(builder, only(body, stretch))
            else:
                add_markdown(builder, only(body, stretch))


def _tell_properties(builder: LessonBuilder, properties: Properties, told: PartOf) -> None:
    """What a page says about itself in its properties stands behind it: a learner came for the page."""
    lines = [f"{one.name}: {one.value}" for one in properties.told if one.value]
    html = "".join(f"<li>{escape(line, quote=False)}</li>" for line in lines)
    text = "\n".join(f"- {line}" for line in lines)
    with builder.part(told, length=properties.end):
        builder.add(BlockKind.LIST, Piece(text, f"<ul>{html}</ul>", Span(properties.start, properties.end)))


def _rows(source: str, path: str) -> list[list[str]]:
    try:
        return [[" ".join(cell.split()) for cell in row] for row in csv.reader(io.StringIO(source)) if any(row)]
    except csv.Error as err:
        raise ContentUnreadable(path, "is no table that can be read") from err


def _add_table(builder: LessonBuilder, head: Sequence[str], rows: Sequence[Sequence[str]], told: PartOf) -> None:
    if not rows:
        return
    text = "\n".join(" | ".join(row).strip() for row in (head, *rows))
    html = _line(head, "th") + "".join(_line(row, "td") for row in rows)
    with builder.part(told, length=len(text)):
        builder.add(BlockKind.TABLE, Piece(text, f"<table>{html}</table>", Span(0, len(text))))


def _line(cells: Iterable[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell, quote=False)}</{tag}>" for cell in cells) + "</tr>"
