"""Slides as a lesson: each slide's title is a heading, hidden slides are nobody's yet, speaker notes are for staff."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from foundation.errors import ContentUnreadable
from knowledge.blocks import Spot, SpotKind, Visibility
from knowledge.readers.builder import PartOf
from knowledge.readers.document import Document, Item
from knowledge.readers.ooxml import check_ooxml
from knowledge.readers.page import ReadPage

_MOST_SLIDES = 5_000
_MOST_GROUPS = 20
_TITLE_LEVEL = 2
_FILE_NAME = re.compile(r".*\.(?:png|jpe?g|gif|bmp|svg|emf|wmf|tiff?|webp)", re.IGNORECASE | re.DOTALL)
# What a layout puts on every slide and nobody wrote for this one.
_FURNITURE = frozenset({"DATE", "FOOTER", "HEADER", "SLIDE_NUMBER"})


def read_pptx(content: bytes, *, path: str, title: str = "", block_title: str = "") -> ReadPage:
    """Read one presentation. Raises ContentUnreadable for one that is damaged, locked, hostile or without words."""
    from pptx import Presentation  # slow to load, and few courses hold slides
    from pptx.exc import PythonPptxError

    check_ooxml(content, path=path, part="ppt/presentation.xml")
    try:
        deck = Presentation(BytesIO(content))
        slides = list(deck.slides)
    except (PythonPptxError, KeyError, ValueError, AttributeError, SyntaxError) as err:
        raise ContentUnreadable(path, "is damaged: save it again") from err
    if len(slides) > _MOST_SLIDES:
        raise ContentUnreadable(path, f"has {len(slides)} slides, {_MOST_SLIDES} are the most: split it")
    document = Document(path)
    for number, slide in enumerate(slides, start=1):
        _slide(document, slide, number)
    own = _title(deck, slides)
    return document.page(title=title or own, block_title=block_title)


def _title(deck: Any, slides: list[Any]) -> str:
    """What the first slide everybody sees is called; what the file says of itself is mostly its template's name."""
    for slide in slides:
        if not _is_hidden(slide):
            return _slide_title(slide)
    return str(deck.core_properties.title or "")


def _slide(document: Document, slide: Any, number: int) -> None:
    hidden = _is_hidden(slide)
    seen = Visibility.UNPUBLISHED if hidden else Visibility.LEARNER
    spot = Spot(SpotKind.SLIDE, number)
    # The first slide names the deck; any other's title is its own alone, for the next may have none.
    with document.part(PartOf(visibility=seen, spot=spot), keeps_headings=number == 1):
        document.heading(1 if number == 1 else _TITLE_LEVEL, _slide_title(slide))
        titled = slide.shapes.title
        for shape in _in_reading_order(slide.shapes, depth=0):
            if titled is None or shape.shape_id != titled.shape_id:
                _shape(document, shape)
    notes = _notes(slide)
    if notes:
        with document.part(PartOf(visibility=Visibility.UNPUBLISHED if hidden else Visibility.STAFF, spot=spot)):
            document.paragraph(notes)


def _is_hidden(slide: Any) -> bool:
    return str(slide._element.get("show", "1")).lower() in ("0", "false")


def _slide_title(slide: Any) -> str:
    shape = slide.shapes.title
    return " ".join(shape.text_frame.text.split()) if shape is not None and shape.has_text_frame else ""


def _notes(slide: Any) -> str:
    if not slide.has_notes_slide:
        return ""
    frame = slide.notes_slide.notes_text_frame
    return str(frame.text).replace("\v", "\n").strip() if frame is not None else ""


def _in_reading_order(shapes: Any, *, depth: int) -> Iterator[Any]:
    """The shapes in the order in which they are read aloud, those inside groups in their group's place."""
    for shape in shapes:
        if hasattr(shape, "shapes") and depth < _MOST_GROUPS:
            yield from _in_reading_order(shape.shapes, depth=depth + 1)
        else:
            yield shape


def _shape(document: Document, shape: Any) -> None:
    placed = shape.placeholder_format.type if shape.is_placeholder else None
    if placed is not None and placed.name in _FURNITURE:
        return
    if shape.has_text_frame:
        _text(document, shape)
    elif getattr(shape, "has_table", False) and shape.has_table:
        document.table([[cell.text for cell in row.cells if not cell.is_spanned] for row in shape.table.rows])
    elif getattr(shape, "has_chart", False) and shape.has_chart:
        chart = shape.chart
        if chart.has_title and chart.chart_title.has_text_frame:
            document.paragraph(chart.chart_title.text_frame.text)
    else:
        document.paragraph(_alt(shape))


def _text(document: Document, shape: Any) -> None:
    paragraphs = shape.text_frame.paragraphs
    said = [Item(paragraph.text.replace("\v", "\n").strip(), paragraph.level) for paragraph in paragraphs]
    said = [item for item in said if item.text]
    if len(said) > 1:
        document.items(said)
    elif said:
        document.paragraph(said[0].text)


def _alt(shape: Any) -> str:
    """What an author says a picture shows; a file's name, which programs put there by themselves, says nothing."""
    told = str(shape._element._nvXxPr.cNvPr.get("descr") or "").strip()
    return "" if _FILE_NAME.fullmatch(told) else told
