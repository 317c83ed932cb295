"""A PDF as a lesson: its words as they were written before they were printed, each with its page."""

import re
from itertools import groupby

from foundation.errors import ContentUnreadable
from knowledge.blocks import Spot, SpotKind
from knowledge.readers.document import Document, Item
from knowledge.readers.page import ReadPage
from knowledge.readers.pdf_layout import Form, Stretch, document_title, known_words, stretches
from knowledge.readers.pdf_lines import PdfText, read_lines

# A page number or a watermark alone is no text.
_FEWEST_LETTERS = 20
_NUMBER = re.compile(r"(\d{1,3})[.)]\s+")


def read_pdf(content: bytes, *, path: str, title: str = "", block_title: str = "") -> ReadPage:
    """Read one PDF. Raises ContentUnreadable for one that is damaged, encrypted or only pictures of pages."""
    text = read_lines(content, path=path)
    if _letters(text) < _FEWEST_LETTERS:
        raise ContentUnreadable(path, "its pages are pictures: recognise the text (OCR) first")
    document = Document(path)
    _warn(document, text)
    words = known_words(text)
    for (page, form), group in groupby(stretches(text), key=lambda stretch: (stretch.page, stretch.form)):
        with document.builder.at(Spot(SpotKind.PAGE, page)):
            _tell(document, form, list(group), words)
    return document.page(title=title or document_title(text), block_title=block_title)


def _tell(document: Document, form: Form, group: list[Stretch], words: frozenset[str]) -> None:
    if form is Form.ITEM:
        lefts = sorted({round(stretch.lines[0].left / 8) for stretch in group})
        depths = {left: min(depth, 5) for depth, left in enumerate(lefts)}
        document.items([_item(each.text(words), depths[round(each.lines[0].left / 8)]) for each in group])
        return
    for stretch in group:
        if form is Form.HEADING:
            document.heading(stretch.level, stretch.text(words))
        else:
            document.paragraph(stretch.text(words))


def _item(text: str, depth: int) -> Item:
    number = _NUMBER.match(text)
    return Item(text, depth) if number is None else Item(text[number.end() :], depth, f"{int(number[1])}.")


def _letters(text: PdfText) -> int:
    return sum(len(line.text) for page in text.pages for line in page.lines)


def _warn(document: Document, text: PdfText) -> None:
    pictures = [page.number for page in text.pages if not page.lines]
    if pictures:
        document.warn(
            f"{_pages(pictures)} without text, a picture or empty: recognise the text (OCR) to have them read"
        )
    if text.lost:
        document.warn(f"{_pages(text.lost)} damaged, left out")


def _pages(numbers: tuple[int, ...] | list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:10])
    more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
    return f"page {shown} is" if len(numbers) == 1 else f"pages {shown}{more} are"
